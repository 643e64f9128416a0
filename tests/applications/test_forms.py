"""What was typed becomes what was meant, or stays as it was typed. No database."""

from datetime import date
from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from pendopo.applications import forms
from pendopo.applications.actions.issuing import _months_later
from pendopo.applications.views import checked

INTEGER, NUMBER = {"type": "integer"}, {"type": "number"}
DATE = {"type": "string", "format": "date"}
NIK = {"type": "string", "x-widget": "nik"}
PHONE = {"type": "string", "x-autocomplete": "tel"}
BOX = {"type": "boolean"}
TAX = {"type": "string", "title": "NPWP", "pattern": "^[0-9]{15,16}$"}
FILE = {"type": "string", "x-widget": "file"}
TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("field", "typed", "meant"),
    [
        (INTEGER, "Rp 1.250.000", 1_250_000),
        (INTEGER, "1.250.000,00", 1_250_000),
        (INTEGER, "-5", -5),
        (INTEGER, "banyak", "banyak"),
        (INTEGER, "9" * 16, "9" * 16),
        (NUMBER, "3,5", 3.5),
        (NUMBER, "3.25", 3.25),
        (NUMBER, "1e9", "1e9"),
        (NUMBER, "NaN", "NaN"),
        (DATE, "17-8-1995", "1995-08-17"),
        (DATE, "17/08/1995", "1995-08-17"),
        (DATE, "1995-08-17", "1995-08-17"),
        (DATE, "31-02-1995", "31-02-1995"),
        (NIK, "2171.1017 0895-0001", "2171101708950001"),
        (NIK, "bukan angka", "bukan angka"),
        (PHONE, "0812-3456 7890", "081234567890"),
        (PHONE, "+62 812 3456 7890", "+6281234567890"),
        (PHONE, "6281234567890", "+6281234567890"),
        (PHONE, "rumah", "rumah"),
        (TAX, "02.123.456.7-215.000", "021234567215000"),
        (TAX, "belum punya", "belum punya"),
        (BOX, "on", True),
        (BOX, "", None),
        (FILE, " abc ", "abc"),
        (TEXT, "  Siti\u202e Rahmawati\0 ", "Siti Rahmawati"),
        (TEXT, "e\u0301", "é"),
        (TEXT, "baris 1\r\nbaris 2", "baris 1\nbaris 2"),
        (TEXT, " ", None),
    ],
)
def test_what_was_typed_becomes_what_was_meant(field: dict[str, Any], typed: str, meant: Any) -> None:
    name = "x_id" if field is FILE else "x"
    request = RequestFactory().post("/", {name: typed})
    assert forms.read({"properties": {"x": field}}, ["x"], request) == {"x": meant}


@given(st.text(max_size=200))
def test_clean_text_is_storable_and_clean_already(text: str) -> None:
    cleaned = forms.clean(text)
    assert forms.clean(cleaned) == cleaned
    assert "\0" not in cleaned
    assert cleaned.encode().decode() == cleaned


@given(st.text(max_size=40))
def test_ids_are_known_from_texts(text: str) -> None:
    assert forms.is_uuid(text) in {True, False}


@pytest.mark.parametrize(
    ("on", "months", "until"),
    [
        (date(2026, 11, 22), 6, date(2027, 5, 22)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 12, 31), 60, date(2031, 12, 31)),
    ],
)
def test_months_end_on_the_same_day_or_the_last(on: date, months: int, until: date) -> None:
    assert _months_later(on, months) == until


@pytest.mark.parametrize(
    ("field", "keyboard"),
    [
        (TAX, "numeric"),
        ({"type": "string", "pattern": r"^\d{1,3}$"}, "numeric"),
        ({"type": "string", "pattern": "^[0-9]+$"}, "numeric"),
        (PHONE, "tel"),
        ({"type": "string", "pattern": "^[A-Z0-9]{5,12}$"}, ""),
        ({"type": "string", "pattern": "^(?:19|20)[0-9]{2}$"}, ""),
        (TEXT, ""),
    ],
)
def test_numbers_kept_as_text_bring_the_keyboard_with_digits(field: dict[str, Any], keyboard: str) -> None:
    drawn = forms.field_for(
        {"properties": {"a": {"title": "A", **field}}}, "a", answers={}, sources={}, errors={}, files={}
    )
    assert drawn["inputmode"] == keyboard


def test_the_summary_names_each_field_once() -> None:
    schema = {
        "properties": {
            "tax": TAX,
            "name": {"title": "Nama"},
            "sure": {"title": "Sudah yakin?"},
            "fine": {"title": "Benar"},
        }
    }
    errors = {"tax": "Isi dengan angka.", "name": "Nama belum diisi.", "sure": "Belum dijawab.", "": "Umum."}
    assert checked.listed(schema, ["sure", "name", "tax", "fine", ""], errors) == [
        ("sure", "Sudah yakin? Belum dijawab."),
        ("name", "Nama belum diisi."),
        ("tax", "NPWP: Isi dengan angka."),
        ("", "Umum."),
    ]
