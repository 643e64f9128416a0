"""One submission for a whole bundle: begin, one form in short pages, one consent, one "check your answers"."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from pendopo.applications import api, forms
from pendopo.applications.views import checked
from pendopo.applications.views.doors import Asked, for_citizens, take_kept
from pendopo.applications.views.typed import saved, saves_itself, seen_by, take_page
from pendopo.catalogue.api import Goal, get_service, list_goals
from pendopo.identity.api import list_businesses
from pendopo.kernel.errors import Invalid, NotFound
from pendopo.web.environment import said

_NOT_FINDER = {"goal", "business", "csrfmiddlewaretoken"}
_WHOLE: dict[str, tuple[str | Promise, str]] = {
    "draft": (gettext_lazy("Belum dikirim"), "neutral"),
    "filed": (gettext_lazy("Sedang berjalan"), "info"),
    "closed": (gettext_lazy("Selesai"), "good"),
    "withdrawn": (gettext_lazy("Ditarik kembali"), "neutral"),
}
LONGEST = 400
_MOST = 20  # answers of a finder; more is nobody's


def asked_goals(data: QueryDict) -> tuple[list[str], dict[str, str]]:
    """Goals and finder answers of an address. Raises: NotFound when no goal is named."""
    goals = [goal for given in data.getlist("goal") for goal in given.split(",") if goal]
    if not goals or len(goals) > _MOST:
        raise NotFound
    named = [name for name in data if name not in _NOT_FINDER][:_MOST]
    return goals, {name: data.get(name, "")[:LONGEST] for name in named}


def title_of(goal: str) -> str:
    """What a goal (or several, or a single service) is called, in the reader's language."""
    return titles_of([goal])[goal]


def titles_of(wanted: Iterable[str]) -> dict[str, str]:
    """The same for many, reading the goals once."""
    goals = {goal.id: goal for goal in list_goals()}
    return {goal: ", ".join(_title(one, goals) for one in goal.split(",")) for goal in wanted}


def _title(goal: str, goals: Mapping[str, Goal]) -> str:
    if goal in goals:
        return str(said(goals[goal]))
    try:
        return forms.words(get_service(goal).content, "name", "name_en")
    except NotFound:  # the city no longer offers it; the submission stays readable
        return goal


def submission_cards(rows: list[Any]) -> list[dict[str, Any]]:
    """Submissions as the citizen's own page lists them."""
    titles = titles_of({row.goal for row in rows}) if rows else {}
    return [
        {"row": row, "title": titles[row.goal], "code": api.consent_mark(row), "word": word, "kind": kind}
        for row in rows
        for word, kind in [_WHOLE[row.state]]
    ]


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: Asked) -> HttpResponse:
    """Before the first question: what will be filed where, what to prepare, for whom."""
    goals, finder = asked_goals(request.POST if request.method == "POST" else request.GET)
    chosen = request.POST.get("business", "")
    if chosen and not forms.is_uuid(chosen):
        raise NotFound
    business_id = UUID(chosen) if chosen else None
    try:
        if request.method == "POST":
            row = api.begin_submission(goals=goals, finder=finder, by=request.actor, business_id=business_id)
            return redirect(where_left_off(row))
        made = api.plan_for(goals, finder, request.actor)
    except Invalid as refused:
        context: dict[str, Any] = {
            "title": title_of(",".join(goals)),
            "errors": list(refused.errors.values()),
            "goal": goals[0],
        }
        return render(request, "applications/submission_refused.html", context, status=422)
    assert request.actor.id is not None
    businesses = [] if request.actor.mandate_id else list_businesses(request.actor.id)
    context = {
        "title": title_of(",".join(goals)),
        "plan": made,
        "goals": goals,
        "finder": finder,
        "bring": [paper for paper in made.papers if paper.how == "bring" and paper.required],
        "choices": [("", _("Diri saya sendiri"))]
        + [(str(business.id), f"{business.name} (NIB {business.nib})") for business in businesses],
    }
    return render(request, "applications/submission_begin.html", context)


def where_left_off(row: Any, after: int = 0) -> str:
    """Address of the first page that lacks something, or (``after`` a page) that asks something new; else of what comes next."""
    parts = api.list_parts(row.id)
    merged = api.bundle_form(row, parts)
    answers = api.typed_answers(row)
    errors = api.check_parts(row, parts)
    for page in forms.pages(merged.schema):
        asks = (
            not forms.known(merged.schema, page, answers, row.sources, errors)
            if after
            else not errors.keys().isdisjoint(page.fields)
        )
        if page.position > after and asks:
            return f"/pengajuan/{row.id}/isi/{page.id}/"
    if row.state != "draft":
        return f"/pengajuan/{row.id}/"
    return f"/pengajuan/{row.id}/{'periksa' if row.consented_at else 'persetujuan'}/"


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: Asked, submission_id: UUID, page_id: str) -> HttpResponse:
    """One page of the one form. What is known is shown with its source and not asked, unless the applicant wants to change it."""
    row = api.get_submission(submission_id, request.actor)
    parts = api.list_parts(row.id)
    merged = api.bundle_form(row, parts)
    page = next((page for page in forms.pages(merged.schema) if page.id == page_id), None)
    if page is None:
        raise NotFound
    errors: dict[str, str] = {}
    if request.method == "GET" and take_kept(request):
        _save(request, row, take_page(request, merged.schema, page)[0])
        messages.success(
            request, _("Yang Anda ketik sebelum masuk lagi tidak hilang. Periksa, lalu lanjutkan.")
        )
        row = api.get_submission(submission_id, request.actor)
    if request.method == "POST":
        typed, errors = take_page(request, merged.schema, page)
        kept = _save(request, row, {name: typed[name] for name in typed if _was_asked(request, name)})
        if saves_itself(request):
            return saved(*kept)
        if "later" in request.POST and not errors:
            return redirect("/saya/")
        row = api.get_submission(submission_id, request.actor)
        errors = {n: m for n, m in api.check_parts(row, parts).items() if n in page.fields} | errors
        if not errors:
            return _go_on(request, row, page)
    return _form_page(request, row, merged, page, errors)


def _was_asked(request: Asked, name: str) -> bool:
    """A checkbox that is not ticked is not posted; one that was not shown must not be emptied for that."""
    shown = request.POST.getlist("shown")
    return not shown or name in shown


def _save(request: Asked, row: Any, typed: dict[str, Any]) -> tuple[bool, str]:
    return api.save_submission(submission_id=row.id, answers=typed, by=request.actor, seen=seen_by(request))


def _go_on(request: Asked, row: Any, page: forms.Page) -> HttpResponse:
    """To the next page that asks something; when a filed bundle has no more questions, the part that waited for them starts."""
    to = where_left_off(row, after=page.position)
    if row.state != "draft" and to == f"/pengajuan/{row.id}/":
        for part in api.list_parts(row.id):
            if part.reason == api.ANSWERS:
                api.retry_part(submission_id=row.id, service_id=part.service_id, by=request.actor)
    return redirect(to)


def _form_page(
    request: Asked, row: Any, merged: Any, page: forms.Page, errors: dict[str, str]
) -> HttpResponse:
    schema = merged.schema
    answers = api.typed_answers(row)
    files = api.attached(schema, answers, request.actor.ref)
    wanted = request.GET.get("ubah", "")
    told = [
        name
        for name in page.fields
        if name in row.sources and name in answers and name not in errors
        if wanted not in {name, "1"} or is_fixed(row, name)
    ]
    rows = checked.summary_rows(
        schema,
        page,
        answers=answers,
        sources=row.sources,
        errors={},
        files=files,
        change=f"/pengajuan/{row.id}/isi/",
    )
    asked = [name for name in page.fields if name not in told]
    context = {
        "row": row,
        "title": title_of(row.goal),
        "form_page": page,
        "known": [
            shown | {"change": _change(row, page, shown["name"])} for shown in rows if shown["name"] in told
        ],
        "asked": asked,
        "fields": [
            _field(
                merged,
                name,
                forms.field_for(
                    schema, name, answers=answers, sources=row.sources, errors=errors, files=files
                ),
            )
            for name in asked
        ],
        "errors": checked.listed(schema, asked, errors),
    }
    return render(request, "applications/submission_fill.html", context, status=422 if errors else 200)


def _change(row: Any, page: forms.Page, name: str) -> str:
    """Where a known answer is changed."""
    return "" if is_fixed(row, name) else f"/pengajuan/{row.id}/isi/{page.id}/?ubah={name}#f-{name}"


def is_fixed(row: Any, name: str) -> bool:
    """True for what the account itself says: it is not changed in a form."""
    return bool(row.sources.get(name, {}).get("source") == "account" and name.endswith("nik"))


def _field(merged: Any, name: str, field: dict[str, Any]) -> dict[str, Any]:
    """A file that several services need says so: it is uploaded once."""
    count = len({service for service, _own in merged.asked[name]})
    if field["widget"] == "file" and count > 1:
        once = _("Cukup sekali: dipakai untuk %(count)s layanan.") % {"count": count}
        field["help"] = f"{once} {field['help']}"
    return field


@for_citizens
@require_GET
def complete(request: Asked, submission_id: UUID) -> HttpResponse:
    """To the first page of a filed bundle that asks what could not be asked before."""
    return redirect(where_left_off(api.get_submission(submission_id, request.actor)))
