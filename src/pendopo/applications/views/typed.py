"""What was typed on one page of a form, with or without JavaScript."""

from typing import Any

from pendopo.applications import forms
from pendopo.applications.views.doors import Asked
from pendopo.documents.api import receive
from pendopo.kernel.errors import Invalid


def take_page(
    request: Asked, schema: forms.Schema, page: forms.Page
) -> tuple[dict[str, Any], dict[str, str]]:
    """What was typed, and files sent along the plain way (without JavaScript)."""
    posted = tuple(
        n
        for n in page.fields
        if n in request.POST or f"{n}_id" in request.POST or n in request.FILES or _boxed(schema, n)
    )
    typed, errors = forms.read(schema, posted, request), {}
    for name in page.fields:
        sent = request.FILES.get(name)
        if sent is None:
            continue
        try:
            upload = receive(
                by=request.actor,
                name=sent.name or name,
                stream=sent,
                requirement=schema["properties"][name].get("x-requirement", name),
            )
            typed[name] = str(upload.id)
        except Invalid as refused:
            errors[name] = next(iter(refused.errors.values()))
            typed.pop(name, None)
    return typed, errors


def _boxed(schema: forms.Schema, name: str) -> bool:
    """A checkbox that is not ticked is not posted at all."""
    return bool(schema["properties"][name].get("type") == "boolean")
