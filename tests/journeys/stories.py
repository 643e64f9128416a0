"""The three permits from search to survey, told once; a test gives them a way to visit (Chromium, without JavaScript, plain HTTP)."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from simulators.people import find
from tests.journeys.visitors import PASSWORD, Visitor

Someone = Callable[[], Visitor]


@dataclass(frozen=True)
class Citizen:
    """Somebody of the simulated registry who has no account yet."""

    nik: str
    email: str

    @property
    def name(self) -> str:
        record = find(self.nik)
        assert record is not None
        return record["NAMA_LGKP"]

    @property
    def street(self) -> str:
        record = find(self.nik)
        assert record is not None
        return record["ALAMAT"]


CONTACT = {"person_phone": "081234567890", "person_email": "warga@contoh.test"}
NURSE = CONTACT | {
    "nurse_kind": "NERS",
    "person_str_no": "1234567890123456",
    "person_str_valid_until": "2031-01-31",
    "str_file": "file",
    "practice_facility_name": "RSUD Embung Fatimah",
    "practice_facility_kind": "RUMAH_SAKIT",
    "practice_facility_address": "Jalan R. Soeprapto, Batu Aji",
    "practice_order": "1",
    "practice_hours": "Senin sampai Jumat, 07.00-14.00",
    "practice_letter_file": "file",
    "declaration": "on",
}
BIRTH = CONTACT | {
    "reporter_relation": "AYAH",
    "child_full_name": "Nurul Bintang",
    "child_sex": "PEREMPUAN",
    "child_birth_place": "Batam",
    "child_birth_date": "2026-10-28",
    "child_birth_time": "04.15",
    "birth_place_kind": "RUMAH_SAKIT",
    "birth_helper": "BIDAN",
    "birth_kind": "TUNGGAL",
    "birth_order": "1",
    "birth_weight_gram": "3.150",
    "birth_length_cm": "49,5",
    "mother_nik": "2171095505900004",
    "mother_full_name": "Maria Lestari",
    "father_nik": "2171091203880003",
    "father_full_name": "Andi Wijaya",
    "parents_ktp_file": "file",
    "witness1_nik": "2171101708950001",
    "witness1_full_name": "Budi Santoso",
    "witness2_nik": "2171031111700007",
    "witness2_full_name": "O",
    "witnesses_ktp_file": "file",
    "birth_letter_file": "file",
    "marriage_proof_file": "file",
    "declaration": "on",
}
HOUSE = CONTACT | {
    "site_address": "Perumahan Buana Raya Blok D Nomor 5",
    "site_district": "21.71.12",
    "site_village": "Kibing",
    "site_coordinates": "1.0456, 103.9712",
    "site_land_area_m2": "120",
    "land_document_kind": "HGB",
    "land_document_no": "HGB 1234/Kibing",
    "land_document_file": "file",
    "uwt_file": "file",
    "work_kind": "BARU",
    "complexity": "SEDERHANA",
    "permanence": "PERMANEN",
    "storeys": "2",
    "height_m": "7,5",
    "structure_kind": "BETON",
    "floor_1_area_m2": "60",
    "floor_2_area_m2": "48",
    "architect_name": "Sri Handayani",
    "architect_licence_no": "STRA-21710001",
    "architect_phone": "081298765432",
    "drawing_architecture_file": "file",
    "drawing_structure_file": "file",
    "spec_file": "file",
    "krk_file": "file",
    "declaration": "on",
}


TODAY = datetime.now(ZoneInfo("Asia/Jakarta")).date().isoformat()  # noqa: TID251 - processes under their own clock are visited


def find_and_begin(visitor: Visitor, who: Citizen, search: str, service: str) -> None:
    """From the home page to the first question: search, read, make an account, say who one is, let Dukcapil fill in."""
    visitor.go("/")
    visitor.answer("q", search)
    visitor.press("Cari")
    visitor.follow(service)
    visitor.sees("Persyaratan", "Biaya", "Waktu", "Dasar hukum")
    visitor.follow("Ajukan sekarang")
    visitor.follow("Buat akun")
    visitor.answer("email", who.email)
    visitor.answer("password1", PASSWORD)
    visitor.press("Buat akun")
    visitor.answer("full_name", who.name)
    visitor.answer("nik", who.nik)
    visitor.press("Lanjutkan")
    visitor.sees("Dukcapil", "Supaya Anda tidak perlu mengetik")
    visitor.press("Ya, saya setuju")
    visitor.sees("Ajukan", service)
    visitor.press("Mulai mengisi")


def fill(visitor: Visitor, answers: Mapping[str, str], file: Path) -> list[str]:
    """Answer page after page until "check your answers"; returns the pages that were asked."""
    seen: list[str] = []
    while "/isi/" in visitor.path:
        assert visitor.path not in seen, f"{visitor.path} is asked again: {visitor.text}"
        seen.append(visitor.path)
        for name, value in answers.items():
            if visitor.asks(name):
                visitor.attach(name, file) if value == "file" else visitor.answer(name, value)
        visitor.press("Simpan dan lanjutkan")
    return [path.split("/")[-2] for path in seen]


def send(visitor: Visitor) -> str:
    """Check the answers and file; returns the id of the application."""
    assert visitor.path.endswith("/periksa/"), visitor.text
    visitor.press("Kirim permohonan")
    visitor.sees("Permohonan terkirim", "Nomor permohonan Anda", "Dijanjikan selesai paling lambat")
    assert re.search(r"\d{4}-\d{6}-\d{6}", visitor.text)
    application_id = visitor.path.split("/")[2]
    visitor.follow("Lihat status permohonan")
    return application_id


class Officers:
    """The demo's officers by name, each signed in once."""

    def __init__(self, new: Someone) -> None:
        self.new, self.present = new, dict[str, Visitor]()

    def __call__(self, name: str) -> Visitor:
        if name not in self.present:
            visitor = self.new()
            visitor.go("/demo/")
            visitor.press(name)
            visitor.sees("Meja kerja")
            self.present[name] = visitor
        return self.present[name]


def do(officer: Visitor, application_id: str, button: str, **answers: str) -> None:
    """An officer opens a file out of the inbox and does one thing with it."""
    officer.go("/kerja/")
    officer.go(f"/kerja/{application_id}/")
    for name, value in answers.items():
        officer.answer(name, value)
    officer.press(button)
    officer.sees("Tercatat.")


def announce(officer: Visitor, application_id: str) -> None:
    """An inspector makes an appointment for this evening, so that the visit can be recorded today; on a free day too."""
    officer.go(f"/kerja/{application_id}/")
    officer.unfold("Buat janji kunjungan")
    for name, value in {"visit_on": TODAY, "visit_at": "23:59", "place": "Perumahan Buana Raya"}.items():
        officer.answer(name, value)
    officer.press("Buat janji kunjungan")
    if "bukan hari kerja" in officer.text:
        officer.answer("confirmed", "on")
        officer.press("Buat janji kunjungan")
    officer.sees("Tercatat.")


def paper_of(visitor: Visitor, application_id: str, verify: Callable[[bytes], object]) -> str:
    """Fetch the signed paper, prove its signature, look it up as the world does; returns its code's path."""
    wait_for(visitor, application_id, "Dokumen Anda sudah terbit")
    pdf = visitor.download("Unduh dokumen")
    assert pdf.startswith(b"%PDF-")
    verify(pdf)
    visitor.follow("Periksa keasliannya")
    visitor.sees("Dokumen ini asli dan masih berlaku.")
    return visitor.path


def wait_for(visitor: Visitor, application_id: str, words: str) -> None:
    """The worker makes papers and hears of payments beside us: look at the status page until it says so."""
    for _ in range(60):
        visitor.go(f"/permohonan/{application_id}/")
        if words in visitor.text:
            return
        time.sleep(0.25)
    visitor.sees(words)


def rate(visitor: Visitor, application_id: str) -> None:
    """Answer the survey."""
    visitor.go(f"/permohonan/{application_id}/")
    visitor.follow("Beri nilai layanan ini")
    elements = (
        "requirements",
        "procedure",
        "time",
        "fee",
        "product",
        "competence",
        "behaviour",
        "complaints",
    )
    for name in (*elements, "facilities"):
        visitor.answer(name, "4")
    visitor.answer("comment", "Cepat dan jelas.")
    visitor.press("Kirim penilaian")
    visitor.sees("Terima kasih")


def nurse(
    new: Someone, officer: Officers, who: Citizen, file: Path, verify: Callable[[bytes], object]
) -> None:
    """SIP perawat: recommendation of Dinas Kesehatan, one correction, initials, signature; then a second application."""
    siti = new()
    find_and_begin(siti, who, "izin perawat", "(SIP) perawat")
    asked = fill(siti, NURSE, file)
    assert "diri" not in asked, "who one is comes from Dukcapil"
    siti.sees("Dari Dukcapil", who.street, "RSUD Embung Fatimah")
    application = send(siti)
    siti.sees("Sekarang: Periksa kelengkapan", "paling lambat")

    dewi = officer("Dewi Anggraini")
    do(dewi, application, "Berkas lengkap")
    rizal = officer("Rizal Pratama")
    rizal.go(f"/kerja/{application}/")
    rizal.sees(who.name, "Dari Dukcapil")
    rizal.unfold("Minta perbaikan")
    do_correction(rizal, "person_str_no", "Nomor STR kurang jelas di berkas.")

    siti.go(f"/permohonan/{application}/")
    siti.sees("Sekarang giliran Anda", "Nomor STR kurang jelas di berkas.")
    siti.follow("Perbaiki sekarang")
    assert siti.asks("person_str_no")
    assert not siti.asks("nurse_kind"), "only what was remarked is asked again"
    siti.answer("person_str_no", "9876543210123456")
    siti.press("Simpan dan lanjutkan")
    siti.press("Kirim perbaikan")
    siti.sees("Sekarang: Verifikasi berkas")

    do(rizal, application, "Berkas benar, lanjutkan")
    laksmi = officer("dr. Laksmi Paramita")
    do(laksmi, application, "Beri rekomendasi", favourable="yes", note="Memenuhi syarat.")
    do(officer("Yuliana Sitorus"), application, "Paraf")
    do(officer("Reza Mahendra"), application, "Setujui dan tanda tangani")

    code = paper_of(siti, application, verify)
    stranger = new()
    stranger.go(code)
    stranger.sees("Dokumen ini asli dan masih berlaku.", who.name)
    stranger.sees_not(who.nik, who.street)
    rate(siti, application)

    siti.go("/ajukan/dpmptsp-sip-perawat/")
    siti.press("Mulai mengisi")
    again = fill(siti, NURSE, file)
    assert set(again).isdisjoint({"diri", "kontak"}), "nobody is asked twice for what is known"
    siti.sees("Dari jawaban Anda sebelumnya", "Dari Dukcapil")


def do_correction(officer: Visitor, field: str, note: str) -> None:
    officer.answer("remark_field", field)
    officer.answer("remark_reason", "unreadable")
    officer.answer("remark_note", note)
    officer.press("Minta perbaikan")
    officer.sees("Tercatat.")


def father(
    new: Someone, officer: Officers, who: Citizen, file: Path, verify: Callable[[bytes], object]
) -> None:
    """Akta kelahiran: free, a child's and two parents' facts, signed by Disdukcapil."""
    andi = new()
    find_and_begin(andi, who, "akta kelahiran", "Akta kelahiran")
    fill(andi, BIRTH, file)
    andi.sees("Nurul Bintang", "Maria Lestari", "Andi Wijaya", "28")
    application = send(andi)
    andi.sees("Gratis")
    fitri = officer("Fitri Handayani")
    do(fitri, application, "Berkas lengkap")
    do(fitri, application, "Berkas benar, lanjutkan")
    heryanto = officer("Heryanto Lubis")
    do(heryanto, application, "Paraf")
    do(heryanto, application, "Setujui dan tanda tangani")
    paper_of(andi, application, verify)
    andi.sees("Kutipan akta kelahiran", "Dinas Kependudukan dan Pencatatan Sipil")
    rate(andi, application)


def builder(
    new: Someone, officer: Officers, who: Citizen, file: Path, verify: Callable[[bytes], object]
) -> None:
    """PBG rumah: inspection, recommendation of CKTR, levy line by line, bill, payment, signature."""
    hendra = new()
    find_and_begin(hendra, who, "izin bangun rumah", "PBG rumah tinggal")
    fill(hendra, HOUSE, file)
    application = send(hendra)
    dewi = officer("Dewi Anggraini")
    do(dewi, application, "Berkas lengkap")
    rizal = officer("Rizal Pratama")
    do(rizal, application, "Berkas benar, lanjutkan")
    bonar = officer("Ir. Bonar Simanjuntak")
    announce(bonar, application)
    hendra.go(f"/permohonan/{application}/")
    hendra.sees("Petugas datang", "Perumahan Buana Raya")
    do(bonar, application, "Catat hasil pemeriksaan lapangan", favourable="yes", note="Sesuai gambar.")
    do(bonar, application, "Beri rekomendasi", favourable="yes")
    wait_for(hendra, application, "Sekarang giliran Anda: bayar")
    hendra.follow("Lihat tagihan dan bayar")
    hendra.sees("Rincian biaya", "Jumlah tagihan", "Dasar hukum")
    hendra.press("Bayar Rp")
    hendra.press("Bayar")
    hendra.sees("Tagihan lunas")
    wait_for(hendra, application, "Sekarang: Paraf")
    do(officer("Yuliana Sitorus"), application, "Paraf")
    do(officer("Reza Mahendra"), application, "Setujui dan tanda tangani")
    paper_of(hendra, application, verify)
    rate(hendra, application)
