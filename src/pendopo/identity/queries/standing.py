"""For whom a session acts: what is written into it, and who that makes the actor of a request."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pendopo.identity.queries.mandates import acting_for
from pendopo.identity.queries.people import actor_of_person, get_person
from pendopo.identity.rules import COUNTER_MINUTES, Actor, ActorKind, counter_reach
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, NotFound

STANDS_FOR: Final = "stands_for"
"""Key of the session: for whom its owner acts, as ``stand_for_mandate`` or ``stand_for_visit`` wrote it."""
DESK: Final = "/kerja/"
"""At their own desk officers are always themselves, also while they serve somebody at the counter."""


def stand_for_mandate(agent: Actor, mandate_id: UUID) -> dict[str, str]:
    """What to put into the session of an agent who switches to a principal. Raises: NotFound, Denied (see identity.acting_for)."""
    acting_for(agent, mandate_id)
    return {"mandate": str(mandate_id)}


def stand_for_visit(officer: Actor, person_id: UUID) -> dict[str, str]:
    """What to put into the session of an officer who serves a citizen at the counter, for half an hour. Raises: Denied("wrong_role")."""
    if officer.kind is not ActorKind.STAFF or not counter_reach(officer.duties):
        raise Denied("wrong_role")
    until = clock.now() + timedelta(minutes=COUNTER_MINUTES)
    return {"person": str(person_id), "until": until.isoformat()}


def principal_of(own: Actor, stands_for: Mapping[str, str], path: str) -> Actor | None:
    """For whom ``own`` acts on this page, or ``own`` themselves at their desk; None when the right to do so has ended."""
    if own.kind is ActorKind.STAFF and path.startswith(DESK):
        return own
    try:
        if "mandate" in stands_for:
            return acting_for(own, UUID(stands_for["mandate"]))
        return _visited(own, UUID(stands_for["person"]), datetime.fromisoformat(stands_for["until"]))
    except (Denied, NotFound):
        return None


def _visited(officer: Actor, person_id: UUID, until: datetime) -> Actor | None:
    reach = counter_reach(officer.duties)
    if officer.kind is not ActorKind.STAFF or not reach or clock.now() >= until:
        return None
    person = get_person(person_id)
    return replace(actor_of_person(person), hand=officer.ref, hand_name=officer.name, reach=reach)
