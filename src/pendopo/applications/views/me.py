"""The citizen's own page: who I am, what is known of me and from where, who read it, my applications."""

from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pendopo.agencies.api import fill_from_dukcapil
from pendopo.applications import api, forms
from pendopo.applications.queries import is_sealed, open_value
from pendopo.applications.views.doors import Asked, for_citizens, login_first, next_page_of
from pendopo.applications.views.submission import submission_cards
from pendopo.catalogue.api import agencies_of, facts, get_version
from pendopo.documents.api import Standing, list_held, list_soon_ending, within_reach
from pendopo.identity.api import (
    EVERYTHING,
    ActorKind,
    facts_of,
    get_person,
    list_accesses,
    list_businesses,
    list_consents,
    mask_nik,
    nik_of,
    read_nik,
    record_facts,
    register_person,
    withdraw_consent,
)
from pendopo.kernel.errors import Denied, Unavailable
from pendopo.region.api import district_name
from pendopo.web import words

MAX_NAME = 120
PAPERS_SHOWN = 20


def _next(request: Asked) -> str:
    return next_page_of(request, "/saya/")


@require_GET
def mine(request: Asked) -> HttpResponse:
    """Applications first, newest on top."""
    if not request.user.is_authenticated:
        return login_first(request)
    if request.actor.kind is ActorKind.STAFF or getattr(request, "needs_second_factor", False):
        return redirect("/kerja/")
    if request.actor.kind is not ActorKind.PERSON:
        return redirect("/saya/identitas/")
    rows = api.list_own(request.actor)
    agencies = api.agencies_shown(rows)
    cards = [
        (row, get_version(row.version_id).content, agencies[row.id])
        for row in rows
        if row.state != "withdrawn" or row.number
    ]
    return render(
        request,
        "applications/mine.html",
        {
            "cards": cards,
            "submissions": submission_cards(api.list_submissions(request.actor)),
            "person": request.actor,
            "papers": within_reach(list_held(request.actor.ref), request.actor)[:PAPERS_SHOWN],
            "ending": within_reach(list_soon_ending(request.actor.ref), request.actor),
            "appeals": [
                one for one in api.list_own_appeals(request.actor) if one.state in {"filed", "in_review"}
            ],
            "Standing": Standing,
            "sends_sheets": bool(api.owners_of(request.own_actor)),
        },
    )


def _check_oneself(request: Asked) -> None:
    """What is known of a person is nobody else's to read or to allow, whatever their mandate."""
    if request.actor.hand:
        raise Denied("own_page_only")


@for_citizens
@require_GET
def known(request: Asked) -> HttpResponse:
    """What is known of me, where from, what I allowed and who read it."""
    assert request.actor.id is not None
    _check_oneself(request)
    person = get_person(request.actor.id)
    vocabulary = facts()
    held = facts_of(person_id=person.id)
    rows = [
        {
            "label": forms.words(vocabulary[key], "name", "name_en") if key in vocabulary else key,
            "value": forms.fact_shown(
                vocabulary.get(key, {}), open_value(fact.value), sealed=is_sealed(fact.value)
            ),
            "source": forms.source_words({"source": fact.source, "at": fact.obtained_at.isoformat()}),
        }
        for key, fact in held.items()
        if key != "person.full_name"
    ]
    rows.sort(key=lambda row: row["label"])
    nik = nik_of(person)
    accesses, consents = list_accesses(person.id), list_consents(person.id)
    context = {
        "person": person,
        "nik": mask_nik(nik) if nik else "",
        "rows": rows,
        "consents": consents,
        "agencies": agencies_of(consent.registry for consent in consents),
        "accesses": accesses,
        "readings": [
            {"title": access.reader_name, "at": access.at, "text": access.purpose, "by": ""}
            for access in accesses
        ],
        "businesses": list_businesses(person.id),
    }
    return render(request, "applications/known.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: Asked) -> HttpResponse:
    """Name and NIK, once; then, with consent, the civil registry fills in the rest."""
    if not request.user.is_authenticated:
        return login_first(request)
    _check_oneself(request)
    if request.actor.kind is ActorKind.STAFF:
        raise Denied("staff_cannot_apply")
    if request.actor.kind is ActorKind.PERSON and request.method != "POST":
        return redirect(_next(request))
    typed = {"full_name": "", "nik": ""}
    errors: dict[str, str] = {}
    if request.method == "POST":
        typed = {
            "full_name": forms.clean(request.POST.get("full_name", "")),
            "nik": request.POST.get("nik", ""),
        }
        nik = "".join(c for c in typed["nik"] if c not in " .-")
        errors = _identity_errors(typed["full_name"], nik)
        if not errors:
            try:
                _introduce(request, typed["full_name"], nik)
                return redirect(f"/saya/dukcapil/?next={quote(_next(request))}")
            except Denied as refused:
                errors["nik"] = str(words.denied(refused.code))
    context = {
        "fields": [
            {
                "name": "full_name", "label": _("Nama lengkap seperti di KTP"), "value": typed["full_name"], "autocomplete": "name",
                "error": errors.get("full_name", ""), "max_length": MAX_NAME,
            },
            {
                "name": "nik", "label": _("Nomor Induk Kependudukan (NIK)"), "widget": "nik", "value": typed["nik"],
                "help": _("16 angka di KTP atau Kartu Keluarga Anda. Kami menyimpannya tersandi."), "error": errors.get("nik", ""),
            },
        ],
        "errors": [(name, message) for name, message in errors.items()],
        "next": _next(request),
    }  # fmt: skip
    return render(request, "applications/identity.html", context, status=422 if errors else 200)


def _introduce(request: Asked, full_name: str, nik: str) -> None:
    """Record who the owner of the account is; the address of the account need not be asked again."""
    assert request.user.is_authenticated
    person = register_person(user=request.user, full_name=full_name, nik=nik, by=request.actor)
    record_facts(
        facts={"person.email": request.user.email},
        source="account",
        verified=False,
        by=request.actor,
        person_id=person.id,
    )


def _identity_errors(full_name: str, nik: str) -> dict[str, str]:
    errors = {}
    if not full_name:
        errors["full_name"] = _("Tulis nama lengkap Anda.")
    elif len(full_name) > MAX_NAME:
        errors["full_name"] = _("Nama paling panjang 120 huruf.")
    try:
        read_nik(nik)
    except Denied as refused:
        errors["nik"] = str(words.denied(refused.code))
    return errors


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def dukcapil(request: Asked) -> HttpResponse:
    """Consent sheet: who gives which data for what; then ask the registry. When it is down, nothing is lost."""
    assert request.actor.id is not None
    if EVERYTHING not in request.actor.reach and not request.actor.hand.startswith("staff:"):
        _check_oneself(request)
    problem = ""
    if request.method == "POST":
        if request.POST.get("consent") == "no":
            return redirect(_next(request))
        try:
            fill_from_dukcapil(by=request.actor)
            return redirect(_next(request))
        except Unavailable:
            problem = _(
                "Dukcapil sedang tidak menjawab. Anda boleh melanjutkan dan mengisi sendiri; data diperiksa kemudian."
            )
        except Denied as refused:
            problem = str(words.denied(refused.code))
    vocabulary = facts()
    asked = [
        forms.words(fact, "name", "name_en")
        for fact in vocabulary.values()
        if fact.get("registry") == "dukcapil"
    ]
    nik = nik_of(get_person(request.actor.id)) or ""
    unknown = not district_name(f"{nik[:2]}.{nik[2:4]}.{nik[4:6]}") if nik else False
    context = {"asked": asked, "problem": problem, "next": _next(request), "unknown_area": unknown}
    return render(request, "applications/dukcapil.html", context, status=503 if problem else 200)


@for_citizens
@require_POST
def revoke(request: Asked, consent_id: UUID) -> HttpResponse:
    """Withdraw a consent."""
    _check_oneself(request)
    withdraw_consent(consent_id=consent_id, by=request.actor)
    return redirect("/saya/data/")
