"""Writing notices, marking them read, and mailing them.

Notices are written in bulk by one statement, inside whatever transaction the caller has. Mails are sent afterwards by the worker and
never inside a transaction: it takes a few for some minutes, sends them, and notes which went out. Killed in between, it sends them again
under the same Message-ID. A mail server that is away costs no mail a try: everything waits for it.
"""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core import mail
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from pendopo.identity.api import Actor
from pendopo.kernel import clock, events, sql
from pendopo.notices import rules
from pendopo.notices.models import MailWish
from pendopo.notices.queries import OWN
from pendopo.web import news as words
from pendopo.web.context import Page

log = logging.getLogger(__name__)

TAKEN_MINUTES: Final = 10
"""Whoever takes mails has this long to send them; then they are anybody's again."""
AWAY_MINUTES: Final = 1
MAILS_AT_ONCE: Final = 50

KEEP_DAYS: Final = 731
"""How long a notice is kept: two years."""
FORGET_AT_ONCE: Final = 10_000

_TELL = """
INSERT INTO notices_notice (recipient, key, topic, link, about, at, mail_at, mail_tries)
SELECT n."to", n.key, n.topic, n.link, n.about, %(at)s::timestamptz, now(), 0
FROM jsonb_to_recordset(%(news)s::jsonb) AS n("to" text, key text, topic text, link text, about jsonb)
ON CONFLICT (recipient, key) DO NOTHING
"""
_TAKE = """
WITH taken AS (
  UPDATE notices_notice n SET mail_at = now() + make_interval(mins => %(minutes)s), mail_tries = n.mail_tries + 1
  WHERE n.id = ANY (ARRAY(
    SELECT w.id FROM notices_notice w WHERE w.mail_at <= now() ORDER BY w.mail_at, w.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
  RETURNING n.id, n.recipient, n.topic, n.about, n.at, n.mail_tries
)
SELECT t.id, t.topic, t.about::json, t.at, t.mail_tries, CASE WHEN coalesce(w.mails, true) THEN u.email END, coalesce(w.language, 'id')
FROM taken t
LEFT JOIN identity_person p ON p.id = CASE WHEN t.recipient LIKE 'person:%%' THEN substr(t.recipient, 8)::uuid END
LEFT JOIN identity_user u ON u.id = coalesce(p.user_id, CASE WHEN t.recipient LIKE 'staff:%%' THEN substr(t.recipient, 7)::uuid END)
  AND u.is_active
LEFT JOIN notices_mailwish w ON w.user_id = u.id
ORDER BY t.id
"""
_SETTLE = "UPDATE notices_notice SET mail_at = NULL, mailed_at = %(at)s WHERE id = ANY(%(ids)s)"
_AGAIN = "UPDATE notices_notice SET mail_at = now() + make_interval(mins => %(minutes)s) WHERE id = %(id)s"
_AWAY = """
UPDATE notices_notice SET mail_at = now() + make_interval(mins => %(minutes)s), mail_tries = mail_tries - 1 WHERE id = ANY(%(ids)s)
"""
_FORGET = """
DELETE FROM notices_notice
WHERE id = ANY (ARRAY(SELECT id FROM notices_notice WHERE at < %(before)s LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
"""
_READ = f"""
UPDATE notices_notice n SET read_at = %(at)s WHERE {OWN} AND n.id BETWEEN %(first)s AND %(last)s AND n.read_at IS NULL
"""  # noqa: S608 - a constant


def tell(*, news: Iterable[rules.News]) -> int:
    """Write what recipients are to be told, one statement for any number; what was told before is left as it is. Returns how many are new.

    It joins the transaction of its caller, if there is one. Recipients without an account or with mails turned off read it on their page.
    """
    rows = [  # not asdict: it copies deeply, and a recount tells a hundred thousand
        {"to": one.to, "key": one.key, "topic": one.topic, "link": one.link, "about": one.about}
        for one in news
    ]
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_TELL, {"news": json.dumps(rows), "at": clock.now()})
        return int(cursor.rowcount)


def mark_read(*, user_id: UUID, first: int, last: int) -> int:
    """Mark the account's own notices from one id to another as read; another's stay as they are. Returns how many were unread."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"user": user_id, "first": first, "last": last, "at": clock.now()})
        return int(cursor.rowcount)


def forget_old(*, batch: int = FORGET_AT_ONCE) -> int:
    """Delete up to ``batch`` notices told two years ago, read or not; returns how many.

    Also those whose mail still waits: a mail waits so long only where no server takes any, and news two years old are not worth one.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"before": clock.now() - timedelta(days=KEEP_DAYS), "limit": batch})
        return int(cursor.rowcount)


def set_mail_wish(*, user_id: UUID, mails: bool, language: str, by: Actor) -> None:
    """Say whether an account is told by mail too, and in which language ("id" or "en")."""
    with transaction.atomic():
        MailWish.objects.update_or_create(user_id=user_id, defaults={"mails": mails, "language": language})
        events.record(f"account:{user_id}", "mail_wish", actor=by.ref, mails=mails, language=language)


@dataclass(frozen=True, slots=True)
class _Letter:
    """A mail that waits; without an ``address`` there is nobody to send it to."""

    id: int
    topic: str
    about: dict[str, Any]
    at: datetime
    tries: int
    address: str | None
    language: str


def send_mails(*, batch: int = MAILS_AT_ONCE) -> int:
    """Send up to ``batch`` mails that wait; returns how many notices it settled or put off. 0 also while the mail server is away."""
    letters = [_Letter(*row) for row in sql.every(_TAKE, {"minutes": TAKEN_MINUTES, "limit": batch})]
    nobody = [letter.id for letter in letters if not letter.address]
    if nobody:
        _settle(nobody, None)
    wanted = [letter for letter in letters if letter.address]
    return len(nobody) + (_post(wanted) if wanted else 0)


def _post(letters: list[_Letter]) -> int:
    """Hand letters to the mail server over one connection; what did not go out when it goes away waits for it."""
    left, sent, begun = list(letters), [], False
    server = mail.get_connection()
    try:
        server.open()
        begun = True
        while left:
            try:
                server.send_messages([_message(left[0])])
            except _NOT_THIS_ONE as refused:
                _put_off(left[0], refused)
            else:
                sent.append(left[0].id)
            left.pop(0)
    except OSError as away:  # SMTPException is one too: no answer, no log-in, no sender
        log.warning("the mail server is away, %d mails wait: %s", len(left), type(away).__name__)
        if begun and isinstance(
            away, _HUNG_UP
        ):  # perhaps at this very mail: it must not stop the others for ever
            _put_off(left.pop(0), away)
        return 0
    finally:
        _settle(sent, clock.now())
        _wait_for_server(left)
        _close(server)
    return len(letters)


_NOT_THIS_ONE: Final = (SMTPRecipientsRefused, SMTPDataError, ValueError)
_HUNG_UP: Final = (SMTPServerDisconnected, ConnectionError, TimeoutError)


def _close(server: Any) -> None:
    try:
        server.close()
    except OSError as gone:
        log.info("the mail server hung up: %s", gone)


def _message(letter: _Letter) -> mail.EmailMessage:
    """The mail in the recipient's language: what happened, and where to read on after signing in."""
    with override(letter.language):
        title, text = words.said_of(letter.topic, letter.about)
        body = "\n\n".join(
            (
                title,
                text,
                _("Buka di sini: %(address)s") % {"address": f"{settings.BASE_URL}/kabar/{letter.id}/"},
                _("Anda perlu masuk dahulu. Kami tidak pernah meminta kata sandi atau NIK lewat email.") + "\n"
                + _("Berhenti menerima email ini, atau ganti bahasanya: %(address)s") % {"address": f"{settings.BASE_URL}/kabar/"},
                Page(None).mall,
            )
        )  # fmt: skip
    return mail.EmailMessage(
        rules.one_line(title),
        body + "\n",
        to=[str(letter.address)],
        headers={
            "Message-ID": rules.message_id(letter.id, letter.at, settings.BASE_URL),
            "Auto-Submitted": "auto-generated",
            "Content-Language": letter.language,
        },
    )


def _settle(ids: list[int], at: datetime | None) -> None:
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_SETTLE, {"ids": ids, "at": at})


def _put_off(letter: _Letter, refused: Exception) -> None:
    """The server took none of this one: later again, or never."""
    minutes = rules.wait_minutes(letter.tries)
    log.warning("the mail of notice %s was refused (%s)", letter.id, type(refused).__name__)
    if minutes is None:
        _settle([letter.id], None)
        return
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, {"id": letter.id, "minutes": minutes})


def _wait_for_server(letters: list[_Letter]) -> None:
    if letters:
        with connection.cursor() as cursor:
            cursor.execute(_AWAY, {"ids": [letter.id for letter in letters], "minutes": AWAY_MINUTES})
