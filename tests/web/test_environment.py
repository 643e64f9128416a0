"""What templates may use: filters in both languages, said(), and no silent blanks."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.template import engines
from django.utils import translation
from jinja2 import UndefinedError

AT = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)


def draw(source: str, language: str = "id", **context: Any) -> str:
    with translation.override(language):
        return str(engines["jinja2"].from_string(source).render(context))


@pytest.mark.parametrize(
    ("source", "indonesian", "english"),
    [
        (
            "{{ at|when }}",
            "Senin, 23 November 2026 pukul 10.30 WIB",
            "Monday, 23 November 2026 at 10:30 WIB",
        ),
        ("{{ at|day }}", "Senin, 23 November 2026", "Monday, 23 November 2026"),
        ("{{ on|day }}", "Sabtu, 1 Agustus 2026", "Saturday, 1 August 2026"),
        ("{{ none|when }}{{ none|day }}", "", ""),
        ("{{ 150000|rupiah }}", "Rp150.000", "Rp150.000"),
        ("{{ 1536|bytes }}", "1,5 kB", "1.5 kB"),
        ("{{ 10485760|bytes }} {{ 12|bytes }}", "10 MB 12 B", "10 MB 12 B"),
        ("{{ '2171101708950001'|nik }}", "217110******0001", "217110******0001"),
        ("{{ '21711017'|nik }}{{ none|nik }}", "********", "********"),
        ("{{ _('Masuk') }}", "Masuk", "Sign in"),
        ("{{ ngettext('%(num)s hari kerja', '%(num)s hari kerja', 1) }}", "1 hari kerja", "1 working day"),
        ("{{ ngettext('%(num)s hari kerja', '%(num)s hari kerja', 3) }}", "3 hari kerja", "3 working days"),
    ],
)
def test_filters_speak_the_language_of_the_reader(source: str, indonesian: str, english: str) -> None:
    context = {"at": AT, "on": date(2026, 8, 1)}
    assert (draw(source, "id", **context), draw(source, "en", **context)) == (indonesian, english)


def test_a_compiled_template_is_not_bound_to_the_first_reader() -> None:
    template = engines["jinja2"].from_string("{{ _('Masuk') }} {{ 1500|bytes }}")
    seen = []
    for language in ("id", "en", "id"):
        with translation.override(language):
            seen.append(template.render({}))
    assert seen == ["Masuk 1,5 kB", "Sign in 1.5 kB", "Masuk 1,5 kB"]


def test_an_instant_is_shown_in_the_zone_of_the_region() -> None:
    assert draw("{{ at|day }}", at=datetime(2026, 11, 22, 18, tzinfo=UTC)) == "Senin, 23 November 2026"


@dataclass
class Service:
    name: str
    name_en: str = ""


@pytest.mark.parametrize("kind", [dict, Service])
def test_said_prefers_english_only_in_english_and_where_there_is_one(kind: Any) -> None:
    both, one = kind(name="Akta", name_en="Certificate"), kind(name="Akta")
    assert draw("{{ said(a) }}", a=both) == "Akta"
    assert draw("{{ said(a) }} {{ said(b) }}", "en", a=both, b=one) == "Certificate Akta"


def test_a_missing_variable_is_an_error_not_a_blank() -> None:
    with pytest.raises(UndefinedError):
        draw("{{ nothing_of_the_kind }}")
    with pytest.raises(UndefinedError):
        draw("{{ thing.missing }}", thing={})


def test_what_people_type_is_escaped() -> None:
    assert draw("{{ name }}", name="<script>") == "&lt;script&gt;"
    assert "<b>" not in draw(
        "{% import 'components.html' as ui %}{{ ui.field({'name': 'a', 'label': x, 'value': x, 'error': x}) }}",
        x="<b>",
    )
    assert "<b>" not in draw("{{ _('%(x)s', x=x) }}", x="<b>")
