"""What can be told, what names a mail for ever, and how long a mail that failed waits. Pure: no Django, no clock, no I/O.

The words of a topic are in ``web/news.py``; who is told what is for the modules above.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlparse


class Topic(StrEnum):
    """What a notice is about; decides its words."""

    CORRECTION_REQUESTED = "correction_requested"
    DECIDED = "decided"
    BILL_RAISED = "bill_raised"
    INSPECTION_SCHEDULED = "inspection_scheduled"
    DEADLINE_MOVED = "deadline_moved"
    DEADLINE_WARNED = "deadline_warned"
    DOCUMENT_EXPIRING = "document_expiring"
    APPEAL_DECIDED = "appeal_decided"
    STEP_REASSIGNED = "step_reassigned"
    RULE_STOPPED = "rule_stopped"
    AUTOMATIC_OVERRIDDEN = "automatic_overridden"


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell one recipient.

    ``to`` is an ``Actor.ref`` of a person or a member of staff; ``key`` names the event, and reaches the same recipient once; ``link`` is
    a path of this site; ``about`` is plain JSON for the words, without anything a mail must not say (no NIK, no address, no reasons).
    """

    to: str
    key: str
    topic: Topic
    link: str
    about: Mapping[str, Any] = field(default_factory=dict)


LONGEST_WAIT_MINUTES: Final = 360
MOST_TRIES: Final = 12
"""A mail that the server itself refuses is tried for about a day; the notice stays on the page."""


def wait_minutes(tries: int) -> int | None:
    """How long a mail refused for the ``tries``-th time waits for the next; None: it is given up. A server that is away counts no try."""
    return None if tries >= MOST_TRIES else min(2 ** max(tries - 1, 0), LONGEST_WAIT_MINUTES)


def message_id(notice_id: int, at: datetime, base_url: str) -> str:
    """The Message-ID of a notice's mail: the same at every try, so that whoever gets it twice can tell.

    Shape: ``at`` is when the notice was made (aware): a database made anew counts its notices from one again.
    """
    return f"<kabar.{notice_id}.{int(at.timestamp())}@{urlparse(base_url).hostname or 'localhost'}>"


def one_line(text: str) -> str:
    """A text that may stand in the head of a mail."""
    return " ".join(text.split())
