"""Writes about staff, and the questions put to registries on a citizen's behalf."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from pendopo.agencies.connectors.dukcapil import client, mapping
from pendopo.agencies.models import Deputy, Staff
from pendopo.agencies.queries import ask_oss
from pendopo.agencies.rules import Registered
from pendopo.catalogue.api import facts as fact_vocabulary
from pendopo.identity.api import (
    SYSTEM,
    Actor,
    Business,
    Role,
    User,
    get_person,
    give_consent,
    nik_of,
    record_facts,
    register_business,
    seal_value,
)
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, NotFound

DUKCAPIL = "dukcapil"
OSS = "oss"
LONGEST_ABSENCE = timedelta(days=366)


def employ(
    *,
    user: User,
    agency_id: str,
    roles: Sequence[str],
    by: Actor,
    title: str = "",
    employee_no: str = "",
    ends_on: date | None = None,
) -> Staff:
    """Give an account roles at an agency, or change them. The event says who did."""
    with transaction.atomic():
        staff, _created = Staff.objects.update_or_create(
            user=user,
            agency_id=agency_id,
            defaults={"roles": list(roles), "title": title, "employee_no": employee_no, "ends_on": ends_on},
        )
        events.record(f"staff:{user.id}", "employed", actor=by.ref, agency=agency_id, roles=list(roles))
    return staff


def appoint_deputy(
    *, staff_id: UUID, agency_id: str, deputy_id: UUID, reason: str, starts_on: date, ends_on: date, by: Actor
) -> Deputy:
    """Let a colleague at the same agency do the account ``staff_id``'s work from one day to another, both included.

    By the absent one, or by a head of the agency. Raises: NotFound, Denied("not_your_colleague" | "deputy_dates" | "deputy_unsuitable").
    """
    posts = {
        post.user_id: post
        for post in Staff.objects.filter(agency_id=agency_id, user_id__in=[staff_id, deputy_id])
        if post.ends_on is None or post.ends_on >= ends_on
    }
    if staff_id not in posts:
        raise NotFound
    if by.id != staff_id and not by.duties.get(agency_id, frozenset()) & {Role.SECTION_HEAD, Role.SIGNATORY}:
        raise Denied("not_your_colleague")
    if deputy_id == staff_id or deputy_id not in posts:
        raise Denied("deputy_unsuitable")
    if not clock.today() <= starts_on <= ends_on <= starts_on + LONGEST_ABSENCE:
        raise Denied("deputy_dates")
    with transaction.atomic():
        deputy, _created = Deputy.objects.update_or_create(
            staff=posts[staff_id],
            deputy_id=deputy_id,
            starts_on=starts_on,
            defaults={"reason": reason, "ends_on": ends_on},
        )
        events.record(
            f"staff:{staff_id}",
            "deputy_appointed",
            actor=by.ref,
            agency=agency_id,
            deputy=str(deputy_id),
            starts_on=starts_on.isoformat(),
            ends_on=ends_on.isoformat(),
            reason=reason,
        )
    return deputy


def end_deputy(*, deputy_id: UUID, by: Actor) -> None:
    """The absent one is back: the deputy's right ends yesterday. Raises: NotFound."""
    with transaction.atomic():
        row = Deputy.objects.select_for_update().select_related("staff").filter(id=deputy_id).first()
        if row is None or (
            by.id != row.staff.user_id
            and not by.duties.get(row.staff.agency_id, frozenset()) & {Role.SECTION_HEAD, Role.SIGNATORY}
        ):
            raise NotFound
        row.ends_on = min(row.ends_on, clock.today() - timedelta(days=1))
        row.save(update_fields=["ends_on"])
        events.record(f"staff:{row.staff.user_id}", "deputy_ended", actor=by.ref, deputy=str(row.deputy_id))


def fill_from_dukcapil(*, by: Actor) -> int:
    """Record the actor's consent, ask the civil registry for their data and store it as verified facts. Returns how many.

    The registry is asked outside any transaction. Raises: Denied("nik_unknown_at_registry"), Unavailable.
    """
    if by.id is None:
        raise Denied("identity_needed")
    person = get_person(by.id)
    nik = nik_of(person)
    if nik is None:
        raise Denied("identity_needed")
    vocabulary = fact_vocabulary()
    keys = [key for key, fact in vocabulary.items() if fact.get("registry") == DUKCAPIL]
    purpose = _("Mengisi formulir layanan dengan data kependudukan saya")
    give_consent(person_id=person.id, registry=DUKCAPIL, purpose=purpose, facts=keys, by=by)
    record = client.fetch(nik)
    if record is None:
        raise Denied("nik_unknown_at_registry")
    found = {
        key: value
        for key, value in mapping.facts(record).items()
        if key in vocabulary and key != "person.nik"
    }
    record_facts(
        person_id=person.id,
        facts=found,
        source=DUKCAPIL,
        verified=True,
        by=SYSTEM,
        freshness_days={key: vocabulary[key].get("freshness_days") for key in found},
    )
    return len(found)


def link_from_oss(*, nib: str, by: Actor) -> Business:
    """Record the actor's consent, ask OSS for the business with this number and let the actor act for it; again: the same business.

    OSS is asked outside any transaction; only whom it names as responsible gets anything, and then facts come with it.
    Raises: Denied("identity_needed" | "nib_format" | "nib_unknown" | "nib_not_yours" | "nib_not_active"), Unavailable.
    """
    if by.id is None:
        raise Denied("identity_needed")
    if len(nib) != 13 or not (nib.isascii() and nib.isdigit()):  # noqa: PLR2004 - a NIB has 13 digits (OSS-RBA interface)
        raise Denied("nib_format")
    keys = [key for key, fact in fact_vocabulary().items() if fact.get("registry") == OSS]
    give_consent(
        person_id=by.id,
        registry=OSS,
        purpose=_("Menghubungkan usaha saya dan mengisi formulirnya"),
        facts=keys,
        by=by,
    )
    found = ask_oss(person_id=by.id, nib=nib)
    return keep_business(found=found, person_id=by.id, by=by)


def keep_business(
    *, found: Registered, person_id: UUID, by: Actor, proof: str = "", told: Mapping[str, Any] | None = None
) -> Business:
    """Register what OSS said of a business, with the mandate of the person it names; again: the same, with facts as of now.

    ``proof`` is the source of what OSS keeps when a paper says it ("document:<number>"); ``told`` are facts by key that the paper
    carries and OSS left empty. Raises: Denied("nib_format").
    """
    vocabulary = fact_vocabulary()
    with transaction.atomic():
        business = register_business(name=found.name, nib=found.nib, person_id=person_id, by=by)
        known: dict[str, Any] = {**(told or {}), **found.facts} | _responsible(found, person_id)
        for source, mine in (
            (proof or OSS, {key for key in known if vocabulary.get(key, {}).get("registry") == OSS}),
            (OSS, {key for key in found.facts if vocabulary.get(key, {}).get("registry") not in {OSS, None}}),
        ):
            record_facts(
                business_id=business.id,
                facts={key: known[key] for key in sorted(mine)},
                source=source,
                verified=True,
                by=SYSTEM,
                freshness_days={key: vocabulary[key].get("freshness_days") for key in mine},
            )
    return business


def _responsible(found: Registered, person_id: UUID) -> dict[str, Any]:
    """The person as the one who answers for the business: name, and NIK as secrets are kept."""
    nik = nik_of(get_person(person_id))
    if nik is None or nik not in found.responsible:
        return {}
    named = {"business.responsible_name": found.responsible[nik]} if found.responsible[nik] else {}
    return {**named, "business.responsible_nik": seal_value(nik)}
