"""Processes of an instance: one at a time on a directory, restarted when they crash, stopped in order."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from pendopo.config import cli, doctor, prepare, serving, supervisor
from pendopo.config.supervisor import Child, Supervisor
from pendopo.config.trouble import Trouble

pytestmark = pytest.mark.usefixtures("_signals")
SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def _signals() -> Iterator[None]:
    """Stopping a supervisor ignores Ctrl-C from then on; the tests go on."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_second_instance_on_the_same_directory_is_refused(tmp_path: Path) -> None:
    with (
        supervisor.only_one(tmp_path, "demo"),
        pytest.raises(Trouble, match=rf"another instance uses .*process {os.getpid()}"),
        supervisor.only_one(tmp_path, "demo"),
    ):
        pass
    with supervisor.only_one(tmp_path, "demo"):
        pass


def test_a_taken_port_is_said_with_the_next_one() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Trouble, match=rf"port {port} is taken. Mend: ./pendopo demo --port {port + 1}"):
            supervisor.check_port(port, "demo")


def test_a_folder_of_somebody_else_is_not_taken_and_never_deleted(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work")
    with pytest.raises(Trouble, match="not Pendopo's"):
        serving.claim(tmp_path)
    assert (tmp_path / "thesis.odt").exists()


def test_reset_deletes_everything_but_the_claim(tmp_path: Path) -> None:
    data = tmp_path / "data"
    serving.claim(data)
    (data / "files").mkdir()
    (data / "files" / "a").touch()
    (data / "prepared.json").touch()
    serving.reset(data)
    assert [path.name for path in data.iterdir()] == [serving.MARKER]


def test_a_crashed_child_is_started_again_later_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    child = Child("job", [sys.executable, "-c", "raise SystemExit(3)"])
    running = Supervisor(None, [child], said.append)
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    running.start()
    pauses = []
    for _ in range(9):
        while child.process and not child.has_ended():
            time.sleep(0.01)
        running.mend()
        pauses.append(child.pause_seconds)
        clock[0] += child.pause_seconds
        running.mend()
    running.stop()
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert said[0] == "job ended (3); starting it again in 0.5 s"


def test_children_stop_in_reverse_order_and_take_their_own_children_along(tmp_path: Path) -> None:
    log = tmp_path / "log"
    trap = "import signal, subprocess, sys, time\nchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    trap += "print(child.pid, flush=True)\nsignal.signal(signal.SIGTERM, lambda *_: (print('bye', sys.argv[1], flush=True), sys.exit()))\n"
    trap += "time.sleep(60)"
    children = [
        Child(
            name,
            [sys.executable, "-c", trap, name],
            lambda number=number: log.exists() and len(log.read_text().split()) >= number,  # type: ignore[misc]
            log,
        )
        for number, name in enumerate(("first", "second"), start=1)
    ]
    running = Supervisor(None, children)
    running.start()
    while len(log.read_text().split()) < 2:
        time.sleep(0.01)
    grandchildren = [int(word) for word in log.read_text().split()]
    running.stop()
    assert log.read_text().split()[2:] == ["bye", "second", "bye", "first"]
    time.sleep(0.1)
    for pid in grandchildren:
        with contextlib.suppress(FileNotFoundError):
            assert "zombie" in Path(f"/proc/{pid}/status").read_text()


def test_one_that_ends_while_starting_is_named_with_its_last_words(tmp_path: Path) -> None:
    child = Child(
        "web",
        [sys.executable, "-c", "print('no such thing'); raise SystemExit(1)"],
        lambda: False,
        tmp_path / "log",
    )
    with pytest.raises(Trouble, match="web ended while starting: no such thing"):
        Supervisor(None, [child]).start()


def test_one_that_never_answers_is_named() -> None:
    running = Supervisor(None, [Child("web", SLEEPER, lambda: False)])
    with pytest.raises(Trouble, match="web is not ready after"):
        running.start(patience_seconds=0.2)
    running.stop()


def test_what_was_prepared_is_known_until_the_city_changes(tmp_path: Path) -> None:
    data, city = tmp_path / "data", tmp_path / "city"
    (data / "static").mkdir(parents=True)
    city.mkdir()
    (city / "region.yaml").write_text("code: 21.71")
    assert prepare.prepared(data, city) is None
    (data / "prepared.json").write_text(
        f'{{"fingerprint": "{prepare.fingerprint(city)}", "people": [["a", "b"]], "password": "c"}}'
    )
    assert prepare.prepared(data, city) == prepare.People([("a", "b")], "c")
    (city / "region.yaml").write_text("code: 21.72")
    assert prepare.prepared(data, city) is None


def test_an_unreachable_database_ends_in_one_line() -> None:
    from django.db import OperationalError

    def reach() -> None:
        raise OperationalError("connection refused\nIs the server running?")

    with pytest.raises(
        Trouble, match=r"database is unreachable: connection refused\. Mend: check DATABASE_URL"
    ):
        cli.guarded(reach)


def test_a_defect_of_ours_keeps_its_traceback() -> None:
    def defect() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cli.guarded(defect)


def test_doctor_names_each_problem_with_its_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert doctor.main(tmp_path / "data", 1) == 1
    shown = capsys.readouterr().out
    assert "PROBLEM  database   unreachable" in shown
    assert "Mend: check DATABASE_URL" in shown
    assert not (tmp_path / "data").exists()


REAL = {
    "PENDOPO_MODE": "production",
    "PENDOPO_SECRET": "Zm9yIHRlc3RzIG9ubHksIG5vdCBhIHNlY3JldCBvZiBhbnlib2R5IQ",
    "PENDOPO_SEAL_KEY": "c2VhbCBmb3IgdGVzdHMgb25seSwgbm90IGEgc2VjcmV0IGVpdGhlciE",
    "PENDOPO_PAYMENT_SECRET": "x",
}
SHOW_MAILS = """
import django; django.setup()
from django.conf import settings
from pendopo.config import serving, worker
print(settings.EMAIL_BACKEND.split(".")[-2], [loop.__name__ for loop in worker.loops()][3:])
serving.warn_of_mails()
"""


@pytest.mark.parametrize(
    ("said", "backend", "threads", "warned"),
    [
        ({"PENDOPO_MODE": "production"}, "dummy", "[]", True),
        ({"PENDOPO_MAIL_URL": "smtp://mail.example.id"}, "smtp", "['_mails_for_ever']", False),
        ({"PENDOPO_MODE": "demo"}, "filebased", "['_mails_for_ever']", False),
    ],
)
def test_for_real_no_mail_is_printed_and_without_a_server_none_is_taken(
    tmp_path: Path, said: dict[str, str], backend: str, threads: str, *, warned: bool
) -> None:
    unset = {"PENDOPO_MAIL_URL", "PENDOPO_EMAIL_BACKEND", "PENDOPO_CLOCK"}
    kept = {key: value for key, value in os.environ.items() if key not in unset}
    env = {
        **kept,
        **REAL,
        "PENDOPO_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "pendopo.config.settings",
        **said,
    }
    done = subprocess.run(
        [sys.executable, "-c", SHOW_MAILS], env=env, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )  # fmt: skip
    first, *rest = done.stdout.splitlines()
    assert first == f"{backend} {threads}"
    assert len(rest) == warned
    assert not rest or "no mail is sent" in rest[0]
    assert not rest or "PENDOPO_MAIL_URL" in rest[0]


def test_doctor_says_when_no_mail_is_sent(tmp_path: Path, settings: Settings) -> None:
    visit = doctor.Visit(tmp_path, 1, contextlib.ExitStack())
    visit.settings()
    assert doctor.verdict(visit.mails)[0]
    settings.SENDS_MAILS = False
    well, words = doctor.verdict(visit.mails)
    assert not well
    assert "no mail is sent" in words
    assert "Mend: export PENDOPO_MAIL_URL=" in words


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("year", "month", "missing"), [(2026, 11, ""), (2027, 11, "2028"), (2027, 3, ""), (2030, 3, "2030")]
)
def test_doctor_warns_when_the_collective_leave_of_the_next_year_is_missing(
    tmp_path: Path, year: int, month: int, missing: str
) -> None:
    from datetime import UTC, datetime

    from pendopo.kernel import clock
    from pendopo.region import api as region

    with contextlib.ExitStack() as stack, clock.use(clock.FixedClock(datetime(year, month, 23, tzinfo=UTC))):
        region.forget()
        visit = doctor.Visit(tmp_path, 1, stack)
        visit.connected = visit.configured = True
        well, words = doctor.verdict(visit.calendar)
    assert well is not bool(missing)
    assert missing in words
    assert ("/operator/kalender/" in words) is bool(missing)
