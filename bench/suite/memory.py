"""What the whole demo takes of a small server's memory, PostgreSQL included. Pages shared by processes count once (PSS)."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench import load
from bench.harness import Result, at_most, bench
from bench.place import ROOT, SERVICE, Place
from bench.turns import descendants

PATIENCE_SECONDS: Final = 180
PATHS: Final = ("/", "/layanan/?q=mau+buka+warung", f"/layanan/{SERVICE}/", "/instansi/", "/v/")


@bench("memory", "memory of all processes of the demo after a little load, PostgreSQL included", at_most(600))
def memory(place: Place) -> Result:
    from pendopo.config.postgres import free_port

    folder = Path(tempfile.mkdtemp(prefix="demo-", dir=place.folder))
    folder.chmod(0o755)
    port = free_port()
    demo = _start(folder, port)
    place.at_end(lambda: _stop(demo))
    try:
        _wait(demo, folder / "said")
        time.sleep(2)
        fresh = usage(demo.pid)
        requests = [load.get(port, path) for path in PATHS]
        load.drive(port, requests, clients=16, seconds=5, expect=200)
        loaded = usage(demo.pid)
    finally:
        _stop(demo)
    return Result(
        "memory", sum(loaded.values()), "MB", conditions={
            "before_load_MB": round(sum(fresh.values())), "by_process_MB": {name: round(mb) for name, mb in sorted(loaded.items())},
            "load": "5 s of public pages by 16 clients", "measured": "PSS of every process of the demo (smaps_rollup)",
        },
    )  # fmt: skip


def _start(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "pendopo", "demo", "--port", str(port), "--data", str(folder / "data")]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PENDOPO_") and k != "DATABASE_URL"}
    with (folder / "said").open("wb") as said:
        return subprocess.Popen(
            command, cwd=ROOT, env=clean, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
        )


def _wait(demo: "subprocess.Popen[bytes]", said: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while "Ready after" not in said.read_text(errors="replace"):
        if demo.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the demo did not start: {said.read_text(errors='replace')[-600:]}")
        time.sleep(0.2)


def _stop(demo: "subprocess.Popen[bytes]") -> None:
    if demo.poll() is None:
        demo.send_signal(signal.SIGTERM)
        demo.wait(60)


def usage(pid: int) -> dict[str, float]:
    """PSS in MB of a process and all it started, by what it is called."""
    found: dict[str, float] = {}
    for child in descendants(pid):
        name = _name(child)
        found[name] = found.get(name, 0) + _pss(child)
    return found


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("Pss:")), 0.0) * 1.024


def _name(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "gone"
    known = (
        "postgres",
        "granian",
        "simulators.dukcapil",
        "simulators.payment",
        "simulators.oss",
        "worker",
        "demo",
    )
    return next((name for name in known if name in words), "other")
