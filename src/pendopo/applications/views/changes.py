"""What an amendment, a renewal or a correction changes, old beside new: for the applicant before sending and for the officer."""

from collections.abc import Iterable
from typing import Any

from pendopo.applications import api, forms
from pendopo.applications.views import drawn
from pendopo.kernel.events import Entry
from pendopo.web import words


def changes(row: Any, schema: forms.Schema, *, at_desk: bool = False) -> list[dict[str, str]]:
    """Rows of what an application says otherwise than the document before it: {label, old, new}."""
    labels = drawn.labels(schema, at_desk=at_desk)
    return [
        {
            "label": labels.get(name, name),
            "old": forms.shown(schema["properties"][name], old, {}) or "-",
            "new": forms.shown(schema["properties"][name], new, {}) or "-",
        }
        for name, (old, new) in api.changes_of(row).items()
        if name in schema["properties"]
    ]


def corrections(row: Any, schema: forms.Schema, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Rows of what was asked to be corrected and what came of it: {label, asked, by, old, new, changed}."""
    found = [one for one in api.corrections_of(row, entries) if one.field in schema["properties"]]
    files = _files(row, schema, found)
    return [
        {
            "label": forms.words(schema["properties"][one.field], "title", "x-title-en"),
            "asked": " - ".join(filter(None, (str(words.remark(one.reason)), one.note))),
            "by": one.by_name,
            "old": forms.shown(schema["properties"][one.field], one.old, files) or "-",
            "new": forms.shown(schema["properties"][one.field], one.new, files) or "-",
            "changed": one.changed,
        }
        for one in found
    ]


def _files(row: Any, schema: forms.Schema, found: Iterable[api.Correction]) -> dict[str, Any]:
    """The files among old and new values, by the value."""
    asked = [one for one in found if schema["properties"][one.field].get("x-widget") == "file"]
    if not asked:
        return {}
    owner = f"person:{row.applicant_id}"
    pairs = ({one.field: one.old for one in asked}, {one.field: one.new for one in asked})
    return {key: file for values in pairs for key, file in api.attached(schema, values, owner).items()}
