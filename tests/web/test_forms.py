"""Dates as people type them, and Django forms through our macro."""

from datetime import date

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from pendopo.web.forms import form_errors, form_fields, parse_day


@pytest.mark.parametrize(
    "text",
    [
        "1990-03-27",
        "27-03-1990",
        "27/3/1990",
        "27.03.1990",
        "27 Maret 1990",
        " 27 march 1990 ",
        "27 Mar 1990",
    ],
)
def test_a_date_is_understood_in_many_spellings(text: str) -> None:
    assert parse_day(text) == date(1990, 3, 27)


@pytest.mark.parametrize(
    "text", ["", "31-02-1990", "27-03-90", "1990", "27 Smarch 1990", "0000-01-01", "२७-०३-१९९०", "1-2-3-4"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_day(text) is None


@given(st.dates())
def test_every_date_survives(on: date) -> None:
    assert parse_day(on.isoformat()) == on
    assert parse_day(f"{on.day}/{on.month}/{on.year:04}") == on


@given(st.text())
def test_nothing_typed_breaks_it(text: str) -> None:
    parse_day(text)


class Sample(forms.Form):
    email = forms.EmailField(label="Email", max_length=50)
    secret = forms.CharField(widget=forms.PasswordInput, required=False)
    kind = forms.ChoiceField(choices=[(1, "Satu")], widget=forms.RadioSelect)


def test_a_django_form_becomes_fields() -> None:
    form = Sample({"p-email": "bukan email", "p-secret": "s3cret"}, prefix="p")
    fields = form_fields(form, {"email": {"label": "Alamat email"}})
    assert [f["widget"] for f in fields] == ["email", "password", "radio"]
    assert fields[0] | {"label": "Alamat email", "value": "bukan email", "name": "p-email"} == fields[0]
    assert fields[0]["error"]
    assert fields[1]["value"] == ""
    assert not fields[1]["required"]
    assert fields[2]["options"] == [("1", "Satu")]
    assert [name for name, _ in form_errors(form)] == ["p-email", "p-kind"]
