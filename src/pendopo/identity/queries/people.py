"""Reads of people and what is known of them. Whoever reads somebody else's data must say who asks and why (see actions.note_access)."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db.models import Q

from pendopo.identity.models import AccessRecord, Business, Consent, Fact, Person, User
from pendopo.identity.rules import Actor, ActorKind
from pendopo.kernel import clock
from pendopo.kernel.errors import NotFound

_NONCE = 12


@cache
def key_of(purpose: bytes) -> bytes:
    """32 bytes derived from the seal key, one for each purpose."""
    return hmac.digest(settings.SEAL_KEY.encode(), purpose, "sha256")


def unseal(sealed: bytes | memoryview) -> str:
    """Return the text that ``actions.seal`` hid."""
    return unseal_bytes(sealed).decode()


def unseal_bytes(sealed: bytes | memoryview) -> bytes:
    """Return what ``actions.seal_bytes`` hid."""
    sealed = bytes(sealed)
    return AESGCM(key_of(b"seal")).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)


def digest(nik: str) -> bytes:
    """Keyed hash by which a NIK is found without being readable."""
    return hmac.digest(key_of(b"digest"), nik.encode(), hashlib.sha256)


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A fact as forms show it: value, where from, since when, still fresh?"""

    key: str
    value: Any
    source: str
    verified: bool
    obtained_at: datetime
    fresh: bool


def person_of_user(user: User) -> Person | None:
    """The person who owns the account, or None before identity is given."""
    return Person.objects.filter(user=user).first()


def get_person(person_id: UUID) -> Person:
    """Raises: NotFound."""
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        raise NotFound
    return person


def nik_of(person: Person) -> str | None:
    """The NIK in clear; callers mask it unless the task needs it whole."""
    return unseal(person.nik_sealed) if person.nik_sealed else None


def actor_of_person(person: Person) -> Actor:
    """The actor this person is."""
    return Actor(ActorKind.PERSON, person.id, person.full_name)


def subject(person_id: UUID | None, business_id: UUID | None) -> Q:
    """The condition that picks the facts of one person or one business."""
    return Q(business_id=business_id) if business_id else Q(person_id=person_id)


def facts_of(*, person_id: UUID | None = None, business_id: UUID | None = None) -> dict[str, KnownFact]:
    """Everything known of one subject, by key. One statement."""
    rows = Fact.objects.filter(subject(person_id, business_id))
    now = clock.now()
    return {
        row.key: KnownFact(
            row.key,
            row.value,
            row.source,
            row.verified,
            row.obtained_at,
            row.fresh_until is None or row.fresh_until > now,
        )
        for row in rows
    }


def facts_of_businesses(business_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Values known of several businesses, by business and key, as they are stored. One statement."""
    found: dict[UUID, dict[str, Any]] = {}
    rows = Fact.objects.filter(business_id__in=list(business_ids))
    for business_id, key, value in rows.values_list("business_id", "key", "value"):
        if business_id is not None:
            found.setdefault(business_id, {})[key] = value
    return found


def find_person(nik: str) -> Person | None:
    """The person with this NIK; the caller writes down who looked (see actions.look_up_person)."""
    return Person.objects.filter(nik_digest=digest(nik)).first()


def name_of_ref(ref: str) -> str:
    """Who ``person:``, ``business:`` or ``staff:`` followed by an id is; nothing for anybody else."""
    kind, _colon, key = ref.partition(":")
    if kind == "person":
        return Person.objects.filter(id=key).values_list("full_name", flat=True).first() or ""
    if kind == "business":
        return Business.objects.filter(id=key).values_list("name", flat=True).first() or ""
    if kind == "staff":
        return User.objects.filter(id=key).values_list("display_name", flat=True).first() or ""
    return ""


def list_consents(person_id: UUID) -> list[Consent]:
    """Newest first."""
    return list(Consent.objects.filter(person_id=person_id).order_by("-given_at"))


def has_consent(person_id: UUID, registry: str) -> bool:
    """True when the person allows this registry to be asked."""
    return Consent.objects.filter(person_id=person_id, registry=registry, withdrawn_at=None).exists()


def list_accesses(person_id: UUID, limit: int = 50) -> list[AccessRecord]:
    """Who of the staff read this person's data, newest first."""
    return list(AccessRecord.objects.filter(person_id=person_id).order_by("-at", "-id")[:limit])


def names_of(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names for a list page, one statement."""
    return dict(Person.objects.filter(id__in=set(person_ids)).values_list("id", "full_name"))
