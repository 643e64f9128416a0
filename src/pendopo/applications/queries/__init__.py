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
    get_review,
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
from pendopo.applications.queries.eligibility import early_refusals, not_eligible
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
    seal_by,
    secret_fields,
    steps_of_version,
    stored_marks,
    term_of,
)
from pendopo.applications.queries.papers import (
    OWN,
    Attached,
    attached,
    file_fields,
    list_usable,
    unusable_fields,
    vouched_fields,
)
from pendopo.applications.queries.standing import (
    STATUS_SQL,
    StepStanding,
    get_own,
    get_status,
    list_own,
    timeline,
)
from pendopo.applications.queries.submission import (
    UNASKED,
    bundle_form,
    case_of,
    consent_mark,
    consent_sheet,
    documents_for,
    find_submission,
    get_submission,
    holdings_of,
    is_allowed,
    is_moving,
    issuers_of,
    list_applications,
    list_parts,
    list_submissions,
    prefill_bundle,
    submission_of,
    supplies,
    typed_answers,
)

__all__ = [
    "OWN", "STATUS_SQL", "UNASKED", "Attached", "Decided", "Figures", "InboxRow", "Loaded", "Replay", "StepStanding", "attached",
    "autos_for", "bundle_form", "case_of", "check_hand", "check_hand_on", "consent_mark", "consent_sheet", "count_inbox", "count_reviews",
    "decisions_of", "documents_for", "early_refusals", "edits_catalogue", "facts_now", "figures", "file_fields", "find_submission",
    "get_decision", "get_for_staff", "get_own", "get_review", "get_status", "get_submission", "holdings_of", "holds_for", "inbox",
    "involved", "is_allowed", "is_moving", "issuers_of", "list_applications", "list_decisions", "list_own", "list_parts", "list_reviews",
    "list_steps", "list_stopped", "list_submissions", "list_usable", "load", "marks_of", "matter_of", "name_of_typist", "not_eligible",
    "open_answers", "open_value", "prefill", "prefill_bundle", "replay", "reviewer_agencies", "reviews_since", "seal_answers", "seal_by",
    "secret_fields", "steps_of_version", "stored_marks", "submission_of", "supplies", "term_of", "timeline", "typed_answers", "typist",
    "unusable_fields", "vouched_fields",
]  # fmt: skip
