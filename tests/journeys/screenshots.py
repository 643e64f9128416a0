"""Renew docs/screenshots with one command: `.venv/bin/python -m tests.journeys.screenshots` (needs Chromium).

Starts an instance and a PostgreSQL of its own, takes one building permit through it and photographs the main pages on a phone and on a
desktop.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import django

os.environ["PENDOPO_MODE"] = "test"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pendopo.config.settings")
django.setup()

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402 - after Django's settings

from pendopo.config import postgres, proof  # noqa: E402
from tests.documents.samples import pdf  # noqa: E402
from tests.journeys import stories  # noqa: E402
from tests.journeys.instance import ROOT, running  # noqa: E402
from tests.journeys.stories import Citizen, Officers  # noqa: E402
from tests.journeys.visitors import Browsing, Requesting, Visitor  # noqa: E402
from tests.journeys.watch import QUIET, Watch  # noqa: E402

SHOTS = ROOT / "docs" / "screenshots"
PLAN = "/rencana/buka-kedai-kopi/?pelaku=perorangan&kecamatan=batam-kota&pekerja=tidak&merek=tidak"
MAX_BYTES = 150_000


def photograph(page: Page, name: str, path: str = "") -> None:
    """One picture of what is on the screen, small enough for a repository."""
    if path:
        page.goto(path)
    file = SHOTS / f"{name}.png"
    page.screenshot(path=file)
    assert file.stat().st_size < MAX_BYTES, f"{name} is too large"
    sys.stdout.write(f"  {name}.png {file.stat().st_size // 1000} kB\n")


def take(browser: Browser, url: str, scan: Path) -> None:
    watch = Watch(browser, url)
    phone, desktop = watch.page(width=390, height=844), watch.page(width=1280, height=900)
    photograph(phone, "home-phone", "/")
    photograph(desktop, "service-desktop", "/layanan/dpmptsp-sip-perawat/")
    photograph(desktop, "plan-desktop", PLAN)
    photograph(phone, "plan-phone", PLAN)
    hendra = Browsing(phone)
    stories.find_and_begin(
        hendra, Citizen("2171125203880001", "warga@contoh.test"), "pbg rumah", "PBG rumah tinggal"
    )
    photograph(phone, "form-phone")
    stories.fill(hendra, stories.HOUSE, scan)
    photograph(phone, "review-phone")
    application = stories.send(hendra)
    photograph(phone, "status-phone")

    def new() -> Visitor:
        return Requesting(url)

    office = Officers(new)
    some_more_files(new, scan)
    dewi = Browsing(desktop)
    dewi.go("/demo/")
    dewi.press("Dewi Anggraini")
    photograph(desktop, "inbox-desktop", "/kerja/")
    photograph(desktop, "case-file-desktop", f"/kerja/{application}/")
    stories.do(office("Dewi Anggraini"), application, "Berkas lengkap")
    stories.do(office("Rizal Pratama"), application, "Berkas benar, lanjutkan")
    bonar = office("Ir. Bonar Simanjuntak")
    stories.announce(bonar, application)
    stories.do(
        bonar, application, "Catat hasil pemeriksaan lapangan", favourable="yes", note="Sesuai gambar."
    )
    stories.do(bonar, application, "Beri rekomendasi", favourable="yes")
    stories.wait_for(hendra, application, "Sekarang giliran Anda: bayar")
    hendra.follow("Lihat tagihan dan bayar")
    photograph(phone, "bill-phone")
    hendra.press("Bayar Rp")
    hendra.press("Bayar")
    stories.wait_for(hendra, application, "Sekarang: Paraf")
    stories.do(office("Yuliana Sitorus"), application, "Paraf")
    stories.do(office("Reza Mahendra"), application, "Setujui dan tanda tangani")
    stories.wait_for(hendra, application, "Dokumen Anda sudah terbit")
    hendra.follow("Periksa keasliannya")
    photograph(phone, "verify-phone")
    nadia = Browsing(watch.page(width=1280, height=900))
    nadia.go("/demo/")
    nadia.press("Nadia Kusuma")
    photograph(nadia.page, "inventory-desktop", "/operator/inventaris/")


def some_more_files(new: Callable[[], Visitor], scan: Path) -> None:
    """An inbox with one file in it says little."""
    for serial, search, service in (
        (2, "izin perawat", "(SIP) perawat"),
        (3, "pbg rumah", "PBG rumah tinggal"),
    ):
        visitor = new()
        who = Citizen(f"21710612108500{serial:02}", f"warga{serial}@contoh.test")
        stories.find_and_begin(visitor, who, search, service)
        stories.fill(visitor, stories.NURSE | stories.HOUSE, scan)
        stories.send(visitor)


def main() -> None:
    chromium = proof.chromium()
    if chromium is None:
        sys.exit("Chromium is missing. Mend: apt-get install chromium")
    SHOTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        scan = place / "berkas.pdf"
        scan.write_bytes(pdf())
        server = postgres.Server(place / "database", careless=True)
        try:
            server.start()
            with running(server.url, place / "data") as instance, sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
                take(browser, instance.url, scan)
                browser.close()
        finally:
            server.remove()


if __name__ == "__main__":
    main()
