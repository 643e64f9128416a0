"""Reads of applications: the case for a decision, the citizen's status, the officer's inbox and file. Each knows who may see."""

from pendopo.applications.queries.automatic import (
    Decided,
    Figures,
    Replay,
    autos_for,
    count_reviews,
    decisions_of,
    edits_catalogue,
    facts_now,
    figures,
    get_decision,
    list_decisions,
    list_reviews,
    list_stopped,
    replay,
    reviewer_agencies,
    reviews_since,
)
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
    "STATUS_SQL", "Attached", "Decided", "Figures", "InboxRow", "Loaded", "Replay", "StepStanding", "attached", "autos_for",
    "check_hand", "check_hand_on", "count_inbox", "count_reviews", "decisions_of", "edits_catalogue", "facts_now", "figures",
    "file_fields", "get_decision", "get_for_staff", "get_own", "get_status", "holds_for", "inbox", "involved", "list_decisions",
    "list_own", "list_reviews", "list_steps", "list_stopped", "list_usable", "load", "marks_of", "matter_of", "name_of_typist",
    "open_answers", "open_value", "prefill", "replay", "reviewer_agencies", "reviews_since", "seal_answers", "secret_fields",
    "steps_of_version", "stored_marks", "term_of", "timeline", "typist", "unusable_fields",
]  # fmt: skip
