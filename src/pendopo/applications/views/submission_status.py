"""A filed submission: what happens next, every part, one timeline over all agencies, one bill page, and taking back."""

from datetime import date
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pendopo.applications import api, forms
from pendopo.applications.views import submission_drawn as draw
from pendopo.applications.views.doors import Asked, for_citizens
from pendopo.applications.views.submission import title_of, where_left_off
from pendopo.identity.api import list_accesses, list_businesses
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, NotFound, Unavailable
from pendopo.kernel.events import histories
from pendopo.payments.api import Bill, kept_apart, list_bills, pay_together, reconcile_together


@for_citizens
@require_GET
def status(request: Asked, submission_id: UUID) -> HttpResponse:
    """What happens next, by whom and by when; then every part and everything that has happened."""
    row = api.get_submission(submission_id, request.actor)
    if row.state == "draft":
        return redirect(where_left_off(row))
    parts = api.list_parts(row.id)
    applications = api.list_applications(parts)
    subjects = {f"application:{one.id}": one for one in applications.values()}
    bills = {bill.subject: bill for bill in list_bills(subjects)}
    happened = histories([f"submission:{row.id}", *subjects, *(f"bill:{bill.id}" for bill in bills.values())])
    reads = [access for access in list_accesses(row.applicant_id) if access.subject in subjects]
    standings = draw.standings(parts, applications, bills)
    agencies = draw.agencies_of(row, parts, applications)
    context = {
        "row": row,
        "title": title_of(row.goal),
        "code": api.consent_mark(row),
        "finish_on": _finish(row) if row.state == "filed" else None,
        "next": draw.next_line(api.next_line(standings), parts, row, applications, agencies, bills.values()),
        "waves": draw.waves(parts, applications, agencies),
        "issued": sum(part.state in {"issued", "not_needed"} for part in parts),
        "count": len(parts),
        "open_bills": [bill for bill in bills.values() if bill.open],
        "history": draw.timeline(row, parts, applications, bills, happened, reads),
        "businesses": _choices(request, row, parts),
        "needs_business": row.business_id is None and any(part.reason == api.BUSINESS for part in parts),
        "can_withdraw": any(part.state in {"waiting", "filed", "blocked"} for part in parts),
    }
    return render(request, "applications/submission_status.html", context)


@for_citizens
@require_GET
def receipt(request: Asked, submission_id: UUID) -> HttpResponse:
    """It is sent: the numbers of what was filed, what follows by itself, when all of it should be finished. To keep or to print."""
    row = api.get_submission(submission_id, request.actor)
    if row.filed_at is None:
        return redirect(where_left_off(row))
    parts = api.list_parts(row.id)
    applications = api.list_applications(parts)
    waves = draw.waves(parts, applications, draw.agencies_of(row, parts, applications))
    shown = [part for wave in waves for part in wave["parts"]]
    context = {
        "row": row,
        "title": title_of(row.goal),
        "code": api.consent_mark(row),
        "finish_on": _finish(row),
        "sent": [part for part in shown if part["number"]],
        "later": [part for part in shown if not part["number"]],
    }
    return render(request, "applications/submission_receipt.html", context)


def _finish(row: Any) -> date:
    """When all of it should be finished, as it was counted on the day of filing."""
    return date.fromisoformat(row.plan["finish_on"])


def _choices(request: Asked, row: Any, parts: list[Any]) -> list[tuple[str, str]]:
    """Businesses to choose from while a part waits for one."""
    waits = any(part.reason == api.BUSINESS for part in parts)
    if row.business_id or request.actor.mandate_id or not waits:
        return []
    assert request.actor.id is not None
    return [(str(one.id), f"{one.name} (NIB {one.nib})") for one in list_businesses(request.actor.id)]


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def bills(request: Asked, submission_id: UUID) -> HttpResponse:
    """The one bill page of the bundle: what can be paid now, with one payment, and what became of the rest."""
    row = api.get_submission(submission_id, request.actor)
    found, status = _bills_of(row), HTTPStatus.OK
    payable = [bill for bill in found if bill.payable(clock.now())]
    if request.method == "POST" and payable:
        back_url = request.build_absolute_uri(f"/pengajuan/{row.id}/tagihan/kembali/")
        wanted = [bill.id for bill in payable]
        try:
            attempts = pay_together(bill_ids=wanted, by=request.actor, return_url=back_url)
            return HttpResponseRedirect(attempts[0].pay_url, status=HTTPStatus.SEE_OTHER)
        except Unavailable:
            messages.error(
                request,
                _("Bank sedang tidak menjawab. Tagihan Anda tetap berlaku. Coba lagi beberapa menit lagi."),
            )
            status = HTTPStatus.SERVICE_UNAVAILABLE
    context = {
        "row": row,
        "title": title_of(row.goal),
        "payable": payable,
        "others": [draw.bill_line(bill) for bill in found if bill not in payable],
        "total_idr": sum(bill.total_idr for bill in payable),
        "apart_idr": sum(kept_apart(bill.id for bill in found).values()),
    }
    return render(request, "applications/submission_bills.html", context, status=status)


def _bills_of(row: Any) -> list[Bill]:
    return list_bills(f"application:{one}" for one in api.list_applications(api.list_parts(row.id)))


@for_citizens
@require_GET
def paid(request: Asked, submission_id: UUID) -> HttpResponse:
    """Back from the bank: ask it how things stand, once for each payment, then show the bills."""
    row = api.get_submission(submission_id, request.actor)
    try:
        reconcile_together(bill.id for bill in _bills_of(row) if bill.open)
    except Unavailable:
        messages.warning(
            request,
            _(
                "Bank belum menjawab. Bila Anda sudah membayar, muat ulang halaman ini sebentar lagi. Jangan membayar dua kali."
            ),
        )
    return redirect(f"/pengajuan/{row.id}/tagihan/")


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: Asked) -> HttpResponse:
    """Go on with a submission begun on another device: its short code, by its owner."""
    typed = forms.clean(request.POST.get("code", ""))[:40]
    error = ""
    if request.method == "POST":
        code = api.read_code(typed)
        try:
            return redirect(f"/pengajuan/{api.find_submission(code, request.actor)}/")
        except NotFound:
            error = _("Tidak ada pengajuan Anda dengan kode ini. Periksa kembali delapan hurufnya.")
    context = {"typed": typed, "error": error}
    return render(request, "applications/submission_resume.html", context, status=422 if error else 200)


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_part(request: Asked, submission_id: UUID, service_id: str) -> HttpResponse:
    """Take one part back, after saying what else needs it."""
    row = api.get_submission(submission_id, request.actor)
    if request.method == "POST":
        if request.POST.get("sure") != "yes":
            raise Denied("not_sure")
        api.withdraw_part(
            submission_id=row.id, service_id=service_id, by=request.actor, also=request.POST.getlist("also")
        )
        return redirect(f"/pengajuan/{row.id}/")
    parts = api.list_parts(row.id)
    part = next((part for part in parts if part.service_id == service_id), None)
    if part is None or part.state not in {"waiting", "filed", "blocked"}:
        raise NotFound
    needing = api.dependants([api.case_of(one) for one in parts], service_id)
    context = {
        "row": row,
        "title": title_of(row.goal),
        "service_id": service_id,
        "service": draw.name_of(part),
        "needing": [(one.service_id, draw.name_of(one)) for one in parts if one.service_id in needing],
    }
    return render(request, "applications/submission_withdraw.html", context)


@for_citizens
@require_POST
def withdraw(request: Asked, submission_id: UUID) -> HttpResponse:
    """Take back everything that is not decided yet."""
    if request.POST.get("sure") != "yes":
        raise Denied("not_sure")
    api.withdraw_submission(submission_id=submission_id, by=request.actor)
    return redirect(f"/pengajuan/{submission_id}/")


@for_citizens
@require_POST
def refile(request: Asked, submission_id: UUID, service_id: str) -> HttpResponse:
    """Send a refused part again: a draft with the earlier answers, to be mended first."""
    draft = api.refile_part(submission_id=submission_id, service_id=service_id, by=request.actor)
    return redirect(f"/permohonan/{draft}/periksa/")


@for_citizens
@require_POST
def retry(request: Asked, submission_id: UUID, service_id: str) -> HttpResponse:
    """Try a held part again."""
    api.retry_part(submission_id=submission_id, service_id=service_id, by=request.actor)
    return redirect(f"/pengajuan/{submission_id}/")


@for_citizens
@require_POST
def link(request: Asked, submission_id: UUID) -> HttpResponse:
    """Name the business for the parts that need one."""
    chosen = request.POST.get("business", "")
    if not forms.is_uuid(chosen):
        raise NotFound
    api.link_business(submission_id=submission_id, business_id=UUID(chosen), by=request.actor)
    return redirect(f"/pengajuan/{submission_id}/")
