"""Mandates: whom I let act for me, for whom I act, and the switch between the two. Always as oneself, never in another's name."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pendopo.applications import forms
from pendopo.applications.views.doors import login_first
from pendopo.catalogue.api import CATEGORIES, list_cards
from pendopo.identity.api import (
    EVERYTHING,
    LONGEST_DAYS,
    STANDS_FOR,
    Actor,
    ActorKind,
    Mandate,
    accept_mandate,
    check_mandated,
    code_of,
    give_mandate,
    list_businesses,
    list_mandates_given,
    list_mandates_held,
    names_of,
    read_nik,
    represents,
    revoke_mandate,
    stand_for_mandate,
)
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, Invalid, NotFound
from pendopo.web import words
from pendopo.web.forms import parse_day

HERE = "/saya/kuasa/"
A_YEAR = timedelta(days=365)
MAX_NAME, MAX_PURPOSE = 120, 200


class AskedByOneself(HttpRequest):
    """A request that has passed the middleware, on a page that belongs to whoever signed in."""

    own_actor: Actor


def for_oneself(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Only people who have said who they are, and as themselves: nobody gives a mandate in somebody else's name."""

    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return login_first(request)
        if request.own_actor.kind is ActorKind.STAFF:
            raise Denied("staff_cannot_apply")
        if request.own_actor.kind is not ActorKind.PERSON:
            return redirect(f"/saya/identitas/?next={quote(request.get_full_path())}")
        return view(request, *args, **kwargs)

    return checked


@for_oneself
@require_GET
def mandates(request: AskedByOneself) -> HttpResponse:
    """For whom I may act, and whom I let act for me."""
    return _show(request)


def _show(request: AskedByOneself, *, problem: str = "", typed: str = "", status: int = 200) -> HttpResponse:
    me = request.own_actor
    assert me.id is not None
    called = _services_called()
    context = {
        "held": [_drawn(mandate, called) for mandate in list_mandates_held(me.id)],
        "given": [_drawn(mandate, called) for mandate in list_mandates_given(me.id)],
        "code_field": {
            "name": "code", "label": _("Kode kuasa"), "value": typed, "error": problem, "max_length": 12,
            "help": _("8 huruf dan angka yang diberikan oleh pemberi kuasa, misalnya K7QM-4TXP."),
        },
        "errors": [("code", problem)] if problem else [],
    }  # fmt: skip
    return render(request, "applications/mandates.html", context, status=status)


def _drawn(mandate: Mandate, called: dict[str, str]) -> dict[str, Any]:
    """One mandate as its page shows it."""
    state = state_of(mandate)
    return {
        "id": mandate.id,
        "principal": mandate.principal.full_name if mandate.principal else mandate.business.name if mandate.business else "",
        "for_person": mandate.principal_id is not None,
        "agent": mandate.agent_name,
        "reach": reach_words(mandate.reach, called),
        "purpose": mandate.purpose,
        "paper": mandate.paper_reference,
        "from_register": mandate.given_how == "register",
        "valid_from": mandate.valid_from,
        "valid_until": mandate.valid_until,
        "state": state,
        "code": code_of(mandate) if state == "waiting" else "",
    }  # fmt: skip


def state_of(mandate: Mandate) -> str:
    """``waiting``, ``future``, ``in_force``, ``over`` or ``revoked``."""
    try:
        check_mandated(mandate.terms, clock.today())
    except Denied as refused:
        return {
            "mandate_revoked": "revoked", "mandate_not_accepted": "waiting", "mandate_not_yet": "future", "mandate_over": "over",
        }[refused.code]  # fmt: skip
    return "in_force"


def _services_called() -> dict[str, str]:
    return {card.id: forms.words({"n": card.name, "e": card.name_en}, "n", "e") for card in list_cards()}


def reach_words(reach: list[str], called: dict[str, str]) -> list[str]:
    """What a mandate covers, as people read it."""
    said = []
    for word in reach:
        kind, _colon, key = word.partition(":")
        if kind == EVERYTHING:
            said.append(_("Semua urusan di mal ini"))
        elif kind == "category" and key in CATEGORIES:
            category = CATEGORIES[key]
            said.append(forms.words({"n": category.name, "e": category.name_en}, "n", "e"))
        else:
            said.append(called.get(key, key))
    return said


@for_oneself
@require_POST
def accept(request: AskedByOneself) -> HttpResponse:
    """Take a mandate on with its code."""
    typed = forms.clean(request.POST.get("code", ""))[:20]
    try:
        mandate = accept_mandate(code=typed, by=request.own_actor)
    except Denied as refused:
        return _show(request, problem=str(words.denied(refused.code)), typed=typed, status=422)
    who = names_of([mandate.principal_id])[mandate.principal_id] if mandate.principal_id else ""
    messages.success(
        request,
        _("Kuasa diterima.")
        + (" " + _("Anda dapat bertindak untuk %(name)s.") % {"name": who} if who else ""),
    )
    return redirect(HERE)


@for_oneself
@require_POST
def revoke(request: AskedByOneself, mandate_id: UUID) -> HttpResponse:
    """End a mandate I gave, or lay down one I hold. It ends at once."""
    revoke_mandate(mandate_id=mandate_id, by=request.own_actor)
    messages.success(request, _("Kuasa sudah berakhir dan tidak dapat dipakai lagi."))
    return redirect(HERE)


@for_oneself
@require_POST
def stand_for(request: AskedByOneself, mandate_id: UUID) -> HttpResponse:
    """Act for somebody from the next page on."""
    request.session[STANDS_FOR] = stand_for_mandate(request.own_actor, mandate_id)
    return redirect("/saya/")


@require_POST
def stand_down(request: AskedByOneself) -> HttpResponse:
    """Be oneself again."""
    if not request.user.is_authenticated:
        return login_first(request)
    request.session.pop(STANDS_FOR, None)
    return redirect("/kerja/loket/" if request.own_actor.kind is ActorKind.STAFF else HERE)


@for_oneself
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: AskedByOneself) -> HttpResponse:
    """Let somebody act for me or for a business I represent."""
    me = request.own_actor
    assert me.id is not None
    firms = [(str(b.id), b.name) for b in list_businesses(me.id) if represents(me.id, b.id)]
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _given(request, firms)
            return redirect(HERE)
        except Invalid as refused:
            errors = refused.errors
    context = {
        "fields": [
            *_who_fields(request.POST, firms, errors),
            *terms_fields(request.POST or request.GET, errors),
        ],
        "errors": list(errors.items()),
    }
    return render(request, "applications/mandate_give.html", context, status=422 if errors else 200)


def _given(request: AskedByOneself, firms: list[tuple[str, str]]) -> None:
    """Raises: Invalid with every message at its field."""
    post = request.POST
    nik, name, errors = read_person(post, "nik", "full_name")
    terms = read_terms(post, errors)
    firm = post.get("principal", "")
    if firm and firm not in dict(firms):
        raise NotFound
    if errors:
        raise Invalid(errors)
    try:
        mandate, code = give_mandate(
            agent_nik=nik, agent_name=name, by=request.own_actor, business_id=UUID(firm) if firm else None, **terms
        )  # fmt: skip
    except Denied as refused:
        raise Invalid({_at_fault(refused.code): str(words.denied(refused.code))}) from refused
    told = _(
        "Kuasa untuk %(name)s dibuat. Sampaikan kode %(code)s kepadanya; kuasa berlaku setelah diterima dengan kode itu."
    )
    messages.success(request, told % {"name": mandate.agent_name, "code": code})


def _at_fault(code: str) -> str:
    """The field a refusal belongs to."""
    return {
        "mandate_reversed": "valid_until", "mandate_past": "valid_until", "mandate_too_long": "valid_until", "mandate_empty": "reach",
    }.get(code, "nik")  # fmt: skip


def read_person(post: QueryDict, nik_field: str, name_field: str) -> tuple[str, str, dict[str, str]]:
    """NIK and name as typed, and what is wrong with them."""
    nik = "".join(c for c in post.get(nik_field, "") if c not in " .-")
    name = forms.clean(post.get(name_field, ""))
    errors: dict[str, str] = {}
    if not name or len(name) > MAX_NAME:
        errors[name_field] = _("Tulis nama lengkapnya seperti di KTP, paling panjang 120 huruf.")
    try:
        read_nik(nik)
    except Denied as refused:
        errors[nik_field] = str(words.denied(refused.code))
    return nik, name, errors


def read_terms(post: QueryDict, errors: dict[str, str]) -> dict[str, Any]:
    """Reach, days and purpose as typed; what is wrong goes into ``errors``."""
    days: dict[str, date | None] = {}
    for name in ("valid_from", "valid_until"):
        days[name] = parse_day(post.get(name, ""))
        if days[name] is None:
            errors[name] = _("Tulis tanggalnya, misalnya 31-12-2026.")
    purpose = forms.clean(post.get("purpose", ""))
    if not purpose or len(purpose) > MAX_PURPOSE:
        errors["purpose"] = _("Tulis untuk keperluan apa, paling panjang 200 huruf.")
    reach = _reach(post)
    if not reach:
        errors["categories" if post.get("reach") == "categories" else "service"] = _("Pilih sedikitnya satu.")
    return {"reach": reach, "purpose": purpose, **days}


def _reach(post: QueryDict) -> list[str]:
    if post.get("reach") == "categories":
        return [f"category:{key}" for key in post.getlist("categories") if key in CATEGORIES]
    if post.get("reach") == "service":
        known = {card.id for card in list_cards()}
        return [f"service:{key}" for key in post.getlist("service") if key in known]
    return [EVERYTHING]


def _who_fields(
    typed: QueryDict, firms: list[tuple[str, str]], errors: dict[str, str]
) -> list[dict[str, Any]]:
    for_whom = {
        "name": "principal", "widget": "radio", "label": _("Untuk siapa kuasa ini?"), "value": typed.get("principal", ""),
        "options": [("", _("Diri saya sendiri")), *firms],
    }  # fmt: skip
    fields: list[dict[str, Any]] = [
        {"name": "full_name", "label": _("Nama lengkap penerima kuasa"), "value": typed.get("full_name", ""), "max_length": MAX_NAME},
        {
            "name": "nik", "widget": "nik", "label": _("NIK penerima kuasa"), "value": typed.get("nik", ""),
            "help": _("Hanya pemilik NIK ini yang dapat menerima kuasa Anda, dengan kode yang kami tunjukkan nanti."),
        },
    ]  # fmt: skip
    return [
        *([for_whom] if firms else []),
        *({**field, "error": errors.get(field["name"], "")} for field in fields),
    ]


def terms_fields(typed: QueryDict, errors: dict[str, str]) -> list[dict[str, Any]]:
    """Reach, days and purpose."""
    today = clock.today()
    asked = typed.get("layanan", "")
    fields: list[dict[str, Any]] = [
        {
            "name": "reach", "widget": "radio", "label": _("Boleh mengurus apa?"),
            "value": typed.get("reach") or ("service" if asked else EVERYTHING),
            "options": [
                (EVERYTHING, _("Semua urusan di mal ini")),
                ("categories", _("Kelompok layanan yang saya pilih")),
                ("service", _("Satu layanan saja")),
            ],
        },
        {
            "name": "categories", "widget": "checkboxes", "label": _("Kelompok layanan"), "required": False,
            "help": _("Isi bila Anda memilih kelompok layanan."), "value": typed.getlist("categories"),
            "options": [(c.id, forms.words({"n": c.name, "e": c.name_en}, "n", "e")) for c in CATEGORIES.values()],
        },
        {
            "name": "service", "widget": "select", "label": pgettext("satu", "Layanan"), "required": False,
            "help": _("Isi bila Anda memilih satu layanan saja."), "value": typed.get("service", asked),
            "options": list(_services_called().items()),
        },
        {"name": "valid_from", "widget": "date", "label": _("Berlaku mulai"), "value": typed.get("valid_from") or today.isoformat()},
        {
            "name": "valid_until", "widget": "date", "label": _("Berlaku sampai"),
            "value": typed.get("valid_until") or (today + A_YEAR).isoformat(),
            "help": _("Paling lama dua tahun. Anda boleh mencabutnya kapan saja."), "max": (today + timedelta(LONGEST_DAYS)).isoformat(),
        },
        {
            "name": "purpose", "label": _("Untuk keperluan apa?"), "value": typed.get("purpose", ""), "max_length": MAX_PURPOSE,
            "help": _("Misalnya: mengurus BPJS dan KTP ibu saya."),
        },
    ]  # fmt: skip
    return [{**field, "error": errors.get(field["name"], "")} for field in fields]
