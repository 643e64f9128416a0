"""Giving, accepting and revoking mandates. Giving one never tells whether a NIK is known: it is only matched when its owner accepts."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from pendopo.identity import queries
from pendopo.identity.actions.people import agent_digest
from pendopo.identity.models import Mandate, Person
from pendopo.identity.rules import (
    AT_COUNTER,
    ONLINE,
    Actor,
    ActorKind,
    check_terms,
    counter_reach,
    read_nik,
)
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, NotFound


def give_mandate(
    *,
    agent_nik: str,
    agent_name: str,
    reach: Sequence[str],
    valid_from: date,
    valid_until: date | None,
    purpose: str,
    by: Actor,
    business_id: UUID | None = None,
) -> tuple[Mandate, str]:
    """Offer a mandate to whoever has this NIK; returns it with the code by which they accept (see queries.code_of).

    For a business only those the register names may give one. Raises: NotFound (business), Denied("identity_needed" | "own_page_only" |
    "nik_..." | "mandate_to_self" | "mandate_overlaps" | see rules.check_terms). Source: KUHPerdata art. 1792-1795.
    """
    principal = _principal(by)
    read_nik(agent_nik)
    digest = queries.digest(agent_nik)
    if digest == agent_digest(principal):
        raise Denied("mandate_to_self")
    if business_id is not None and not queries.represents(principal.id, business_id):
        raise NotFound
    check_terms(
        reach=reach, valid_from=valid_from, valid_until=valid_until, today=clock.today(), lasting=business_id is not None
    )  # fmt: skip
    mandate = _write(
        principal=None if business_id else principal,
        business_id=business_id,
        agent_digest=digest,
        agent_name=agent_name,
        reach=sorted(set(reach)),
        purpose=purpose,
        given_how=ONLINE,
        given_by=by.ref,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    return mandate, queries.code_of(mandate)


def record_mandate(
    *,
    principal_id: UUID,
    agent_id: UUID,
    reach: Sequence[str],
    valid_from: date,
    valid_until: date | None,
    purpose: str,
    paper_reference: str,
    by: Actor,
) -> Mandate:
    """Record a mandate signed on paper that both bring to the counter; it holds at once.

    Raises: NotFound (person), Denied("wrong_role" | "paper_reference_missing" | "mandate_to_self" | "mandate_overlaps" | ...).
    """
    if by.kind is not ActorKind.STAFF or not counter_reach(by.duties):
        raise Denied("wrong_role")
    if not paper_reference.strip():
        raise Denied("paper_reference_missing")
    principal, agent = queries.get_person(principal_id), queries.get_person(agent_id)
    if principal.id == agent.id:
        raise Denied("mandate_to_self")
    check_terms(
        reach=reach, valid_from=valid_from, valid_until=valid_until, today=clock.today(), lasting=False
    )
    return _write(
        principal=principal,
        agent=agent,
        agent_digest=agent_digest(agent),
        agent_name=agent.full_name,
        reach=sorted(set(reach)),
        purpose=purpose,
        given_how=AT_COUNTER,
        paper_reference=paper_reference.strip(),
        given_by=by.ref,
        accepted_at=clock.now(),
        valid_from=valid_from,
        valid_until=valid_until,
    )


def accept_mandate(*, code: str, by: Actor) -> Mandate:
    """The agent takes a mandate on, with the code the principal gave them. Raises: Denied("mandate_code")."""
    with transaction.atomic():
        offer = Mandate.objects.select_for_update(of=("self",)).get(id=queries.find_offer(code, by).id)
        if offer.accepted_at is not None or offer.revoked_at is not None or by.id == offer.principal_id:
            raise Denied("mandate_code")
        offer.agent_id, offer.accepted_at = by.id, clock.now()
        offer.save(update_fields=["agent", "accepted_at"])
        _tell(offer, "mandate_accepted", by)
    return offer


def revoke_mandate(*, mandate_id: UUID, by: Actor) -> None:
    """End a mandate at once: by who gave it, or by the agent who lays it down. Again: nothing changes.

    Raises: NotFound. Source: KUHPerdata art. 1813-1814, 1817.
    """
    queries.get_mandate(mandate_id, by=by)
    with transaction.atomic():
        mandate = Mandate.objects.select_for_update(of=("self",)).get(id=mandate_id)
        if mandate.revoked_at is None:
            mandate.revoked_at, mandate.revoked_by = clock.now(), by.ref
            mandate.save(update_fields=["revoked_at", "revoked_by"])
            _tell(mandate, "mandate_revoked", by)


def _principal(by: Actor) -> Person:
    """Nobody gives a mandate in somebody else's name (no substitution unless the law or the principal allows it, art. 1803)."""
    if by.hand:
        raise Denied("own_page_only")
    if by.kind is not ActorKind.PERSON or by.id is None:
        raise Denied("identity_needed")
    return queries.get_person(by.id)


def _write(**columns: Any) -> Mandate:
    """One at a time between the same two people; the database refuses a second."""
    try:
        with transaction.atomic():
            mandate = Mandate.objects.create(given_at=clock.now(), **columns)
            events.record(
                _subject(mandate),
                "mandate_given",
                actor=mandate.given_by,
                mandate=str(mandate.id),
                reach=list(mandate.reach),
                until=mandate.valid_until.isoformat() if mandate.valid_until else None,
            )
    except IntegrityError as clash:
        raise Denied("mandate_overlaps") from clash
    return mandate


def _tell(mandate: Mandate, verb: str, by: Actor) -> None:
    events.record(_subject(mandate), verb, actor=by.ref, mandate=str(mandate.id))


def _subject(mandate: Mandate) -> str:
    return f"business:{mandate.business_id}" if mandate.business_id else f"person:{mandate.principal_id}"
