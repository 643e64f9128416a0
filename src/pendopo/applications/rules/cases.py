"""What a decision reads and what it answers: frozen values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from pendopo.applications.rules.terms import MAX_ROUNDS, State, StepKind, StepStatus
from pendopo.kernel.errors import Denied
from pendopo.region.api import Mark, Term


@dataclass(frozen=True, slots=True)
class Step:
    """One inner step as it stands now."""

    key: str
    kind: StepKind
    agency_id: str
    role: str
    after: tuple[str, ...] = ()
    when: str = ""
    status: StepStatus = StepStatus.WAITING
    favourable: bool = True
    assignee_id: UUID | None = None  # whose desk within the agency; None: anybody's who holds the role
    appointment: str = ""  # of an inspection: ISO instant
    place: str = ""


def at_agency(steps: Sequence[Step], own: str, agency_id: str) -> tuple[Step, ...]:
    """Steps with those of the catalogue's agency ``own`` at the one that decides instead; steps of other agencies stay."""
    if own == agency_id:
        return tuple(steps)
    return tuple(replace(step, agency_id=agency_id) if step.agency_id == own else step for step in steps)


SAME_DAY: Final = Term(0)
COMPLETENESS_DAYS: Final = 1
"""Working days within which a file is found complete or returned, unless the region says otherwise; afterwards it counts as complete."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a decision needs to know of an application."""

    state: State
    applicant_id: UUID
    steps: tuple[Step, ...]
    rounds: int = 0
    fee_idr: int | None = 0  # None: somebody has to assess it
    term: Term = SAME_DAY  # what is promised; 0 days: the same day
    marks: tuple[Mark, ...] = ()  # the clock's: started, stood still, went on
    due_on: date | None = None
    max_rounds: int = MAX_ROUNDS
    completeness_days: int = COMPLETENESS_DAYS
    wants_person: bool = False

    def step(self, key: str) -> Step:
        """Raises: Denied("no_such_step")."""
        for step in self.steps:
            if step.key == key:
                return step
        raise Denied("no_such_step", key)

    @property
    def standing_still(self) -> bool:
        """True while the clock waits for the applicant."""
        return bool(self.marks) and self.marks[-1].kind == "pause"


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong with one field or document."""

    field: str
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What the actor says along with the verb."""

    note: str = ""
    favourable: bool = True
    remarks: tuple[Remark, ...] = ()
    reason: str = ""
    legal_basis: str = ""
    fee_lines: tuple[Mapping[str, Any], ...] = ()
    details: Mapping[str, Any] = field(
        default_factory=dict
    )  # of an appointment, an inspection, a reassignment
    confirmed: bool = False  # what the step asks to have received or seen


@dataclass(frozen=True, slots=True)
class AutoVerdict:
    """What a step's rule said when the step opened. ``complete``: the system does the step at once."""

    step_key: str
    rule: str
    holds: bool
    complete: bool
    inputs: Mapping[str, Any]
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to write: the new state, the steps that changed, the clock."""

    state: State
    steps: tuple[Step, ...]
    rounds: int
    fee_idr: int | None
    due_on: date | None
    marks: tuple[Mark, ...] = ()
    opened: tuple[Step, ...] = ()
    verdicts: tuple[AutoVerdict, ...] = ()
    wants_person: bool = False
