"""Limits of uploads and what may be said about a place in a file."""

import re
from typing import Final

from pendopo.kernel.errors import Denied

CHUNK: Final = 512 * 1024  # what a browser should send at a time: a minute on a poor line
OPEN_MAX: Final = 30  # files one person may have under way
DAY_MAX_BYTES: Final = 500 * 1024 * 1024  # what one person may send in 24 hours
_REQUIREMENT: Final = re.compile(r"[A-Za-z0-9_.:-]{0,80}")


class WrongOffset(Denied):
    """The piece does not continue the file where it ends. ``offset`` says where it does."""

    def __init__(self, offset: int) -> None:
        super().__init__("upload_offset", f"the file ends at {offset}")
        self.offset = offset


def check_begin(size: int, size_max: int, requirement: str) -> None:
    """Sizes in bytes. Raises: Denied("file_empty" | "file_too_large" | "requirement_unknown")."""
    if size <= 0:
        raise Denied("file_empty")
    if size > size_max:
        raise Denied("file_too_large")
    if not _REQUIREMENT.fullmatch(requirement):
        raise Denied("requirement_unknown")


def check_quota(under_way: int, bytes_today: int, size: int) -> None:
    """Raises: Denied("too_many_uploads") when one person sends more than any application needs."""
    if under_way >= OPEN_MAX or bytes_today + size > DAY_MAX_BYTES:
        raise Denied("too_many_uploads")


def check_piece(state: str, refusal: str, *, true_offset: int, offset: int, length: int, size: int) -> None:
    """May ``length`` bytes be put at ``offset``?

    Raises: WrongOffset; Denied(refusal) for a file refused before; Denied("upload_closed" | "upload_too_long").
    """
    if state == "rejected":
        raise Denied(refusal)
    if offset != true_offset:
        raise WrongOffset(true_offset)
    if state != "receiving":
        raise Denied("upload_closed")
    if offset + length > size:
        raise Denied("upload_too_long")
