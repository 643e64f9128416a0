"""What the script adds on the real form: nothing typed is lost, uploads survive a broken line, wrong files are told apart."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

from tests.documents.samples import EXE, pdf
from tests.journeys.stories import NURSE, Citizen, fill, find_and_begin
from tests.journeys.visitors import PASSWORD, Browsing, Requesting

pytestmark = [pytest.mark.slow, pytest.mark.browser]
NewPage = Callable[..., Page]
SAVED = re.compile(r"^Tersimpan \d")


@pytest.fixture
def nurse(new_page: NewPage, citizen: Callable[[], Citizen]) -> Browsing:
    """Somebody who is in the middle of the form, on the page about her profession."""
    visitor = Browsing(new_page(width=390, height=844))
    find_and_begin(visitor, citizen(), "izin perawat", "(SIP) perawat")
    while not visitor.asks("person_str_no"):
        for name, value in NURSE.items():
            if visitor.asks(name):
                visitor.answer(name, value)
        visitor.press("Simpan dan lanjutkan")
    return visitor


def test_a_lost_connection_takes_nothing_away(nurse: Browsing) -> None:
    page = nurse.page
    page.context.set_offline(True)
    nurse.answer("person_str_no", "5555666677778888")
    page.locator("[data-saved]", has_text="Belum tersimpan").wait_for()
    assert page.input_value("[name=person_str_no]") == "5555666677778888"
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.locator("[data-saved]", has_text=SAVED).wait_for()
    page.reload()
    assert page.input_value("[name=person_str_no]") == "5555666677778888"


def test_what_was_typed_is_there_on_another_day(nurse: Browsing) -> None:
    nurse.answer("person_str_no", "1111222233334444")
    nurse.page.locator("[data-saved]", has_text=SAVED).wait_for()
    nurse.go("/saya/")
    nurse.follow("(SIP) perawat")
    assert nurse.path.endswith("/isi/profesi/"), "one goes on where one left off"
    assert nurse.page.input_value("[name=person_str_no]") == "1111222233334444"


def test_an_upload_goes_on_after_the_line_broke(nurse: Browsing, tmp_path: Path) -> None:
    scan = tmp_path / "str.pdf"
    scan.write_bytes(pdf(b"/Note (" + b"x" * 700_000 + b")"))
    offsets: list[str] = []

    def break_once(route: Route) -> None:
        request = route.request
        if request.method != "PATCH":
            route.continue_()
            return
        offsets.append(request.headers["upload-offset"])
        if len(offsets) == 2:
            route.abort("connectionreset")
        else:
            route.continue_()

    nurse.page.route("**/berkas/**", break_once)
    nurse.attach("str_file", scan)
    nurse.page.locator("[data-upload-state]", has_text="Terkirim: str.pdf").wait_for()
    assert offsets == ["0", "524288", "524288"], "the broken piece is sent again, nothing before it"
    nurse.page.unroute("**/berkas/**")
    fill(nurse, {name: value for name, value in NURSE.items() if name != "str_file"}, scan)
    nurse.sees("str.pdf")


def test_a_programme_named_pdf_is_refused_with_a_reason(nurse: Browsing, tmp_path: Path) -> None:
    renamed = tmp_path / "str.pdf"
    renamed.write_bytes(EXE)
    nurse.attach("str_file", renamed)
    nurse.page.locator("[data-upload-state]", has_text="PDF").wait_for()
    nurse.answer("person_str_no", "1234567890123456")
    nurse.press("Simpan dan lanjutkan")
    nurse.sees("Ada yang perlu diperbaiki")
    assert nurse.page.input_value("[name=person_str_no]") == "1234567890123456"
    assert nurse.page.locator("#e-str_file, .errors a[href='#f-str_file']").count() == 2
    good = tmp_path / "str asli.pdf"
    good.write_bytes(pdf())
    nurse.attach("str_file", good)
    nurse.page.locator("[data-upload-state]", has_text="Terkirim: str asli.pdf").wait_for()
    assert nurse.page.locator("#e-str_file, .errors a[href='#f-str_file']").count() == 0
    assert nurse.page.locator("#f-str_file").get_attribute("aria-invalid") is None
    assert nurse.page.locator(".field-error #f-str_file").count() == 0


def test_without_javascript_the_reason_stands_beside_the_field(
    browsing_plainly: Callable[[], Browsing], citizen: Callable[[], Citizen], tmp_path: Path
) -> None:
    renamed = tmp_path / "str.pdf"
    renamed.write_bytes(EXE)
    visitor = browsing_plainly()
    find_and_begin(visitor, citizen(), "izin perawat", "(SIP) perawat")
    for name, value in NURSE.items():
        if visitor.asks(name):
            visitor.answer(name, value)
    visitor.press("Simpan dan lanjutkan")
    visitor.answer("nurse_kind", "NERS")
    visitor.answer("person_str_no", "1234567890123456")
    visitor.attach("str_file", renamed)
    visitor.press("Simpan dan lanjutkan")
    visitor.sees("Ada yang perlu diperbaiki", "Isi berkas ini program, bukan dokumen.")
    assert visitor.page.input_value("[name=person_str_no]") == "1234567890123456"
    good = tmp_path / "str asli.pdf"
    good.write_bytes(pdf())
    visitor.attach("str_file", good)
    visitor.answer("person_str_no", "")
    visitor.press("Simpan dan lanjutkan")
    visitor.sees("Ada yang perlu diperbaiki", "str asli.pdf")
    assert visitor.page.locator("#e-str_file, .errors a[href='#f-str_file']").count() == 0


def test_what_was_typed_after_the_session_ended_waits_for_its_owner(
    requesting: Callable[[], Requesting], citizen: Callable[[], Citizen]
) -> None:
    visitor, who = requesting(), citizen()
    find_and_begin(visitor, who, "izin perawat", "(SIP) perawat")
    visitor.answer("person_phone", "081377778888")
    visitor.client.cookies.delete("sessionid")
    visitor.press("Simpan dan lanjutkan")
    assert visitor.path == "/akun/login/"
    visitor.answer("login", who.email)
    visitor.answer("password", PASSWORD)
    visitor.press("Masuk")
    visitor.sees("Yang Anda ketik sebelum masuk lagi tidak hilang.")
    control = visitor.control("person_phone")
    assert control is not None
    assert control.value == "081377778888"


def test_the_form_by_keyboard_alone(nurse: Browsing) -> None:
    page = nurse.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    order: list[str] = []
    for _ in range(12):
        page.keyboard.press("Tab")
        order.append(
            page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")
        )
    stops = list(dict.fromkeys(order))  # a date has a stop for each of its parts
    assert stops[:5] == [
        "nurse_kind",
        "person_str_no",
        "person_str_valid_until",
        "str_file",
        "Simpan dan lanjutkan",
    ]
