"""Adapts a Django form to the dicts that the ``field`` macro draws, and reads dates as people type them."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

WIDGETS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.PasswordInput, "password"),
    (forms.EmailInput, "email"),
    (forms.NumberInput, "number"),
    (forms.DateInput, "date"),
    (forms.Textarea, "textarea"),
    (forms.CheckboxInput, "checkbox"),
    (forms.RadioSelect, "radio"),
    (forms.Select, "select"),
    (forms.FileInput, "file"),
    (forms.HiddenInput, "hidden"),
)
MONTHS = (
    ("januari", "january", "jan"),
    ("februari", "february", "feb", "pebruari"),
    ("maret", "march", "mar"),
    ("april", "apr"),
    ("mei", "may"),
    ("juni", "june", "jun"),
    ("juli", "july", "jul"),
    ("agustus", "august", "agu", "agt", "ags", "aug"),
    ("september", "sep", "sept"),
    ("oktober", "october", "okt", "oct"),
    ("november", "nov", "nopember"),
    ("desember", "december", "des", "dec"),
)


def parse_day(text: str) -> date | None:
    """A local date out of ``1990-03-27``, ``27-03-1990``, ``27/3/1990``, ``27 Maret 1990``; None when it is none."""
    words = re.split(r"[\s./-]+", text.strip().lower())
    if len(words) != 3:  # noqa: PLR2004 - day, month, year
        return None
    year, month, on = words if len(words[0]) == 4 else words[::-1]  # noqa: PLR2004 - a year has four digits
    month = next((str(n) for n, names in enumerate(MONTHS, 1) if month in names), month)
    if not (all(part.isascii() and part.isdigit() for part in (year, month, on)) and len(year) == 4):  # noqa: PLR2004
        return None
    try:
        return date(int(year), int(month), int(on))
    except ValueError:
        return None


def is_iso(text: Any) -> bool:
    """True when a native date input can show this value; anything else is shown as typed in a text input."""
    if isinstance(text, date):
        return True
    try:
        return bool(date.fromisoformat(str(text)))
    except ValueError:
        return False


def form_fields(
    form: forms.BaseForm, instead: Mapping[str, Mapping[str, Any]] | None = None
) -> list[dict[str, Any]]:
    """Each field of a Django form as the dict that ``ui.field`` draws, in order.

    ``instead``: {field name: {what to say instead}}, for forms whose words are not ours.
    """
    return [_field(bound) | dict((instead or {}).get(bound.name, {})) for bound in form]


def form_errors(form: forms.BaseForm) -> list[tuple[str, str]]:
    """``(field name, message)`` for ``ui.error_summary``, the message with what its field is called; the name is empty for errors of the
    whole form.
    """
    return [
        ("", str(m)) if name == "__all__" else (form[name].html_name, _named(form[name], str(m)))
        for name, all_ in form.errors.items()
        for m in all_
    ]


def _named(bound: BoundField, message: str) -> str:
    label = str(bound.label or "")
    return f"{label}: {message}" if label and label.lower() not in message.lower() else message


def _field(bound: BoundField) -> dict[str, Any]:
    widget = bound.field.widget
    attrs = widget.attrs
    return {
        "name": bound.html_name,
        "id": bound.auto_id,
        "label": bound.label,
        "widget": next((kind for known, kind in WIDGETS if isinstance(widget, known)), "text"),
        "value": "" if isinstance(widget, forms.PasswordInput) else bound.value(),
        "error": " ".join(str(message) for message in bound.errors),
        "help": bound.help_text,
        "required": bound.field.required,
        "options": [(str(value), label) for value, label in getattr(bound.field, "choices", ())],
        "autocomplete": attrs.get("autocomplete", ""),
        "inputmode": attrs.get("inputmode", ""),
        "max_length": getattr(bound.field, "max_length", None),
    }
