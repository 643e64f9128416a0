"""The first stage of `./pendopo`: makes the virtual environment from the lock file, then runs the command inside it.

Knows only the standard library and Debian's bare `python3`, where neither pip nor ensurepip may be there. Leaves out what the
commands do (`cli.py`) and never names a package index: pip's own configuration decides that.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from pathlib import Path

from pendopo.config import cli, process
from pendopo.config.trouble import Trouble, from_oserror

ROOT = Path(__file__).resolve().parents[3]
NEEDS_MB = {"requirements.lock": 600, "requirements-dev.lock": 400}
DEVELOPING = {"test", "bench"}


def main(arguments: list[str]) -> None:
    """Run ``arguments`` in the environment, making it first where needed. Does not return."""
    try:
        options = cli.parse(arguments)  # a mistyped command or --help needs no environment
        python = prepare(
            venv_dir(),
            ["requirements.lock", *(["requirements-dev.lock"] if options.command in DEVELOPING else [])],
        )
    except OSError as error:
        raise from_oserror(error) from None
    except KeyboardInterrupt:
        raise SystemExit("pendopo: stopped; the same command goes on from here") from None
    os.execv(python, [str(python), "-m", "pendopo", *arguments])  # noqa: S606 - our own interpreter, no shell


def venv_dir() -> Path:
    """Where the environment is: `.venv` beside the launcher unless PENDOPO_VENV says otherwise."""
    return Path(os.environ.get("PENDOPO_VENV") or ROOT / ".venv").expanduser().absolute()


def fingerprint(lock: Path) -> str:
    """What an environment was made from."""
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def is_current(environment: Path, lock: Path) -> bool:
    """Tell whether ``environment`` has exactly what ``lock`` lists."""
    stamp = environment / f".{lock.name}.done"
    return (environment / "bin/python").exists() and stamp.exists() and stamp.read_text() == fingerprint(lock)


def prepare(environment: Path, names: list[str]) -> Path:
    """Make ``environment`` hold the lock files ``names``; return its Python. Two at once wait for each other."""
    locks = [ROOT / name for name in names]
    python = environment / "bin/python"
    if all(is_current(environment, lock) for lock in locks) and is_linked(environment):
        return python
    environment.mkdir(parents=True, exist_ok=True)
    with _only_one(environment):
        if not python.exists():
            for stamp in environment.glob(".*.done"):
                stamp.unlink()
            with _said(f"Making the environment {environment}"):
                venv.EnvBuilder(with_pip=False, symlinks=True).create(environment)
        for lock in locks:
            if not is_current(environment, lock):
                _install(environment, python, lock)
        _path_file(environment).write_text(f"{ROOT / 'src'}\n")
    return python


def is_linked(environment: Path) -> bool:
    """Tell whether ``environment`` finds the sources of this checkout (and not of one that was moved or copied)."""
    file = _path_file(environment)
    return file.exists() and file.read_text() == f"{ROOT / 'src'}\n"


def _path_file(environment: Path) -> Path:
    packages = sorted(
        environment.glob("lib/python3.*/site-packages"), key=lambda place: place.stat().st_mtime
    )
    return (packages or [environment])[-1] / "pendopo.pth"


@contextlib.contextmanager
def _only_one(environment: Path) -> Iterator[None]:
    with (environment / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another pendopo is making the environment; waiting for it", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _said(what: str) -> Iterator[None]:
    print(f"{what} ...", flush=True)
    started = time.monotonic()
    yield
    print(f"  done in {time.monotonic() - started:.1f} s", flush=True)


def _install(environment: Path, python: Path, lock: Path) -> None:
    total = len(re.findall(r"^[a-z0-9].*==", lock.read_text(), re.MULTILINE))
    free_mb = shutil.disk_usage(environment).free // 2**20
    if free_mb < NEEDS_MB[lock.name]:
        raise Trouble(
            f"the disk is full: {free_mb} MB free at {environment}, the environment needs {NEEDS_MB[lock.name]} MB",
            "free some space, or put it elsewhere: PENDOPO_VENV=DIR ./pendopo ...",
        )
    command, extra = _pip(python)
    command += [
        "install",
        "--require-hashes",
        "--no-deps",
        "--no-compile",
        "--only-binary=:all:",
        "--progress-bar=off",
    ]
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")} | extra
    surroundings |= {
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_RETRIES": "3",
        "PIP_USER": "0",
    }
    log = environment / f"{lock.stem}.log"
    with (
        _said(f"Installing {total} packages of {lock.name}, each checked against its hash"),
        log.open("wb") as output,
    ):
        pip = process.start(
            [*command, "-r", lock], output=output, dies_by=signal.SIGTERM, env=surroundings, cwd=ROOT
        )
        _watch(pip, log, total)
    if pip.returncode:
        raise explain(log.read_text(errors="replace"), log)
    (environment / f".{lock.name}.done").write_text(fingerprint(lock))


def _watch(pip: "subprocess.Popen[bytes]", log: Path, total: int) -> None:
    """Say how far the installation is: on a terminal in one line that moves, in a log file every quarter."""
    moving = sys.stdout.isatty()
    said = 0
    while pip.poll() is None:
        time.sleep(0.3)
        text = log.read_text(errors="replace")
        seen = len(re.findall(r"^(?:Collecting|Requirement already satisfied)", text, re.MULTILINE))
        if moving:
            print(
                f"\r  {'unpacking' if 'Installing collected' in text else f'{seen} of {total}'}   ",
                end="",
                flush=True,
            )
        elif seen * 4 // max(total, 1) > said:
            said = seen * 4 // max(total, 1)
            print(f"  {seen} of {total}", flush=True)
    if moving:
        print("\r", end="")


def explain(output: str, log: Path) -> Trouble:
    """Find in pip's output why it failed, and say it in one line with the mend."""
    errors = re.findall(r"^ERROR: (?!Exception:)(.*)", output, re.MULTILINE)
    last = (errors or output.strip().splitlines() or ["no output"])[-1][:200]
    if "No space left" in output or "Errno 28" in output:
        return Trouble(
            "the disk is full", "free some space (`df -h` shows where) and run the same command again"
        )
    if "DO NOT MATCH THE HASHES" in output:
        return Trouble(
            "a package is not the one of the lock file",
            "check who answers for your package index; never skip the check",
        )
    if re.search(
        r"NewConnectionError|name resolution|ConnectTimeout|ReadTimeout|unreachable|ProxyError|SSLError|from versions: none",
        output,
    ):
        return Trouble(
            "no network while installing packages",
            "connect, or point pip at a reachable index (pip config, PIP_INDEX_URL), and run the same command again",
        )
    if "No matching distribution" in output:
        return Trouble(
            f"this system has no ready package: {last}", "use Linux on x86_64 or aarch64 with glibc, or macOS"
        )
    return Trouble(f"packages could not be installed: {last}", f"see {log}")


def _pip(python: Path) -> tuple[list[str], dict[str, str]]:
    """Return a command that runs some pip for ``python``, and what it needs in its environment."""
    wheel = _wheel()
    if wheel:
        return [str(python), "-m", "pip"], {"PYTHONPATH": str(wheel)}
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", f"--python={python}"], {}
    if not shutil.which("apt-get"):
        raise Trouble(
            "this Python has no pip", "install your system's package python3-pip, then the same command"
        )
    with _said("Fetching pip from Debian's packages"):
        wheel = _wheel_as_root() if os.geteuid() == 0 else _wheel_as_anyone(python.parents[1] / "debian")
    return [str(python), "-m", "pip"], {"PYTHONPATH": str(wheel)}


def _wheel(*more: Path) -> Path | None:
    """Find pip as one file: first in this Python's own ensurepip, then where Linux distributions keep it."""
    folders = [*more, Path("/usr/share/python-wheels"), Path("/usr/share/python3-wheels")]
    ensurepip = importlib.util.find_spec("ensurepip")
    if ensurepip and ensurepip.origin:
        folders.insert(0, Path(ensurepip.origin).parent / "_bundled")
    return next((wheel for folder in folders for wheel in folder.glob("pip-*.whl")), None)


def _wheel_as_root() -> Path:
    install = ("apt-get", "install", "-y", "-q", "--no-install-recommends", "python3-pip-whl")
    failed = process.apt(*install) and (process.apt("apt-get", "update", "-q") or process.apt(*install))
    wheel = _wheel()
    if failed or not wheel:
        raise Trouble(
            f"pip could not be fetched ({failed})",
            "connect to the network, or: apt-get install python3-pip-whl",
        )
    return wheel


def _wheel_as_anyone(kept: Path) -> Path:
    """Without root: let apt work in a folder of our own, and unpack its package there."""
    wheels = kept / "usr/share/python-wheels"
    if not _wheel(wheels):
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="pendopo-apt-") as name:
            place = Path(name)
            for folder in ("lists/partial", "cache/archives/partial"):
                (place / folder).mkdir(parents=True)
            ours = (
                "-o",
                f"Dir::State::Lists={place}/lists",
                "-o",
                f"Dir::Cache={place}/cache",
                "-o",
                "APT::Sandbox::User=",
            )
            failed = (
                process.apt("apt-get", "update", "-q", *ours)
                or process.apt("apt-get", "download", "-q", *ours, "python3-pip-whl", cwd=place)
                or process.apt("dpkg-deb", "-x", *map(str, place.glob("*.deb")), str(kept))
            )
        if failed:
            raise Trouble(
                f"this Python has no pip and it could not be fetched ({failed})",
                "connect to the network, or: sudo apt-get install python3-pip",
            )
    wheel = _wheel(wheels)
    if not wheel:
        raise Trouble("Debian's package python3-pip-whl holds no pip", "sudo apt-get install python3-pip")
    return wheel
