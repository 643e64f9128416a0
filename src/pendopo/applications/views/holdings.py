"""Pages about an issued paper: the holder's, with what can be asked for, and the officer's, with what may be done to it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pendopo.applications import api, forms
from pendopo.applications.views.doors import Asked, for_citizens, for_staff, login_first
from pendopo.documents.api import (
    GROUNDS,
    LEVELS,
    OFFICERS,
    History,
    Measure,
    Order,
    Paper,
    Standing,
    find_papers,
    get_document,
    get_label,
    history_of,
    list_asked,
    list_documents,
    measures_for,
    show_code,
    standing_of,
)
from pendopo.identity.api import ActorKind, note_access
from pendopo.kernel.errors import Denied, NotFound
from pendopo.payments.api import get_bill
from pendopo.web import words, words_papers

PAGE = 30
LONGEST_AMOUNT = 15  # digits: no fine has more


def _timeline(history: list[History], paper: Paper, *, for_holder: bool) -> list[dict[str, Any]]:
    """What happened to the paper, newest last, with the letters that tell of it."""
    letters = {paper.subject: paper for paper in list_documents(f"measure:{done.id}" for done in history)}
    chances = api.chances_on(history, paper.agency_id)
    return [
        {
            "done": done,
            "chance": chances.get(done.id),
            "title": words_papers.measure_taken(done.measure),
            "ground": words_papers.ground(done.ground),
            "letter": letters.get(f"measure:{done.id}"),
            "bill": _bill(done) if for_holder and done.measure is Measure.FINE else None,
            "by": done.by_name if not for_holder and done.by_name else "",
        }
        for done in history
    ]


def _bill(done: History) -> Any:
    """The bill of a fine; None when it was lifted before one was raised."""
    try:
        return get_bill(f"measure:{done.id}")
    except NotFound:
        return None


def _about(paper: Paper, history: list[History], *, for_holder: bool) -> dict[str, Any]:
    return {
        "paper": paper,
        "code": show_code(paper.code),
        "Standing": Standing,
        "history": _timeline(history, paper, for_holder=for_holder),
        "earlier": get_label(paper.earlier_id) if paper.earlier_id else None,
        "successor": get_label(paper.replaced_by_id) if paper.replaced_by_id else None,
    }


@require_GET
def holding(request: Asked, document_id: UUID) -> HttpResponseBase:
    """The holder's page of a paper; officers are led to theirs."""
    if not request.user.is_authenticated:
        return login_first(request)
    if request.actor.kind is ActorKind.STAFF:
        return redirect(f"/kerja/dokumen/{document_id}/")
    return _show_holding(request, document_id)


def _show_holding(request: Asked, document_id: UUID, *, problem: str = "", status: int = 200) -> HttpResponse:
    paper = get_document(document_id, request.actor)
    may_ask = Measure.ASK_REVOCATION in measures_for(standing_of(paper), request.actor)
    context = {
        **_about(paper, history_of(paper.id), for_holder=True),
        "may_ask": may_ask,
        "offers": api.offers_on(paper),
        "renewal_opens": api.renewal_opens(paper),
        "problem": problem,
        "typed": request.POST.get("reason", ""),
    }
    return render(request, "applications/holding.html", context, status=status)


@for_citizens
@require_POST
def ask_revocation(request: Asked, document_id: UUID) -> HttpResponse:
    """The holder asks the agency to revoke the paper."""
    try:
        reason = forms.clean(request.POST.get("reason", ""))[:2000]
        api.ask_revocation(document_id=document_id, reason=reason, by=request.actor)
    except Denied as refused:
        problem = str(words.denied(refused.code))
        return _show_holding(request, document_id, problem=problem, status=_status(refused))
    messages.success(request, _("Permintaan pencabutan terkirim. Instansi akan menjawabnya dengan surat."))
    return redirect(f"/dokumen/{document_id}/")


def _status(refused: Denied) -> int:
    return 409 if words.is_conflict(refused.code) else 422


@for_staff
@require_GET
def papers(request: Asked) -> HttpResponse:
    """Papers of the officer's own agency: by number or code, or the newest; requests for revocation first."""
    typed = request.GET.get("q", "")
    rows = find_papers(request.actor, typed, before=_instant(request.GET.get("before", "")), limit=PAGE + 1)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    context = {
        "rows": rows[:PAGE],
        "asked": [] if typed or request.GET.get("before") else list_asked(request.actor),
        "typed": typed[:160],
        "Standing": Standing,
        "more": f"/kerja/dokumen/?before={last.issued_at.isoformat().replace('+', '%2B')}" if last else "",
    }
    return render(request, "applications/papers.html", context)


def _instant(text: str) -> datetime | None:
    """An aware instant as the page before wrote it; anything else starts at the top."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


@for_staff
@require_GET
def paper_file(request: Asked, document_id: UUID) -> HttpResponse:
    """A paper with its history and the measures this officer may take; that it was read is written down."""
    return _show_paper(request, document_id)


def _show_paper(request: Asked, document_id: UUID) -> HttpResponse:
    paper = get_document(document_id, request.actor)
    kind, _colon, holder = paper.holder_ref.partition(":")
    if kind == "person":
        note_access(
            person_id=UUID(holder),
            by=request.actor,
            fields=["holder_name", "rows"],
            purpose=_("Mengawasi dokumen %(number)s") % {"number": paper.number},
            subject=f"document:{paper.id}",
        )
    context = {
        **_about(paper, history_of(paper.id), for_holder=False),
        "acts": [m for m in measures_for(standing_of(paper), request.actor) if m in OFFICERS],
    }
    return render(request, "applications/paper_file.html", context)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: Asked, document_id: UUID, measure: str) -> HttpResponse:
    """Do one thing to a paper. What was typed stays when it is refused."""
    if measure not in OFFICERS:
        raise NotFound
    paper, problem, status = get_document(document_id, request.actor), "", 200
    if request.method == "POST":
        try:
            return _taken(request, paper, Measure(measure))
        except Denied as refused:
            problem, status = str(words.denied(refused.code)), _status(refused)
    context = {
        "paper": paper,
        "measure": measure,
        "grounds": [
            (code, words_papers.ground(code)) for code in sorted(GROUNDS[Measure(measure)] - {"ended"})
        ],
        "next_level": min(standing_of(paper).warned + 1, LEVELS),
        "problem": problem,
        "typed": request.POST,
    }
    return render(request, "applications/measure.html", context, status=status)


def _taken(request: Asked, paper: Paper, measure: Measure) -> HttpResponse:
    done = api.impose(document_id=paper.id, measure=measure, order=_order(request), by=request.actor)
    number = done.letter.number if done.letter else ""
    messages.success(request, _("Tercatat. Surat nomor %(number)s sudah terbit.") % {"number": number})
    return redirect(f"/kerja/dokumen/{paper.id}/")


def _order(request: Asked) -> Order:
    """What was typed. Raises: Denied("date_unreadable" | "fine_amount")."""
    post = request.POST
    return Order(
        ground=post.get("ground", "")[:24],
        reason=forms.clean(post.get("reason", ""))[:2001],
        legal_basis=forms.clean(post.get("legal_basis", ""))[:301],
        level=int(post["level"]) if post.get("level", "") in {"1", "2", "3"} else 0,
        amount_idr=_rupiah(post.get("amount", "")),
        until=_day(post.get("until", "").strip()),
    )


def _rupiah(text: str) -> int:
    digits = "".join(c for c in text if c not in "Rp. ")
    if digits and not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_AMOUNT):
        raise Denied("fine_amount")
    return int(digits or 0)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as unreadable:
        raise Denied("date_unreadable") from unreadable
