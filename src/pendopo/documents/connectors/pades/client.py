"""Signs papers (PAdES) and checks signatures, with the key and chain kept in memory. Knows no row.

The visible part of a signature is drawn by the template; here it is invisible. Timestamps by a third party and long-term
data (LTV) are not part of it.
"""

import threading
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from pendopo.documents.connectors.pades import authority

if TYPE_CHECKING:
    from pendopo.documents.connectors.pades.signer import Desk

_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """What a PDF's signature says. ``signed`` is false when it carries none (then all else is false or empty)."""

    signed: bool = False
    intact: bool = False  # the signed bytes were not changed
    trusted: bool = False  # made with our authority's certificate
    whole_file: bool = False  # nothing was added after signing
    signer: str = ""
    signed_at: datetime | None = None

    @property
    def good(self) -> bool:
        """Ours, unchanged, complete."""
        return self.signed and self.intact and self.trusted and self.whole_file


def sign_pdf(pdf: bytes, *, name: str, reason: str, location: str) -> bytes:
    """Return the PDF with a PAdES signature appended. Raises: Unavailable when this instance has no key."""
    with _lock:
        return _desk().sign(pdf, name=name, reason=reason, location=location)


def verify_pdf(pdf: bytes) -> SignatureReport:
    """Check the last signature of a PDF against this instance's authority. A file too broken to be read is not intact.

    Raises: Unavailable when this instance has no key.
    """
    with _lock:
        desk = _desk()
    try:
        found = desk.check(pdf)
    except Exception:  # noqa: BLE001 - strangers' bytes: whatever the parser stumbles over, the answer is "no"
        return SignatureReport(signed=b"/ByteRange" in pdf)  # it had a signature once
    if not found:
        return SignatureReport()
    last = found[-1]
    return SignatureReport(
        signed=True,
        intact=bool(last.intact and last.valid),
        trusted=bool(last.trusted),
        whole_file=bool(last.coverage is not None and last.coverage.name == "ENTIRE_FILE"),
        signer=str(last.signing_cert.subject.native.get("common_name", "")),
        signed_at=last.signer_reported_dt,
    )


def issuer_name() -> str:
    """Who issued the signing certificate, as papers say it."""
    with _lock:
        return _desk().issuer


def _desk() -> "Desk":
    return _load(str(settings.SIGNING_DIR))


@cache
def _load(_folder: str) -> "Desk":
    from pendopo.documents.connectors.pades.signer import Desk  # late: large, and few processes sign

    return Desk(authority.load())
