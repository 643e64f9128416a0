"""One bundle without JavaScript: a baby is born, one form, and what comes later starts by itself."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys import stories
from tests.journeys.stories import Citizen, Officers
from tests.journeys.visitors import PASSWORD, Browsing, Visitor
from tests.journeys.watch import Watch

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PLAN = "/rencana/bayi-lahir/?kartu_anak=ya"
BABY = stories.BIRTH | {
    "person_family_card_no": "2171052203150011",
    "person_bpjs_health_no": "0001234567890",
    "form_isian_peserta_jkn_member_name": "Nurul Bintang",
    "form_isian_peserta_jkn_family_members": "3",
    "form_isian_peserta_jkn_class": "2",
    "form_isian_peserta_jkn_clinic": "Puskesmas Baloi Permai",
    "kk_file": "file",
    "jkn_bayi_baru_lahir_declaration": "on",
}


def look(page: Page, name: str, eye: Page) -> None:
    """Nothing sticks out sideways and axe finds nothing; PENDOPO_PHOTOS names a folder for the eye.

    Axe needs JavaScript: ``eye`` is the same person at the same address in a browser that has it.
    """
    folder = os.environ.get("PENDOPO_PHOTOS")
    eye.context.add_cookies(page.context.cookies())
    eye.goto(page.url)
    for width in (320, 1280):
        for one in (page, eye):
            one.set_viewport_size({"width": width, "height": 800})
            wide = one.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is too wide at {width}"
        violations = Axe().run(eye).response["violations"]
        assert not violations, (name, width, [(v["id"], v["nodes"][0]["html"]) for v in violations])
        if folder:
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def test_a_baby_is_born_and_nothing_is_asked_twice(  # noqa: PLR0915 - one story
    browsing_plainly: Callable[[], Browsing],
    at_their_desks: Callable[..., Officers],
    citizen: Callable[[], Citizen],
    scan: Path,
    watch: Watch,
) -> None:
    watch.told()
    andi, who, eye = browsing_plainly(), citizen(), watch.page()
    andi.go(PLAN)
    andi.follow("Ajukan semuanya sekali")
    andi.follow("Buat akun")
    andi.answer("email", who.email)
    andi.answer("password1", PASSWORD)
    andi.press("Buat akun")
    andi.answer("full_name", who.name)
    andi.answer("nik", who.nik)
    andi.press("Lanjutkan")
    andi.press("Ya, saya setuju")
    andi.sees("Bayi saya lahir", "Langsung diajukan", "Menyusul sendiri")
    look(andi.page, "begin", eye)
    andi.press("Mulai mengisi")
    andi.sees("Sudah kami ketahui", "Dari Dukcapil")
    look(andi.page, "fill", eye)
    asked = stories.fill(andi, BABY, scan)
    assert asked.count("documents") <= 1
    andi.sees("Siapa yang melihat data Anda", "Dinas Kependudukan dan Pencatatan Sipil", "BPJS Kesehatan")
    look(andi.page, "consent", eye)
    andi.press("Saya setuju")
    andi.sees("Nurul Bintang", "Maria Lestari", who.street)
    look(andi.page, "review", eye)
    andi.press("Kirim semua")
    andi.sees(
        "Pengajuan terkirim", "Perkiraan semuanya selesai", "Nomor permohonan", "Mulai sendiri setelah terbit"
    )
    look(andi.page, "receipt", eye)
    andi.follow("Lihat status pengajuan")
    andi.sees("Sekarang: ", "0 dari 4 layanan", "Menunggu giliran")
    look(andi.page, "status", eye)
    status = andi.path
    code = re.search(r"Kode pengajuan ([A-Z]{4}-[A-Z]{4})", andi.text)
    assert code
    andi.go("/pengajuan/lanjut/")
    look(andi.page, "resume", eye)
    andi.answer("code", code[1].lower())
    andi.press("Lanjutkan")
    assert andi.path == status

    birth = andi.page.get_by_role("link", name="Akta kelahiran").first.get_attribute("href") or ""
    application = birth.split("/")[2]
    office = at_their_desks(browsing_plainly)
    for button in ("Berkas lengkap", "Berkas benar, lanjutkan"):
        stories.do(office("Fitri Handayani"), application, button)
    for button in ("Paraf", "Setujui dan tanda tangani"):
        stories.do(office("Heryanto Lubis"), application, button)
    wait_for(andi, status, "1 dari 4 layanan")
    andi.sees("Sudah terbit", "Buka dokumen")
    look(andi.page, "status-later", eye)
    andi.go(f"{status}tagihan/")
    andi.sees("Tidak ada tagihan")
    look(andi.page, "bills", eye)
    andi.go(f"{status}tarik/dukcapil-kia-baru/")
    look(andi.page, "withdraw", eye)
    andi.press("Ya, tarik kembali")
    andi.sees("Ditarik kembali")
    andi.go("/saya/")
    andi.sees("Bayi saya lahir", code[1])
    look(andi.page, "mine", eye)
    assert watch.told() == []


def wait_for(visitor: Visitor, path: str, words: str) -> None:
    """The worker starts what comes next beside us."""
    for _ in range(60):
        visitor.go(path)
        if words in visitor.text:
            return
        time.sleep(0.25)
    visitor.sees(words)
