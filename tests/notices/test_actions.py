"""Notices and their mails on real PostgreSQL and a real mail server: once each, by mail at least once, never to a stranger."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction
from pytest_django import Settings

from pendopo.identity.api import SYSTEM, User, register_person
from pendopo.kernel import clock
from pendopo.kernel.errors import NotFound
from pendopo.notices import api, tasks
from pendopo.notices.actions import KEEP_DAYS
from pendopo.notices.api import News, Topic
from pendopo.notices.models import Notice
from pendopo.notices.rules import MOST_TRIES
from tests import factories
from tests.factories import Account
from tests.notices import mailbox

pytestmark = pytest.mark.django_db
SERVICE = {"name": "Izin Praktik Perawat", "name_en": "Nurse's practice licence"}


@pytest.fixture
def siti() -> Account:
    return factories.citizen("siti@contoh.id", "Siti Rahmawati", factories.NIK)


@pytest.fixture
def budi() -> Account:
    return factories.citizen("budi@contoh.id", "Budi Santoso", factories.OTHER_NIK)


@pytest.fixture
def post(settings: Settings) -> Iterator[mailbox.Server]:
    """A mail server of one's own."""
    with mailbox.serving() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server


def corrected(to: str, key: str = "correction:1") -> News:
    about = {"service": SERVICE, "number": "2171-1"}
    return News(to, key, Topic.CORRECTION_REQUESTED, "/permohonan/x/", about)


def waiting() -> int:
    return Notice.objects.filter(mail_at__isnull=False).count()


def later(**delta: float) -> None:
    """So much later, as the queue of mails counts: waits that long are over."""
    for row in Notice.objects.filter(mail_at__isnull=False):
        assert row.mail_at is not None
        Notice.objects.filter(id=row.id).update(mail_at=row.mail_at - timedelta(**delta))


def ids_of(mails: list[Any]) -> list[str]:
    return [str(one["Message-ID"]) for one in mails]


def test_the_same_event_reaches_the_same_recipient_once(siti: Account, budi: Account) -> None:
    assert api.tell(news=[corrected(siti.actor.ref), corrected(budi.actor.ref)]) == 2
    assert api.tell(news=[corrected(siti.actor.ref), corrected(siti.actor.ref, "correction:2")]) == 1
    assert api.tell(news=[]) == 0
    assert [row.key for row in Notice.objects.filter(recipient=siti.actor.ref).order_by("id")] == [
        "correction:1", "correction:2",
    ]  # fmt: skip


def test_a_thousand_are_told_with_one_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert api.tell(news=[corrected(f"person:{uuid4()}") for _ in range(1000)]) == 1000


def test_what_was_rolled_back_was_never_told(siti: Account) -> None:

    @transaction.atomic
    def act() -> None:
        api.tell(news=[corrected(siti.actor.ref)])
        raise ValueError("killed")

    with pytest.raises(ValueError, match="killed"):
        act()
    assert api.list_told(siti.user.id) == []
    assert api.send_mails() == 0


def test_the_mail_says_what_where_and_nothing_secret(siti: Account, settings: Settings) -> None:
    settings.BASE_URL = "https://mpp.example.id"
    api.tell(news=[corrected(siti.actor.ref)])
    assert api.send_mails() == 1
    (sent,) = mail.outbox
    (told,) = api.list_told(siti.user.id)
    assert sent.to == ["siti@contoh.id"]
    assert sent.subject == "Permohonan Anda perlu diperbaiki"
    assert "Izin Praktik Perawat (nomor 2171-1)" in sent.body
    assert f"https://mpp.example.id/kabar/{told.id}/" in sent.body
    for secret in (factories.NIK, "Siti", str(siti.user.id), str(siti.actor.id)):
        assert secret not in sent.body
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert api.send_mails() == 0
    assert len(mail.outbox) == 1


def test_mails_speak_the_language_asked_for_and_stop_when_asked(siti: Account) -> None:
    api.set_mail_wish(user_id=siti.user.id, mails=True, language="en", by=siti.actor)
    api.tell(news=[corrected(siti.actor.ref)])
    api.send_mails()
    assert mail.outbox[0].subject == "Your application needs a correction"
    assert "Nurse's practice licence" in mail.outbox[0].body
    api.set_mail_wish(user_id=siti.user.id, mails=False, language="en", by=siti.actor)
    api.tell(news=[corrected(siti.actor.ref, "correction:2")])
    assert api.send_mails() == 1
    assert len(mail.outbox) == 1
    assert len(api.list_told(siti.user.id)) == 2
    assert waiting() == 0


def test_staff_get_mails_and_who_has_no_account_or_a_closed_one_gets_none(siti: Account) -> None:
    dewi = factories.staff("dewi@dpmptsp.id", "Dewi", "dpmptsp-batam")
    nobody = register_person(user=None, full_name="Tamu", nik=factories.OTHER_NIK, by=SYSTEM)
    User.objects.filter(id=siti.user.id).update(is_active=False)
    api.tell(news=[corrected(to) for to in (dewi.actor.ref, siti.actor.ref, f"person:{nobody.id}", "system")])
    assert api.send_mails() == 4
    assert [one.to for one in mail.outbox] == [["dewi@dpmptsp.id"]]
    assert waiting() == 0
    assert Notice.objects.filter(mailed_at__isnull=False).count() == 1


def test_nobody_reads_or_marks_anothers(siti: Account, budi: Account) -> None:
    api.tell(news=[corrected(siti.actor.ref)])
    (told,) = api.list_told(siti.user.id)
    assert api.list_told(budi.user.id) == []
    for stranger, key in ((budi, told.id), (siti, told.id + 1)):
        with pytest.raises(NotFound):
            api.get_told(stranger.user.id, key)
    assert api.mark_read(user_id=budi.user.id, first=0, last=api.LAST) == 0
    assert api.get_told(siti.user.id, told.id).unread
    assert api.mark_read(user_id=siti.user.id, first=0, last=told.id - 1) == 0
    assert api.mark_read(user_id=siti.user.id, first=0, last=told.id) == 1
    assert not api.get_told(siti.user.id, told.id).unread


# The mail server


def test_a_mail_server_that_is_away_delays_mails_and_costs_no_try(
    siti: Account, post: mailbox.Server, settings: Settings
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, closed_port()
    api.tell(news=[corrected(siti.actor.ref), corrected(siti.actor.ref, "correction:2")])
    for _try in range(MOST_TRIES + 3):
        assert api.send_mails() == 0
        later(minutes=1)
    assert set(Notice.objects.values_list("mail_tries", flat=True)) == {0}
    settings.EMAIL_PORT = port
    assert api.send_mails() == 2
    assert [one["To"] for one in post.mails] == ["siti@contoh.id"] * 2
    assert waiting() == 0


def closed_port() -> int:
    """A port where nobody listens."""
    with mailbox.Server() as server:
        return int(server.server_address[1])


def test_a_mail_the_server_refuses_stops_no_other_and_is_given_up_in_the_end(
    siti: Account, budi: Account, post: mailbox.Server
) -> None:
    post.refused.add("siti@contoh.id")
    api.tell(news=[corrected(siti.actor.ref), corrected(budi.actor.ref)])
    assert api.send_mails() == 2
    assert [one["To"] for one in post.mails] == ["budi@contoh.id"]
    assert api.send_mails() == 0, "it waits"
    for _try in range(MOST_TRIES):
        later(days=1)
        api.send_mails()
    assert waiting() == 0
    row = Notice.objects.get(recipient=siti.actor.ref)
    assert (row.mailed_at, row.mail_tries) == (None, MOST_TRIES)
    assert len(api.list_told(siti.user.id)) == 1, "it stays on the page"


def test_a_server_that_hangs_up_in_between_gets_the_rest_later(siti: Account, post: mailbox.Server) -> None:
    post.hangs_up_after = 2
    api.tell(news=[corrected(siti.actor.ref, f"correction:{number}") for number in range(4)])
    assert api.send_mails() == 0
    assert (len(post.mails), waiting()) == (2, 2)
    assert sorted(Notice.objects.filter(mail_at__isnull=False).values_list("mail_tries", flat=True)) == [0, 1]
    post.hangs_up_after = None
    later(minutes=1)
    assert api.send_mails() == 2
    assert len(set(ids_of(post.mails))) == len(post.mails) == 4


class Killed(BaseException):
    """What a process that is killed would see, if it saw anything."""


class Dying(EmailBackend):
    """Delivers, and dies at the second mail."""

    def send_messages(self, messages: Any) -> int:
        if len(mail.outbox) == 1:
            raise Killed
        return int(super().send_messages(messages))


def test_killed_after_taking_and_after_sending_it_goes_on_and_repeats_are_recognised(
    siti: Account, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.tell(news=[corrected(siti.actor.ref, f"correction:{number}") for number in range(3)])
    settings.EMAIL_BACKEND = f"{__name__}.Dying"
    for name in ("_settle", "_wait_for_server"):  # a killed process notes nothing
        monkeypatch.setattr(f"pendopo.notices.actions.{name}", lambda *_: None)
    with pytest.raises(Killed):
        api.send_mails()
    monkeypatch.undo()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert len(mail.outbox) == 1
    assert api.send_mails() == 0, "for ten minutes they are another worker's"
    later(minutes=10)
    assert api.send_mails() == 3
    names = [one.extra_headers["Message-ID"] for one in mail.outbox]
    assert len(names) == 4
    assert len(set(names)) == 3
    assert waiting() == 0


def test_mails_are_never_sent_inside_a_transaction(siti: Account, settings: Settings) -> None:
    api.tell(news=[corrected(siti.actor.ref)])
    assert mail.outbox == [], "writing a notice sends nothing"
    settings.EMAIL_BACKEND = f"{__name__}.Watching"
    depth = len(connection.savepoint_ids)
    api.send_mails()
    assert Watching.depths == [depth]


class Watching(EmailBackend):
    """Notes how deep in transactions a mail is sent."""

    depths: list[int] = []

    def send_messages(self, messages: Any) -> int:
        self.depths.append(len(connection.savepoint_ids))
        return int(super().send_messages(messages))


def test_notices_of_two_years_ago_are_forgotten_in_batches_and_no_others(siti: Account) -> None:
    with clock.use(clock.FixedClock(clock.now() - timedelta(days=KEEP_DAYS + 1))):
        api.tell(news=[replace(corrected(siti.actor.ref), key=f"old:{number}") for number in range(5)])
    Notice.objects.filter(key="old:0").update(mail_at=None)
    with clock.use(clock.FixedClock(clock.now() - timedelta(days=KEEP_DAYS - 1))):
        api.tell(news=[corrected(siti.actor.ref, "young:1")])
    assert [api.forget_old(batch=3) for _night in range(3)] == [3, 2, 0]
    assert list(Notice.objects.values_list("key", flat=True)) == ["young:1"]
    assert waiting() == 1, "its mail still goes out"


def test_the_nightly_task_forgets_everything_that_is_old(
    siti: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.use(clock.FixedClock(clock.now() - timedelta(days=KEEP_DAYS + 1))):
        api.tell(news=[replace(corrected(siti.actor.ref), key=f"old:{number}") for number in range(5)])
    monkeypatch.setattr(tasks, "forget_old", partial(api.forget_old, batch=2))
    monkeypatch.setattr(tasks.connection, "close", lambda: None)  # the test's own
    tasks.forget(timestamp=0)
    assert not Notice.objects.exists()
    assert tasks.forget.name == "forget_notices"


def test_a_page_of_notices_is_newest_first_and_by_key(siti: Account) -> None:
    api.tell(news=[replace(corrected(siti.actor.ref), key=f"k:{number}") for number in range(5)])
    first = api.list_told(siti.user.id, limit=3)
    rest = api.list_told(siti.user.id, before=first[-1].id, limit=3)
    numbers = [row.id for row in (*first, *rest)]
    assert len(numbers) == 5
    assert numbers == sorted(numbers, reverse=True)
    assert first[0].at <= clock.now()
