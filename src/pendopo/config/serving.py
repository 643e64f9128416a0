"""`demo` and `serve`: from a data directory to a served address, and down again when asked.

Leaves out how one process is kept alive (`supervisor.py`), how the database is run (`postgres.py`) and what is prepared in it
(`prepare.py`).
"""

import argparse
import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pendopo.config import postgres, prepare, process, supervisor
from pendopo.config.trouble import Trouble

ROOT = Path(__file__).resolve().parents[3]
MARKER = "made-by-pendopo"
SIMULATORS = ("dukcapil", "payment", "oss")
FREE_MB = 100


def demo(options: argparse.Namespace) -> None:
    """Serve the demo until stopped; with ``--check`` prove one permit instead."""
    started = time.monotonic()
    data, port = options.data, options.port
    claim(data)
    with supervisor.only_one(data, "demo"):
        if options.reset:
            reset(data)
        supervisor.check_port(port, "demo")
        os.environ.setdefault("PENDOPO_MODE", "demo")
        if options.fast_clock:
            os.environ["PENDOPO_CLOCK"] = (
                f"fast:{datetime.fromtimestamp(time.time(), UTC).isoformat()}"  # since now
            )
        with instance(data, f"http://127.0.0.1:{port}") as server:
            people = _prepare(data, demo=True, ours=server is not None)
            children = [*_simulators(port, data), *_children(port, data)]
            with serving(server, children) as running:
                if options.check:
                    raise SystemExit(_check(port))
                _welcome(port, people, data, time.monotonic() - started)
                if options.fast_clock:
                    print("\nThe clock is fast: a day passes each second.", flush=True)
                running.watch()
                print("Stopping", flush=True)


def serve(options: argparse.Namespace) -> None:
    """Serve a real instance until stopped."""
    os.environ.setdefault("PENDOPO_MODE", "production")
    if options.workers < 1:
        raise Trouble("--workers must be at least 1", "./pendopo serve --workers 2")
    data = options.data
    claim(data)
    with supervisor.only_one(data, "serve"):
        supervisor.check_port(options.port, "serve")
        with instance(data, os.environ.get("PENDOPO_BASE_URL", f"http://127.0.0.1:{options.port}")) as server:
            _prepare(data, demo=False, ours=server is not None)
            children = [
                supervisor.web(options.port, host=options.host, workers=options.workers),
                supervisor.worker(None),
            ]
            with serving(server, children) as running:
                print(f"Serving on http://{options.host}:{options.port}", flush=True)
                warn_of_mails()
                running.watch()
                print("Stopping", flush=True)


def warn_of_mails() -> None:
    """One line when this instance sends no mail. Reads the settings: the environment must be complete."""
    from pendopo.config import settings

    if not settings.SENDS_MAILS:
        print(f"Careful: {settings.NO_MAILS}. Mend: {settings.NO_MAILS_MEND}", flush=True)


def claim(data: Path) -> None:
    """Make the data directory and mark it as ours. Raises Trouble for a folder that holds something else."""
    if not data.exists():
        data.mkdir(parents=True)
        data.chmod(0o755)  # the database's user must pass through, whatever the umask
    elif not data.is_dir():
        raise Trouble(f"{data} is not a folder", "choose another: --data DIR")
    elif data != ROOT / ".data" and not (data / MARKER).exists() and any(data.iterdir()):
        raise Trouble(
            f"{data} holds files that are not Pendopo's", "choose an empty or new folder: --data DIR"
        )
    (data / MARKER).touch()
    if shutil.disk_usage(data).free < FREE_MB * 2**20:
        raise Trouble(
            f"the disk is full: less than {FREE_MB} MB free at {data}",
            "free some space, or choose --data DIR",
        )


def reset(data: Path) -> None:
    """Delete what an instance kept in ``data``, which ``claim`` marked as ours and the caller holds."""
    print(f"Deleting what the earlier demo kept in {data}", flush=True)
    postgres.Server(data).remove()
    for path in data.iterdir():
        if path.name in {MARKER, "instance.lock"}:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


@contextlib.contextmanager
def database(data: Path) -> Iterator[None]:
    """Have DATABASE_URL set for this block: given, of the running instance, or of a server started for it."""
    if not os.environ.get("DATABASE_URL"):
        claim(data)
    with postgres.running(data) as url:
        os.environ["DATABASE_URL"] = url
        yield


@contextlib.contextmanager
def instance(data: Path, base_url: str) -> Iterator[postgres.Server | None]:
    """Set what the instance's processes read from the environment, its database included; stop the database in the end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # while starting, too, everything stops in order
    os.environ |= {"PENDOPO_DATA": str(data), "PENDOPO_BASE_URL": base_url, "MALLOC_ARENA_MAX": "2"}
    if os.environ.get("DATABASE_URL"):
        print("Database: the one of DATABASE_URL", flush=True)
        yield None
        return
    server = postgres.Server(data)
    print(f"PostgreSQL in {server.home} ...", flush=True)
    started = time.monotonic()
    server.start()
    who = f" as system user {server.owner.name}" if server.owner.name else ""
    print(f"  version {server.binaries.version} on 127.0.0.1:{server.port}{who}{_since(started)}", flush=True)
    os.environ["DATABASE_URL"] = server.url
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def serving(
    server: postgres.Server | None, children: list[supervisor.Child]
) -> Iterator[supervisor.Supervisor]:
    """Run ``children`` for this block; SIGTERM and SIGINT end ``watch``."""
    running = supervisor.Supervisor(server, children, lambda line: print(line, flush=True))
    print("Starting " + ", ".join(child.name for child in children) + " ...", flush=True)
    started = time.monotonic()
    try:
        running.start()
        print(f"  ready{_since(started)}", flush=True)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, running.on_signal)
        yield running
    finally:
        running.stop()


def _prepare(data: Path, *, demo: bool, ours: bool) -> prepare.People:
    """Prepare what is served, unless nothing changed since. Of a database that is not ``ours`` we cannot know that."""
    city = Path(os.environ.get("PENDOPO_CITY") or ROOT / "cities/batam").absolute()
    done = prepare.prepared(data, city) if ours else None
    if done is not None:
        print("Schema, words, static files and catalogue are as at the last start", flush=True)
        return done
    print(f"Preparing {city.name} ...", flush=True)
    return prepare.run(data, city, demo=demo)


def _simulators(port: int, data: Path) -> list[supervisor.Child]:
    """The outside world of the demo, on ports that follow the demo's own."""
    children = []
    for number, name in enumerate(SIMULATORS, start=101):
        free = postgres.free_port(port + number if port + number < 2**16 else 0)
        os.environ[f"PENDOPO_{name.upper()}_URL"] = f"http://127.0.0.1:{free}"
        children.append(supervisor.simulator(name, free, _log(data, name)))
    return children


def _children(port: int, data: Path) -> list[supervisor.Child]:
    return [supervisor.web(port, log=_log(data, "web")), supervisor.worker(_log(data, "worker"))]


def _log(data: Path, name: str) -> Path:
    folder = data / "log"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.log"
    path.write_bytes(b"")
    return path


def _check(port: int) -> int:
    """Take one permit through the running demo, in a process of its own."""
    command = [sys.executable, "-m", "pendopo.config.prepare", "check", f"http://127.0.0.1:{port}"]
    return process.run(command, cwd=ROOT, show=True).code


def _welcome(port: int, people: prepare.People, data: Path, seconds: float) -> None:
    address = f"http://127.0.0.1:{port}"
    print(
        f"\nReady after {seconds:.1f} s:  {address}\n\nDemo people, one click each at {address}/demo/ (or password {people.password}):"
    )
    widths = [max(map(len, column)) for column in zip(*people.rows, strict=False)]
    for row in people.rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip())
    print(f"""
Three things to try:
  1. Search "mau buka warung" or "surat kelakuan baik" at {address}/
  2. Sign in as a nurse at {address}/demo/ and apply for a practice licence (SIP perawat)
  3. Sign in as an officer of the health agency and act on that application at {address}/kerja/

Logs and data: {data}.  Stop with Ctrl-C.""", flush=True)  # fmt: skip


def _since(started: float) -> str:
    return f" ({time.monotonic() - started:.1f} s)"
