"""Reads of the module: files people sent, issued papers, and what has happened to them."""

from pendopo.documents.queries.hands import (
    check_hand_on_file,
    check_hand_on_paper,
    check_hand_on_piece,
    within_reach,
)
from pendopo.documents.queries.lifecycle import (
    History,
    Notice,
    find_papers,
    history_of,
    list_asked,
    list_ending,
    list_over,
    list_soon_ending,
    measure_of,
    standing_of,
    taken_on,
)
from pendopo.documents.queries.papers import (
    Label,
    Match,
    Paper,
    Verification,
    document_of,
    get_document,
    get_label,
    list_documents,
    list_held,
    list_papers,
    match_pdf,
    number_plan,
    open_document,
    paper,
    readable,
    verify,
)
from pendopo.documents.queries.uploads import (
    REFUSALS,
    Readable,
    Stored,
    get_upload,
    list_latest_uploads,
    list_uploads,
    open_upload,
    refusal,
    stored,
)

__all__ = [
    "REFUSALS", "History", "Label", "Match", "Notice", "Paper", "Readable", "Stored", "Verification", "check_hand_on_file",
    "check_hand_on_paper", "check_hand_on_piece", "document_of", "find_papers",
    "get_document", "get_label", "get_upload", "history_of", "list_asked", "list_documents", "list_ending", "list_held",
    "list_latest_uploads", "list_over", "list_papers", "list_soon_ending", "list_uploads", "match_pdf", "measure_of", "number_plan",
    "open_document", "open_upload", "paper", "readable", "refusal", "standing_of", "stored", "taken_on", "verify",
    "within_reach",
]  # fmt: skip
