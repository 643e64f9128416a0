"""A submission over several services: which parts may start, what one part's end means for the others, where the whole stands.

Pure. A part starts when everything it needs exists; a refusal, a withdrawal or a delay touches only what depends on it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from pendopo.applications.rules.submission_form import is_number
from pendopo.kernel.errors import Denied


class PartState(StrEnum):
    """Where one service of the bundle stands."""

    PLANNED = "planned"
    WAITING = "waiting"
    FILED = "filed"
    ISSUED = "issued"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    BLOCKED = "blocked"
    NOT_NEEDED = "not_needed"


class SubmissionState(StrEnum):
    """Where the whole bundle stands. Closed: nothing moves by itself any more; an appeal may open it again."""

    DRAFT = "draft"
    FILED = "filed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


MET: Final = frozenset({PartState.ISSUED, PartState.NOT_NEEDED})
LOST: Final = frozenset({PartState.REFUSED, PartState.WITHDRAWN, PartState.BLOCKED})
MOVING: Final = frozenset({PartState.WAITING, PartState.FILED})
NEED: Final = "need"
"""Reason of a part that is blocked because something it needs will not come."""
ANSWERS: Final = "answers"
"""Reason of a part that may start as soon as the applicant has answered what only now can be asked."""
BUSINESS: Final = "business"
"""Reason of a part that waits for the applicant's business to be linked to the account."""
ENDED: Final = "ended"
"""Reason of a part whose service the mall no longer offers."""
CONSENT: Final = "consent"
"""Reason of a part whose agency the applicant no longer lets see the data."""
DENIED: Final = "denied"
"""Reason of a part whose service refused it at once; ``because`` is the code."""
BLOCKS: Final = frozenset({NEED, ENDED, CONSENT, DENIED})
ASKS: Final = frozenset({ANSWERS, BUSINESS})

CODE_ALPHABET: Final = "ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 8
"""Letters nobody confuses: no I, L, O, U."""
LONGEST_NUMBER: Final = 150

_ENDS: Final[Mapping[PartState, frozenset[PartState]]] = {
    PartState.ISSUED: frozenset({PartState.FILED, PartState.REFUSED}),
    PartState.REFUSED: frozenset({PartState.FILED}),
    PartState.WITHDRAWN: frozenset(
        {PartState.PLANNED, PartState.WAITING, PartState.FILED, PartState.BLOCKED, PartState.REFUSED}
    ),
    PartState.FILED: frozenset({PartState.WAITING, PartState.REFUSED}),
}
"""New state -> the states it may come from. A refused part may be filed again, or won in an appeal."""


@dataclass(frozen=True, slots=True)
class Part:
    """One service of the bundle. ``because``: the service whose end blocks it (NEED), or what the service said (DENIED)."""

    service_id: str
    needs: tuple[str, ...] = ()
    wave: int = 1
    state: PartState = PartState.PLANNED
    reason: str = ""
    because: str = ""


def read_code(typed: str) -> str:
    """A resume code as typed: ``kqtm-wxyz`` -> ``KQTMWXYZ``; "" when it cannot be one."""
    letters = "".join(c for c in typed.upper() if c not in " -.\t\n")
    good = len(letters) == CODE_LENGTH and all(c in CODE_ALPHABET for c in letters)
    return letters if good else ""


def part_of(parts: Iterable[Part], service_id: str) -> Part:
    """Raises: Denied("no_such_part")."""
    for part in parts:
        if part.service_id == service_id:
            return part
    raise Denied("no_such_part", service_id)


def ready(parts: Sequence[Part]) -> tuple[str, ...]:
    """Services whose part waits and has everything it needs: these start now."""
    state = {part.service_id: part.state for part in parts}
    return tuple(
        part.service_id
        for part in parts
        if part.state is PartState.WAITING
        and all(state.get(need, PartState.NOT_NEEDED) in MET for need in part.needs)
    )


def begin_parts(parts: Sequence[Part]) -> tuple[Part, ...]:
    """File the bundle: what was planned now waits for its turn."""
    return settle(
        [
            replace(part, state=PartState.WAITING) if part.state is PartState.PLANNED else part
            for part in parts
        ]
    )


def move(parts: Sequence[Part], service_id: str, to: PartState) -> tuple[Part, ...]:
    """One part moves; whatever that means for the others follows. Again: nothing changes. Raises: Denied."""
    part = part_of(parts, service_id)
    if part.state is to:
        return tuple(parts)
    if part.state not in _ENDS.get(to, ()):
        raise Denied("part_not_in_this_state", f"{part.state} {to}")
    if to is PartState.FILED and part.state is PartState.WAITING and service_id not in ready(parts):
        raise Denied("part_not_ready", service_id)
    return _changed(parts, replace(part, state=to, reason="", because=""))


def hold(parts: Sequence[Part], service_id: str, reason: str, because: str = "") -> tuple[Part, ...]:
    """A part that should start cannot: it waits for the applicant (ASKS), or is blocked (BLOCKS), and says why."""
    part = part_of(parts, service_id)
    if part.state is not PartState.WAITING:
        raise Denied("part_not_in_this_state", str(part.state))
    state = PartState.BLOCKED if reason in BLOCKS else PartState.WAITING
    return _changed(parts, replace(part, state=state, reason=reason, because=because))


def release(parts: Sequence[Part], service_id: str) -> tuple[Part, ...]:
    """What blocked this part of itself (a closed service, a withdrawn consent) is gone: it waits again."""
    part = part_of(parts, service_id)
    if part.state is not PartState.BLOCKED or part.reason == NEED:
        raise Denied("part_not_in_this_state", str(part.state))
    return _changed(parts, replace(part, state=PartState.WAITING, reason="", because=""))


def _changed(parts: Sequence[Part], changed: Part) -> tuple[Part, ...]:
    return settle([changed if part.service_id == changed.service_id else part for part in parts])


def settle(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Block what depends on a part that will not come, and let it wait again when the obstacle is gone. Nothing else changes."""
    now = {part.service_id: part for part in parts}
    moved = True
    while moved:  # one pass a link of the longest chain
        moved = False
        for part in tuple(now.values()):
            after = _settled(part, now)
            if after != part:
                now[part.service_id], moved = after, True
    return tuple(now.values())


def _settled(part: Part, now: Mapping[str, Part]) -> Part:
    by_need = part.state is PartState.BLOCKED and part.reason == NEED
    if part.state is not PartState.WAITING and not by_need:
        return part
    lost = next((need for need in part.needs if need in now and now[need].state in LOST), "")
    if lost:
        return replace(part, state=PartState.BLOCKED, reason=NEED, because=lost)
    return replace(part, state=PartState.WAITING, reason="", because="") if by_need else part


def dependants(parts: Sequence[Part], service_id: str) -> tuple[str, ...]:
    """Services not yet concluded that directly or indirectly need this one: what its withdrawal would stop."""
    hit = {service_id}
    grew = True
    while grew:
        grew = False
        for part in parts:
            if part.service_id not in hit and not hit.isdisjoint(part.needs):
                hit.add(part.service_id)
                grew = True
    open_states = {PartState.PLANNED, PartState.WAITING, PartState.BLOCKED}
    return tuple(p.service_id for p in parts if p.service_id in hit - {service_id} and p.state in open_states)


def overall(parts: Sequence[Part]) -> SubmissionState:
    """Where the whole stands."""
    states = {part.state for part in parts}
    if PartState.PLANNED in states:
        return SubmissionState.DRAFT
    if states & MOVING:
        return SubmissionState.FILED
    if PartState.WITHDRAWN in states and not states & {PartState.ISSUED, PartState.REFUSED}:
        return SubmissionState.WITHDRAWN
    return SubmissionState.CLOSED


@dataclass(frozen=True, slots=True)
class Standing:
    """A part as the status page weighs it. ``turn``: what the applicant must do ("correct", "pay"), if anything."""

    part: Part
    turn: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class NextLine:
    """The first line of the status page: what happens next, in which part, by when. ``kind``:

    correct, pay, answers, business (the applicant's turn) - office (an agency's) - done, partial, ended (nobody's).
    """

    kind: str
    service_id: str = ""
    due_on: date | None = None
    count: int = 0


_TURNS: Final = ("correct", "pay", ANSWERS, BUSINESS)


def next_line(standings: Sequence[Standing]) -> NextLine:
    """The applicant's own turn comes first, then the office whose promise ends first, then how it all ended."""
    turns = [(one.turn or _asked(one.part), one) for one in standings]
    for kind in _TURNS:
        mine = [one for turn, one in turns if turn == kind]
        if mine:
            first = min(mine, key=_by_due)
            return NextLine(kind, first.part.service_id, first.due_on, len(mine))
    running = [one for one in standings if one.part.state in MOVING]
    filed = [one for one in running if one.part.state is PartState.FILED]
    if running:
        first = min(filed or running, key=_by_due)
        return NextLine("office", first.part.service_id, first.due_on, len(running))
    states = [one.part.state for one in standings]
    issued = sum(state in MET for state in states)
    kind = "done" if issued == len(states) else "partial" if PartState.ISSUED in states else "ended"
    return NextLine(kind, count=issued)


def _asked(part: Part) -> str:
    return part.reason if part.state is PartState.WAITING and part.reason in ASKS else ""


def _by_due(one: Standing) -> tuple[date, int]:
    return one.due_on or date.max, one.part.wave


@dataclass(frozen=True, slots=True)
class Change:
    """What the catalogue of today makes of a plan of yesterday: ``kind`` is added, removed or changed."""

    kind: str
    service_id: str


Planned = Mapping[str, tuple[str, tuple[str, ...]]]
"""service -> (version id, needs)."""


def plan_changes(before: Planned, after: Planned) -> tuple[Change, ...]:
    """What differs between two plans, in the order of the newer one; dates alone are no difference."""
    changes = [
        Change("changed" if service_id in before else "added", service_id)
        for service_id, (version_id, needs) in after.items()
        if service_id not in before
        or before[service_id][0] != version_id
        or set(before[service_id][1]) != set(needs)
    ]
    return (*changes, *(Change("removed", service_id) for service_id in before if service_id not in after))


def facts_of_document(
    carried: Iterable[str],
    number: str,
    answers: Mapping[str, Any],
    vocabulary: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Facts that an issued document proves: what was answered in its application, and its own number where a fact is one.

    Shape: ``carried`` are fact keys of the requirement the document meets; ``answers`` are {fact key: value}.
    """
    found: dict[str, Any] = {}
    for key in carried:
        if answers.get(key) not in (None, ""):
            found[key] = answers[key]
        elif is_number(key) and _fits(number, vocabulary.get(key, {})):
            found[key] = number
    return found


def _fits(number: str, fact: Mapping[str, Any]) -> bool:
    return len(number) <= (fact.get("max_length") or LONGEST_NUMBER) and bool(
        re.search(fact.get("pattern") or "", number)
    )
