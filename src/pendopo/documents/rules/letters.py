"""What the letter about a measure says. Papers are written in Indonesian whatever the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pendopo.documents.rules.lifecycle import Measure, Order
from pendopo.documents.rules.papers import day_words

GROUND_WORDS: Final[Mapping[str, str]] = {
    "violation": "Melanggar ketentuan izin",
    "condition_unmet": "Syarat izin tidak lagi dipenuhi",
    "unpaid": "Kewajiban pembayaran belum dipenuhi",
    "danger": "Membahayakan keselamatan, kesehatan, atau lingkungan",
    "court_order": "Putusan pengadilan",
    "remedied": "Pelanggaran sudah diperbaiki",
    "imposed_in_error": "Pembekuan dijatuhkan karena kekeliruan",
    "holder_request": "Permintaan pemegang",
    "false_data": "Data atau dokumen yang diajukan tidak benar",
    "issued_in_error": "Dokumen terbit karena kekeliruan",
}
_ORDINALS: Final = ("", "Pertama", "Kedua", "Ketiga")
_ORDINALS_EN: Final = ("", "First", "Second", "Third")
_TITLES_EN: Final[Mapping[Measure, str]] = {
    Measure.FINE: "Decision on an administrative fine",
    Measure.SUSPEND: "Decision on a suspension",
    Measure.REINSTATE: "Decision on a reinstatement",
    Measure.REVOKE: "Decision on a revocation",
    Measure.ANNUL: "Decision on an annulment",
}
_TITLES: Final[Mapping[Measure, str]] = {
    Measure.FINE: "Surat Keputusan Denda Administratif",
    Measure.SUSPEND: "Surat Keputusan Pembekuan Sementara",
    Measure.REINSTATE: "Surat Keputusan Pengaktifan Kembali",
    Measure.REVOKE: "Surat Keputusan Pencabutan",
    Measure.ANNUL: "Surat Keputusan Pembatalan",
}
KINDS: Final[Mapping[Measure, str]] = {
    Measure.WARN: "warning",
    Measure.FINE: "fine",
    Measure.SUSPEND: "suspension",
    Measure.REINSTATE: "reinstatement",
    Measure.REVOKE: "revocation",
    Measure.ANNUL: "annulment",
}
"""Kind of the letter's own number; the city names it in ``numbers.yaml``."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Title, what was decided, and further lines (label, value)."""

    kind: str
    title: str
    decision: str
    rows: tuple[tuple[str, str], ...]
    title_en: str = ""


def letter(measure: Measure, order: Order, *, number: str, title: str) -> Letter:
    """The letter about a measure taken on the paper ``title`` with ``number``."""
    rows = [("Sebab", GROUND_WORDS[order.ground])]
    if measure is Measure.FINE:
        rows.append(("Besar denda", _rupiah(order.amount_idr)))
    if measure is Measure.SUSPEND:
        rows.append(("Dibekukan sampai", day_words(order.until) if order.until else "Diaktifkan kembali"))
    name = f"Surat Peringatan {_ORDINALS[order.level]}" if measure is Measure.WARN else _TITLES[measure]
    name_en = f"{_ORDINALS_EN[order.level]} warning" if measure is Measure.WARN else _TITLES_EN[measure]
    return Letter(
        KINDS[measure], name, _decision(measure, order, f"{title} nomor {number}"), tuple(rows), name_en
    )


def _decision(measure: Measure, order: Order, paper: str) -> str:
    until = f" sampai dengan {day_words(order.until)}" if order.until else " sampai diaktifkan kembali"
    return {
        Measure.WARN: f"Pemegang {paper} diperingatkan. Perbaiki hal di bawah ini; bila tidak, sanksi yang lebih berat menyusul.",
        Measure.FINE: f"Pemegang {paper} dikenai denda administratif. Dokumen tetap berlaku.",
        Measure.SUSPEND: f"{paper} dibekukan sementara{until}. Selama itu kegiatan berdasarkan dokumen ini harus berhenti.",
        Measure.REINSTATE: f"{paper} diaktifkan kembali dan berlaku seperti semula.",
        Measure.REVOKE: f"{paper} dicabut dan tidak berlaku lagi sejak surat ini ditandatangani.",
        Measure.ANNUL: f"{paper} dibatalkan dan dianggap tidak pernah terbit.",
    }[measure]


def _rupiah(amount: int) -> str:
    return f"Rp{amount:,}".replace(",", ".")
