"""What a decision reads and what it answers: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from pendopo.applications.rules.terms import State, StepKind, StepStatus
from pendopo.kernel.errors import Denied


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


@dataclass(frozen=True, slots=True)
class Case:
    """What a decision needs to know of an application."""

    state: State
    applicant_id: UUID
    steps: tuple[Step, ...]
    rounds: int = 0
    fee_idr: int | None = 0  # None: somebody has to assess it
    due_on: date | None = None
    paused_on: date | None = None

    def step(self, key: str) -> Step:
        """Raises: Denied("no_such_step")."""
        for step in self.steps:
            if step.key == key:
                return step
        raise Denied("no_such_step", key)


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to write: the new state, the steps that changed, the deadline."""

    state: State
    steps: tuple[Step, ...]
    rounds: int
    fee_idr: int | None
    due_on: date | None
    paused_on: date | None
    opened: tuple[Step, ...] = field(default=())
