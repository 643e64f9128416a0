"""Words about acting for somebody else: mandates, the counter, sheets of many people. Part of ``words``; imports nothing of it."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, "str | Promise"]

DENIED: Final[Words] = {
    "own_page_only": _(
        "Halaman ini hanya untuk pemiliknya sendiri. Berhentilah dahulu bertindak untuk orang lain."
    ),
    "mandate_scope": _("Kuasa Anda tidak mencakup layanan ini. Mintalah kuasa yang mencakupnya."),
    "mandate_revoked": _("Kuasa ini sudah dicabut."),
    "mandate_not_accepted": _("Kuasa ini belum diterima oleh penerimanya."),
    "mandate_not_yet": _("Kuasa ini belum mulai berlaku."),
    "mandate_over": _("Masa berlaku kuasa ini sudah habis."),
    "business_mandate_over": _("Kuasa Anda untuk badan usaha ini sudah berakhir."),
    "acting_over": _(
        "Anda tidak lagi bertindak untuk orang lain: waktunya habis atau kuasanya berakhir. Yang baru Anda kirim tidak dijalankan."
    ),
    "mandate_code": _(
        "Kode ini tidak cocok dengan kuasa apa pun untuk Anda. Periksa hurufnya, atau minta kode baru."
    ),
    "mandate_to_self": _("Anda tidak perlu kuasa untuk diri sendiri. Tulis NIK orang lain."),
    "mandate_overlaps": _(
        "Orang ini sudah mempunyai kuasa untuk waktu itu. Cabut dahulu, lalu beri yang baru."
    ),
    "mandate_empty": _("Pilih apa yang boleh diurus."),
    "mandate_reversed": _("Tanggal akhir mendahului tanggal mulainya."),
    "mandate_past": _("Tanggal akhirnya sudah lewat."),
    "mandate_too_long": _("Kuasa paling lama dua tahun. Pilih tanggal akhir yang lebih dekat."),
    "paper_reference_missing": _("Tulis nomor atau tanggal surat kuasanya."),
    "group_nobody": _(
        "Akun ini belum mewakili usaha atau instansi. Hubungkan usaha Anda dengan NIB-nya di halaman Data saya."
    ),
    "group_not_offered": _("Layanan ini tidak dapat diajukan untuk banyak orang sekaligus."),
    "sheet_empty": _("Lembar ini tidak berisi data orang. Isi mulai dari baris di bawah judul kolom."),
    "sheet_old": _(
        "Berkas ini Excel lama (.xls) atau bersandi. Simpan sebagai Excel (.xlsx) tanpa sandi, lalu unggah lagi."
    ),
    "sheet_not_a_sheet": _("Berkas ini bukan lembar Excel (.xlsx) atau CSV. Pakai templat layanan ini."),
    "sheet_macros": _(
        "Berkas ini memuat makro. Simpan sebagai Excel biasa (.xlsx) tanpa makro, lalu unggah lagi."
    ),
    "sheet_too_big": _(
        "Isi berkas ini terlalu besar setelah dibuka. Hapus gambar dan lembar lain, atau bagi menjadi beberapa berkas."
    ),
    "sheet_too_long": _(
        "Barisnya terlalu banyak. Bagi menjadi beberapa berkas; batasnya tertulis di halaman unggah."
    ),
    "sheet_damaged": _("Berkas ini rusak atau tidak lengkap. Buka, simpan ulang, lalu unggah lagi."),
    "sheet_encoding": _("Huruf di berkas CSV ini tidak terbaca. Simpan sebagai CSV UTF-8, lalu unggah lagi."),
    "sheet_headings": _("Judul kolomnya tidak cocok dengan templat layanan ini."),
}
FLAWS: Final[Words] = {
    "formula": _("Sel ini berisi rumus. Salin hasilnya sebagai nilai (Tempel khusus, Nilai)."),
    "merged": _("Sel ini digabung dengan sel lain. Pisahkan selnya, lalu isi satu per satu."),
    "broken": _("Sel ini berisi kesalahan perhitungan. Ketik isinya."),
    "rounded": _(
        "Angka terakhir NIK hilang karena sel berisi angka. Jadikan kolomnya teks, lalu ketik ulang NIK."
    ),
}
"""What is wrong with a cell that cannot be read."""
SHEET_HEADINGS: Final = _(
    "Judul kolom ini tidak ada atau ada dua kali: %(names)s. Pakai baris judul dari templat."
)
SHEET_STOPPED: Final = _(
    "Berhenti: layanan ini ditutup atau Anda tidak lagi mewakili pemberi kerja ini. Yang sudah diajukan tetap jalan."
)
SHEET_ROW_FAILED: Final = _("Baris ini tidak dapat disimpan. Periksa isinya, lalu kirim ulang.")


def sheet_problem(code: str, detail: str) -> str:
    """Why a whole sheet was refused; headings at fault are named."""
    return (
        str(SHEET_HEADINGS) % {"names": detail}
        if code == "sheet_headings"
        else str(DENIED.get(code, SHEET_STOPPED))
    )
