"""Pages of the clock: how a deadline was counted, and what breaks next."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pendopo.applications import api, forms
from pendopo.applications.queries import clock as deadlines
from pendopo.applications.queries import clock_desk
from pendopo.applications.views import drawn
from pendopo.applications.views.doors import Asked, for_citizens, for_staff
from pendopo.catalogue.api import get_version, list_agencies
from pendopo.kernel import clock
from pendopo.region.api import Derivation, Unit, closing_at
from pendopo.web import days

PAGE = 50


@for_citizens
@require_GET
def derivation(request: Asked, application_id: UUID) -> HttpResponse:
    """How the deadline of my application came about, day by day."""
    row = api.get_own(application_id, request.actor)
    return render(request, "applications/derivation.html", _derived(row, f"/permohonan/{row.id}/"))


@for_staff
@require_GET
def derivation_at_desk(request: Asked, application_id: UUID) -> HttpResponse:
    """The same for an officer whose agency has a part in the case."""
    row = api.get_for_staff(application_id, request.actor)
    return render(request, "applications/derivation.html", _derived(row, f"/kerja/{row.id}/", at_desk=True))


def _derived(row: Any, back: str, *, at_desk: bool = False) -> dict[str, Any]:
    derived = deadlines.derivation(row.id)
    content = get_version(row.version_id).content
    working = derived.term.unit is Unit.WORKING
    called = _evidence_words(content, at_desk=at_desk)
    shown = [
        {
            "on": day.on,
            "counts": day.number,
            "estimated": day.estimated,
            "kind": day.row,
            "said": days.said(
                day.row, day.number, day.name, day.reason, _in_words(day.evidence, called), working=working
            ),
        }
        for day in derived.days
    ]
    due_at = closing_at(derived.due_on, row.agency_id) if derived.due_on else None
    return {
        "row": row, "service": content, "back": back, "derived": derived, "days": shown, "working": working, "due_at": due_at,
        "counted": _counted_until(clock.today(), derived), "silence": row.decision.get("silence", ""),
    }  # fmt: skip


def _counted_until(on: date, derived: Derivation) -> int:
    """How many days have counted up to a local date, that day included; those still to come are only promised."""
    return max((day.number for day in derived.days if day.on <= on), default=0)


def _evidence_words(content: dict[str, Any], *, at_desk: bool) -> dict[str, str]:
    """What fields and steps are called: a pause names the missing thing by its id."""
    steps = {step["id"]: forms.words(step, "name", "name_en") for step in content["procedure"]["steps"]}
    return {**steps, **drawn.labels(content["form"]["schema"], at_desk=at_desk)}


def _in_words(evidence: str, called: dict[str, str]) -> str:
    return ", ".join(called.get(name, name) for name in evidence.split(", ")) if evidence else ""


@for_staff
@require_GET
def warnings(request: Asked) -> HttpResponse:
    """What breaks next, with the decision one click away for whoever may take it."""
    known = {agency.id: agency for agency in list_agencies()}
    chosen = known.get(request.GET.get("instansi", ""))
    asked = f"instansi={chosen.id}&" if chosen else ""
    rows = clock_desk.list_breaking(
        request.actor, _key(request.GET.get("after", "")), PAGE + 1, agency_id=chosen.id if chosen else ""
    )
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    overseer = clock_desk.is_overseer(request.actor)
    context = {
        "rows": rows[:PAGE],
        "sums": clock_desk.sum_breaking(request.actor) if overseer else None,
        "agencies": known,
        "chosen": chosen,
        "more": f"/kerja/peringatan/?{asked}after={last.due_on},{last.application_id}" if last else "",
    }
    return render(request, "applications/warnings.html", context)


def _key(text: str) -> tuple[date, UUID]:
    """``2026-11-22,<uuid>`` -> the key of the last row of the page before; anything else starts at the top."""
    on, _comma, application_id = text.partition(",")
    try:
        return date.fromisoformat(on), UUID(application_id)
    except ValueError:
        return deadlines.BEGINNING
