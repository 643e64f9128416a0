"""The officer's desk: the file on one screen, the acts the rules allow. The list of files: inbox."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pendopo.agencies.api import colleagues
from pendopo.applications import api, forms
from pendopo.applications.rules import REMARKS
from pendopo.applications.views import automatic, checked, drawn, inbox
from pendopo.applications.views.changes import changes, corrections
from pendopo.applications.views.doors import Asked, for_staff
from pendopo.catalogue.api import get_version
from pendopo.documents.api import get_document, get_label, open_document, open_upload
from pendopo.identity.api import Actor, note_access
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, NotFound
from pendopo.region.api import calendar, closing_at, working_days_between
from pendopo.web import words
from pendopo.web.downloads import send_bytes, send_file

_CLOCK_TIME = re.compile(r"([01]?\d|2[0-3])[.:]([0-5]\d)")
_REMARK = ("remark_field", "remark_reason", "remark_note")
_FEE = ("fee_name", "fee_amount", "fee_basis")
AHEAD = timedelta(days=366)
_BESIDE = {
    "appointment_past": "visit_on",
    "appointment_day_off": "visit_on",
    "inspection_early": "note",
    "findings_needed": "note",
    "result_missing": "favourable",
    "confirmation_needed": "confirmed",
}
"""Beside which field a refusal is said; the others concern the whole act."""
_VISIT = ("visit_on", "visit_at", "place")
_REFUSAL = ("reason", "legal_basis")
_PARTS = {"appointment_incomplete": _VISIT, "legal_reason_needed": _REFUSAL}


@for_staff
@require_GET
def case_file(request: Asked, application_id: UUID) -> HttpResponse:
    """The whole file on one screen; that it was read is written down for the citizen to see."""
    return _show(request, application_id)


def _show(
    request: Asked,
    application_id: UUID,
    *,
    refused: str = "",
    typed: Any = None,
    acted: tuple[str, str] = ("", ""),
    status: int = 200,
    whole_nik: bool = False,
) -> HttpResponse:
    row = api.get_for_staff(application_id, request.actor)
    version = get_version(row.version_id)
    answers = api.open_answers(row.answers)
    note_access(
        person_id=row.applicant_id,
        by=request.actor,
        fields=sorted(answers),
        purpose=_("Memproses permohonan %(number)s") % {"number": row.number},
        subject=f"application:{row.id}",
    )
    labels = drawn.labels(version.content["form"]["schema"], at_desk=True)
    entries = api.timeline(row.id)
    acts = _acts(request, application_id, version.content, answers)
    context = {
        "row": row,
        "service": version.content,
        **_answers_and_papers(row, version.content["form"]["schema"], answers, whole_nik=whole_nik),
        "changes": changes(row, version.content["form"]["schema"], at_desk=True),
        "corrections": corrections(row, version.content["form"]["schema"], entries),
        "earlier": get_label(row.earlier_document_id) if row.earlier_document_id else None,
        "step_items": drawn.steps(api.list_steps(application_id), version.content, row.fee_idr),
        "competence": drawn.competence(entries, version.content),
        "acts": acts,
        "hides_nik": not whole_nik
        and any(act["verbs"] for act in acts)
        and any(
            field.get("x-widget") == "nik"
            for field in version.content["form"]["schema"]["properties"].values()
        ),
        "proposals": automatic.proposals(row.id, version.content),
        "remark_fields": list(labels.items()),
        "remark_reasons": [(code, words.remark(code)) for code in REMARKS],
        "history": drawn.history(entries, labels),
        "document": get_document(row.document_id, request.actor, allowed=True) if row.document_id else None,
        "due_at": closing_at(row.due_on, row.agency_id) if row.due_on else None,
        "left": working_days_between(clock.today(), row.due_on, calendar()) if row.due_on else None,
        "problem": words.denied(refused) if refused else "",
        "beside": _beside(refused, typed),
        "day_off": refused == "appointment_day_off" or bool(typed and typed.get("confirmed")),
        "typed": typed or {},
        "acted": acted,
        "kept_remarks": _rows(typed, *_REMARK),
        "kept_fees": _rows(typed, *_FEE),
    }
    return render(request, "applications/case_file.html", context, status=status)


@for_staff
@require_http_methods(["GET", "POST"])
def show_nik(request: Asked, application_id: UUID) -> HttpResponse:
    """The file with its NIKs whole, for this one reply; that they were seen is written down first."""
    if request.method == "GET":
        return redirect(f"/kerja/{application_id}/")
    api.show_niks(application_id=application_id, by=request.actor)
    answer = _show(request, application_id, whole_nik=True)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _answers_and_papers(
    row: Any, schema: forms.Schema, answers: dict[str, Any], *, whole_nik: bool
) -> dict[str, Any]:
    """Answers with their sources on the left, files on the right."""
    sections = []
    papers = []
    for page in forms.pages(schema, at_desk=True):
        rows = checked.summary_rows(
            schema,
            page,
            answers=answers,
            sources=row.sources,
            errors={},
            files={},
            change="",
            at_desk=True,
            whole_nik=whole_nik,
        )
        papers += [shown for shown in rows if shown["file"]]
        if plain := [shown for shown in rows if not shown["file"]]:
            sections.append((page.title, plain))
    files = api.attached(schema, answers, f"person:{row.applicant_id}")
    return {
        "sections": sections,
        "warned": checked.warned(sections),
        "documents": [{**paper, "file": files.get(paper["file"])} for paper in papers],
    }


def _acts(
    request: Asked, application_id: UUID, content: dict[str, Any], answers: dict[str, Any]
) -> list[dict[str, Any]]:
    """Open steps this officer may act on or hand over: buttons of each, the visit agreed, who could take it."""
    case = api.load(application_id).case
    return [
        {
            "step": step,
            "title": _step_words(content, step.key),
            "verbs": verbs,
            "visit": datetime.fromisoformat(step.appointment) if step.appointment else None,
            "confirms": api.to_confirm(content, step.key, answers),
            "colleagues": _others(step, request.actor, mine=bool(verbs)),
        }
        for step in case.steps
        if api.can(case, api.Verb.REASSIGN, request.actor, step.key)
        for verbs in [api.verbs_for(case, step, request.actor)]
    ]


def _others(step: api.Step, actor: Actor, *, mine: bool) -> list[tuple[UUID, str]]:
    """Who may be given the step. Oneself only where a colleague holds it: that is taking it over."""
    return [
        (one.user_id, f"{one.name}, {one.title}" if one.title else one.name)
        for one in colleagues(step.agency_id, step.role)
        if not (mine and one.user_id == actor.id)
    ]


def _step_words(content: dict[str, Any], key: str) -> str:
    step = next(step for step in content["procedure"]["steps"] if step["id"] == key)
    return forms.words(step, "name", "name_en")


@for_staff
@require_GET
def draft(request: Asked, application_id: UUID, step_key: str) -> HttpResponse:
    """The paper as it would look, for who may sign or initial it now; it is made for this reply only, and the reading is written down."""
    pdf = api.draft_paper(application_id=application_id, step_key=step_key, by=request.actor)
    row = api.get_for_staff(application_id, request.actor)
    note_access(
        person_id=row.applicant_id,
        by=request.actor,
        fields=["holder_name", "rows"],
        purpose=_("Memeriksa konsep dokumen permohonan %(number)s") % {"number": row.number},
        subject=f"application:{row.id}",
    )
    return send_bytes(pdf, f"konsep-{row.number}.pdf", "application/pdf")


@for_staff
@require_http_methods(["GET", "POST"])
def act(request: Asked, application_id: UUID, step_key: str, verb: str) -> HttpResponse:
    """Do one thing with one step. What was typed stays when it is refused; who comes by the address of a refused act sees the file."""
    if request.method == "GET":
        return redirect(f"/kerja/{application_id}/")
    try:
        known_verb = api.Verb(verb)
    except ValueError as unknown:
        raise NotFound from unknown
    place = api.place_on_desk(application_id, step_key)
    try:
        state = api.advance(
            application_id=application_id,
            verb=known_verb,
            by=request.actor,
            step_key=step_key,
            act=_read_act(request, known_verb),
        )
    except Denied as refused:
        return _show(
            request,
            application_id,
            refused=refused.code,
            typed=request.POST,
            acted=(step_key, verb),
            status=409 if words.is_conflict(refused.code) else 422,
        )
    inbox.tell_done(request, application_id, place, state)
    return redirect("/kerja/")


def _beside(code: str, typed: Any) -> dict[str, str]:
    """{field: the refusal}, where it is about one field; of what has several parts, about the first one left empty."""
    left = [name for name in _PARTS.get(code, ()) if not typed.get(name, "").strip()]
    field = _BESIDE.get(code) or (left or _PARTS.get(code, ("",)))[0]
    return {field: str(words.denied(code))} if field else {}


def _rows(post: Any, *names: str) -> list[tuple[str, ...]]:
    """Rows of fields that stand in a form several times."""
    return list(zip(*(post.getlist(name) for name in names), strict=False)) if post else []


def _remarks(post: Any) -> tuple[api.Remark, ...]:
    """Remarks with their field and reason. One that was begun is not dropped. Raises: Denied("remark_incomplete")."""
    rows = [row for row in _rows(post, *_REMARK) if any(part.strip() for part in row)]
    if not all(field and reason for field, reason, _note in rows):
        raise Denied("remark_incomplete")
    return tuple(api.Remark(field, reason, forms.clean(note)[:500]) for field, reason, note in rows)


def _read_act(request: Asked, verb: api.Verb) -> api.Act:
    """Note, remarks, reason and fee lines as typed. Raises: Denied("fee_invalid" | "remark_incomplete" | "result_missing" | ...)."""
    post = request.POST
    if verb in {api.Verb.RECOMMEND, api.Verb.INSPECT} and post.get("favourable") not in {"yes", "no"}:
        raise Denied("result_missing")  # nobody says that something is in order by leaving a box alone
    return api.Act(
        note=forms.clean(post.get("note", ""))[:2000],
        favourable=post.get("favourable", "yes") != "no",
        remarks=_remarks(post),
        reason=forms.clean(post.get("reason", ""))[:2000],
        legal_basis=forms.clean(post.get("legal_basis", ""))[:300],
        fee_lines=_fee_lines(post),
        details=_details(post),
        confirmed=post.get("confirmed") == "on",
    )


def _details(post: Any) -> dict[str, str]:
    """Of an appointment: when (local time of the region) and where; of a reassignment: to whom. Raises: Denied("appointment_past")."""
    if post.get("to"):
        return {"to": str(post["to"])[:36]}
    day, at = post.get("visit_on", ""), post.get("visit_at", "")
    if not day or not at:
        return {}
    try:
        hour, minute = _CLOCK_TIME.fullmatch(at.strip()).groups()  # type: ignore[union-attr] # None is odd too
        moment = datetime.combine(date.fromisoformat(day), time(int(hour), int(minute)), tzinfo=clock.zone())
    except (ValueError, AttributeError) as odd:
        raise Denied("appointment_incomplete") from odd
    if not clock.now() < moment < clock.now() + AHEAD:
        raise Denied("appointment_past")
    return {"at": moment.isoformat(), "place": forms.clean(post.get("place", ""))[:200]}


def _fee_lines(post: Any) -> tuple[dict[str, Any], ...]:
    lines: list[dict[str, Any]] = []
    for name, amount, basis in _rows(post, *_FEE):
        digits = "".join(c for c in amount if c not in "Rp. ")
        if not name.strip() and not digits:
            continue
        if not digits.isdigit() or len(digits) > 15:  # noqa: PLR2004 - no fee has more digits
            raise Denied("fee_invalid")
        lines.append(
            {
                "id": f"line{len(lines) + 1}",
                "name": forms.clean(name)[:160],
                "amount_idr": int(digits),
                "legal_basis": forms.clean(basis)[:300],
            }
        )
    return tuple(lines)


@for_staff
@require_GET
def attachment(request: Asked, application_id: UUID, field: str) -> FileResponse:
    """A file of the application, for staff whose agency has a part in it."""
    row = api.get_for_staff(application_id, request.actor)
    value = row.answers.get(field)
    schema = get_version(row.version_id).content["form"]["schema"]["properties"]
    if not value or schema.get(field, {}).get("x-widget") != "file":
        raise NotFound
    paper = api.attached(
        {"properties": {field: schema[field]}}, {field: value}, f"person:{row.applicant_id}"
    ).get(value)
    if paper is None:
        raise NotFound
    opened = open_document if paper.issued else open_upload
    found = opened(paper.id, request.actor, allowed=True)
    return send_file(found.path, found.name, found.content_type)
