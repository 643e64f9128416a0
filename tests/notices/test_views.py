"""The page Kabar: one's own notices and nobody else's, the count in the menu, and how one wants to be told."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.test import Client

from pendopo.notices import api
from pendopo.notices.api import News, Topic
from tests import factories
from tests.factories import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def siti() -> Account:
    return factories.citizen("siti@contoh.id", "Siti Rahmawati", factories.NIK)


def client_of(who: Account) -> Client:
    client = Client(headers={"accept-language": "id"})
    client.force_login(who.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return client


def told(who: Account, count: int = 1, link: str = "/saya/data/") -> list[api.Told]:
    about = {"service": {"name": "Izin <b>Praktik</b>"}, "number": "2171-1"}
    api.tell(
        news=[
            News(who.actor.ref, f"k:{number}", Topic.CORRECTION_REQUESTED, link, about)
            for number in range(count)
        ]
    )
    return api.list_told(who.user.id, limit=count)


def test_one_reads_ones_own_and_what_was_read_is_no_longer_new(siti: Account) -> None:
    browser = client_of(siti)
    assert "Belum ada kabar" in browser.get("/kabar/").content.decode()
    (notice,) = told(siti)
    page = browser.get("/kabar/").content.decode()
    assert "Permohonan Anda perlu diperbaiki" in page
    assert "Izin &lt;b&gt;Praktik" in page
    assert "Belum dibaca" in page
    assert "Kabar (1 baru)" in page
    answer = browser.get(f"/kabar/{notice.id}/")
    assert (answer.status_code, answer["Location"]) == (302, "/saya/data/")
    page = browser.get("/kabar/").content.decode()
    assert "Belum dibaca" not in page
    assert "baru)" not in page
    assert "News" in browser.get("/kabar/", headers={"accept-language": "en"}).content.decode()


def test_a_stranger_gets_nothing(siti: Account) -> None:
    (notice,) = told(siti)
    budi = client_of(factories.citizen("budi@contoh.id", "Budi Santoso", factories.OTHER_NIK))
    assert "Belum ada kabar" in budi.get("/kabar/").content.decode()
    assert budi.get(f"/kabar/{notice.id}/").status_code == 404
    budi.post("/kabar/dibaca/", {"newest": notice.id})
    assert api.get_told(siti.user.id, notice.id).unread
    assert Client().get(f"/kabar/{notice.id}/")["Location"].startswith("/akun/login/")


def test_an_officer_needs_the_second_factor(siti: Account) -> None:
    dewi = factories.staff("dewi@dpmptsp.id", "Dewi", "dpmptsp-batam", factories.Role.BACK_OFFICER)
    told(dewi)
    browser = client_of(dewi)
    assert browser.get("/kabar/")["Location"] == "/akun/2fa/"
    Authenticator.objects.create(user=dewi.user, type=Authenticator.Type.TOTP, data={})
    page = browser.get("/kabar/").content.decode()
    assert "Kabar (1 baru)" in page
    assert "Menu meja kerja" in page


def test_everything_on_the_page_is_marked_read_and_nothing_that_came_since(siti: Account) -> None:
    seen = told(siti, 2)
    later = told(siti, 3)
    browser = client_of(siti)
    assert browser.post("/kabar/dibaca/", {"newest": seen[0].id}).status_code == 302
    assert [row.unread for row in api.list_told(siti.user.id)] == [row.id > seen[0].id for row in later]
    for odd in ("", "x", "-1", "9" * 40):
        assert browser.post("/kabar/dibaca/", {"newest": odd}).status_code == 422


def test_pages_go_by_key_and_the_menu_counts_to_nine(siti: Account) -> None:
    rows = told(siti, 35)
    browser = client_of(siti)
    page = browser.get("/kabar/").content.decode()
    assert "Kabar (9+ baru)" in page
    assert f"/kabar/?sebelum={rows[29].id}" in page
    older = browser.get(f"/kabar/?sebelum={rows[29].id}").content.decode()
    assert older.count("Belum dibaca") == 5
    assert "Kabar yang lebih lama" not in older
    for odd in ("x", "-1", "9" * 40, "²"):
        assert browser.get("/kabar/", {"sebelum": odd}).content.decode().count("Belum dibaca") == 30
    assert browser.get(f"/kabar/{10**30}/").status_code == 404


def test_mails_are_turned_off_and_their_language_chosen(siti: Account) -> None:
    browser = client_of(siti)
    browser.post("/kabar/email/", {"mails": "no", "language": "en"})
    wish = api.mail_wish_of(siti.user.id)
    assert (wish.mails, wish.language) == (False, "en")
    for odd in ({"mails": "no", "language": "fr"}, {"mails": "", "language": "id"}, {}):
        assert browser.post("/kabar/email/", odd).status_code == 422
    assert api.mail_wish_of(siti.user.id).language == "en"


def test_the_count_costs_no_page_a_statement(siti: Account, django_assert_num_queries: Any) -> None:
    browser = client_of(siti)
    for _round in range(2):
        with django_assert_num_queries(1):  # session and account together
            page = browser.get("/aksesibilitas/").content.decode()
        told(siti)
    assert "Kabar (1 baru)" in page
