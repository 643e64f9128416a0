"""States, verbs, kinds of steps, and the table that says which verb may lead where."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where an application stands, as the applicant would say it."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    IN_PROCESS = "in_process"
    IN_CORRECTION = "in_correction"
    AWAITING_PAYMENT = "awaiting_payment"
    APPROVED = "approved"
    DEEMED_APPROVED = "deemed_approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"


class Verb(StrEnum):
    """What somebody or the system does to it: the law's verbs (domain 4.5)."""

    SUBMIT = "submit"
    COMPLETE = "complete"
    RETURN = "return"
    RESUBMIT = "resubmit"
    VERIFY = "verify"
    REQUEST_CORRECTION = "request_correction"
    INSPECT = "inspect"
    RECOMMEND = "recommend"
    ASSESS_FEE = "assess_fee"
    SETTLE = "settle"
    DRAFT = "draft"
    INITIAL = "initial"
    SIGN = "sign"
    FORWARD = "forward"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    ISSUE = "issue"
    HAND_OVER = "hand_over"
    AUTOMATE = "automate"


class StepKind(StrEnum):
    """What an inner step is for."""

    COMPLETENESS = "completeness"
    VERIFICATION = "verification"
    RECOMMENDATION = "recommendation"
    INSPECTION = "inspection"
    FEE_ASSESSMENT = "fee_assessment"
    PAYMENT = "payment"
    DRAFTING = "drafting"
    INITIALS = "initials"
    SIGNING = "signing"
    NUMBERING = "numbering"
    HAND_OVER = "hand_over"
    FORWARD = "forward"
    AUTOMATIC = "automatic"


class StepStatus(StrEnum):
    """Where an inner step stands."""

    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


PROCEEDS: Final[Mapping[StepKind, Verb]] = {
    StepKind.COMPLETENESS: Verb.COMPLETE,
    StepKind.VERIFICATION: Verb.VERIFY,
    StepKind.RECOMMENDATION: Verb.RECOMMEND,
    StepKind.INSPECTION: Verb.INSPECT,
    StepKind.FEE_ASSESSMENT: Verb.ASSESS_FEE,
    StepKind.PAYMENT: Verb.SETTLE,
    StepKind.DRAFTING: Verb.DRAFT,
    StepKind.INITIALS: Verb.INITIAL,
    StepKind.SIGNING: Verb.SIGN,
    StepKind.NUMBERING: Verb.AUTOMATE,
    StepKind.HAND_OVER: Verb.HAND_OVER,
    StepKind.FORWARD: Verb.FORWARD,
    StepKind.AUTOMATIC: Verb.AUTOMATE,
}
"""The verb that completes a step of each kind."""

SETS_BACK: Final[Mapping[StepKind, tuple[Verb, ...]]] = {
    StepKind.COMPLETENESS: (Verb.RETURN,),
    StepKind.VERIFICATION: (Verb.REQUEST_CORRECTION, Verb.REJECT),
    StepKind.RECOMMENDATION: (Verb.REQUEST_CORRECTION,),
    StepKind.INITIALS: (Verb.REQUEST_CORRECTION,),
    StepKind.SIGNING: (Verb.REQUEST_CORRECTION, Verb.REJECT),
}
"""What else the holder of a step may do. Reject stands where the law puts the decision; a bad recommendation only binds it."""

OWN_WORK: Final = frozenset({StepKind.NUMBERING, StepKind.AUTOMATIC})
"""Steps the system completes as soon as they open."""

SYSTEM_ROLE: Final = "system"
"""Role of a step no officer holds. Forwarding by nobody puts the file on the desk of the agency's next step, and is done."""

REMARKS: Final = ("missing", "unreadable", "expired", "mismatch", "wrong_document", "incomplete", "other")
"""The closed list of reasons for a remark on a field or document."""

MAX_ROUNDS: Final = 3
"""Rounds of correction before the file must be decided (a service may set its own later)."""

_WORKING: Final = frozenset({State.IN_PROCESS, State.AWAITING_PAYMENT, State.APPROVED})
_WORK: Final = (
    Verb.VERIFY, Verb.INSPECT, Verb.RECOMMEND, Verb.ASSESS_FEE, Verb.DRAFT, Verb.INITIAL, Verb.SIGN, Verb.FORWARD, Verb.AUTOMATE,
)  # fmt: skip

TRANSITIONS: Final[Mapping[tuple[State, Verb], frozenset[State]]] = {
    (State.DRAFT, Verb.SUBMIT): frozenset({State.SUBMITTED, State.IN_PROCESS}),
    (State.DRAFT, Verb.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.SUBMITTED, Verb.COMPLETE): _WORKING,
    (State.SUBMITTED, Verb.RETURN): frozenset({State.RETURNED}),
    (State.SUBMITTED, Verb.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.RETURNED, Verb.RESUBMIT): frozenset({State.SUBMITTED}),
    (State.RETURNED, Verb.WITHDRAW): frozenset({State.WITHDRAWN}),
    **{(State.IN_PROCESS, verb): _WORKING for verb in _WORK},
    (State.IN_PROCESS, Verb.REQUEST_CORRECTION): frozenset({State.IN_CORRECTION}),
    (State.IN_PROCESS, Verb.REJECT): frozenset({State.REJECTED}),
    (State.IN_PROCESS, Verb.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.IN_CORRECTION, Verb.RESUBMIT): frozenset({State.IN_PROCESS}),
    (State.IN_CORRECTION, Verb.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.AWAITING_PAYMENT, Verb.SETTLE): _WORKING,
    (State.AWAITING_PAYMENT, Verb.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.APPROVED, Verb.ISSUE): frozenset({State.APPROVED, State.COMPLETED}),
    (State.APPROVED, Verb.HAND_OVER): frozenset({State.COMPLETED}),
    (State.REJECTED, Verb.ISSUE): frozenset({State.REJECTED}),
}
"""(state, verb) -> the states it may lead to. docs/states.md is drawn from this table."""

APPLICANTS: Final = frozenset({Verb.SUBMIT, Verb.RESUBMIT, Verb.WITHDRAW})
SYSTEMS: Final = frozenset({Verb.SETTLE, Verb.ISSUE, Verb.AUTOMATE})
DECIDED: Final = frozenset(
    {State.APPROVED, State.DEEMED_APPROVED, State.REJECTED, State.WITHDRAWN, State.COMPLETED}
)
EDITABLE: Final = frozenset({State.DRAFT, State.RETURNED, State.IN_CORRECTION})
PAUSED: Final = frozenset({State.IN_CORRECTION, State.AWAITING_PAYMENT})
"""States in which the office waits for the applicant: the clock stands still."""


def mermaid() -> str:
    """The diagram in docs/states.md; a test compares the two."""
    rows = [
        f"    {state} --> {to}: {verb}"
        for (state, verb), targets in TRANSITIONS.items()
        for to in sorted(targets)
    ]
    return "\n".join(["stateDiagram-v2", "    [*] --> draft", *rows])
