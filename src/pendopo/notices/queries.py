"""Reads of notices: an account's own, newest first; how many it has not read; how it wants to be told.

An account reads what was told to its member of staff and to its person; nobody reads another's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pendopo.kernel import sql
from pendopo.kernel.errors import NotFound
from pendopo.notices.models import MailWish

MOST_COUNTED: Final = 10
UNREAD: Final = f"""
SELECT count(*) FROM (
  SELECT FROM notices_notice n WHERE n.read_at IS NULL AND n.recipient IN ('staff:' || u.id, 'person:' || p.id) LIMIT {MOST_COUNTED}
) few
"""  # noqa: S608 - a constant
"""How many notices of account ``u`` and its person ``p`` are unread, at most ten: a part of the statement every page begins with."""

OWN: Final = """
n.recipient IN ('staff:' || %(user)s::uuid, 'person:' || (SELECT p.id FROM identity_person p WHERE p.user_id = %(user)s::uuid))
"""
_LIST = f"""
SELECT n.id, n.topic, n.link, n.about::json, n.at, n.read_at IS NULL FROM notices_notice n
WHERE {OWN} AND n.id < %(before)s ORDER BY n.id DESC LIMIT %(limit)s
"""  # noqa: S608 - constants only
LAST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Told:
    """One notice as its reader sees it."""

    id: int
    topic: str
    link: str
    about: dict[str, Any]
    at: datetime
    unread: bool


def list_told(user_id: UUID, *, before: int = LAST, limit: int = 30) -> list[Told]:
    """An account's notices older than ``before``, newest first. One statement."""
    return [Told(*row) for row in sql.every(_LIST, {"user": user_id, "before": before, "limit": limit})]


def get_told(user_id: UUID, notice_id: int) -> Told:
    """One notice of the account's own. Raises: NotFound, also for another's."""
    found = list_told(user_id, before=notice_id + 1, limit=1)
    if not found or found[0].id != notice_id:
        raise NotFound
    return found[0]


def mail_wish_of(user_id: UUID) -> MailWish:
    """How the account wants to be told; what holds for everybody when it has not said."""
    return MailWish.objects.filter(user_id=user_id).first() or MailWish(user_id=user_id)
