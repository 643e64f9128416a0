"""Words of every topic in both languages, waiting times, and the name of a mail: without a database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from pendopo.config.settings import _mail
from pendopo.kernel.env import Misconfigured
from pendopo.notices.rules import MOST_TRIES, Topic, message_id, one_line, wait_minutes
from pendopo.web import news

SERVICE = {"name": "Izin Praktik Perawat", "name_en": "Nurse's practice licence"}
CASE = {"service": SERVICE, "number": "2171-2611-00001"}
AT = "2026-11-27T03:00:00+00:00"
DAYS = [
    {"on": f"2026-12-{day:02}", "name": f"Banjir {day}", "agency": "", "withdrawn": day == 2}
    for day in range(1, 6)
]
MOVED = {**CASE, "was_on": "2026-11-30", "due_on": "2026-12-01", "source": "SE 7/2026"}
SAMPLES: list[tuple[Topic, dict[str, Any], str, str]] = [
    (Topic.CORRECTION_REQUESTED, CASE, "memperbaiki", "correct"),
    (Topic.DECIDED, {**CASE, "state": "approved", "silence": False}, "sudah terbit", "issued"),
    (Topic.DECIDED, {**CASE, "state": "approved", "silence": True}, "dikabulkan secara hukum", "by law"),
    (Topic.DECIDED, {**CASE, "state": "rejected", "silence": False}, "ditolak", "refused"),
    (Topic.BILL_RAISED, {"service": SERVICE, "amount_idr": 150000, "due_at": AT}, "Rp150.000", "Rp150.000"),
    (Topic.INSPECTION_SCHEDULED, {**CASE, "at": AT}, "27 November 2026 pukul 10.00", "27 November 2026 at 10:00"),
    (Topic.INSPECTION_SCHEDULED, {**CASE, "at": ""}, "petugas datang", "officers come"),
    (
        Topic.INSPECTION_SCHEDULED, {**CASE, "at": AT, "was": "2026-11-26T03:00:00+00:00"},
        "menggantikan janji sebelumnya, Kamis, 26 November 2026 pukul 10.00", "replaces the earlier appointment, Thursday, 26 November 2026",
    ),
    (Topic.DEADLINE_MOVED, {**MOVED, "days": DAYS[:1]}, "Banjir 1, Selasa, 1 Desember 2026", "Banjir 1, Tuesday"),
    (Topic.DEADLINE_MOVED, {**MOVED, "days": DAYS}, "(dicabut); Banjir 3", "(withdrawn); Banjir 3"),
    (Topic.DEADLINE_MOVED, {**MOVED, "days": DAYS}, "dan 2 hari lain", "and 2 other days"),
    (Topic.DEADLINE_MOVED, {**MOVED, "days": []}, "SE 7/2026", "SE 7/2026"),
    (
        Topic.DEADLINE_WARNED, {**CASE, "level": "officer", "count": 1, "due_on": "2026-11-30"},
        "1 permohonan jatuh tempo dalam tiga hari", "1 application falls due within three",
    ),
    (
        Topic.DEADLINE_WARNED, {"level": "head", "count": 4, "due_on": "2026-11-30"},
        "4 permohonan jatuh tempo dalam satu", "4 applications fall due within one",
    ),
    (Topic.DEADLINE_WARNED, {"level": "mayor", "count": 2, "due_on": "2026-11-30"}, "hari ini", "due today"),
    (
        Topic.DOCUMENT_EXPIRING, {"title": "SIP", "number": "1/2026", "valid_until": "2026-12-31"},
        "31 Desember 2026", "31 December 2026",
    ),
    (Topic.APPEAL_DECIDED, {"title": "SIP", "state": "granted"}, "dikabulkan", "granted"),
    (Topic.APPEAL_DECIDED, {"title": "SIP", "state": "upheld"}, "ditolak", "refused"),
    (Topic.STEP_REASSIGNED, {**CASE, "kind": "signing"}, "Tanda tangan", "Signature"),
    (Topic.RULE_STOPPED, {"service": SERVICE, "reason": "2 dari 20."}, "2 dari 20. Permohonan", "2 dari 20. Officers"),
    (
        Topic.RULE_STOPPED, {"service": SERVICE, "reason": "3 dari 20 tinjauan memutus lain", "overridden": 3, "reviewed": 20},
        "3 dari 20 tinjauan memutus lain.", "3 of 20 reviews decided otherwise.",
    ),
    (Topic.AUTOMATIC_OVERRIDDEN, CASE, "memutus lain", "otherwise"),
]  # fmt: skip


def test_every_topic_is_said() -> None:
    assert {topic for topic, *_ in SAMPLES} == set(Topic)


@pytest.mark.parametrize(("topic", "about", "indonesian", "english"), SAMPLES)
def test_words(topic: Topic, about: dict[str, Any], indonesian: str, english: str) -> None:
    for language, wanted in (("id", indonesian), ("en", english)):
        with override(language):
            title, text = news.said_of(topic, about)
        assert wanted in f"{title} {text}"
        assert "%(" not in title + text
        if "service" in about and topic != Topic.DEADLINE_WARNED:
            assert SERVICE["name_en" if language == "en" else "name"] in text


def test_waits_grow_and_end() -> None:
    waits = [wait_minutes(tries) for tries in range(1, MOST_TRIES + 1)]
    assert waits[:4] == [1, 2, 4, 8]
    assert waits[-1] is None
    known = [wait for wait in waits if wait is not None]
    assert known == sorted(known)
    assert 12 * 60 < sum(known) < 48 * 60, "about a day"


def test_a_mail_keeps_its_name_and_no_two_share_one() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    first = message_id(7, at, "https://mpp.batam.go.id/")
    assert first == message_id(7, at, "https://mpp.batam.go.id/")
    assert first.endswith("@mpp.batam.go.id>")
    assert (
        len({first, message_id(8, at, "https://x"), message_id(7, at + timedelta(days=1), "https://x")}) == 3
    )


def test_what_stands_in_the_head_of_a_mail_is_one_line() -> None:
    assert one_line("Tagihan\r\nBcc: a@b\t c") == "Tagihan Bcc: a@b c"


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp+tls://kota:p%40ss@mail.example.id", 587, True, False),
        ("smtps://kota:p%40ss@mail.example.id", 465, False, True),
        ("smtp://kota:p%40ss@mail.example.id:2525", 2525, False, False),
    ],
)
def test_one_variable_names_the_mail_server(url: str, port: int, tls: bool, ssl: bool) -> None:
    said = _mail(url)
    assert (said["EMAIL_HOST"], said["EMAIL_HOST_USER"], said["EMAIL_HOST_PASSWORD"]) == (
        "mail.example.id", "kota", "p@ss",
    )  # fmt: skip
    assert (said["EMAIL_PORT"], said["EMAIL_USE_TLS"], said["EMAIL_USE_SSL"]) == (port, tls, ssl)


@pytest.mark.parametrize("url", ["mail.example.id", "https://mail.example.id", "smtp://"])
def test_what_is_no_mail_server_is_said_with_the_mend(url: str) -> None:
    with pytest.raises(Misconfigured, match=r"PENDOPO_MAIL_URL is not a mail server\. Mend:"):
        _mail(url)
