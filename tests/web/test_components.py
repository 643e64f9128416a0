"""The macros: what a screen reader gets, and that what was typed stays."""

from typing import Any

import pytest
from django.template import engines


def draw(call: str, **context: Any) -> str:
    source = "{% import 'components.html' as ui %}" + call
    return " ".join(str(engines["jinja2"].from_string(source).render(context)).split())


def field(**parts: Any) -> str:
    return draw("{{ ui.field(f) }}", f={"name": "nik", "label": "NIK"} | parts)


def test_an_error_stands_beside_the_field_and_is_announced_with_it() -> None:
    html = field(error="NIK terdiri dari 16 angka.", help="Pada KTP", value="21")
    assert 'aria-describedby="h-nik e-nik"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="e-nik"' in html
    assert 'class="hidden">Kesalahan:</span> NIK terdiri dari 16 angka.' in html
    assert 'value="21"' in html


def test_a_field_without_error_says_nothing_of_errors() -> None:
    html = field()
    assert "aria-" not in html.replace('aria-hidden="true"', "")
    assert "Kesalahan" not in html
    assert "required" in html


def test_optional_fields_say_so_and_required_ones_do_not() -> None:
    assert "(tidak wajib)" in field(required=False)
    assert "(tidak wajib)" not in field()


@pytest.mark.parametrize(
    "widget",
    [
        "text",
        "textarea",
        "select",
        "date",
        "currency",
        "file",
        "nik",
        "email",
        "password",
        "number",
        "search",
        "tel",
    ],
)
def test_every_widget_is_tied_to_its_label(widget: str) -> None:
    html = field(widget=widget, options=[("a", "A")])
    assert '<label class="label" for="f-nik">' in html
    assert 'id="f-nik"' in html
    assert 'name="nik"' in html


def test_a_password_is_never_sent_back() -> None:
    assert "secret" not in field(widget="password", value="secret")


def test_choices_are_a_fieldset_and_keep_what_was_chosen() -> None:
    html = field(widget="radio", options=[("a", "A"), ("b", "B")], value="b", error="Pilih satu")
    assert '<fieldset class="field field-error" aria-describedby="e-nik">' in html
    assert '<input type="radio" id="f-nik" name="nik" value="a">' in html
    assert '<input type="radio" id="f-nik-2" name="nik" value="b" checked>' in html
    many = field(widget="checkboxes", options=[("a", "A"), ("b", "B")], value=["a", "b"])
    assert many.count(" checked") == 2


@pytest.mark.parametrize(
    ("value", "checked"), [(True, True), ("on", True), (False, False), ("", False), (None, False)]
)
def test_a_checkbox_remembers(value: object, checked: bool) -> None:
    assert (" checked" in field(widget="checkbox", value=value)) is checked


def test_a_date_that_is_none_is_shown_as_typed() -> None:
    assert 'type="date"' in field(widget="date", value="1990-03-27")
    wrong = field(widget="date", value="31-02-1990")
    assert 'type="text"' in wrong
    assert 'value="31-02-1990"' in wrong


def test_a_file_already_there_is_named_and_kept() -> None:
    html = field(widget="file", upload="/berkas/", file={"id": "7", "name": "ktp.pdf", "size": 2048})
    assert "ktp.pdf" in html
    assert "(2,0 kB)" in html
    assert '<input type="hidden" name="nik_id" value="7">' in html
    assert 'data-upload="/berkas/" data-upload-into="nik_id"' in html


def test_the_error_summary_links_to_the_fields_and_vanishes_when_empty() -> None:
    html = draw("{{ ui.error_summary(e) }}", e=[("nik", "Salah"), ("", "Umum")])
    assert '<a href="#f-nik">Salah</a>' in html
    assert "<li>Umum</li>" in html
    assert 'role="alert"' in html
    assert draw("{{ ui.error_summary([]) }}") == ""


def test_a_chart_comes_with_its_table() -> None:
    html = draw(
        "{{ ui.bar_chart('Permohonan', r) }}", r=[{"label": "A", "value": 3}, {"label": "B", "value": 0}]
    )
    assert '<th scope="row">A</th><td class="number">3</td>' in html
    assert draw("{{ ui.bar_chart('Permohonan', []) }}")


def test_change_links_name_what_they_change() -> None:
    html = draw("{{ ui.summary_list(r) }}", r=[{"label": "NIK", "value": "1", "change": "/x"}])
    assert '<a href="/x">Ubah<span class="hidden"> NIK</span></a>' in html
