"""The officer's desk: one inbox ordered by what breaks first, the file on one screen, the acts the rules allow."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pendopo.agencies.api import colleagues
from pendopo.applications import api, forms
from pendopo.applications.rules import REMARKS
from pendopo.applications.views import automatic, drawn
from pendopo.applications.views.changes import changes
from pendopo.applications.views.doors import Asked, for_staff
from pendopo.catalogue.api import get_version
from pendopo.documents.api import get_document, get_label, open_document, open_upload
from pendopo.identity.api import Role, note_access
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, NotFound
from pendopo.region.api import calendar, closing_at, working_days_between
from pendopo.web import words
from pendopo.web.downloads import send_file

PAGE = 50
_CLOCK_TIME = re.compile(r"([01]?\d|2[0-3])[.:]([0-5]\d)")
_ONLOOKERS = {Role.MAYOR, Role.REGIONAL_SECRETARY}
_REMARK = ("remark_field", "remark_reason", "remark_note")
_FEE = ("fee_name", "fee_amount", "fee_basis")
AHEAD = timedelta(days=366)


@for_staff
@require_GET
def inbox(request: Asked) -> HttpResponse:
    """What waits for me, what breaks first on top. Who only looks on has no tasks and sees what is late."""
    roles = {role for held in request.actor.duties.values() for role in held}
    if roles and roles <= _ONLOOKERS:
        return redirect("/kerja/peringatan/")
    after = _key(request.GET.get("after", ""))
    rows = api.inbox(request.actor, after=after, limit=PAGE + 1)
    today, days = clock.today(), calendar()
    drawn = [
        {
            "row": row,
            "service": get_version(row.version_id).content,
            "left": working_days_between(today, row.due_on, days) if row.due_on else None,
        }
        for row in rows[:PAGE]
    ]
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    reviews = bool(api.reviewer_agencies(request.actor))
    context = {
        "rows": drawn,
        "reviews": api.count_reviews(request.actor) if reviews else 0,
        "stopped": api.list_stopped(request.actor) if reviews else [],
        "count": api.count_inbox(request.actor),
        "more": f"/kerja/?after={last.due_on or '9999-12-31'},{last.step_id}" if last else "",
    }
    return render(request, "applications/inbox.html", context)


def _key(text: str) -> tuple[str, int]:
    """``2026-11-22,17`` -> the key of the last row of the page before; anything else starts at the top."""
    due, _comma, step = text.partition(",")
    try:
        return (str(date.fromisoformat(due)), int(step))
    except ValueError:
        return ("-infinity", 0)


@for_staff
@require_GET
def case_file(request: Asked, application_id: UUID) -> HttpResponse:
    """The whole file on one screen; that it was read is written down for the citizen to see."""
    return _show(request, application_id)


def _show(
    request: Asked,
    application_id: UUID,
    *,
    problem: str = "",
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
        "problem": problem,
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
        rows = forms.summary_rows(
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
            "verbs": api.verbs_for(case, step, request.actor),
            "visit": datetime.fromisoformat(step.appointment) if step.appointment else None,
            "confirms": api.to_confirm(content, step.key, answers),
            "colleagues": [
                (
                    colleague.user_id,
                    f"{colleague.name}, {colleague.title}" if colleague.title else colleague.name,
                )
                for colleague in colleagues(step.agency_id, step.role)
            ],
        }
        for step in case.steps
        if api.can(case, api.Verb.REASSIGN, request.actor, step.key)
    ]


def _step_words(content: dict[str, Any], key: str) -> str:
    step = next(step for step in content["procedure"]["steps"] if step["id"] == key)
    return forms.words(step, "name", "name_en")


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
    try:
        state = api.advance(
            application_id=application_id,
            verb=known_verb,
            by=request.actor,
            step_key=step_key,
            act=_read_act(request, known_verb),
        )
    except Denied as refused:
        problem = str(words.denied(refused.code))
        return _show(
            request,
            application_id,
            problem=problem,
            typed=request.POST,
            acted=(step_key, verb),
            status=409 if words.is_conflict(refused.code) else 422,
        )
    messages.success(
        request, _("Tercatat. Keadaan berkas sekarang: %(state)s.") % {"state": words.state(state)}
    )
    return redirect("/kerja/")


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
