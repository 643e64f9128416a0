"""`./pendopo test`: every tool that proves the code, each in one line, then pytest, whose summary comes last.

All run even when one fails. With arguments only pytest runs and gets them. The tests have a PostgreSQL of their own that is thrown
away afterwards, unless DATABASE_URL names one.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from pendopo.config import postgres, process

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
TOOLS = {
    "format": ["-m", "ruff", "format", "--check", "--quiet", "."],
    "lint": ["-m", "ruff", "check", "--quiet", "."],
    "types": ["-m", "mypy", "--no-error-summary"],
    "borders": ["-c", "from importlinter.cli import lint_imports_command as run; run()"],
    "templates": ["-m", "djlint", "--lint", "--quiet", "src/pendopo/web/templates"],
    "migrations": ["-m", "django", "makemigrations", "--check", "--dry-run", "-v1"],
}


AT_ONCE = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder"]
"""Everything at once on all cores, a file in one process; a few tests alone start faster without."""


def main(arguments: list[str]) -> int:
    """Prove everything, or run pytest with ``arguments``. Returns 0 when all is well."""
    os.environ |= {"PENDOPO_MODE": "test", "DJANGO_SETTINGS_MODULE": "pendopo.config.settings"}
    have_chromium()
    if os.environ.get("DATABASE_URL"):
        return _prove(arguments)
    folder = Path(tempfile.mkdtemp(prefix="pendopo-test-"))
    folder.chmod(0o755)
    server = postgres.Server(folder, careless=True)
    try:
        server.start()
        os.environ |= {"DATABASE_URL": server.url, "PENDOPO_DATA": str(folder)}
        return _prove(arguments)
    finally:
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)


def _prove(arguments: list[str]) -> int:
    failed = [] if arguments else [name for name, command in TOOLS.items() if not _passes(name, command)]
    if failed:
        print(f"failed: {', '.join(failed)} (see above); the tests follow", flush=True)
    code = process.run([sys.executable, "-m", "pytest", *(arguments or AT_ONCE)], cwd=ROOT, show=True).code
    return code or (1 if failed else 0)


def _passes(name: str, command: list[str]) -> bool:
    started = time.monotonic()
    done = process.run([sys.executable, *command], cwd=ROOT)
    print(f"{name:<11}{'FAILED' if done.code else 'ok':<8}{time.monotonic() - started:5.1f} s", flush=True)
    if done.code:
        print(done.output.strip(), flush=True)
    return done.code == 0


def chromium() -> str | None:
    """Where the system's Chromium is, if it is there."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def have_chromium() -> None:
    """Install Debian's Chromium where we may; else say what is not tested."""
    if chromium():
        return
    started = time.monotonic()
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests ...", flush=True)
        install = (
            "apt-get",
            "install",
            "-y",
            "-q",
            "--no-install-recommends",
            "chromium",
            "fonts-liberation",
        )
        _ = process.apt(*install) and (process.apt("apt-get", "update", "-q") or process.apt(*install))
    if chromium():
        print(f"  done in {time.monotonic() - started:.1f} s", flush=True)
    else:
        print(
            "Chromium is missing: tests marked `browser` are skipped. Mend: apt-get install chromium (as root)",
            flush=True,
        )
