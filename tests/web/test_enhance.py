"""enhance.js in real Chromium: nothing typed is lost, a broken upload goes on, axe finds nothing."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from playwright.sync_api import Browser, Page

from tests.web.urls import SEEN

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.urls("tests.web.urls"),
]


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """The test says what matters."""


@pytest.fixture
def address(settings: Any) -> Iterator[str]:
    """A server of the frame alone: no page here asks the database, and pytest-django sees to it."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    server = make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), Threads, Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    SEEN.update(saves=[], uploads={}, patches=[], submits=[], slow_seconds=0)
    context = chromium.new_context(base_url=address, locale="id-ID", reduced_motion="reduce")
    yield context.new_page()
    context.close()  # a test that ends while a page is still coming leaves Chromium waiting here for ever


def test_typing_is_saved_by_itself(page: Page) -> None:
    page.goto("/form/")
    page.fill("#f-why", "Pindah rumah")
    page.locator("[data-saved]", has_text=re.compile(r"^Tersimpan \d")).wait_for()
    assert SEEN["saves"][-1]["why"] == "Pindah rumah"
    assert SEEN["saves"][-1]["header"] == "1"
    assert page.locator(".count").inner_text() == "Sisa 8 huruf"
    assert SEEN["saves"][-1]["seen"] == "the page"
    page.fill("#f-why", "Pindah rumah lagi")
    page.wait_for_function("document.querySelector('[name=seen]').value === 'save 2'")
    assert SEEN["saves"][-1]["seen"] == "save 1"


def test_a_lost_connection_is_said_and_tried_again(page: Page) -> None:
    page.goto("/form/")
    page.route("**/autosave/", lambda route: route.abort())
    page.fill("#f-why", "Pindah")
    page.locator("[data-saved]", has_text="Belum tersimpan").wait_for()
    page.unroute("**/autosave/")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.locator("[data-saved]", has_text=re.compile(r"^Tersimpan \d")).wait_for()
    assert SEEN["saves"][-1]["why"] == "Pindah"


def test_an_upload_goes_on_where_it_broke_off(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "ktp.pdf"
    file.write_bytes(bytes(range(256)) * 14)
    page.goto("/form/")
    page.set_input_files("#f-ktp", file)
    with page.expect_navigation():
        page.click("text=Kirim")  # at once: the form waits for the file
    assert SEEN["uploads"]["u1"] == file.read_bytes()
    assert SEEN["patches"] == [0, 1000, 2000, 3000]
    assert [(s["ktp_id"], s["files"]) for s in SEEN["submits"]] == [("u1", [])]


def test_a_refused_file_says_why(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "game.exe"
    file.write_bytes(b"MZ")
    page.goto("/form/")
    page.set_input_files("#f-ktp", file)
    page.locator("[data-upload-state]", has_text="tidak diterima").wait_for()


def test_five_clicks_are_one_submit(page: Page) -> None:
    SEEN["slow_seconds"] = 0.3
    page.goto("/form/")
    with page.expect_navigation():
        page.evaluate("for (let n = 0; n < 5; n++) document.querySelector('main .button').click()")
    page.wait_for_timeout(500)
    assert len(SEEN["submits"]) == 1


def test_without_javascript_the_file_goes_with_the_form(
    chromium: Browser, address: str, tmp_path: Path
) -> None:
    SEEN.update(saves=[], uploads={}, patches=[], submits=[], slow_seconds=0)
    file = tmp_path / "ktp.pdf"
    file.write_bytes(b"%PDF-1.7")
    page = chromium.new_context(base_url=address, java_script_enabled=False).new_page()
    page.goto("/form/")
    page.set_input_files("#f-ktp", file)
    with page.expect_navigation():
        page.click("text=Kirim")
    assert SEEN["submits"][0]["files"] == ["ktp.pdf"]


PAGES = [
    "/galeri/",
    "/akun/login/",
    "/akun/signup/",
    "/akun/password/reset/",
    "/aksesibilitas/",
    "/form/",
    "/raise/denied/",
    "/tidak-ada/",
]


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", ["id", "en"])
def test_axe_finds_nothing_and_nothing_sticks_out(page: Page, width: int, language: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.set_extra_http_headers({"accept-language": language})
    found: dict[str, Any] = {}
    for where in PAGES:
        page.goto(where)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found[where] = "scrolls sideways"
        if violations := Axe().run(page).response["violations"]:
            found[where] = [(v["id"], v["nodes"][0]["html"]) for v in violations]
    assert found == {}
