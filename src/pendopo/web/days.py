"""The words for one day of a deadline: why it counts or not, as the applicant would be told. Codes come in as plain text."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Words = dict[str, "str | Promise"]

STARTS: Final[Words] = {
    "": gettext_lazy("Hari ke-0: permohonan diterima. Hitungan mulai hari berikutnya."),
    "received": gettext_lazy("Hari ke-0: berkas diterima dan menunggu diperiksa kelengkapannya."),
    "complete": gettext_lazy("Hari ke-0: berkas dinyatakan lengkap. Hitungan mulai hari berikutnya."),
    "unchecked": gettext_lazy(
        "Hari ke-0: berkas diterima. Kelengkapannya tidak diperiksa tepat waktu, jadi berkas dianggap lengkap sejak hari ini."
    ),
}
PAUSES: Final[Words] = {
    "correction": gettext_lazy("Waktu berhenti: menunggu perbaikan dari pemohon"),
    "returned": gettext_lazy("Waktu berhenti: berkas dikembalikan kepada pemohon"),
    "payment": gettext_lazy("Waktu berhenti: menunggu pembayaran"),
    "decided": gettext_lazy("Waktu berhenti: permohonan sudah diputuskan"),
}
FREE: Final[Words] = {
    "weekend": gettext_lazy("Akhir pekan, tidak dihitung"),
    "holiday": gettext_lazy("Hari libur nasional, tidak dihitung"),
    "collective_leave": gettext_lazy("Cuti bersama, tidak dihitung"),
    "local": gettext_lazy("Hari libur setempat, tidak dihitung"),
}


def said(row: str, number: int, name: str, reason: str, evidence: str, *, working: bool) -> str:
    """One sentence: ``row`` and ``reason`` are codes, ``name`` is the day's, ``evidence`` the missing thing in words."""
    if row == "counted":
        counted = _("Hari kerja ke-%(number)s") if working else _("Hari ke-%(number)s")
        return counted % {"number": number}
    if row == "start":
        return str(STARTS.get(reason, STARTS[""]))
    if row == "paused":
        why = str(PAUSES.get(reason, PAUSES["correction"]))
        return f"{why}: {evidence}" if evidence else why
    return f"{FREE[row]}: {name}" if name else str(FREE[row])
