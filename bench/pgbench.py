"""The floor: pgbench runs the very statements the product sent, on the same database.

Statements are recorded from the product itself, so the floor follows when the product's SQL changes. ``-M prepared`` and parameters,
as the product has them.
"""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?s|%%")


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with psycopg's placeholders and what was bound to them."""

    sql: str
    bound: Sequence[Any] | Mapping[str, Any] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """What pgbench reached: transactions a second, and the time of each in milliseconds."""

    per_second: float
    times_ms: tuple[float, ...]


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Collect what this process sends to the database within the block."""
    from django.db import connection

    sent: list[Statement] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        sent.append(Statement(str(sql), params or ()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


class Script:
    """Statements as a pgbench script and its variables. ``instead`` puts SQL in the place of a placeholder, by its position."""

    def __init__(
        self,
        statements: Sequence[Statement],
        *,
        instead: Mapping[int, str] | None = None,
        before: str = "",
        prefix: str = "v",
    ) -> None:
        """``prefix`` keeps the variables of scripts that run together apart."""
        self.variables: dict[str, str] = {}
        self._prefix = prefix
        self._instead = dict(instead or {})
        self._seen = 0
        self.text = before + "".join(f"{self._render(statement)};\n" for statement in statements)

    def _render(self, statement: Statement) -> str:
        left = iter(statement.bound) if not isinstance(statement.bound, Mapping) else iter(())

        def put(found: re.Match[str]) -> str:
            if found[0] == "%%":
                return "%"
            value = statement.bound[found[1]] if isinstance(statement.bound, Mapping) else next(left)
            place, self._seen = self._seen, self._seen + 1
            return self._instead[place] if place in self._instead else self._bind(place, value)

        return " ".join(PLACEHOLDER.sub(put, statement.sql).split())

    def _bind(self, place: int, value: Any) -> str:
        if value is None:
            return "NULL"
        if value == "":
            return "''"  # pgbench has no empty variables
        name = f"{self._prefix}{place}"
        self.variables[name] = as_text(value)
        return f":{name}"


def as_text(value: Any) -> str:
    """A value as PostgreSQL reads it from text."""
    value = getattr(value, "obj", value)  # psycopg's Json and Jsonb
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return json.dumps(value)
    if isinstance(value, list | tuple):
        return "{" + ",".join(json.dumps(as_text(item), ensure_ascii=False) for item in value) + "}"
    return str(value)


def run(
    url: str,
    scripts: Sequence[Script],
    *,
    clients: int = 16,
    seconds: int = 0,
    each: int = 0,
    **variables: Any,
) -> Measured:
    """Run the scripts, in equal parts, for ``seconds`` or ``each`` times a client. Raises RuntimeError with pgbench's words."""
    from pendopo.config.programs import find_binaries

    program = find_binaries().folder / "pgbench"
    if not program.exists():
        program = Path(shutil.which("pgbench") or "pgbench")
    folder = Path(tempfile.mkdtemp(prefix="pendopo-pgbench-"))
    try:
        command = [str(program), "-n", "-M", "prepared", f"-c{clients}", f"-j{min(2, clients)}", "-l"]
        command += [f"--log-prefix={folder / 'log'}", *([f"-T{seconds}"] if seconds else [f"-t{each}"])]
        for number, script in enumerate(scripts):
            path = folder / f"{number}.sql"
            path.write_text(script.text, encoding="utf-8")
            command += [f"-f{path}"]
        bound = {key: value for script in scripts for key, value in script.variables.items()} | variables
        command += [part for name, value in bound.items() for part in ("-D", f"{name}={value}")]
        done = subprocess.run([*command, url], capture_output=True, text=True, check=False, cwd=folder)
        tps = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
        if done.returncode or not tps or "aborted" in done.stderr:
            raise RuntimeError(f"pgbench: {(done.stderr or done.stdout).strip()[:600]}")
        return Measured(float(tps[1]), _times(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _times(folder: Path) -> tuple[float, ...]:
    """Third column of pgbench's log: microseconds."""
    return tuple(
        int(line.split()[2]) / 1000 for log in folder.glob("log*") for line in log.read_text().splitlines()
    )
