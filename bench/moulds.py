"""Moulds: applications that the product itself files and takes along its procedures, each under a clock of its own.

The crowd (``bench/crowd.py``) is cast from them, so whatever the rules write (steps, events, dates, decisions) is in it, and stays in it
when the rules change. Left out: files, bills of the copies, documents (rendering is measured by the bench ``documents``).
"""

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bench.samples import paper, sample

if TYPE_CHECKING:
    from pendopo.identity.api import Actor

STAFF_ID = UUID(int=0x5EED)
MOST_ACTS = 40
YEARS = 3
OFTEN = 120  # services asked for often have a second concluded mould, some of them refused or withdrawn
ON_DESKS = 120  # moulds that stand still somewhere


@dataclass(frozen=True, slots=True)
class Mould:
    """A real application, and how many of the crowd are cast from it, relatively."""

    application_id: UUID
    service_id: str
    state: str
    is_open: bool
    weight: float


def make(service_ids: Sequence[str], *, by: "Actor", today: date, seed: int = 1) -> list[Mould]:
    """File and act until each fate is met. Services asked for often (the first) weigh most; most end well, some are refused."""
    chance = random.Random(seed)
    moulds = []
    business_id, file_id = _business(by, _morning(today - timedelta(days=366 * YEARS))), paper(by)
    for rank, service_id in enumerate(service_ids):
        weight = 1 / (rank + 5)
        for number in range(2 if rank < OFTEN else 1):
            fate = "end" if number == 0 else chance.choices(("end", "reject", "withdraw"), (6, 3, 1))[0]
            at = _morning(today - timedelta(days=chance.randrange(30, 365 * YEARS)))
            moulds.append(_cast(service_id, by, business_id, file_id, at, fate, MOST_ACTS, weight))
    for number in range(min(ON_DESKS, 3 * len(service_ids))):
        service_id = service_ids[number % len(service_ids)]
        at = _morning(today - timedelta(days=chance.randrange(1, 8)))
        fate = chance.choices(("end", "correct"), (5, 1))[0]
        mould = _cast(service_id, by, business_id, file_id, at, fate, number % 4, 1)
        moulds += [mould] if mould and mould.is_open else []
    return [mould for mould in moulds if mould is not None]


def _business(by: "Actor", at: datetime) -> UUID:
    """A business of the applicant's, since before the first mould."""
    from pendopo.identity.api import SYSTEM, register_business
    from pendopo.kernel import clock

    assert by.id is not None
    with clock.use(clock.FixedClock(at)):
        return register_business(name="PT Contoh Jaya", nib="8120207739999", person_id=by.id, by=SYSTEM).id


def _morning(on: date) -> datetime:
    """Nine o'clock of a working day."""
    from pendopo.kernel import clock
    from pendopo.region.api import calendar, is_working

    days = calendar()
    while not is_working(on, days):
        on -= timedelta(days=1)
    return datetime.combine(on, time(9), tzinfo=clock.zone()).astimezone(UTC)


def _cast(
    service_id: str,
    by: "Actor",
    business_id: UUID,
    file_id: str,
    at: datetime,
    fate: str,
    acts: int,
    weight: float,
) -> Mould | None:
    """One application taken through ``acts`` acts at most; None for a service whose form we cannot fill in."""
    from django.db import transaction

    from pendopo.applications.api import file, load
    from pendopo.catalogue.api import get_service
    from pendopo.kernel import clock
    from pendopo.kernel.errors import Invalid

    content = get_service(service_id).content
    business = business_id if content["applicant"] == "business" else None
    stood = clock.FixedClock(at)
    with clock.use(stood), transaction.atomic():  # one commit a mould
        try:
            answers = sample(content["form"]["schema"], file_id)
            key = secrets.token_hex(16)
            filed, _ = file(service_id=service_id, answers=answers, key=key, by=by, business_id=business)
        except (ValueError, Invalid):
            return None
        for number in range(acts):
            stood.move(hours=3)
            if not _act(filed, by, fate, number):
                break
        state = load(filed).case.state
    return Mould(filed, service_id, str(state), state not in _concluded(), weight)


def _concluded() -> set[Any]:
    from pendopo.applications.rules import DECIDED

    return set(DECIDED)


def _act(application_id: UUID, by: "Actor", fate: str, number: int) -> bool:
    """The next act that leads to ``fate``; False when nothing is left to do."""
    from pendopo.applications.api import StepStatus, advance, load
    from pendopo.applications.rules import PROCEEDS, State, Step, StepKind, Verb
    from pendopo.identity.api import SYSTEM

    case = load(application_id).case
    if case.state in {State.APPROVED, State.REJECTED} and not _waits(case.steps):
        if case.state is State.APPROVED:
            advance(application_id=application_id, verb=Verb.ISSUE, by=SYSTEM)
        return False
    if fate == "withdraw" and number == 1 and case.state is State.SUBMITTED:
        advance(application_id=application_id, verb=Verb.WITHDRAW, by=by)
        return False
    step: Step | None = next((step for step in case.steps if step.status is StepStatus.OPEN), None)
    if step is None:
        return False
    verb = PROCEEDS[step.kind]
    if step.kind is StepKind.INSPECTION and not step.appointment:
        verb = Verb.SCHEDULE
    if fate == "reject" and step.kind is StepKind.VERIFICATION:
        verb = Verb.REJECT
    if fate == "correct" and step.kind is StepKind.VERIFICATION:
        verb = Verb.REQUEST_CORRECTION
    officer = SYSTEM if step.kind is StepKind.PAYMENT else holder(step.agency_id, step.role)
    advance(application_id=application_id, verb=verb, by=officer, step_key=step.key, act=_said(verb))
    return verb is not Verb.REQUEST_CORRECTION


def _waits(steps: Sequence[Any]) -> bool:
    return any(step.status == "open" for step in steps)


def holder(agency_id: str, role: str) -> "Actor":
    """An officer with just the duty a step asks for."""
    from pendopo.identity.api import Actor, ActorKind, Role

    return Actor(ActorKind.STAFF, STAFF_ID, "Petugas Contoh", {agency_id: frozenset({Role(role)})})


def _said(verb: Any) -> Any:
    from pendopo.applications.api import Act, Remark, Verb
    from pendopo.kernel import clock

    if verb is Verb.SCHEDULE:
        return Act(details={"at": clock.now().isoformat(), "place": "Jalan Engku Putri No. 17"})
    if verb is Verb.ASSESS_FEE:
        return Act(
            fee_lines=(
                {"id": "line1", "name": "Retribusi", "amount_idr": 50_000, "legal_basis": "Perda 1/2024"},
            )
        )
    if verb is Verb.REQUEST_CORRECTION:
        return Act(remarks=(Remark("person_name", "mismatch", "Nama tidak sama dengan KTP."),))
    if verb is Verb.REJECT:
        return Act(reason="Lokasi berada di luar zona.", legal_basis="Perda 3/2021 pasal 12")
    return Act(note="Lengkap dan benar.")
