"""Every way a procedure can be walked: all sets of step statuses that can be reached from filing to the end.

Follows the engine (applications/rules/deciding.py): a step opens when all it comes after are done or skipped; its condition is asked
then; what is the system's own work is done at once. A test walks both and compares. Steps are few, so every set is looked at.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pendopo.catalogue.rules.fees import condition

Spec = Mapping[str, Any]
OWN_WORK: Final = frozenset({"numbering", "automatic"})
SYSTEM: Final = "system"
ASSESSED_IDR: Final = (0, 150_000)
"""What an officer may find when assessing a fee: nothing to pay, or something."""
MOST_SETS: Final = 5_000
"""Beyond this many sets of statuses a procedure is refused: nobody could oversee it either."""


class Status(StrEnum):
    """Where a step stands on a walk."""

    WAITING = "w"
    OPEN = "o"
    DONE = "d"
    SKIPPED = "s"


PASSED: Final = frozenset({Status.DONE, Status.SKIPPED})


@dataclass(frozen=True, slots=True)
class Stand:
    """One set of statuses, in the order of the steps, and the fee as known then (-1: nobody has assessed it)."""

    statuses: tuple[Status, ...]
    fee_idr: int

    def having(self, *wanted: Status) -> list[int]:
        """Positions of the steps with one of these statuses."""
        return [index for index, status in enumerate(self.statuses) if status in wanted]

    @property
    def ended(self) -> bool:
        """True when nothing is open any more."""
        return Status.OPEN not in self.statuses


class TooMany(ValueError):
    """More sets of statuses than anybody could oversee."""


def opened(steps: Sequence[Spec], stand: Stand, facts: Spec) -> Stand:
    """Open what is ready, skip what its condition excludes, do the system's own work. Raises Denied("condition_broken")."""
    now, places = list(stand.statuses), {step["id"]: index for index, step in enumerate(steps)}
    moved = True
    while moved:
        moved = False
        for index, step in enumerate(steps):
            before = [now[places[name]] for name in step.get("after") or () if name in places]
            if now[index] is Status.WAITING and all(status in PASSED for status in before):
                now[index] = _entry(step, stand.fee_idr, facts)
                moved = True
    return Stand(tuple(now), stand.fee_idr)


def _entry(step: Spec, fee_idr: int, facts: Spec) -> Status:
    if step.get("when") and not condition(step["when"], {**facts, "fee_idr": fee_idr}):
        return Status.SKIPPED
    forwards = step["kind"] == "forward" and step.get("role") == SYSTEM
    return Status.DONE if forwards or step["kind"] in OWN_WORK else Status.OPEN


def walk(steps: Sequence[Spec], facts: Spec) -> Iterator[Stand]:
    """Yield every stand that can be reached, each once, the last ones included.

    ``facts``: fee_idr at filing, inspection, answers. Raises: Denied("condition_broken"), TooMany.
    """
    waiting = tuple(Status.WAITING for _step in steps)
    todo = [opened(steps, Stand(waiting, facts["fee_idr"]), facts)]
    seen = set(todo)
    while todo:
        stand = todo.pop()
        yield stand
        for following in _acts(steps, stand):
            reached = opened(steps, following, facts)
            if reached not in seen:
                seen.add(reached)
                todo.append(reached)
        if len(seen) > MOST_SETS:
            raise TooMany(f"more than {MOST_SETS} sets of open steps")


def _acts(steps: Sequence[Spec], stand: Stand) -> Iterator[Stand]:
    """What doing any one of the open steps leads to."""
    for index in stand.having(Status.OPEN):
        done = (*stand.statuses[:index], Status.DONE, *stand.statuses[index + 1 :])
        assesses = steps[index]["kind"] == "fee_assessment"
        for fee_idr in ASSESSED_IDR if assesses else (stand.fee_idr,):
            yield Stand(done, fee_idr)
