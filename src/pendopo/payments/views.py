"""Pages of a bill for its payer, and the door for the provider's webhooks."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Final
from uuid import UUID

import segno
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from pendopo.identity.api import Actor, ActorKind
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, Invalid, Unavailable
from pendopo.payments import api

STATES: Final = {
    api.BillState.UNPAID: (gettext_lazy("Belum dibayar"), "warn"),
    api.BillState.PENDING: (gettext_lazy("Menunggu pembayaran"), "warn"),
    api.BillState.PAID: (gettext_lazy("Lunas"), "good"),
    api.BillState.EXPIRED: (gettext_lazy("Batas waktu lewat"), "bad"),
    api.BillState.CANCELLED: (gettext_lazy("Dibatalkan"), "neutral"),
    api.BillState.REFUNDED: (gettext_lazy("Uang dikembalikan"), "neutral"),
}


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Send who is not signed in to sign in first and then back to the bill; says nothing about whether there is one."""

    @wraps(view)
    def guarded(request: HttpRequest, bill_id: UUID) -> HttpResponse:
        if _actor(request).kind == ActorKind.PUBLIC and not request.user.is_authenticated:
            return redirect_to_login(reverse("payments:bill", args=[bill_id]))
        return view(request, bill_id)

    return guarded


@require_safe
@never_cache
@_signed_in
def show(request: HttpRequest, bill_id: UUID) -> HttpResponse:
    """Bill line by line, with a button to pay."""
    return _page(request, api.get_bill_for(bill_id, _actor(request)))


@require_POST
@_signed_in
def pay(request: HttpRequest, bill_id: UUID) -> HttpResponse:
    """Open a payment and send the payer to it; when the provider is away the bill is shown again and says so."""
    bill = api.get_bill_for(bill_id, _actor(request))
    if bill.state == api.BillState.PAID:
        return redirect("payments:bill", bill_id)
    back_url = request.build_absolute_uri(reverse("payments:back", args=[bill_id]))
    try:
        attempt = api.begin_payment(bill_id=bill_id, by=_actor(request), return_url=back_url)
    except Unavailable:
        messages.error(
            request,
            _("Bank sedang tidak menjawab. Tagihan Anda tetap berlaku. Coba lagi beberapa menit lagi."),
        )
        return _page(request, bill, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return HttpResponseRedirect(attempt.pay_url, status=HTTPStatus.SEE_OTHER)


@require_GET
@never_cache
@_signed_in
def back(request: HttpRequest, bill_id: UUID) -> HttpResponse:
    """Back from the provider: ask it how things stand, then show the bill."""
    bill = api.get_bill_for(bill_id, _actor(request))
    try:
        api.reconcile(bill_id)
    except Unavailable:
        messages.warning(
            request,
            _(
                "Bank belum menjawab. Bila Anda sudah membayar, muat ulang halaman ini sebentar lagi. Jangan membayar dua kali."
            ),
        )
        return _page(request, bill)
    return redirect("payments:bill", bill_id)


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """What the provider has to say; 401 when it is not the provider, 400 when it cannot be read."""
    try:
        outcome = api.receive_webhook(raw=request.body, headers=dict(request.headers))
    except Denied as refusal:
        return JsonResponse({"error": refusal.code}, status=HTTPStatus.UNAUTHORIZED)
    except Invalid as fault:
        return JsonResponse({"error": fault.errors}, status=HTTPStatus.BAD_REQUEST)
    return JsonResponse({"outcome": outcome})


def _page(request: HttpRequest, bill: api.Bill, status: int = HTTPStatus.OK) -> HttpResponse:
    word, kind = STATES[bill.state]
    kind_of_subject, _colon, subject_id = bill.subject.partition(":")
    payable = bill.payable(clock.now())
    overdue = bill.open and not payable
    context = {
        "bill": bill,
        "state_word": STATES[api.BillState.EXPIRED][0] if overdue else word,
        "state_kind": "bad" if overdue else kind,
        "payable": payable,
        "apart_idr": api.kept_apart([bill.id]).get(bill.id, 0),
        "mine": _actor(request).ref == bill.payer_ref,
        "qr": _qr(bill) if not overdue else "",
        "application_href": f"/permohonan/{subject_id}/" if kind_of_subject == "application" else "",
    }
    return render(request, "payments/bill.html", context, status=status)


def _qr(bill: api.Bill) -> str:
    """QRIS of the open payment as inline SVG, dark on white whatever the theme."""
    if not bill.open or bill.attempt is None or not bill.attempt.qr_content:
        return ""
    code = segno.make(bill.attempt.qr_content, error="m", micro=False)
    return str(code.svg_inline(scale=3.5, border=4, dark="#000", light="#fff"))
