"""A whole instance as real processes, exactly as `./pendopo demo` starts it, on a database and a folder of its own."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlunsplit

import psycopg
from django.conf import settings
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 180


@dataclass(frozen=True)
class Instance:
    """Where it is reached and where it keeps its things."""

    url: str
    database_url: str
    data: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def own_database(suffix: str) -> Iterator[str]:
    """A database beside the tests' own, on the same server; dropped in the end."""
    given: dict[str, Any] = settings.DATABASES["default"]
    name = f"{given['TEST']['NAME']}_{suffix}"
    maintenance = psycopg.connect(_url(given, "postgres"), autocommit=True)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with maintenance:
        maintenance.execute(drop)
        maintenance.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield _url(given, name)
        finally:
            maintenance.execute(drop)


def _url(given: dict[str, Any], name: str) -> str:
    who = quote(given["USER"]) + (f":{quote(given['PASSWORD'])}" if given["PASSWORD"] else "")
    return urlunsplit(("postgresql", f"{who}@{given['HOST']}:{given['PORT']}", f"/{name}", "", ""))


@contextlib.contextmanager
def running(database_url: str, data: Path) -> Iterator[Instance]:
    """Start the demo and stop it by its process id. Fails with the last words of what did not start."""
    port = free_port()
    told = data.parent / f"{data.name}.log"
    env = {name: value for name, value in os.environ.items() if not name.startswith("PENDOPO_")}
    env |= {"PENDOPO_MODE": "demo", "DATABASE_URL": database_url}
    command = [sys.executable, "-m", "pendopo", "demo", "--port", str(port), "--data", str(data)]
    with told.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait_until_ready(process, told)
            yield Instance(f"http://127.0.0.1:{port}", database_url, data)
        finally:
            process.terminate()
            process.wait(60)


def _wait_until_ready(process: "subprocess.Popen[bytes]", told: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "Ready after" not in (words := told.read_text(errors="replace")):
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"the demo did not start:\n{words[-2000:]}")
        time.sleep(0.2)
