"""From a draft to a decision: the door of the heart.

``start`` -> ``save`` -> ``submit`` (or ``file`` at once), then ``advance`` for every act of an officer or of the system.
"""

from pendopo.applications.actions import (
    advance,
    ask_revocation,
    file,
    impose,
    on_bill_settled,
    on_decided,
    on_submitted,
    renew_bill,
    resubmit,
    save,
    start,
    submit,
    withdraw,
)
from pendopo.applications.queries import (
    Attached,
    InboxRow,
    attached,
    check_hand,
    count_inbox,
    get_for_staff,
    get_own,
    get_status,
    inbox,
    list_own,
    list_steps,
    load,
    open_answers,
    timeline,
    typist,
)
from pendopo.applications.rules import (
    REMARKS,
    Act,
    Case,
    Remark,
    State,
    Step,
    StepKind,
    StepStatus,
    Verb,
    can,
    mermaid,
    verbs_for,
)

__all__ = [
    "REMARKS", "Act", "Attached", "Case", "InboxRow", "Remark", "State", "Step", "StepKind", "StepStatus", "Verb", "advance",
    "ask_revocation", "attached", "can", "check_hand", "count_inbox", "file", "get_for_staff", "get_own", "get_status",
    "impose", "inbox", "list_own", "list_steps", "load", "mermaid", "on_bill_settled", "on_decided", "on_submitted",
    "open_answers", "renew_bill", "resubmit", "save", "start", "submit", "timeline", "typist", "verbs_for", "withdraw",
]  # fmt: skip
