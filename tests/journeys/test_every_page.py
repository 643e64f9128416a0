"""Every page at 320 px and at 1280 px: axe finds nothing and nothing sticks out sideways."""

import re
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

WIDTHS = (320, 1280)
ACCOUNT = [
    "/akun/email/",
    "/akun/password/change/",
    "/akun/2fa/",
    "/akun/logout/",
    "/kabar/",
    "/saya/data/",
    "/saya/dukcapil/",
    "/saya/usaha/",
    "/saya/kuasa/",
    "/saya/kuasa/baru/",
    "/ajukan/dukcapil-akta-kelahiran/",
    "/pengajuan/mulai/?goal=bayi-lahir&kartu_anak=ya",
    "/pengajuan/lanjut/",
    "/kerja/",
]
PUBLIC = [
    "/",
    "/layanan/",
    "/layanan/?q=izin+perawat",
    "/layanan/?q=zzzzqqqq",
    "/layanan/dpmptsp-sip-perawat/",
    "/layanan/dpmptsp-pbg-rumah/",
    "/rencana/",
    "/rencana/?q=warung+kopi",
    "/rencana/buka-restoran/",
    "/rencana/buka-restoran/?kecamatan=galang",
    "/rencana/buka-restoran/?kecamatan=galang&pelaku=badan-baru&tempat=bangun&pekerja=ya&musik=alkohol",
    "/rencana/tidak-ada/",
    "/instansi/",
    "/otomatis/",
    "/instansi/disdukcapil-batam/",
    "/kebutuhan/health/",
    "/acuan/",
    "/acuan/umk/",
    "/acuan/pnbp_kendaraan/",
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
    """What is wrong with each of these pages on a small phone and on a desktop."""
    found: dict[str, Any] = {}
    for path in paths:
        page.goto(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found[f"{path} at {width}"] = f"is {wide} px wide"
            if violations := Axe().run(page).response["violations"]:
                found[f"{path} at {width} "] = [(v["id"], v["nodes"][0]["html"]) for v in violations]
    return found


def test_public_pages(new_page: Callable[..., Page]) -> None:
    assert faults(new_page(), PUBLIC) == {}


def test_pages_of_a_citizen_and_of_officers(
    new_page: Callable[..., Page],
    requesting: Callable[[], Requesting],
    at_their_desks: Callable[..., Officers],
    citizen: Callable[[], Citizen],
    scan: Path,
) -> None:
    """One building permit; at every station the pages that look different there."""
    page = new_page()
    visitor = Browsing(page)
    stories.find_and_begin(visitor, citizen(), "izin bangun rumah", "PBG rumah tinggal")
    first = visitor.path
    found = faults(page, [first, first.replace("/isi/diri/", "/isi/bangunan/"), *ACCOUNT])
    page.goto(first)
    visitor.answer("person_phone", "12")
    visitor.press("Simpan dan lanjutkan")
    found |= faults_here(page)
    page.goto(first)
    stories.fill(visitor, stories.HOUSE, scan)
    found |= faults(page, [visitor.path])
    application = stories.send(visitor)
    own = f"/permohonan/{application}/"
    visitor.go("/pengajuan/mulai/?goal=bayi-lahir&kartu_anak=ya")
    visitor.press("Mulai mengisi")
    bundle = visitor.path.partition("isi/")[0]
    found |= faults(page, [visitor.path, f"{bundle}persetujuan/", f"{bundle}periksa/"])

    office = at_their_desks(requesting)
    stories.do(office("Dewi Anggraini"), application, "Berkas lengkap")
    rizal = office("Rizal Pratama")
    rizal.go(f"/kerja/{application}/")
    stories.do_correction(rizal, "site_village", "Tulis nama kelurahan.")
    found |= faults(page, [own, f"{own}perhitungan/", f"{own}tanda-terima/", f"{own}isi/lokasi/", "/saya/"])
    visitor.go(f"{own}periksa/")
    visitor.press("Kirim perbaikan")
    stories.do(rizal, application, "Berkas benar, lanjutkan")

    desk = Browsing(new_page())
    _become(desk, "Ir. Bonar Simanjuntak")
    found |= faults(
        desk.page,
        ["/kerja/", f"/kerja/{application}/", f"/kerja/{application}/perhitungan/", "/kerja/peringatan/"],
    )
    stories.announce(desk, application)
    stories.do(desk, application, "Catat hasil pemeriksaan lapangan", favourable="yes", note="Sesuai gambar.")
    stories.do(desk, application, "Beri rekomendasi", favourable="yes")
    stories.wait_for(visitor, application, "Sekarang giliran Anda: bayar")
    found |= faults(page, [own])
    visitor.follow("Lihat tagihan dan bayar")
    found |= faults(page, [visitor.path])
    visitor.press("Bayar Rp")
    visitor.press("Bayar")
    found |= faults(page, [visitor.path])
    stories.wait_for(visitor, application, "Sekarang: Paraf")
    for name, button in (("Yuliana Sitorus", "Paraf"), ("Reza Mahendra", "Setujui dan tanda tangani")):
        stories.do(office(name), application, button)
    stories.wait_for(visitor, application, "Dokumen Anda sudah terbit")
    visitor.follow("Periksa keasliannya")
    found |= faults(page, [own, visitor.path, f"/survei/{application}/", "/saya/data/", "/kabar/"])
    assert found == {}


def test_pages_of_a_decision_without_officers(
    new_page: Callable[..., Page], citizen: Callable[[], Citizen], scan: Path
) -> None:
    """Dukcapil knows everything a domicile letter says: it is issued at once; then the applicant asks for a second look."""
    page = new_page()
    visitor = Browsing(page)
    stories.find_and_begin(visitor, citizen(), "surat keterangan domisili", "Surat keterangan domisili")
    stories.fill(visitor, {**stories.CONTACT, "declaration": "on"}, scan)
    visitor.sees("Saya ingin diperiksa petugas")
    found = faults(page, [visitor.path])
    application = stories.send(visitor)
    stories.wait_for(visitor, application, "Dokumen Anda sudah terbit")
    visitor.sees("Diputus oleh sistem, tanpa petugas")
    found |= faults(page, [visitor.path])
    visitor.press("Minta ditinjau petugas")
    visitor.sees("Anda sudah meminta petugas meninjaunya")
    number = re.search(r"2171-\d{6}-\d{6}", visitor.text)
    assert number

    desk = Browsing(new_page())
    desk.go("/demo/")
    desk.unfold("Atau satu petugas serbabisa")
    desk.press("Petugas Kecamatan dan Kelurahan")
    found |= faults(desk.page, ["/kerja/", "/kerja/tinjauan/"])
    desk.go("/kerja/tinjauan/")
    desk.follow(number[0])  # other stories' decisions may wait here too
    found |= faults(desk.page, [desk.path])
    desk.answer("verdict", "agree")
    desk.press("Catat tinjauan")
    visitor.go(f"/permohonan/{application}/")
    visitor.sees("Petugas meninjau keputusan sistem: benar")
    assert found == {}


def test_pages_of_an_issued_paper(
    new_page: Callable[..., Page], citizen: Callable[[], Citizen], scan: Path
) -> None:
    """A letter is issued at once, suspended by its agency, and its holder objects."""
    page = new_page()
    visitor = Browsing(page)
    stories.find_and_begin(visitor, citizen(), "surat keterangan domisili", "Surat keterangan domisili")
    stories.fill(visitor, {**stories.CONTACT, "declaration": "on"}, scan)
    application = stories.send(visitor)
    stories.wait_for(visitor, application, "Dokumen Anda sudah terbit")
    found_in = re.search(r"/dokumen/[0-9a-f-]{36}/", page.content())
    assert found_in is not None
    held, issued = found_in.group(), f"/kerja{found_in.group()}"

    head = Browsing(new_page())
    head.go("/demo/")
    head.unfold("Atau satu petugas serbabisa")
    head.press("Petugas Kecamatan dan Kelurahan")
    found = faults(head.page, ["/kerja/dokumen/", issued, f"{issued}suspend/"])
    head.answer("ground", "violation")
    head.answer("reason", "Alamatnya tidak lagi ditempati.")
    head.answer("legal_basis", "UU 24/2013")
    head.press("Bekukan sementara")
    head.sees("sudah terbit")
    found |= faults(page, ["/saya/", held])
    visitor.sees("Dibekukan sementara sampai diaktifkan kembali")
    visitor.follow("Ajukan keberatan")
    visitor.answer("grounds", "Saya masih tinggal di sana.")
    visitor.press("Kirim keberatan")
    found |= faults(page, [visitor.path])
    found |= faults(head.page, ["/kerja/keberatan/", f"/kerja{visitor.path}"])
    head.sees("pejabat penanda tangan yang tidak mengambil keputusan semula")
    assert found == {}


def faults_here(page: Page) -> dict[str, Any]:
    """Faults of the page as it stands now: one that cannot be asked for by address."""
    violations = Axe().run(page).response["violations"]
    return {"a refused form": [(v["id"], v["nodes"][0]["html"]) for v in violations]} if violations else {}


def test_pages_of_the_counter_and_of_sheets(new_page: Callable[..., Page], tmp_path: Path) -> None:
    """An officer looks a citizen up, one who is known and one who is not; an employer sends a sheet whose rows come back."""
    officer = Browsing(new_page())
    _become(officer, "Dewi Anggraini")
    found = faults(officer.page, ["/kerja/loket/", "/kerja/loket/kuasa/", "/kelompok/"])
    for nik in ("1", "2171101708950088", "2171105708950002"):
        officer.go("/kerja/loket/")
        officer.answer("nik", nik)
        officer.press("Cari")
        found |= faults_here(officer.page)
    officer.press("Layani")
    found |= faults(officer.page, ["/ajukan/dpmptsp-sip-perawat/"])
    officer.sees("Anda bertindak untuk")

    employer = Browsing(new_page())
    _become(employer, "Ng Mei Ling")
    send = "/kelompok/baru/bpjstk-daftar-bpu/"
    found |= faults(employer.page, ["/kelompok/", send])
    employer.go(send)
    template = employer.download("CSV").decode("utf-8-sig")
    sheet = tmp_path / "lembar.csv"
    sheet.write_text(template.splitlines()[0] + "\n" + "x" + template.count(",") * ",", encoding="utf-8")
    employer.attach("sheet", sheet)
    for box in employer.page.locator("input[type=checkbox]").all():
        box.check()
    employer.press("Kirim lembar")
    found |= faults(employer.page, [employer.path])
    assert found == {}


def test_pages_of_the_operator(new_page: Callable[..., Page]) -> None:
    nadia = Browsing(new_page())
    _become(nadia, "Nadia Kusuma")
    calendar = [
        "/operator/kalender/",
        "/operator/kalender/?tahun=2027",
        "/operator/kalender/perubahan/",
        "/operator/kalender/jam/",
    ]
    assert (
        faults(nadia.page, ["/operator/", "/operator/inventaris/", "/kerja/tinjauan/", "/kerja/", *calendar])
        == {}
    )
    nadia.go("/operator/kalender/")
    nadia.press("Lihat siapa yang terkena")
    assert faults_here(nadia.page) == {}


def test_pages_of_the_mayor(new_page: Callable[..., Page]) -> None:
    mayor = Browsing(new_page())
    _become(mayor, "Amelia Siregar")
    assert faults(mayor.page, ["/kerja/peringatan/", "/kerja/kota/", "/kabar/"]) == {}


def _become(visitor: Visitor, name: str) -> None:
    visitor.go("/demo/")
    visitor.press(name)
