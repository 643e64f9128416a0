"""Every page at 320 px and at 1280 px: axe finds nothing and nothing sticks out sideways."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys import stories
from tests.journeys.stories import Citizen, Officers
from tests.journeys.visitors import Browsing, Requesting, Visitor

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PUBLIC = [
    "/",
    "/layanan/",
    "/layanan/?q=izin+perawat",
    "/layanan/?q=zzzzqqqq",
    "/layanan/dpmptsp-sip-perawat/",
    "/layanan/dpmptsp-pbg-rumah/",
    "/instansi/",
    "/instansi/disdukcapil-batam/",
    "/kebutuhan/health/",
    "/v/",
    "/v/TIDAKADA/",
    "/aksesibilitas/",
    "/galeri/",
    "/demo/",
    "/tidak-ada/",
    "/akun/login/",
    "/akun/signup/",
    "/akun/password/reset/",
]


def faults(page: Page, paths: list[str]) -> dict[str, Any]:
    """What is wrong with each of these pages at the page's width."""
    found: dict[str, Any] = {}
    width = page.viewport_size["width"] if page.viewport_size else 0
    for path in paths:
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found[path] = f"is {wide} px wide"
        if violations := Axe().run(page).response["violations"]:
            found[path] = [(v["id"], v["nodes"][0]["html"]) for v in violations]
    return found


@pytest.mark.parametrize("width", [320, 1280])
def test_public_pages(width: int, new_page: Callable[..., Page]) -> None:
    assert faults(new_page(width=width), PUBLIC) == {}


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_of_a_citizen_and_of_officers(
    width: int,
    new_page: Callable[..., Page],
    requesting: Callable[[], Requesting],
    at_their_desks: Callable[..., Officers],
    citizen: Callable[[], Citizen],
    scan: Path,
) -> None:
    """A nurse whose file is in correction and a builder with a bill, then the same pages with Chromium."""
    page = new_page(width=width)
    visitor = Browsing(page)
    who = citizen()
    stories.find_and_begin(visitor, who, "izin bangun rumah", "PBG rumah tinggal")
    first = visitor.path
    found = faults(
        page, [first, first.replace("/isi/diri/", "/isi/bangunan/"), "/saya/data/", "/akun/email/"]
    )
    page.goto(first)
    stories.fill(visitor, stories.HOUSE, scan)
    found |= faults(page, [visitor.path])
    application = stories.send(visitor)
    office = at_their_desks(requesting)
    stories.do(office("Dewi Anggraini"), application, "Berkas lengkap")
    rizal = office("Rizal Pratama")
    rizal.go(f"/kerja/{application}/")
    stories.do_correction(rizal, "site_village", "Tulis nama kelurahan.")
    own = f"/permohonan/{application}/"
    found |= faults(
        page, [own, f"{own}tanda-terima/", f"{own}isi/lokasi/", "/saya/", "/ajukan/dukcapil-akta-kelahiran/"]
    )
    visitor.go(f"{own}periksa/")
    visitor.press("Kirim perbaikan")
    stories.do(rizal, application, "Berkas benar, lanjutkan")
    desk = new_page(width=width)
    _as(Browsing(desk), "Ir. Bonar Simanjuntak")
    found |= faults(desk, ["/kerja/", f"/kerja/{application}/"])
    bonar = office("Ir. Bonar Simanjuntak")
    stories.do(bonar, application, "Catat hasil pemeriksaan lapangan", favourable="yes")
    stories.do(bonar, application, "Beri rekomendasi", favourable="yes")
    stories.wait_for(visitor, application, "Sekarang giliran Anda: bayar")
    visitor.follow("Lihat tagihan dan bayar")
    found |= faults(page, [visitor.path])
    visitor.press("Bayar Rp")
    visitor.press("Bayar")
    found |= faults(page, [visitor.path])
    for name, button in (("Yuliana Sitorus", "Paraf"), ("Reza Mahendra", "Setujui dan tanda tangani")):
        stories.do(office(name), application, button)
    stories.wait_for(visitor, application, "Dokumen Anda sudah terbit")
    visitor.follow("Periksa keasliannya")
    found |= faults(page, [own, visitor.path, f"/survei/{application}/", "/saya/data/"])
    assert found == {}


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_of_the_operator(width: int, new_page: Callable[..., Page]) -> None:
    page = new_page(width=width)
    _as(Browsing(page), "Nadia Kusuma")
    assert faults(page, ["/operator/inventaris/", "/kerja/"]) == {}


def _as(visitor: Visitor, name: str) -> None:
    visitor.go("/demo/")
    visitor.press(name)
