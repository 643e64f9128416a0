"""Telling people: the door of the module.

``tell`` writes notices where the caller's change is written or after it, each once for its key; the worker mails them with ``send_mails``.
"""

from pendopo.notices.actions import forget_old, mark_read, send_mails, set_mail_wish, tell
from pendopo.notices.queries import LAST, UNREAD, Told, get_told, list_told, mail_wish_of
from pendopo.notices.rules import News, Topic

__all__ = [
    "LAST", "UNREAD", "News", "Told", "Topic", "forget_old", "get_told", "list_told", "mail_wish_of", "mark_read", "send_mails",
    "set_mail_wish", "tell",
]  # fmt: skip
