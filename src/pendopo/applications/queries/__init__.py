"""Reads of applications: the case for a decision, the citizen's status, the officer's inbox and file. Each knows who may see."""

from pendopo.applications.queries.desk import (
    InboxRow,
    count_inbox,
    get_for_staff,
    inbox,
    involved,
    list_steps,
)
from pendopo.applications.queries.hands import (
    check_hand,
    check_hand_on,
    matter_of,
    name_of_typist,
    typist,
)
from pendopo.applications.queries.loading import (
    Loaded,
    holds_for,
    load,
    marks_of,
    open_answers,
    open_value,
    prefill,
    seal_answers,
    secret_fields,
    steps_of_version,
    stored_marks,
    term_of,
)
from pendopo.applications.queries.papers import (
    Attached,
    attached,
    file_fields,
    list_usable,
    unusable_fields,
)
from pendopo.applications.queries.standing import (
    STATUS_SQL,
    StepStanding,
    get_own,
    get_status,
    list_own,
    timeline,
)

__all__ = [
    "STATUS_SQL", "Attached", "InboxRow", "Loaded", "StepStanding", "attached", "check_hand", "check_hand_on", "count_inbox",
    "file_fields", "get_for_staff", "get_own", "get_status", "holds_for", "inbox", "involved", "list_own", "list_steps", "list_usable",
    "load", "marks_of", "matter_of", "name_of_typist", "open_answers", "open_value", "prefill", "seal_answers", "secret_fields",
    "steps_of_version", "stored_marks", "term_of", "timeline", "typist", "unusable_fields",
]  # fmt: skip
