"""Files people send and papers agencies issue: the door of the module.

In: ``begin``/``append`` (piece by piece) or ``receive`` (plain form), then ``list_uploads``, ``open_upload``. Out: ``issue``, then
``verify`` for the whole world, ``open_document`` for holder and staff. ``allowed=True`` means: the caller has decided.
"""

from pendopo.documents.actions.issue import Signatory, issue, receipt, revoke
from pendopo.documents.actions.uploads import append, begin, receive, sweep_uploads
from pendopo.documents.connectors.pades.client import SignatureReport, verify_pdf
from pendopo.documents.queries import (
    Label,
    Match,
    Paper,
    Readable,
    Stored,
    Verification,
    document_of,
    get_document,
    get_label,
    get_upload,
    list_documents,
    list_held,
    list_latest_uploads,
    list_papers,
    list_uploads,
    match_pdf,
    open_document,
    open_upload,
    readable,
    refusal,
    verify,
)
from pendopo.documents.rules.papers import Standing, show_code
from pendopo.documents.rules.uploads import CHUNK, WrongOffset

__all__ = [
    "CHUNK",
    "Label",
    "Match",
    "Paper",
    "Readable",
    "Signatory",
    "SignatureReport",
    "Standing",
    "Stored",
    "Verification",
    "WrongOffset",
    "append",
    "begin",
    "document_of",
    "get_document",
    "get_label",
    "get_upload",
    "issue",
    "list_documents",
    "list_held",
    "list_latest_uploads",
    "list_papers",
    "list_uploads",
    "match_pdf",
    "open_document",
    "open_upload",
    "readable",
    "receipt",
    "receive",
    "refusal",
    "revoke",
    "show_code",
    "sweep_uploads",
    "verify",
    "verify_pdf",
]
