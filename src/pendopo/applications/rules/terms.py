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
    SCREEN = "screen"
    FULFIL = "fulfil"
    SCHEDULE = "schedule"
    ISSUE_PROVISIONAL = "issue_provisional"
    REASSIGN = "reassign"
    ASK_PERSON = "ask_person"
    DEEM_APPROVE = "deem_approve"
    REOPEN = "reopen"


class Purpose(StrEnum):
    """What an application is for: a first permit, or something about one that exists."""

    NEW = "new"
    RENEWAL = "renewal"
    AMENDMENT = "amendment"
    DUPLICATE = "duplicate"
    CERTIFIED_COPY = "certified_copy"


class StepKind(StrEnum):
    """What an inner step is for."""

    COMPLETENESS = "completeness"
    SCREENING = "screening"
    VERIFICATION = "verification"
    RECOMMENDATION = "recommendation"
    INSPECTION = "inspection"
    FEE_ASSESSMENT = "fee_assessment"
    PAYMENT = "payment"
    COMMITMENT = "commitment"
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
    StepKind.SCREENING: Verb.SCREEN,
    StepKind.VERIFICATION: Verb.VERIFY,
    StepKind.RECOMMENDATION: Verb.RECOMMEND,
    StepKind.INSPECTION: Verb.INSPECT,
    StepKind.FEE_ASSESSMENT: Verb.ASSESS_FEE,
    StepKind.PAYMENT: Verb.SETTLE,
    StepKind.COMMITMENT: Verb.FULFIL,
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
    StepKind.SCREENING: (Verb.REQUEST_CORRECTION, Verb.REJECT),
    StepKind.VERIFICATION: (Verb.REQUEST_CORRECTION, Verb.REJECT),
    StepKind.RECOMMENDATION: (Verb.REQUEST_CORRECTION,),
    StepKind.COMMITMENT: (Verb.REQUEST_CORRECTION, Verb.REJECT),
    StepKind.INITIALS: (Verb.REQUEST_CORRECTION,),
    StepKind.SIGNING: (Verb.REQUEST_CORRECTION, Verb.REJECT),
}
"""What else the holder of a step may do. Reject stands where the law puts the decision; a bad recommendation only binds it."""

BESIDE: Final[Mapping[StepKind, tuple[Verb, ...]]] = {
    StepKind.INSPECTION: (Verb.SCHEDULE,),
    StepKind.SIGNING: (Verb.ISSUE_PROVISIONAL,),
}
"""What the holder of a step may do that leaves the step open: make an appointment, issue for the time being."""

OWN_WORK: Final = frozenset({StepKind.NUMBERING, StepKind.AUTOMATIC})
"""Steps the system completes as soon as they open."""

SYSTEM_ROLE: Final = "system"
"""Role of a step no officer holds. Forwarding by nobody puts the file on the desk of the agency's next step, and is done."""

REMARKS: Final = ("missing", "unreadable", "expired", "mismatch", "wrong_document", "incomplete", "other")
"""The closed list of reasons for a remark on a field or document."""

MAX_ROUNDS: Final = 3
"""Rounds of correction before the file must be decided, unless the service sets its own."""

_WORKING: Final = frozenset({State.IN_PROCESS, State.AWAITING_PAYMENT, State.APPROVED})
_WORK: Final = (
    Verb.SCREEN, Verb.VERIFY, Verb.INSPECT, Verb.RECOMMEND, Verb.ASSESS_FEE, Verb.FULFIL, Verb.DRAFT, Verb.INITIAL, Verb.SIGN,
    Verb.FORWARD, Verb.AUTOMATE, Verb.SETTLE,
)  # fmt: skip
_UNDECIDED: Final = (
    State.SUBMITTED,
    State.RETURNED,
    State.IN_PROCESS,
    State.IN_CORRECTION,
    State.AWAITING_PAYMENT,
)
_ON_DESK: Final = (State.SUBMITTED, State.IN_PROCESS, State.APPROVED)

TRANSITIONS: Final[Mapping[tuple[State, Verb], frozenset[State]]] = {
    (State.DRAFT, Verb.SUBMIT): frozenset({State.SUBMITTED, *_WORKING}),
    (State.DRAFT, Verb.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.SUBMITTED, Verb.COMPLETE): _WORKING,
    (State.SUBMITTED, Verb.RETURN): frozenset({State.RETURNED}),
    (State.RETURNED, Verb.RESUBMIT): frozenset({State.SUBMITTED, *_WORKING}),
    **{(State.IN_PROCESS, verb): _WORKING for verb in _WORK},
    (State.IN_PROCESS, Verb.REQUEST_CORRECTION): frozenset({State.IN_CORRECTION}),
    (State.IN_PROCESS, Verb.REJECT): frozenset({State.REJECTED}),
    (State.IN_PROCESS, Verb.SCHEDULE): frozenset({State.IN_PROCESS}),
    (State.IN_PROCESS, Verb.ISSUE_PROVISIONAL): frozenset({State.IN_PROCESS}),
    (State.IN_CORRECTION, Verb.REQUEST_CORRECTION): frozenset({State.IN_CORRECTION}),
    (State.IN_CORRECTION, Verb.SETTLE): frozenset({State.IN_CORRECTION}),
    (State.IN_CORRECTION, Verb.RESUBMIT): _WORKING,
    (State.AWAITING_PAYMENT, Verb.SETTLE): _WORKING,
    **{(state, Verb.WITHDRAW): frozenset({State.WITHDRAWN}) for state in _UNDECIDED},
    **{(state, Verb.ASK_PERSON): frozenset({state}) for state in _UNDECIDED},
    **{(state, Verb.REASSIGN): frozenset({state}) for state in _ON_DESK},
    (State.SUBMITTED, Verb.DEEM_APPROVE): frozenset({State.DEEMED_APPROVED}),
    (State.IN_PROCESS, Verb.DEEM_APPROVE): frozenset({State.DEEMED_APPROVED}),
    (State.DEEMED_APPROVED, Verb.ISSUE): frozenset({State.COMPLETED}),
    (State.APPROVED, Verb.ISSUE): frozenset({State.APPROVED, State.COMPLETED}),
    (State.APPROVED, Verb.HAND_OVER): frozenset({State.COMPLETED}),
    (State.REJECTED, Verb.ISSUE): frozenset({State.REJECTED}),
    (State.REJECTED, Verb.REOPEN): _WORKING,
}
"""(state, verb) -> the states it may lead to. docs/states.md is drawn from this table."""

APPLICANTS: Final = frozenset({Verb.SUBMIT, Verb.RESUBMIT, Verb.WITHDRAW, Verb.ASK_PERSON})
SYSTEMS: Final = frozenset({Verb.SETTLE, Verb.ISSUE, Verb.AUTOMATE, Verb.DEEM_APPROVE, Verb.REOPEN})
DECIDED: Final = frozenset(
    {State.APPROVED, State.DEEMED_APPROVED, State.REJECTED, State.WITHDRAWN, State.COMPLETED}
)
EDITABLE: Final = frozenset({State.DRAFT, State.RETURNED, State.IN_CORRECTION})
PAUSED: Final = frozenset({State.IN_CORRECTION, State.AWAITING_PAYMENT})
"""States in which the office waits for the applicant: the clock stands still."""
ON_DESK: Final = frozenset(_ON_DESK)
"""States in which the holder of an open step can act: its row lies in the inbox."""

OSS_CODES: Final[Mapping[Verb, str]] = {
    Verb.SCREEN: "05",
    Verb.SUBMIT: "09",
    Verb.COMPLETE: "10",
    Verb.RETURN: "11",
    Verb.FULFIL: "12",
    Verb.VERIFY: "20",
    Verb.ASSESS_FEE: "30",
    Verb.SETTLE: "34",
    Verb.INSPECT: "40",
    Verb.REQUEST_CORRECTION: "41",
    Verb.RESUBMIT: "42",
    Verb.RECOMMEND: "45",
    Verb.AUTOMATE: "49",
    Verb.ISSUE: "50",
    Verb.ISSUE_PROVISIONAL: "52",
    Verb.DEEM_APPROVE: "57",
    Verb.REJECT: "90",
}
"""Status codes the national licensing system (OSS-RBA) knows an act by; an unfavourable recommendation is OSS_UNFAVOURABLE.
Resets (43, 44) are only ever received: here a clock pauses and resumes. Source: domain facts 4.5, 4.2."""

OSS_UNFAVOURABLE: Final = "93"


def allows(state: str, verb: Verb) -> bool:
    """Whether the act is thinkable in this state, whoever acts: what a page offers, not yet what a person may."""
    return (State(state), verb) in TRANSITIONS


def oss_code(verb: Verb, *, favourable: bool = True) -> str | None:
    """The OSS status code of an act, or None for acts the OSS has no word for."""
    return OSS_UNFAVOURABLE if verb is Verb.RECOMMEND and not favourable else OSS_CODES.get(verb)


def mermaid() -> str:
    """The diagram in docs/states.md; a test compares the two."""
    rows = [
        f"    {state} --> {to}: {verb}"
        for (state, verb), targets in TRANSITIONS.items()
        for to in sorted(targets)
    ]
    return "\n".join(["stateDiagram-v2", "    [*] --> draft", *rows])
