"""What may happen to an application, and what follows. Pure: a ``Case`` in, an ``Outcome`` out; no Django, clock or I/O.

Outer states are few and fixed (terms.py). Inner steps are data of the service version the application was filed under.
"""

from pendopo.applications.rules.cases import Act, Case, Outcome, Remark, Step
from pendopo.applications.rules.checks import can, check, verbs_for
from pendopo.applications.rules.deciding import begin, decide, open_steps
from pendopo.applications.rules.terms import (
    APPLICANTS,
    DECIDED,
    EDITABLE,
    MAX_ROUNDS,
    OWN_WORK,
    PAUSED,
    PROCEEDS,
    REMARKS,
    SETS_BACK,
    SYSTEM_ROLE,
    SYSTEMS,
    TRANSITIONS,
    State,
    StepKind,
    StepStatus,
    Verb,
    mermaid,
)

__all__ = [
    "APPLICANTS", "DECIDED", "EDITABLE", "MAX_ROUNDS", "OWN_WORK", "PAUSED", "PROCEEDS", "REMARKS", "SETS_BACK", "SYSTEMS", "SYSTEM_ROLE",
    "TRANSITIONS", "Act", "Case", "Outcome", "Remark", "State", "Step", "StepKind", "StepStatus", "Verb", "begin", "can", "check",
    "decide", "mermaid", "open_steps", "verbs_for",
]  # fmt: skip
