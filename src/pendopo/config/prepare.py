"""What must be true before the pages are served: schema, words, static files, catalogue and, in the demo, people.

Runs in a process of its own that ends afterwards, so that the supervisor stays small. Every step may be repeated. What was done
is remembered as one fingerprint of the sources and the city's folder; while it holds, the next start skips all of it.
"""

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pendopo.config import process
from pendopo.config.trouble import Trouble

ROOT = Path(__file__).resolve().parents[3]
STAMP = "prepared.json"
SKIPPED = {".pyc", ".mo"}
T = TypeVar("T")


@dataclass(frozen=True)
class People:
    """Who one can be in the demo: rows to print, and the password they share."""

    rows: list[tuple[str, ...]] = field(default_factory=list)
    password: str = ""

    @classmethod
    def of(cls, stamp: dict[str, Any]) -> "People":
        """Read back what ``main`` wrote."""
        return cls([tuple(row) for row in stamp["people"]], stamp["password"])


def fingerprint(city: Path) -> str:
    """One number for everything the preparation reads: the sources with their migrations, words and styles, and the city."""
    digest = hashlib.sha256()
    for folder in (ROOT / "src/pendopo", city):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix not in SKIPPED:
                digest.update(f"{path.relative_to(folder)}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def prepared(data: Path, city: Path) -> People | None:
    """The demo people to print when everything was done before; None when there is something to do."""
    try:
        stamp = json.loads((data / STAMP).read_text())
    except (FileNotFoundError, ValueError):
        return None
    done = stamp.get("fingerprint") == fingerprint(city) and (data / "static").exists()
    return People.of(stamp) if done else None


def run(data: Path, city: Path, *, demo: bool) -> People:
    """Do all steps in a child process; return the demo people. Raises Trouble when a step fails; the child has said why."""
    command = [
        sys.executable,
        "-m",
        "pendopo.config.prepare",
        str(data),
        str(city),
        *(["demo"] if demo else []),
    ]
    done = process.run(command, cwd=ROOT, show=True)
    if done.code:
        raise SystemExit(done.code)
    return People.of(json.loads((data / STAMP).read_text()))


def main() -> None:
    """Entry of the child: `DATA CITY [demo]` prepares; `check ADDRESS` takes one permit through a demo that is running."""
    if sys.argv[1] == "check":
        check_demo(sys.argv[2])
        return
    data, city, demo = Path(sys.argv[1]), Path(sys.argv[2]), "demo" in sys.argv[3:]
    mark = fingerprint(city)
    django_with_database()
    from django.core.management import call_command

    step("schema", lambda: call_command("migrate", interactive=False, verbosity=0))
    step("words", compile_messages)
    step("static files", lambda: call_command("collectstatic", interactive=False, verbosity=0, clear=True))
    step("catalogue", lambda: load_catalogue(city))
    people = step("demo people", create_people) if demo else People()
    (data / STAMP).write_text(
        json.dumps({"fingerprint": mark, "people": people.rows, "password": people.password})
    )


def step(what: str, do: Callable[[], T]) -> T:
    """Run one step and print what it was and its seconds."""
    print(f"  {what:<14}", end="", flush=True)
    started = time.monotonic()
    try:
        result = do()
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - started:6.1f} s", flush=True)
    return result


def django() -> None:
    """Make Django ready in this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pendopo.config.settings")
    import django as framework

    framework.setup()


def django_with_database() -> None:
    """Make Django ready; ends at once with one line when the database does not answer (its pool would try again and again)."""
    django()
    import psycopg

    psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5).close()


def compile_messages() -> None:
    """Make the message catalogues the running pages read."""
    from pendopo.web import messages

    messages.compile_messages()


def check_catalogue(city: Path) -> None:
    """Prove the city's folder. Raises Trouble after printing every problem with its file and line."""
    from pendopo.catalogue import api

    problems = api.check(city)
    if problems:
        listed = "\n".join(f"{problem.path}:{problem.line}: {problem.message}" for problem in problems)
        print(listed, file=sys.stderr)
        raise Trouble(
            f"the catalogue {city} has {len(problems)} problems, nothing was loaded",
            "correct the lines listed above",
        )


def print_notes(city: Path) -> None:
    """Print what is not wrong but worth knowing of a sound folder."""
    from pendopo.catalogue import api

    for note in api.notes(city):
        print(f"note: {note}")


def load_catalogue(city: Path) -> None:
    """Prove the city's folder and load it; with any problem nothing is loaded, nor when an agency leaves open work behind."""
    from pendopo.applications.api import open_work
    from pendopo.catalogue import api
    from pendopo.kernel.errors import Invalid

    try:
        api.load(city, by="system", open_work=open_work)
    except Invalid as refused:
        check_catalogue(city)
        print("\n".join(f"{where}: {why}" for where, why in refused.errors.items()), file=sys.stderr)
        raise Trouble(
            "an agency would leave open work behind, nothing was loaded",
            "name its successor, load again, then ./pendopo catalogue hand-over AGENCY --to SUCCESSOR",
        ) from None


def create_people() -> People:
    """Make the people of the demo; those that exist are left as they are."""
    from pendopo.config import demo

    rows: Iterable[Iterable[object]] = demo.create_people()
    return People([tuple(str(cell) for cell in row) for row in rows], demo.PASSWORD)


def check_demo(base_url: str) -> None:
    """Follow one permit over HTTP. Ends the process with status 1 when a step fails; the steps print themselves."""
    django()
    from pendopo.config import demo

    if demo.check(base_url) is False:
        raise SystemExit(1)


if __name__ == "__main__":
    from pendopo.config.cli import guarded

    guarded(main)
