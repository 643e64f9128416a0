"""The words for what happens to an issued document: measures, their reasons, objections. Reached through ``words``."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, "str | Promise"]

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
