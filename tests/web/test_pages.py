"""Error pages speak plainly and leak nothing; the language switch comes back to where one was."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from pendopo.web import views

pytestmark = pytest.mark.urls("tests.web.urls")


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "status", "says"),
    [
        ("denied", 403, "milik orang lain"),
        ("stale", 409, "lebih dahulu"),
        ("unknown", 403, "tidak diperbolehkan"),
        ("missing", 404, "tidak ditemukan"),
        ("invalid", 422, "NIK terdiri dari 16 angka."),
        ("away", 503, "tidak menjawab"),
        ("broken", 500, "bukan kesalahan Anda"),
    ],
)
def test_refusals_become_pages(browser: Client, what: str, status: int, says: str) -> None:
    reply = browser.get(f"/raise/{what}/")
    text = reply.content.decode()
    assert reply.status_code == status
    assert says in text
    assert 'href="#main"' in text
    for secret in ("row 17", "10.0.0.5", "secret", "Traceback"):
        assert secret not in text
    assert (reply.get("Retry-After") == "60") is (status == 503)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "status", "kind", "code"),
    [
        ("denied", 403, "denied", "not_yours"),
        ("stale", 409, "denied", "stale"),
        ("missing", 404, "not_found", "not_found"),
        ("invalid", 422, "invalid", "invalid"),
        ("away", 503, "unavailable", "unavailable"),
    ],
)
def test_machines_get_json(browser: Client, what: str, status: int, kind: str, code: str) -> None:
    reply = browser.get(f"/api/v1/raise/{what}/")
    body = reply.json()
    assert (reply.status_code, body["error"], body["code"]) == (status, kind, code)
    assert body["message"]
    assert "row 17" not in reply.content.decode()


def test_the_500_page_needs_no_database_and_no_session() -> None:
    reply = views.server_error(RequestFactory().get("/"))
    assert reply.status_code == 500
    assert "bukan kesalahan Anda" in reply.content.decode()


@pytest.mark.django_db
def test_an_unknown_address_offers_search(browser: Client) -> None:
    reply = browser.get("/tidak-ada/")
    assert reply.status_code == 404
    assert 'role="search"' in reply.content.decode()


@pytest.mark.django_db
def test_a_session_that_ended_mid_form_loses_nothing(settings: Any) -> None:
    settings.CSRF_FAILURE_VIEW = "pendopo.web.views.csrf_failure"
    reply = Client(enforce_csrf_checks=True).post("/akun/login/", {"login": "a@b.id"})
    assert reply.status_code == 403
    assert "Yang Anda ketik tidak hilang" in reply.content.decode()


@pytest.mark.django_db
def test_the_language_switch_returns_to_the_page(browser: Client) -> None:
    page = "http://testserver/aksesibilitas/?a=1"
    reply = browser.post("/i18n/setlang/", {"language": "en"}, HTTP_REFERER=page)
    assert (reply.status_code, reply["Location"]) == (302, page)
    text = browser.get("/aksesibilitas/").content.decode()
    assert '<html lang="en">' in text
    assert "Accessibility" in text
    elsewhere = {"language": "en", "next": "https://evil.example/"}
    assert browser.post("/i18n/setlang/", elsewhere, HTTP_REFERER="https://evil.example/")["Location"] == "/"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_gallery_shows_every_component(browser: Client, language: str) -> None:
    reply = browser.get("/galeri/", headers={"accept-language": language})
    assert reply.status_code == 200
    text = reply.content.decode()
    for part in (
        "errors",
        "notice",
        "tag",
        "panel",
        "summary",
        "timeline",
        "steps",
        "progress",
        "cards",
        "stats",
        "chart",
        "pager",
        "empty",
        "details",
        "search",
    ):
        assert f'class="{part}' in text, part


@pytest.mark.django_db
def test_the_frame_asks_the_database_nothing(browser: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        browser.get("/aksesibilitas/")
