"""Objections: the citizen files and follows one, the officer who did not decide first answers it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pendopo.applications import api, forms
from pendopo.applications.rules.appeals import AppealVerb
from pendopo.applications.views.doors import Asked, for_citizens, for_staff
from pendopo.documents.api import get_document, get_label, measure_of
from pendopo.identity.api import SYSTEM
from pendopo.kernel.errors import Denied, NotFound
from pendopo.region.api import closing_at
from pendopo.web import words, words_papers


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def against_refusal(request: Asked, application_id: UUID) -> HttpResponse:
    """Object to the refusal of one's own application."""
    row = api.get_own(application_id, request.actor)
    chance = api.chance_of(row)
    if chance is None:
        raise Denied("not_in_this_state")
    return _file(
        request,
        chance,
        lambda grounds: api.object_to_refusal(application_id=row.id, grounds=grounds, by=request.actor),
        {
            "title": _("Keberatan atas penolakan %(number)s") % {"number": row.number},
            "reason": row.decision.get("reason", ""),
            "legal_basis": row.decision.get("legal_basis", ""),
            "back": f"/permohonan/{row.id}/",
        },
    )


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def against_measure(request: Asked, document_id: UUID, measure_id: UUID) -> HttpResponse:
    """Object to a sanction on a paper one holds."""
    paper, measure = get_document(document_id, request.actor), measure_of(measure_id)
    chance = api.chances_on([measure], paper.agency_id).get(measure_id)
    if measure.document_id != paper.id or chance is None:
        raise NotFound
    return _file(
        request,
        chance,
        lambda grounds: api.object_to_measure(measure_id=measure_id, grounds=grounds, by=request.actor),
        {
            "title": _("Keberatan: %(measure)s") % {"measure": words_papers.measure_taken(measure.measure)},
            "reason": measure.reason,
            "legal_basis": measure.legal_basis,
            "back": f"/dokumen/{paper.id}/",
        },
    )


def _file(
    request: Asked, chance: api.Chance, send: Callable[[str], UUID], about: dict[str, Any]
) -> HttpResponse:
    if chance.appeal is not None:
        return redirect(f"/keberatan/{chance.appeal.id}/")
    problem, status, grounds = "", 200, forms.clean(request.POST.get("grounds", ""))
    if request.method == "POST":
        try:
            return redirect(f"/keberatan/{send(grounds)}/")
        except Denied as refused:
            problem, status = str(words.denied(refused.code)), _status(refused)
    context = {**about, "chance": chance, "grounds": grounds, "problem": problem}
    return render(request, "applications/object.html", context, status=status)


def _status(refused: Denied) -> int:
    return 409 if words.is_conflict(refused.code) else 422


@for_citizens
@require_GET
def appeal(request: Asked, appeal_id: UUID) -> HttpResponse:
    """Where one's objection stands: who must answer by when, then the answer."""
    row = api.get_own_appeal(appeal_id, request.actor)
    context = {
        "row": row,
        "due_at": closing_at(row.due_on, row.agency_id) if row.due_on else None,
        "letter": get_label(row.letter_id) if row.letter_id else None,
        "about": f"/permohonan/{row.application_id}/"
        if row.application_id
        else f"/dokumen/{row.document_id}/",
    }
    return render(request, "applications/appeal.html", context)


@for_citizens
@require_POST
def withdraw(request: Asked, appeal_id: UUID) -> HttpResponse:
    """Take one's objection back."""
    api.withdraw_appeal(appeal_id=appeal_id, by=request.actor)
    return redirect(f"/keberatan/{appeal_id}/")


@for_staff
@require_GET
def appeals(request: Asked) -> HttpResponse:
    """Open objections of the officer's agency, what must be answered first on top."""
    return render(request, "applications/appeals.html", {"rows": api.list_appeals_for(request.actor)})


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: Asked, appeal_id: UUID) -> HttpResponse:
    """One objection with the decision it is about; taken up, upheld or granted by somebody else than the first time."""
    row, problem, status = api.get_appeal_for_staff(appeal_id, request.actor), "", 200
    if request.method == "POST":
        try:
            return _decided(request, row)
        except Denied as refused:
            problem, status = str(words.denied(refused.code)), _status(refused)
            row = api.get_appeal_for_staff(appeal_id, request.actor)
    context = {
        "row": row,
        "paper": get_document(row.document_id, SYSTEM),
        "measure": None if row.application_id else measure_of(row.decision_id),
        "application": None
        if row.application_id is None
        else api.get_for_staff(row.application_id, request.actor),
        "verbs": [verb for verb in AppealVerb if api.can_answer(row, verb, request.actor)],
        "due_at": closing_at(row.due_on, row.agency_id) if row.due_on else None,
        "letter": get_label(row.letter_id) if row.letter_id else None,
        "typed": request.POST,
        "problem": problem,
    }
    return render(request, "applications/appeal_file.html", context, status=status)


def _decided(request: Asked, row: Any) -> HttpResponse:
    verb = request.POST.get("verb", "")
    if verb == "take_up":
        api.take_up_appeal(appeal_id=row.id, by=request.actor)
        return redirect(f"/kerja/keberatan/{row.id}/")
    if verb not in {"uphold", "grant"}:
        raise Denied("appeal_answer_missing")
    api.decide_appeal(
        appeal_id=row.id,
        grant=verb == "grant",
        reason=forms.clean(request.POST.get("reason", "")),
        legal_basis=forms.clean(request.POST.get("legal_basis", "")),
        by=request.actor,
    )
    messages.success(request, _("Keberatan sudah dijawab. Suratnya terbit untuk pemohon."))
    return redirect(f"/kerja/keberatan/{row.id}/")
