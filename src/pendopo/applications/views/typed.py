"""What was typed on one page of a form, with or without JavaScript."""

from typing import Any

from django.http import HttpResponse, JsonResponse

from pendopo.applications import forms
from pendopo.applications.views.doors import Asked
from pendopo.documents.api import receive
from pendopo.kernel.errors import Invalid


def saves_itself(request: Asked) -> bool:
    """True when the page sends what was typed so far, and nobody pressed a button."""
    return bool(request.headers.get("X-Autosave"))


def seen_by(request: Asked) -> str:
    """What a page that saves itself had seen of the draft; a pressed button counts whatever it had seen."""
    return request.POST.get("seen", "") if saves_itself(request) else ""


def saved(kept: bool, seen: str) -> HttpResponse:
    """The answer to a page that saves itself: 409 when it came late, and what it has to say next time."""
    return JsonResponse({"saved": kept, "seen": seen}, status=200 if kept else 409)


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
