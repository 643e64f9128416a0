"""What may happen to an application, and what follows. Pure: a ``Case`` in, an ``Outcome`` out; no Django, clock or I/O.

Outer states are few and fixed (terms.py). Inner steps are data of the service version the application was filed under.
"""

from pendopo.applications.rules.cases import Act, AutoVerdict, Case, Outcome, Remark, Step
from pendopo.applications.rules.checks import HEADS, can, check, verbs_for
from pendopo.applications.rules.deciding import Autos, Holds, begin, decide, no_autos, open_steps, state_of
from pendopo.applications.rules.terms import (
    APPLICANTS,
    BESIDE,
    DECIDED,
    EDITABLE,
    MAX_ROUNDS,
    ON_DESK,
    OSS_CODES,
    OWN_WORK,
    PAUSED,
    PROCEEDS,
    REMARKS,
    SETS_BACK,
    SYSTEM_ROLE,
    SYSTEMS,
    TRANSITIONS,
    Purpose,
    State,
    StepKind,
    StepStatus,
    Verb,
    mermaid,
    oss_code,
)

__all__ = [
    "APPLICANTS", "BESIDE", "DECIDED", "EDITABLE", "HEADS", "MAX_ROUNDS", "ON_DESK", "OSS_CODES", "OWN_WORK", "PAUSED", "PROCEEDS",
    "REMARKS", "SETS_BACK", "SYSTEMS", "SYSTEM_ROLE", "TRANSITIONS", "Act", "AutoVerdict", "Autos", "Case", "Holds", "Outcome",
    "Purpose", "Remark", "State", "Step", "StepKind", "StepStatus", "Verb", "begin", "can", "check", "decide", "mermaid", "no_autos",
    "open_steps", "oss_code", "state_of", "verbs_for",
]  # fmt: skip
