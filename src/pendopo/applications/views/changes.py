"""What an amendment or renewal changes, old beside new: for the applicant before sending and for the officer."""

from typing import Any

from pendopo.applications import api, forms
from pendopo.applications.views import drawn


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
