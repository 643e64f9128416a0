"""Money, errors, clock, environment, and settings that refuse to start weakly. No database."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from pendopo.kernel import clock, env
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
