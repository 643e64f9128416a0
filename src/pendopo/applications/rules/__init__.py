"""What may happen to an application, and what follows. Pure: a ``Case`` in, an ``Outcome`` out; no Django, clock or I/O.

Outer states are few and fixed (terms.py). Inner steps are data of the service version the application was filed under.
"""

from pendopo.applications.rules.cases import (
    COMPLETENESS_DAYS,
    Act,
    AutoVerdict,
    Case,
    Outcome,
    Remark,
    Step,
    at_agency,
)
from pendopo.applications.rules.checks import HEADS, can, check, check_visit, verbs_for
from pendopo.applications.rules.clock import AHEAD_DAYS, LADDER, Level, levels_due, shown_due
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
    allows,
    mermaid,
    oss_code,
)

__all__ = [
    "AHEAD_DAYS", "APPLICANTS", "BESIDE", "COMPLETENESS_DAYS", "DECIDED", "EDITABLE", "HEADS", "LADDER", "MAX_ROUNDS",
    "ON_DESK", "OSS_CODES", "OWN_WORK", "PAUSED", "PROCEEDS", "REMARKS", "SETS_BACK", "SYSTEMS", "SYSTEM_ROLE", "TRANSITIONS",
    "Act", "AutoVerdict", "Autos", "Case", "Holds", "Level", "Outcome", "Purpose", "Remark", "State", "Step", "StepKind",
    "StepStatus", "Verb", "allows", "at_agency", "begin", "can", "check", "check_visit", "decide", "levels_due", "mermaid",
    "no_autos", "open_steps", "oss_code", "shown_due", "state_of", "verbs_for",
]  # fmt: skip
