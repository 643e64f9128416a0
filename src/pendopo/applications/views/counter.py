"""The counter: an officer finds or registers the citizen in front of them and files for them, for half an hour, visibly."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pendopo.applications import forms
from pendopo.applications.views.doors import for_staff
from pendopo.applications.views.mandates import read_person, read_terms, terms_fields
from pendopo.catalogue.api import agencies_of
from pendopo.identity.api import (
    COUNTER_MINUTES,
    STANDS_FOR,
    Actor,
    counter_reach,
    look_up_person,
    mask_nik,
    nik_of,
    record_mandate,
    stand_for_visit,
)
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, Invalid, NotFound
from pendopo.web import words

LOOKED_UP = "looked_up"
LOOKED_UP_LASTS = timedelta(minutes=COUNTER_MINUTES)
HERE = "/kerja/loket/"


class AskedAtDesk(HttpRequest):
    """A request of an officer that has passed the middleware."""

    actor: Actor


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: AskedAtDesk) -> HttpResponse:
    """Find the citizen by NIK; somebody new is registered with their name."""
    if not counter_reach(request.actor.duties):
        raise Denied("wrong_role")
    typed = {
        "nik": request.POST.get("nik", ""),
        "full_name": forms.clean(request.POST.get("full_name", ""))[:120],
    }
    errors: dict[str, str] = {}
    found: dict[str, Any] | None = None
    unknown = False
    if request.method == "POST":
        nik = "".join(c for c in typed["nik"] if c not in " .-")
        try:
            person = look_up_person(
                nik=nik, full_name=typed["full_name"], purpose=_purpose(request.actor), by=request.actor
            )
        except Denied as refused:
            errors["nik"] = str(words.denied(refused.code))
        else:
            unknown = person is None
            if person is not None:
                request.session.pop(STANDS_FOR, None)  # whoever was served before has left
                request.session[LOOKED_UP] = (str(person.id), clock.now().isoformat())
                found = {"id": person.id, "name": person.full_name, "nik": mask_nik(nik_of(person) or "")}
    context = {
        "fields": _fields(typed, errors, unknown=unknown),
        "errors": list(errors.items()),
        "found": found,
        "unknown": unknown,
    }
    return render(request, "applications/counter.html", context, status=422 if errors else 200)


def _purpose(officer: Actor) -> str:
    """What the citizen reads about the look-up."""
    agencies = agencies_of(officer.duties)
    return _("Melayani Anda di loket %(agency)s") % {
        "agency": ", ".join(sorted(a["name"] for a in agencies.values()))[:120]
    }


def _fields(typed: dict[str, str], errors: dict[str, str], *, unknown: bool) -> list[dict[str, Any]]:
    nik = {
        "name": "nik", "widget": "nik", "label": _("NIK warga"), "value": typed["nik"], "error": errors.get("nik", ""),
        "help": _("Baca dari KTP-el warga yang hadir. Pencarian ini tercatat dan terlihat olehnya."),
    }  # fmt: skip
    name = {
        "name": "full_name", "label": _("Nama lengkap seperti di KTP"), "value": typed["full_name"], "max_length": 120,
        "help": _("Hanya untuk warga yang belum tercatat."),
    }  # fmt: skip
    return [nik, name] if unknown else [nik]


@for_staff
@require_POST
def serve(request: AskedAtDesk, person_id: UUID) -> HttpResponse:
    """Begin to act for the citizen who was just looked up; nobody else can be chosen by their address, nor who stood here an hour ago."""
    found, at = request.session.pop(LOOKED_UP, ("", ""))
    if found != str(person_id) or clock.now() - datetime.fromisoformat(at) > LOOKED_UP_LASTS:
        raise NotFound
    request.session[STANDS_FOR] = stand_for_visit(request.actor, person_id)
    return redirect("/layanan/")


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def paper_mandate(request: AskedAtDesk) -> HttpResponse:
    """Record a mandate on paper that principal and agent bring to the counter."""
    if not counter_reach(request.actor.duties):
        raise Denied("wrong_role")
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _record(request)
            messages.success(request, _("Kuasa dicatat dan berlaku sesuai tanggalnya."))
            return redirect(HERE)
        except Invalid as refused:
            errors = refused.errors
    context = {
        "fields": [*_both(request, errors), *terms_fields(request.POST, errors)],
        "errors": list(errors.items()),
    }
    return render(request, "applications/counter_mandate.html", context, status=422 if errors else 200)


def _record(request: AskedAtDesk) -> None:
    """Raises: Invalid with every message at its field."""
    post, by = request.POST, request.actor
    principal_nik, principal_name, errors = read_person(post, "principal_nik", "principal_name")
    agent_nik, agent_name, more = read_person(post, "agent_nik", "agent_name")
    errors |= more
    terms = read_terms(post, errors)
    paper = forms.clean(post.get("paper", ""))[:120]
    if not paper:
        errors["paper"] = str(words.denied("paper_reference_missing"))
    if errors:
        raise Invalid(errors)
    purpose = _purpose(by)
    try:
        principal = look_up_person(nik=principal_nik, full_name=principal_name, purpose=purpose, by=by)
        agent = look_up_person(nik=agent_nik, full_name=agent_name, purpose=purpose, by=by)
        assert principal is not None
        assert agent is not None
        record_mandate(principal_id=principal.id, agent_id=agent.id, paper_reference=paper, by=by, **terms)
    except Denied as refused:
        raise Invalid({"principal_nik": str(words.denied(refused.code))}) from refused


def _both(request: AskedAtDesk, errors: dict[str, str]) -> list[dict[str, Any]]:
    asked = (
        ("principal_name", "", _("Nama lengkap pemberi kuasa")),
        ("principal_nik", "nik", _("NIK pemberi kuasa")),
        ("agent_name", "", _("Nama lengkap penerima kuasa")),
        ("agent_nik", "nik", _("NIK penerima kuasa")),
        ("paper", "", _("Nomor atau tanggal surat kuasa")),
    )
    return [
        {
            "name": name,
            "widget": widget or "text",
            "label": label,
            "value": request.POST.get(name, ""),
            "error": errors.get(name, ""),
        }
        for name, widget, label in asked
    ]
