"""From "I want this" to the receipt and the status. Every page saves what was typed before it complains about it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pendopo.applications import api, forms
from pendopo.applications.views import automatic, checked, drawn
from pendopo.applications.views.changes import changes
from pendopo.applications.views.doors import Asked, for_citizens, take_kept
from pendopo.applications.views.typed import saved, saves_itself, seen_by, take_page
from pendopo.catalogue.api import (
    ServiceVersion,
    cards_of,
    fee_lines,
    get_ending,
    get_service,
    get_version,
    others_competent,
    validate,
)
from pendopo.documents.api import get_label
from pendopo.identity.api import list_businesses
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, Invalid, NotFound
from pendopo.payments.api import get_bill
from pendopo.region.api import closing_at
from pendopo.web import words


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: Asked, service_id: str) -> HttpResponse:
    """Before the first question: for whom, what is needed, how long, how much. A service that ended says what follows it."""
    ending = get_ending(service_id)
    if ending and ending.ended:
        return redirect(f"/layanan/{service_id}/")
    version = get_service(service_id)
    api.check_hand(request.actor, version)
    businesses = (
        list_businesses(request.actor.id)
        if request.actor.id and version.content["applicant"] != "person" and not request.actor.mandate_id
        else []
    )
    if request.method == "POST":
        chosen = request.POST.get("business", "")
        if chosen and not forms.is_uuid(chosen):
            raise NotFound
        row = api.start(service_id=service_id, by=request.actor, business_id=UUID(chosen) if chosen else None)
        return redirect(next_page(row.id, version, request))
    choices = [(str(business.id), f"{business.name} (NIB {business.nib})") for business in businesses]
    if version.content["applicant"] != "business":
        choices.insert(0, ("", _("Diri saya sendiri")))
    elif not businesses and request.actor.hand:
        raise Denied("business_needed")
    elif not businesses:
        return redirect(f"/saya/usaha/?next=/ajukan/{service_id}/")
    return render(
        request,
        "applications/begin.html",
        {
            "service": version.content,
            "others": others_competent(version.content, clock.today()),
            "businesses": businesses,
            "choices": choices,
            "doubts": api.early_refusals(version, request.actor),
        },
    )


def next_page(application_id: UUID, version: ServiceVersion, request: Asked, after: int = 0) -> str:
    """Address of the first page after ``after`` that still asks something, else of "check your answers"."""
    row = api.get_own(application_id, request.actor)
    answers = api.open_answers(row.answers)
    errors = validate(version, answers)
    remarked = {remark["field"] for remark in row.remarks}
    for page in forms.pages(version.content["form"]["schema"]):
        wanted = not remarked.isdisjoint(page.fields) if remarked else True
        skip = not remarked and forms.known(
            version.content["form"]["schema"], page, answers, row.sources, errors
        )
        if page.position > after and wanted and not skip:
            return f"/permohonan/{application_id}/isi/{page.id}/"
    return f"/permohonan/{application_id}/periksa/"


def _where_left_off(row: Any, version: ServiceVersion) -> str:
    """Address of the first page of a draft that lacks something, else of "check your answers"."""
    lacking = validate(version, api.open_answers(row.answers))
    pages = forms.pages(version.content["form"]["schema"])
    page = next((page for page in pages if not lacking.keys().isdisjoint(page.fields)), None)
    return f"/permohonan/{row.id}/isi/{page.id}/" if page else f"/permohonan/{row.id}/periksa/"


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: Asked, application_id: UUID, page_id: str) -> HttpResponse:
    """One page of the form."""
    row = api.get_own(application_id, request.actor)
    version = get_version(row.version_id)
    schema = version.content["form"]["schema"]
    page = next((page for page in forms.pages(schema) if page.id == page_id), None)
    if page is None:
        raise NotFound
    errors: dict[str, str] = {}
    if request.method == "GET" and take_kept(request):
        api.save(application_id=row.id, answers=take_page(request, schema, page)[0], by=request.actor)
        messages.success(
            request, _("Yang Anda ketik sebelum masuk lagi tidak hilang. Periksa, lalu lanjutkan.")
        )
        row = api.get_own(application_id, request.actor)
    if request.method == "POST":
        typed, errors = take_page(request, schema, page)
        kept = api.save(application_id=row.id, answers=typed, by=request.actor, seen=seen_by(request))
        if saves_itself(request):
            return saved(*kept)
        if "later" in request.POST and not errors:
            return redirect("/saya/")
        row = api.get_own(application_id, request.actor)
        found = validate(version, api.open_answers(row.answers))
        errors |= {
            name: message for name, message in found.items() if name in page.fields and name not in errors
        }
        if not errors:
            return redirect(next_page(row.id, version, request, after=page.position))
    answers = api.open_answers(row.answers)
    names = _asked(page, row.remarks)
    noted = {remark["field"]: remark for remark in row.remarks}
    files = api.attached(schema, answers, request.actor.ref)
    context = {
        "service": version.content,
        "row": row,
        "form_page": page,
        **_ending(row),
        "remarks": [noted[name] for name in names if name in noted],
        "labels": drawn.labels(schema),
        "fields": [
            forms.field_for(
                schema,
                name,
                answers=answers,
                sources=row.sources,
                errors=errors,
                files=files,
            )
            for name in names
        ],
        "errors": checked.listed(schema, names, errors),
    }
    return render(request, "applications/fill.html", context, status=422 if errors else 200)


def _ending(row: Any) -> dict[str, Any]:
    """What a draft must say of a service that ends or ended, and of what follows it."""
    ending = get_ending(row.service_id) if row.state == "draft" else None
    heir = cards_of([ending.replaced_by]).get(ending.replaced_by) if ending else None
    return {"ending": ending, "heir": heir}


def _asked(page: forms.Page, remarks: list[dict[str, str]]) -> tuple[str, ...]:
    """In a correction only what was remarked is asked again."""
    remarked = {remark["field"] for remark in remarks}
    return tuple(name for name in page.fields if name in remarked) if remarked else page.fields


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: Asked, application_id: UUID) -> HttpResponse:
    """Check your answers, then file (or send the correction back)."""
    row = api.get_own(application_id, request.actor)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return _file(request, row)
        except Invalid as refused:
            errors = refused.errors
            row = api.get_own(application_id, request.actor)  # its service may have changed meanwhile
    version = get_version(row.version_id)
    schema = version.content["form"]["schema"]
    answers = api.open_answers(row.answers)
    files = api.attached(schema, answers, request.actor.ref)
    change = f"/permohonan/{row.id}/isi/" if row.state in {"draft", "returned", "in_correction"} else ""
    if change and not errors:  # a page that saves itself keeps what is wrong, too
        errors = api.check_form(version, answers, request.actor)
    sections = [
        (
            page.title,
            checked.summary_rows(
                schema, page, answers=answers, sources=row.sources, errors=errors, files=files, change=change
            ),
        )
        for page in forms.pages(schema)
    ]
    context = {
        "service": version.content,
        "agency": api.agency_of(row, answers),
        "row": row,
        "sections": [(title, rows) for title, rows in sections if rows],
        **_ending(row),
        "warned": checked.warned(sections),
        "errors": checked.listed(schema, errors, errors, change),
        "editable": bool(change),
        "by_rule": any(step.get("auto") for step in version.content["procedure"]["steps"]),
        "changes": changes(row, schema),
        "fee_lines": fee_lines(version, answers) or (),
    }
    wrong = errors and request.method == "POST"
    return render(request, "applications/review.html", context, status=422 if wrong else 200)


def _file(request: Asked, row: Any) -> HttpResponse:
    if row.state in {"returned", "in_correction"}:
        api.resubmit(application_id=row.id, by=request.actor)
        return redirect(f"/permohonan/{row.id}/")
    if "wants_person" in request.POST or row.wants_person:
        api.want_person(application_id=row.id, wants="wants_person" in request.POST, by=request.actor)
    api.submit(application_id=row.id, by=request.actor)
    return redirect(f"/permohonan/{row.id}/tanda-terima/")


@for_citizens
@require_GET
def receipt(request: Asked, application_id: UUID) -> HttpResponse:
    """Number, date, promise: to keep or to print."""
    row = api.get_own(application_id, request.actor)
    if row.number is None:
        return redirect(f"/permohonan/{row.id}/periksa/")
    version = get_version(row.version_id)
    return render(
        request,
        "applications/receipt.html",
        {
            "row": row,
            "service": version.content,
            "agency": api.agencies_shown([row])[row.id],
            "due_at": closing_at(row.due_on, row.agency_id) if row.due_on else None,
            "typist": api.typist(row),
        },
    )


@for_citizens
@require_GET
def status(request: Asked, application_id: UUID) -> HttpResponse:
    """What happens next, by whom and by when; then everything that has happened."""
    row, steps, entries = api.get_status(application_id, request.actor)
    version = get_version(row.version_id)
    if row.state == "draft":
        return redirect(_where_left_off(row, version))
    subject = f"application:{row.id}"
    remarked = row.remarks or any("remarks" in entry.data for entry in entries)
    labels = drawn.labels(version.content["form"]["schema"]) if remarked else {}
    context = {
        "row": row,
        "service": version.content,
        "agency": api.agencies_shown([row])[row.id],
        "competence": drawn.competence(entries, version.content),
        "steps": drawn.steps(steps, version.content, row.fee_idr),
        "history": drawn.history(entries, labels),
        "by_rule": automatic.decided_by_rule(steps, entries, version.content),
        "bill": get_bill(subject) if row.state == "awaiting_payment" else None,
        "document": get_label(row.document_id) if row.document_id else None,
        "due_at": closing_at(row.due_on, row.agency_id) if row.due_on else None,
        "wait": words.denied(wait) if (wait := _register_wait(row)) else "",
        "late": bool(row.due_on and clock.today() > row.due_on and row.decided_at is None),
        "labels": labels,
        "can_withdraw": api.allows(row.state, api.Verb.WITHDRAW),
        "typist": api.typist(row),
        "chance": api.chance_of(row),
        "next_fix": next_page(row.id, version, request) if row.state in {"returned", "in_correction"} else "",
    }
    return render(request, "applications/status.html", context)


def _register_wait(row: Any) -> str:
    """Why a granted paper has no number yet, when a register outside gives it."""
    return api.register_wait(row.id) if row.decided_at and row.document_id is None else ""


@for_citizens
@require_http_methods(["GET", "POST"])
def withdraw(request: Asked, application_id: UUID) -> HttpResponse:
    """Take the application back, after a question."""
    if request.method == "GET":
        row = api.get_own(application_id, request.actor)
        if not api.allows(row.state, api.Verb.WITHDRAW):
            return redirect(f"/permohonan/{row.id}/")
        context = {"row": row, "service": get_version(row.version_id).content}
        return render(request, "applications/withdraw.html", context)
    if request.POST.get("sure") != "yes":
        raise Denied("not_sure")
    api.withdraw(application_id=application_id, by=request.actor)
    return redirect("/saya/")


@for_citizens
@require_POST
def renew_bill(request: Asked, application_id: UUID) -> HttpResponse:
    """Ask for more time to pay."""
    api.renew_bill(application_id=application_id, by=request.actor)
    return redirect(f"/permohonan/{application_id}/")
