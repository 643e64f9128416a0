"""All writes about people: identity, facts, consent, who read what. Facts overwrite older facts; events keep the history of sources."""

import os
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from pendopo.identity import queries
from pendopo.identity.models import AccessRecord, Business, Consent, Fact, Mandate, Person, Session, User
from pendopo.identity.rules import BY_REGISTER, EVERYTHING, SEALED, Actor, read_nik
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied


def seal(text: str) -> bytes:
    """Encrypt a short secret such as a NIK; ``queries.unseal`` reads it back."""
    return seal_bytes(text.encode())


def seal_bytes(data: bytes) -> bytes:
    """Encrypt what is not text, such as a sheet; ``queries.unseal_bytes`` reads it back."""
    nonce = os.urandom(12)
    return nonce + AESGCM(queries.key_of(b"seal")).encrypt(nonce, data, None)


def seal_value(text: str) -> dict[str, str]:
    """A secret value among answers or facts as it is stored, in an object of its own."""
    return {SEALED: seal(text).hex()}


def open_account(*, email: str, password: str | None, display_name: str = "") -> User:
    """Make (or find) an account outside the sign-up page: staff and demo people. ``password=None``: cannot log in by password."""
    user, _ = User.objects.get_or_create(
        email=email.lower(),
        defaults={"password": password or make_password(None), "display_name": display_name},
    )
    return user


def forget_sessions() -> int:
    """Delete the sessions that ended. Returns how many."""
    return Session.objects.filter(expire_date__lt=clock.now()).delete()[0]


def register_person(*, user: User | None, full_name: str, nik: str, by: Actor) -> Person:
    """Record who the owner of an account is. Calling it again for the same account and NIK changes nothing.

    Raises: Denied("nik_..."): structure; Denied("nik_taken"): the NIK belongs to another account.
    """
    read_nik(nik)
    digest = queries.digest(nik)
    with transaction.atomic():
        held = Person.objects.select_for_update().filter(nik_digest=digest).first()
        if held is not None and held.user_id not in {None, user.id if user else None}:
            raise Denied("nik_taken")
        person = held or (Person.objects.filter(user=user).first() if user else None)
        if person is not None and person.nik_digest and bytes(person.nik_digest) != digest:
            raise Denied("nik_fixed")
        if person is not None and person.nik_digest and (user is None or person.user_id == user.id):
            return person
        if person is None:
            person = Person(created_at=clock.now())
        fresh = person.nik_digest is None
        person.user = user or person.user
        person.full_name, person.nik_sealed, person.nik_digest = full_name, seal(nik), digest
        try:
            with transaction.atomic():
                person.save()
        except IntegrityError as clash:
            raise Denied("nik_taken") from clash
        if fresh:
            events.record(f"person:{person.id}", "identified", actor=by.doer)
    return person


def record_facts(
    *,
    facts: Mapping[str, Any],
    source: str,
    verified: bool,
    by: Actor,
    person_id: UUID | None = None,
    business_id: UUID | None = None,
    freshness_days: Mapping[str, int | None] | None = None,
) -> None:
    """Store facts of one subject with their source. A verified fact is not overwritten by an unverified one.

    Shape: ``facts`` is {key: JSON value}; ``freshness_days`` is {key: days}, absent means it never grows stale.
    """
    now = clock.now()
    with transaction.atomic():
        known = Fact.objects.filter(queries.subject(person_id, business_id))
        kept = set(known.filter(verified=True).values_list("key", flat=True))
        rows = [
            Fact(
                person_id=person_id,
                business_id=business_id,
                key=key,
                value=value,
                source=source,
                verified=verified,
                obtained_at=now,
                fresh_until=now + timedelta(days=days) if (days := (freshness_days or {}).get(key)) else None,
            )
            for key, value in facts.items()
            if value not in (None, "") and (verified or key not in kept)
        ]
        stale = [row.key for row in rows]
        known.filter(key__in=stale).delete()
        Fact.objects.bulk_create(rows)
        if rows:
            subject = f"person:{person_id}" if person_id else f"business:{business_id}"
            events.record(
                subject,
                "facts_recorded",
                actor=by.doer,
                on_behalf_of=by.behalf,
                source=source,
                keys=sorted(stale),
            )


def give_consent(*, person_id: UUID, registry: str, purpose: str, facts: Sequence[str], by: Actor) -> Consent:
    """Record that a person lets a registry be asked, for one purpose. Source: UU 27/2022 art. 20-22."""
    with transaction.atomic():
        consent = Consent.objects.create(
            person_id=person_id, registry=registry, purpose=purpose, facts=list(facts), given_at=clock.now()
        )
        events.record(
            f"person:{person_id}",
            "consent_given",
            actor=by.doer,
            on_behalf_of=by.behalf,
            registry=registry,
            purpose=purpose,
        )
    return consent


def withdraw_consent(*, consent_id: UUID, by: Actor) -> None:
    """End a consent of the actor's own; another's does not exist for them."""
    assert by.id is not None
    with transaction.atomic():
        changed = Consent.objects.filter(id=consent_id, person_id=by.id, withdrawn_at=None).update(
            withdrawn_at=clock.now()
        )
        if changed:
            events.record(f"person:{by.id}", "consent_withdrawn", actor=by.ref, consent=str(consent_id))


def register_business(
    *, name: str, nib: str, person_id: UUID, by: Actor, valid_from: date | None = None
) -> Business:
    """A business and the mandate of the person the register names for it; again: the same. What others let that person do
    gives way to the register's word. Raises: Denied("nib_format").
    """
    if len(nib) != 13 or not (nib.isascii() and nib.isdigit()):  # noqa: PLR2004 - a NIB has 13 digits (OSS PIA)
        raise Denied("nib_format")
    person = queries.get_person(person_id)
    with transaction.atomic():
        business, created = Business.objects.get_or_create(
            nib=nib, defaults={"name": name, "created_at": clock.now()}
        )
        digest = agent_digest(person)
        Mandate.objects.filter(agent_digest=digest, business=business, revoked_at=None).exclude(
            given_how=BY_REGISTER
        ).update(revoked_at=clock.now(), revoked_by=by.doer)
        Mandate.objects.get_or_create(
            agent=person,
            business=business,
            given_how=BY_REGISTER,
            revoked_at=None,
            defaults={
                "agent_digest": digest,
                "agent_name": person.full_name,
                "reach": [EVERYTHING],
                "given_by": by.doer,
                "given_at": clock.now(),
                "accepted_at": clock.now(),
                "valid_from": valid_from or clock.today(),
            },
        )
        if created:
            events.record(f"business:{business.id}", "registered", actor=by.doer)
    return business


def agent_digest(person: Person) -> bytes:
    """How mandates name an agent: by the keyed hash of their NIK, or of their id where they have none."""
    return bytes(person.nik_digest) if person.nik_digest else queries.digest(str(person.id))


def note_access(*, person_id: UUID, by: Actor, fields: Sequence[str], purpose: str, subject: str) -> None:
    """Write down that staff read personal data. The same reader and case within an hour is one reading."""
    now = clock.now()
    again = AccessRecord.objects.filter(
        person_id=person_id, reader=by.ref, subject=subject, at__gt=now - timedelta(hours=1)
    ).exists()
    if not again:
        AccessRecord.objects.create(
            person_id=person_id,
            reader=by.ref,
            reader_name=by.name,
            fields=list(fields),
            purpose=purpose,
            subject=subject,
            at=now,
        )
