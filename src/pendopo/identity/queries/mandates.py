"""Reads of mandates: which hold today, who may see them, whom a code belongs to, and whether a hand may do something now."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from pendopo.identity.models import Business, Mandate
from pendopo.identity.queries.people import get_person, key_of
from pendopo.identity.rules import (
    BY_REGISTER,
    OFFER_DAYS,
    Actor,
    ActorKind,
    Matter,
    check_mandated,
    check_reach,
    covers,
    spelled,
)
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, NotFound


def _in_force(**whose: Any) -> QuerySet[Mandate]:
    """Mandates that hold today: accepted, not revoked, within their days."""
    today = clock.today()
    held = Mandate.objects.filter(accepted_at__isnull=False, revoked_at=None, valid_from__lte=today, **whose)
    return held.exclude(valid_until__lt=today)


def list_businesses(person_id: UUID) -> list[Business]:
    """Businesses this person may act for today."""
    held = _in_force(agent_id=person_id, business__isnull=False)
    return [
        mandate.business
        for mandate in held.select_related("business").order_by("business__name")
        if mandate.business
    ]


def get_business(business_id: UUID, *, by: Actor, matters: Iterable[Matter] = ()) -> Business:
    """A business the actor may act for, in all of these matters. A mandate from a person says nothing about their businesses.

    Raises: NotFound; Denied("mandate_scope").
    """
    if by.id is None or by.hand.startswith(f"{ActorKind.PERSON}:"):
        raise NotFound
    mandate = _in_force(agent_id=by.id, business_id=business_id).select_related("business").first()
    if mandate is None or mandate.business is None:
        raise NotFound
    for matter in matters:
        if not covers(mandate.reach, matter):
            raise Denied("mandate_scope", matter.service_id)
    return mandate.business


def business_reach(by: Actor) -> dict[UUID, tuple[str, ...]]:
    """{business: what the actor may do for it today}. Empty for a hand a person let act: that says nothing about their businesses."""
    if by.id is None or by.hand.startswith(f"{ActorKind.PERSON}:"):
        return {}
    found: dict[UUID, tuple[str, ...]] = {}
    held = _in_force(agent_id=by.id, business_id__isnull=False).values_list("business_id", "reach")
    for business_id, reach in held:
        assert business_id is not None
        found[business_id] = (*found.get(business_id, ()), *reach)
    return found


def check_for_business(by: Actor, *asked: tuple[UUID | None, Matter]) -> None:
    """Raise unless the actor may still do each matter for the business it was filed for (None: for a person, nothing is asked).

    Raises: Denied("mandate_over" when that mandate ended, "mandate_scope" when it, or a person's own, does not reach so far).
    """
    named = [(business_id, matter) for business_id, matter in asked if business_id is not None]
    held = business_reach(by) if named else {}
    for business_id, matter in named:
        if business_id not in held:
            raise Denied("mandate_scope" if by.mandate_id else "mandate_over", f"business {business_id}")
        if not covers(held[business_id], matter):
            raise Denied("mandate_scope", matter.service_id)


def represents(person_id: UUID, business_id: UUID) -> bool:
    """True when the register itself names this person for the business: they may let others act for it."""
    return _in_force(agent_id=person_id, business_id=business_id, given_how=BY_REGISTER).exists()


def list_mandates_given(person_id: UUID) -> list[Mandate]:
    """What this person gave, for themselves and for the businesses the register names them for; newest first."""
    mine = _in_force(agent_id=person_id, given_how=BY_REGISTER).values_list("business_id", flat=True)
    given = Mandate.objects.filter(Q(principal_id=person_id) | Q(business_id__in=list(mine))).exclude(
        given_how=BY_REGISTER
    )
    return list(given.select_related("agent", "business").order_by("-given_at", "id"))


def list_mandates_held(person_id: UUID) -> list[Mandate]:
    """Mandates this person has accepted, newest first, also those that are over."""
    held = Mandate.objects.filter(agent_id=person_id)
    return list(held.select_related("principal", "business").order_by("-accepted_at", "id"))


def get_mandate(mandate_id: UUID, *, by: Actor) -> Mandate:
    """A mandate the actor gave or holds. Another's does not exist for them: raises NotFound."""
    mandate = Mandate.objects.select_related("principal", "business", "agent").filter(id=mandate_id).first()
    if mandate is None or by.id is None or by.hand:
        raise NotFound
    given = by.id == mandate.principal_id or (
        mandate.business_id is not None and represents(by.id, mandate.business_id)
    )
    if not given and by.id != mandate.agent_id:
        raise NotFound
    return mandate


def code_of(mandate: Mandate) -> str:
    """The code with which the agent accepts. It follows from the mandate, so it is stored nowhere."""
    return spelled(hmac.digest(key_of(b"mandate"), mandate.id.bytes, hashlib.sha256))


def find_offer(code: str, by: Actor) -> Mandate:
    """The mandate offered to the actor's NIK that this code belongs to. Raises: Denied("mandate_code"), whatever is wrong."""
    person = get_person(by.id) if by.id and not by.hand else None
    if person is None or person.nik_digest is None:
        raise Denied("mandate_code")
    typed = "".join(c for c in code.upper() if c.isalnum())
    since = clock.now() - timedelta(days=OFFER_DAYS)
    offers = Mandate.objects.filter(
        agent_digest=person.nik_digest, accepted_at=None, revoked_at=None, given_at__gt=since
    )
    for offer in offers.select_related("principal", "business"):
        if hmac.compare_digest(code_of(offer).replace("-", "").encode(), typed.encode()):
            return offer
    raise Denied("mandate_code")


def acting_for(agent: Actor, mandate_id: UUID) -> Actor:
    """The principal as an actor whose hand is ``agent``: what every request asks while somebody acts for another.

    Raises: NotFound (not this agent's, or for a business), Denied (see rules.check_mandated).
    """
    mandate = Mandate.objects.select_related("principal").filter(id=mandate_id, agent_id=agent.id).first()
    if agent.id is None or agent.hand or mandate is None or mandate.principal is None:
        raise NotFound
    check_mandated(mandate.terms, clock.today())
    principal = mandate.principal
    return Actor(
        ActorKind.PERSON,
        principal.id,
        principal.full_name,
        hand=agent.ref,
        hand_name=agent.name,
        reach=tuple(mandate.reach),
        mandate_id=mandate.id,
    )


def check_mandate(by: Actor, *matters: Matter) -> None:
    """Raise unless ``by`` acts for themselves or their hand may do one of ``matters`` now (of none: only a hand that may do everything).

    The mandate is read again, so a revocation acts at once.
    Raises: Denied("mandate_scope" | "mandate_revoked" | "mandate_over" | "mandate_not_yet").
    """
    check_reach(by, *matters)
    if by.mandate_id is None:
        return
    mandate = Mandate.objects.filter(id=by.mandate_id, principal_id=by.id).first()
    if mandate is None or by.hand != f"{ActorKind.PERSON}:{mandate.agent_id}":
        raise Denied("mandate_revoked")
    terms = mandate.terms
    check_mandated(terms, clock.today())
    if not covers(terms.reach, *matters):
        raise Denied("mandate_scope", ", ".join(matter.service_id for matter in matters))
