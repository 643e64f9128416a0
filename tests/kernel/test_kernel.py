"""Money, errors, clock, environment, calls out, and settings that refuse to start weakly. No database."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings
from structlog.testing import capture_logs

from pendopo.kernel import clock, env, outward
from pendopo.kernel.errors import Denied, Invalid, Unavailable
from pendopo.kernel.money import rupiah

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Rp0"),
        (999, "Rp999"),
        (150_000, "Rp150.000"),
        (-2_500, "-Rp2.500"),
        (10**13, "Rp10.000.000.000.000"),
    ],
)
def test_rupiah(amount: int, words: str) -> None:
    assert rupiah(amount) == words


@given(st.integers(-(10**15), 10**15))
def test_rupiah_reads_back(amount: int) -> None:
    assert int(rupiah(amount).replace("Rp", "").replace(".", "")) == amount


def test_errors_carry_codes_fields_and_whether_trying_again_helps() -> None:
    assert str(Denied("not_your_step")) == "not your step"
    assert str(Denied("not_your_step", "detail")) == "detail"
    assert Invalid({"a": "salah", "b": "kosong"}).errors == {"a": "salah", "b": "kosong"}
    assert str(Invalid({"a": "salah"})) == "a: salah"
    assert Unavailable("bank", permanent=True).permanent
    assert not Unavailable("bank").permanent


def test_the_clock_is_injected_and_knows_the_regions_day(settings: Settings) -> None:
    still = clock.FixedClock(datetime(2026, 11, 22, 18, 30, tzinfo=UTC))
    with clock.use(still):
        assert clock.now() == still.at
        assert clock.today() == date(2026, 11, 23)
        still.move(hours=-2)
        assert clock.today() == date(2026, 11, 22)
    assert clock.now() > still.at or clock.now().tzinfo is UTC
    with pytest.raises(RuntimeError), clock.use(still):
        raise RuntimeError
    assert clock.now() != still.at


def test_a_fast_clock_lets_a_day_pass_each_second_and_is_the_same_in_every_process() -> None:
    began = clock.SystemClock().now() - timedelta(seconds=10)
    choice = env.ClockChoice("fast", began, env.DAY_A_SECOND)
    one, other = clock.of_choice(choice), clock.of_choice(choice)
    early, late = one.now(), other.now()
    assert timedelta(days=10) <= early - began < timedelta(days=40)
    assert timedelta(0) <= late - early < timedelta(days=10)
    with clock.use(one):
        assert clock.speed() == env.DAY_A_SECOND
        assert clock.now() >= late
    assert clock.speed() == 1.0


def test_a_fast_clock_may_begin_at_another_date() -> None:
    began = clock.SystemClock().now()
    christmas = datetime(2026, 12, 24, tzinfo=UTC)
    assert timedelta(0) <= clock.FastClock(began, christmas, 1).now() - christmas < timedelta(minutes=1)


def test_the_environment_chooses_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PENDOPO_CLOCK", raising=False)
    assert env.clock("PENDOPO_CLOCK") is None
    assert isinstance(clock.of_choice(None), clock.SystemClock)
    monkeypatch.setenv("PENDOPO_CLOCK", "fixed:2026-12-24T09:00+07:00")
    assert clock.of_choice(env.clock("PENDOPO_CLOCK")).now() == datetime(2026, 12, 24, 2, tzinfo=UTC)
    monkeypatch.setenv("PENDOPO_CLOCK", "fast:2026-12-24T09:00+07:00")
    assert env.clock("PENDOPO_CLOCK") == ("fast", datetime(2026, 12, 24, 2, tzinfo=UTC), 86_400)
    monkeypatch.setenv("PENDOPO_CLOCK", "fast:2026-12-24T09:00+07:00@2.5")
    assert env.clock("PENDOPO_CLOCK") == ("fast", datetime(2026, 12, 24, 2, tzinfo=UTC), 2.5)


@pytest.mark.parametrize(
    "value",
    ["slow", "fixed:", "fixed:kemarin", "fixed:2026-12-24@2", "fast:2026-12-24@0", "fast:2026-12-24@-1", "fast:2026-12-24@nan",
     "fast:2026-12-24@inf", "fast:2026-12-24@lekas", "pelan:2026-12-24", "fixed:0001-01-01T00:00+14:00"],
)  # fmt: skip
def test_a_clock_nobody_can_read_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PENDOPO_CLOCK", value)
    with pytest.raises(env.Misconfigured) as refused:
        env.clock("PENDOPO_CLOCK")
    assert "Mend: export PENDOPO_CLOCK=fixed:" in str(refused.value)


@pytest.mark.parametrize("value", ["fixed:2026-12-24", "fast:2026-12-24"])
def test_production_lives_by_the_machines_clock(value: str) -> None:
    refused = start(PENDOPO_CLOCK=value)
    assert refused.returncode != 0
    assert "unset PENDOPO_CLOCK" in refused.stderr


@pytest.mark.parametrize("word", ["1", "true", "YES", "on"])
def test_flags_yes(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("PENDOPO_X", word)
    assert env.flag("PENDOPO_X", default=False)


@pytest.mark.parametrize("word", ["0", "false", "No", "OFF"])
def test_flags_no(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("PENDOPO_X", word)
    assert not env.flag("PENDOPO_X", default=True)


def test_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PENDOPO_X", raising=False)
    assert env.flag("PENDOPO_X", default=True)
    assert env.number("PENDOPO_X", 7) == 7
    assert env.text("PENDOPO_X", "a") == "a"
    assert env.choice("PENDOPO_X", "a", ("a", "b")) == "a"
    assert env.folder("PENDOPO_X", tmp_path / "a" / ".." / "b") == tmp_path / "b"
    monkeypatch.setenv("PENDOPO_X", "12")
    assert env.number("PENDOPO_X", 7) == 12


@pytest.mark.parametrize(
    ("read", "value", "mend"),
    [
        (lambda: env.text("PENDOPO_X"), None, "export PENDOPO_X=..."),
        (lambda: env.flag("PENDOPO_X", default=True), "mungkin", "export PENDOPO_X=1 or PENDOPO_X=0"),
        (lambda: env.number("PENDOPO_X", 7), "tujuh", "export PENDOPO_X=7"),
        (lambda: env.number("PENDOPO_X", 7, low=5, high=9), "10", "from 5 to 9"),
        (lambda: env.number("PENDOPO_X", 7), "-1", "export PENDOPO_X=7"),
        (lambda: env.choice("PENDOPO_X", "a", ("a", "b")), "c", "one of a, b"),
    ],
)
def test_a_bad_value_names_itself_and_its_mend(
    monkeypatch: pytest.MonkeyPatch, read: object, value: str | None, mend: str
) -> None:
    monkeypatch.delenv("PENDOPO_X", raising=False)
    if value is not None:
        monkeypatch.setenv("PENDOPO_X", value)
    assert callable(read)
    with pytest.raises(env.Misconfigured) as refused:
        read()
    assert "PENDOPO_X" in str(refused.value)
    assert mend in str(refused.value)
    assert "\n" not in str(refused.value)


STRONG = "k3w8Zq1Lr7Vt5Xy9Bn2Mp4Sd6Fg0Hj-AaCcEeGgIiKkOo"
GOOD = {
    "PENDOPO_MODE": "production",
    "PENDOPO_SECRET": STRONG,
    "PENDOPO_SEAL_KEY": STRONG[::-1],
    "PENDOPO_PAYMENT_SECRET": STRONG[5:] + STRONG[:5],
    "PENDOPO_DUKCAPIL_TOKEN": "token-" + STRONG,
    "PENDOPO_BASE_URL": "https://mpp.contoh.id",
    "DATABASE_URL": "postgresql://a:b@127.0.0.1/c",
}


def start(**changed: str | None) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of their own."""
    wanted = {**{k: v for k, v in os.environ.items() if not k.startswith("PENDOPO_")}, **GOOD, **changed}
    environment = {key: value for key, value in wanted.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", "import pendopo.config.settings as s; print(s.MODE, s.DEMO)"],
        env=environment | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_good_secrets() -> None:
    started = start()
    assert (started.returncode, started.stdout.strip()) == (0, "production False"), started.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PENDOPO_SECRET", None),
        ("PENDOPO_SECRET", "demo-only-" + "0" * 54),
        ("PENDOPO_SECRET", "pendek"),
        ("PENDOPO_SECRET", "a" * 64),
        ("PENDOPO_SEAL_KEY", None),
        ("PENDOPO_SEAL_KEY", STRONG),
        ("PENDOPO_SEAL_KEY", "demo-only-" + "0" * 54),
        ("PENDOPO_SEAL_KEY", "ab" * 32),
        ("PENDOPO_PAYMENT_SECRET", None),
        ("PENDOPO_MODE", "produksi"),
        ("DATABASE_URL", "mysql://a/b"),
    ],
)
def test_production_refuses_weak_secrets_in_one_line_with_the_mend(name: str, value: str | None) -> None:
    refused = start(**{name: value})
    assert refused.returncode != 0
    assert name in refused.stderr
    assert "Mend: export" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    if value and len(value) > 20:
        assert value not in refused.stderr


def test_a_call_that_is_tried_again_tells_no_log_what_it_asked() -> None:
    with capture_logs() as told, pytest.raises(Unavailable):
        outward.ask(
            "Dukcapil", "POST", "http://127.0.0.1:9/", body=b"2171105708950002", headers={"k": "rahasia"}
        )
    outward.close()
    assert [line["event"] for line in told] == ["asked_again"] * (outward.TRIES - 1)
    assert "2171105708950002" not in str(told)
    assert "rahasia" not in str(told)
