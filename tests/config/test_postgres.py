"""Our own runner of PostgreSQL, against the real programs."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pendopo.config import postgres, programs
from pendopo.config.postgres import Server
from pendopo.config.trouble import Trouble

pytestmark = pytest.mark.slow


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder that the unprivileged user can reach, unlike pytest's own when root runs it."""
    folder = Path(tempfile.mkdtemp(prefix="pendopo-pg-"))
    folder.chmod(0o755)
    yield folder
    Server(folder).remove()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A cluster made once and stopped; tests copy it."""
    folder = Path(tempfile.mkdtemp(prefix="pendopo-pg-"))
    folder.chmod(0o755)
    server = Server(folder, careless=True)
    server.start()
    server.stop()
    yield folder
    server.remove()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def copy(made: Path, data: Path) -> Path:
    subprocess.run(["cp", "-a", f"{made}/.", data], check=True)
    return data


def test_it_starts_keeps_what_was_written_and_starts_again(data: Path) -> None:
    server = Server(data)
    server.start()
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'é' AS word")
        facts = connection.execute(
            "SELECT current_setting('password_encryption'), current_setting('data_checksums'), current_setting('fsync'),"
            " current_setting('listen_addresses'), (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"
        ).fetchone()
    assert facts == ("scram-sha-256", "on", "on", "127.0.0.1", False)
    server.stop()
    assert not server.is_running()
    again = Server(data)
    again.start()
    with psycopg.connect(again.url) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("é",)
    again.stop()


def test_it_wants_the_password_and_keeps_it_private(copy: Path) -> None:
    server = Server(copy, careless=True)
    server.start()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url.replace(server.url.split(":")[2].split("@")[0], "wrong"))
    assert (server.home / "secrets.json").stat().st_mode & 0o077 == 0
    server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can choose another user for the server")
def test_root_never_runs_it_and_no_mode_outside_changes(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = Server(closed / "data", careless=True)
    try:
        server.start()
        assert server.process
        assert Path(f"/proc/{server.process.pid}").stat().st_uid != 0
        assert not str(server.home).startswith(str(tmp_path))
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        server.remove()


def test_one_that_outlived_its_supervisor_is_taken_over(copy: Path) -> None:
    first, second = Server(copy, careless=True), Server(copy, careless=True)
    first.start()
    second.start()
    assert second.process is None
    assert second.url == first.url
    second.stop()
    assert first.process
    assert first.process.wait(5) == 0


def test_a_crash_is_recovered_and_a_stale_note_of_another_program_does_not_stop_it(copy: Path) -> None:
    server = Server(copy, careless=True)
    server.start()
    assert server.process
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()
    note = server.cluster / "postmaster.pid"
    note.write_text(note.read_text().replace(str(server.process.pid), str(os.getpid()), 1))
    assert not server.is_running()
    again = Server(copy, careless=True)
    again.start()
    again.stop()


def test_it_dies_with_its_supervisor(copy: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from pendopo.config.postgres import Server;"
        "server = Server(Path(sys.argv[1]), careless=True); server.start(); print(server.process.pid, flush=True);"
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, copy], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    for _ in range(100):
        if not postgres._exists(pid) or "zombie" in Path(f"/proc/{pid}/status").read_text():
            break
        signal.sigtimedwait([], 0.05)
    assert not Server(copy).is_running()


def test_another_program_on_its_port_makes_it_take_another(copy: Path) -> None:
    server = Server(copy, careless=True)
    taken = int((server.home / "port").read_text())
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", taken))
        other.listen()
        server.start()
        assert server.port != taken
        server.stop()


@pytest.mark.parametrize("missing", ["PG_VERSION", "global/pg_control", "pg_wal"])
def test_a_damaged_directory_is_said_with_the_mend(copy: Path, missing: str) -> None:
    server = Server(copy, careless=True)
    path = server.cluster / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(Trouble, match=r"is damaged.*backup.*--reset"):
        server.start()


def test_data_of_another_version_is_named(copy: Path) -> None:
    server = Server(copy, careless=True)
    (server.cluster / "PG_VERSION").write_text("14\n")
    with pytest.raises(Trouble, match="made by PostgreSQL 14"):
        server.start()


def test_a_full_disk_is_said_before_the_first_start(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 99, 2**20))
    with pytest.raises(Trouble, match="disk is full"):
        Server(data).start()


def test_no_programs_is_said_with_the_mend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PENDOPO_PG_BIN", str(tmp_path))
    with pytest.raises(Trouble, match="no PostgreSQL 15 or later"):
        programs.find_binaries()
