"""What a NIK may look like, who an actor is. No database."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.identity.api import PUBLIC, SYSTEM, Actor, ActorKind, Role, mask_nik, read_nik
from pendopo.kernel.errors import Denied

DIGITS = "0123456789"


@st.composite
def niks(draw: st.DrawFn) -> tuple[str, date, bool]:
    """A NIK made by the law's own rule, with what it says."""
    area = f"{draw(st.integers(11, 99))}{draw(st.integers(1, 99)):02}{draw(st.integers(1, 99)):02}"
    born = draw(st.dates(date(1910, 1, 1), date(2026, 12, 31)))
    female = draw(st.booleans())
    day = born.day + (40 if female else 0)
    serial = draw(st.integers(1, 9999))
    return f"{area}{day:02}{born:%m%y}{serial:04}", born, female


@given(niks())
def test_every_lawful_number_is_read(made: tuple[str, date, bool]) -> None:
    nik, born, female = made
    read = read_nik(nik)
    assert (read.born_day, read.born_month, read.born_year_2) == (born.day, born.month, born.year % 100)
    assert read.female is female
    assert read.district.replace(".", "") == nik[:6]


@given(st.text(max_size=20) | st.text(DIGITS, min_size=16, max_size=16))
def test_anything_is_read_or_refused_and_what_is_read_is_lawful(text: str) -> None:
    try:
        read = read_nik(text)
    except Denied:
        return
    assert 1 <= read.born_day <= 31
    assert 1 <= read.born_month <= 12
    assert not text.endswith("0000")


@pytest.mark.parametrize(
    ("nik", "code"),
    [
        ("", "nik_length"),
        ("217110170895000", "nik_length"),
        ("21711017089500011", "nik_length"),
        ("2171101708950ABC", "nik_length"),
        ("２１７１１０１７０８９５０００１", "nik_length"),
        ("1071101708950001", "nik_region"),
        ("2100101708950001", "nik_region"),
        ("2171001708950001", "nik_region"),
        ("2171103202950001", "nik_date"),  # the 32nd of February
        ("2171103002960001", "nik_date"),
        ("2171107202950001", "nik_date"),
        ("2171104008950001", "nik_date"),  # day 40: neither a man's nor a woman's
        ("2171100008950001", "nik_date"),
        ("2171101713950001", "nik_date"),
        ("2171101708950000", "nik_serial"),
    ],
)
def test_what_is_wrong_has_its_own_code(nik: str, code: str) -> None:
    with pytest.raises(Denied) as refused:
        read_nik(nik)
    assert refused.value.code == code


def test_a_leap_day_of_either_century_counts() -> None:
    assert read_nik("2171102902000001").born_day == 29  # 2000 had one, 1900 had not
    with pytest.raises(Denied):
        read_nik("2171102902950001")


@given(st.text(max_size=30))
def test_a_mask_shows_no_birth_date(nik: str) -> None:
    shown = mask_nik(nik)
    if len(nik) == 16:
        assert shown == f"{nik[:6]}******{nik[-4:]}"
    else:
        assert shown == "*" * len(nik)


def test_an_actor_has_a_name_in_events_and_duties_at_agencies() -> None:
    officer = Actor(ActorKind.STAFF, UUID(int=7), "Dewi", {"dinas": frozenset({Role.FRONT_OFFICER})})
    assert officer.ref == f"staff:{UUID(int=7)}"
    assert (PUBLIC.ref, SYSTEM.ref) == ("public", "system")
    assert officer.has(Role.FRONT_OFFICER, "dinas")
    assert not officer.has(Role.SIGNATORY, "dinas")
    assert not officer.has(Role.FRONT_OFFICER, "lain")
