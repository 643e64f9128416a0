"""Keeps the processes of one instance alive: starts them in order, restarts what crashes, stops all in reverse order.

Small on purpose: no Django here. Every child dies with the supervisor, even when that one is killed outright (on Linux the
kernel sees to it; elsewhere the next start finds what was left).
"""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType

from pendopo.config import process
from pendopo.config.postgres import Server
from pendopo.config.trouble import Trouble

LONGEST_PAUSE_SECONDS = 30.0
CALM_SECONDS = 60.0  # alive this long: the next crash counts as the first
KILL_SECONDS = 8  # the web server's patience with its own workers
STOP_SECONDS = 15.0


@dataclass
class Child:
    """One process to keep alive. ``ready`` is asked until it says yes; ``log`` None means: write where the supervisor writes."""

    name: str
    command: list[str]
    ready: Callable[[], bool] = lambda: True
    log: Path | None = None
    dies_by: signal.Signals = (
        signal.SIGKILL
    )  # when the supervisor is killed; web asks its own children to end first
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    pause_seconds: float = field(default=0.0, init=False)
    due_at: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches the supervisor only, which stops everything in order."""
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(self.log.open("ab")) if self.log else None
            self.process = process.start(self.command, output=output, dies_by=self.dies_by)
        self.started_at = time.monotonic()

    def has_ended(self) -> bool:
        """Tell whether it ran and is gone."""
        return self.process is not None and self.process.poll() is not None

    def kill(self) -> None:
        """End it and the processes it started at once."""
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end; after ``STOP_SECONDS`` make it."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
        self.kill()
        if self.process:
            self.process.wait()
        self.process = None


class Supervisor:
    """The processes of one instance, in the order in which they start."""

    def __init__(
        self, server: Server | None, children: list[Child], say: Callable[[str], None] = print
    ) -> None:
        """``server`` is the running database, or None when DATABASE_URL names one outside."""
        self.server, self.children, self.say = server, children, say
        self.stopping = False

    def start(self, *, patience_seconds: float = 60) -> None:
        """Start all, each when the one before is ready. Raises Trouble naming the one that is not."""
        for child in self.children:
            child.start()
            deadline = time.monotonic() + patience_seconds
            while not child.ready():
                if child.has_ended():
                    raise Trouble(f"{child.name} ended while starting: {last_words(child.log)}", _mend(child))
                if time.monotonic() > deadline:
                    raise Trouble(f"{child.name} is not ready after {patience_seconds:.0f} s", _mend(child))
                time.sleep(0.05)

    def watch(self) -> None:
        """Keep all alive until SIGTERM or SIGINT."""
        while not self.stopping:
            self.mend()
            time.sleep(0.2)

    def mend(self) -> None:
        """Restart what has ended, each after a pause that grows with every crash."""
        if self.server and self.server.process and self.server.process.poll() is not None:
            self.say("postgres ended; starting it again")
            self.server.start()
        now = time.monotonic()
        for child in self.children:
            if child.has_ended():
                self._note_crash(child, now)
            elif child.process is None and now >= child.due_at:
                child.start()

    def _note_crash(self, child: Child, now: float) -> None:
        child.kill()  # what it may have left behind holds its port
        calm = now - child.started_at > CALM_SECONDS
        child.pause_seconds = (
            0.5 if calm or not child.pause_seconds else min(child.pause_seconds * 2, LONGEST_PAUSE_SECONDS)
        )
        code = child.process.returncode if child.process else 0
        self.say(f"{child.name} ended ({code}); starting it again in {child.pause_seconds:.1f} s")
        child.process, child.due_at = None, now + child.pause_seconds

    def stop(self) -> None:
        """Stop all in reverse order, the database last. A second Ctrl-C does not cut it short."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for child in reversed(self.children):
            child.stop()
        if self.server:
            self.server.stop()

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """End ``watch``; while still starting, give up."""
        if self.stopping:
            return
        self.stopping = True


@contextlib.contextmanager
def only_one(data: Path, what: str) -> Iterator[None]:
    """Hold the data directory for one instance. Raises Trouble naming the process that has it."""
    with (data / "instance.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Trouble(
                f"another instance uses the data directory {data} ({file.read().strip()})",
                f"stop that one, or choose another directory and port: ./pendopo {what} --data DIR --port 8001",
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()}")
        file.flush()
        yield


def check_port(port: int, what: str) -> None:
    """Raise Trouble when somebody listens on ``port`` of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            reason, other = (
                ("is reserved for root", 8000)
                if isinstance(error, PermissionError)
                else ("is taken", port + 1)
            )
            raise Trouble(f"port {port} {reason}", f"./pendopo {what} --port {other}") from None


def answers(port: int, path: str = "/") -> Callable[[], bool]:
    """Return a question: does an HTTP server on ``port`` answer ``path`` without failing?"""

    def ask() -> bool:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status < 500  # noqa: PLR2004
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    return ask


def web(port: int, *, host: str = "127.0.0.1", workers: int = 2, log: Path | None = None) -> Child:
    """The pages and the API: granian, WSGI."""
    options = [
        f"--port={port}",
        f"--workers={workers}",
        "--interface=wsgi",
        "--http=1",
        "--no-ws",
        "--blocking-threads=4",
        "--blocking-threads-idle-timeout=600",  # the longest there is: a thread takes its database connection along
    ]
    options += [
        "--backlog=2048",
        "--backpressure=64",
        "--respawn-failed-workers",
        f"--workers-kill-timeout={KILL_SECONDS}",
        "--log-level=warning",
    ]
    command = [sys.executable, "-m", "granian", f"--host={host}", *options, "pendopo.config.wsgi:application"]
    return Child("web", command, answers(port), log, signal.SIGTERM)


def worker(log: Path | None) -> Child:
    """The jobs: outbox relay, deadlines, connectors."""
    return Child("worker", [sys.executable, "-m", "pendopo", "worker"], log=log)


def simulator(name: str, port: int, log: Path | None) -> Child:
    """One part of the outside world, in the demo."""
    return Child(
        f"simulator {name}",
        [sys.executable, "-m", f"simulators.{name}", "--port", str(port)],
        answers(port),
        log,
    )


def last_words(log: Path | None) -> str:
    """The last line that a child wrote."""
    lines = log.read_text(errors="replace").strip().splitlines() if log and log.exists() else []
    return lines[-1][:200] if lines else "it said nothing"


def _mend(child: Child) -> str:
    return f"see {child.log}" if child.log else "see its messages above"
