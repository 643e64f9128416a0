"""The words for what happens to an issued document: measures, their reasons, objections. Reached through ``words``."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, "str | Promise"]

DENIED: Final[Words] = {
    "ask_on_original": _(
        "Ini hanya dapat diminta untuk dokumen aslinya, bukan untuk salinan, surat, atau dokumen sementara."
    ),
    "renewal_needless": _("Dokumen ini tidak punya tanggal akhir, jadi tidak perlu diperpanjang."),
    "renewal_too_early": _("Perpanjangan belum dibuka. Lihat tanggalnya di halaman dokumen."),
    "renewal_too_late": _("Masa perpanjangan sudah lewat, jadi Anda perlu mengajukan yang baru."),
    "amendment_empty": _("Belum ada data yang berubah. Ubah sedikitnya satu, lalu kirim."),
    "not_in_this_appeal": _("Keberatan ini sudah dijawab atau ditarik, jadi tidak bisa diubah lagi."),
    "appeal_too_late": _("Batas waktu mengajukan keberatan sudah lewat."),
    "appeal_grounds_missing": _("Tulis mengapa Anda tidak setuju, paling banyak 4.000 huruf."),
    "appeal_reason_missing": _("Tulis alasan dan dasar hukum jawaban ini."),
    "appeal_answer_missing": _("Pilih jawabannya: keberatan dikabulkan atau ditolak."),
    "already_appealed": _("Keberatan atas keputusan ini sudah Anda ajukan."),
    "already_lifted": _("Tindakan ini sudah ditarik kembali."),
    "decided_it_first": _("Anda yang mengambil keputusan semula. Keberatan harus dijawab pejabat lain."),
    "not_in_this_standing": _(
        "Keadaan dokumen ini sudah berubah, jadi tindakan itu tidak bisa dilakukan lagi."
    ),
    "measure_on_original": _(
        "Tindakan hanya dapat dilakukan pada dokumen aslinya, bukan pada salinan atau surat."
    ),
    "already_asked": _("Permintaan pencabutan sudah Anda kirim. Instansi akan menjawabnya."),
    "ground_unknown": _("Pilih sebab dari daftar."),
    "measure_reason_missing": _("Tulis alasannya agar pemegang tahu mengapa dan apa yang harus dilakukan."),
    "measure_legal_basis_missing": _("Tulis dasar hukum tindakan ini."),
    "warning_level": _("Peringatan harus lebih tinggi daripada yang terakhir, paling banyak ketiga."),
    "fine_amount": _("Tulis besar denda dengan angka bulat rupiah, lebih dari nol."),
    "suspension_past": _("Tanggal akhir pembekuan harus sesudah hari ini."),
    "date_unreadable": _("Tanggal ini tidak terbaca. Tulis tahun, bulan, dan hari, misalnya 2026-12-31."),
    "provisional_end_missing": _("Dokumen sementara harus punya tanggal akhir."),
}
APPEALS: Final[Words] = {
    "filed": _("Menunggu diperiksa"),
    "in_review": _("Sedang diperiksa"),
    "upheld": _("Ditolak, keputusan semula tetap"),
    "granted": _("Dikabulkan"),
    "withdrawn": _("Ditarik kembali"),
}


def appeal(state: str) -> "str | Promise":
    """What a state of an objection is called."""
    return APPEALS.get(str(state), str(state))


MEASURES: Final[Words] = {
    "warn": _("Beri peringatan"),
    "fine": _("Kenakan denda"),
    "suspend": _("Bekukan sementara"),
    "reinstate": _("Aktifkan kembali"),
    "revoke": _("Cabut"),
    "annul": _("Batalkan sejak awal"),
    "ask_revocation": _("Minta pencabutan"),
}
MEASURES_TAKEN: Final[Words] = {
    "warn": _("Pemegang diperingatkan"),
    "fine": _("Denda dikenakan"),
    "suspend": _("Dibekukan sementara"),
    "reinstate": _("Diaktifkan kembali"),
    "revoke": _("Dicabut"),
    "annul": _("Dibatalkan sejak awal"),
    "ask_revocation": _("Pemegang meminta pencabutan"),
    "replace": _("Digantikan oleh dokumen baru"),
    "lift": _("Tindakan ditarik kembali karena keberatan dikabulkan"),
}
GROUNDS: Final[Words] = {
    "violation": _("Melanggar ketentuan izin"),
    "condition_unmet": _("Syarat izin tidak lagi dipenuhi"),
    "unpaid": _("Kewajiban pembayaran belum dipenuhi"),
    "danger": _("Membahayakan keselamatan, kesehatan, atau lingkungan"),
    "court_order": _("Putusan pengadilan"),
    "remedied": _("Pelanggaran sudah diperbaiki"),
    "imposed_in_error": _("Pembekuan dijatuhkan karena kekeliruan"),
    "holder_request": _("Permintaan pemegang"),
    "false_data": _("Data atau dokumen yang diajukan tidak benar"),
    "issued_in_error": _("Dokumen terbit karena kekeliruan"),
    "ended": _("Jangka waktu pembekuan berakhir"),
    "replaced": _("Ada dokumen yang lebih baru"),
    "appeal": _("Keberatan dikabulkan"),
}
"""Why something was done to a document, and what it is called: on the button, and once it is done."""


def measure(code: str) -> "str | Promise":
    """The button of a measure."""
    return MEASURES.get(str(code), str(code))


def measure_taken(code: str) -> "str | Promise":
    """What a measure is called once it is taken."""
    return MEASURES_TAKEN.get(str(code), str(code))


def ground(code: str) -> "str | Promise":
    """Why a measure was taken."""
    return GROUNDS.get(str(code), str(code))
