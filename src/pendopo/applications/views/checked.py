"""What was answered, read once more: the rows of "check your answers" and of the officer's file, and what is wrong with them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from pendopo.applications import forms
from pendopo.catalogue.api import passed_fields
from pendopo.kernel import clock


def listed(
    schema: forms.Schema, names: Iterable[str], errors: Mapping[str, str], change: str = ""
) -> list[tuple[str, str]]:
    """Errors for the summary on top of a page, each naming its field: (field, message); "" for what is about no field of it.

    ``change``: the address of the pages, where the fields stand on other pages than the summary; (address, message) then.
    """
    places = {
        name: f"{change}{page.id}/?ubah=1#f-{name}" if change else name
        for page in forms.pages(schema)
        for name in page.fields
    }
    properties = schema["properties"]
    return [
        (places.get(name, ""), _named(properties.get(name), errors[name])) for name in names if name in errors
    ]


def _named(field: forms.Schema | None, message: str) -> str:
    label = forms.words(field, "title", "x-title-en") if field else ""
    if not label or label in message:
        return message
    return f"{label} {message}" if label.endswith("?") else f"{label}: {message}"


def summary_rows(
    schema: forms.Schema,
    page: forms.Page,
    *,
    answers: Mapping[str, Any],
    sources: Mapping[str, Any],
    errors: Mapping[str, str],
    files: Mapping[str, Any],
    change: str,
    at_desk: bool = False,
    whole_nik: bool = False,
) -> list[dict[str, Any]]:
    """The rows of one page in "check your answers" and in the officer's file; empty optional answers are left out."""
    rows = []
    passed = passed_fields(schema["properties"], answers, clock.today())
    for name in page.fields:
        field = schema["properties"][name]
        value = forms.shown(field, answers.get(name), files, whole_nik=whole_nik)
        if not value and name not in schema.get("required", ()) and name not in errors:
            continue
        rows.append(
            {
                "name": name,
                "label": forms.called(field, at_desk=at_desk),
                "value": value,
                "source": forms.source_words(sources.get(name), at_desk=at_desk),
                "error": errors.get(name, ""),
                "warning": _passed(at_desk=at_desk) if name in passed and name not in errors else "",
                "change": f"{change}{page.id}/?ubah=1#f-{name}" if change else "",
                "file": str(answers.get(name))
                if field.get("x-widget") == "file" and answers.get(name)
                else "",
            }
        )
    return rows


def _passed(*, at_desk: bool) -> str:
    """What a date of a paper that has passed means: to an officer, and to the applicant, who may send it all the same."""
    if at_desk:
        return _("Masa berlakunya sudah lewat.")
    return _(
        "Tanggal ini sudah lewat. Anda tetap dapat mengirim, tetapi petugas dapat meminta yang masih berlaku."
    )


def warned(sections: Iterable[tuple[str, Iterable[Mapping[str, Any]]]]) -> list[str]:
    """Labels of the rows that carry a warning: what the top of a page points to."""
    return [row["label"] for _title, rows in sections for row in rows if row.get("warning")]
