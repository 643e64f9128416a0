"""The words of notices, for their page and their mails alike: a title and a sentence or two in the language of the moment.

Topics and what they are about come in as plain text; nothing here may be more than a mail should say.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pendopo.kernel.money import rupiah
from pendopo.web import environment, words

About = Mapping[str, Any]
Said = tuple[str, str]
MOST_DAYS: Final = 3


def said_of(topic: str, about: About) -> Said:
    """Title and text of a notice."""
    return _SAID[topic](about)


def _service(about: About) -> str:
    """``Izin praktik perawat (nomor 2171-...)``."""
    name = str(environment.said(about["service"]))
    return (
        _("%(service)s (nomor %(number)s)") % {"service": name, "number": about["number"]}
        if about.get("number")
        else name
    )


def _day(text: str) -> str:
    return environment.day(date.fromisoformat(text))


def _correction(about: About) -> Said:
    text = _(
        "%(service)s: petugas meminta Anda memperbaiki isian atau berkas. Buka halamannya, perbaiki, lalu kirim kembali."
    )
    return _("Permohonan Anda perlu diperbaiki"), text % {"service": _service(about)}


def _decided(about: About) -> Said:
    service = {"service": _service(about)}
    if about["state"] == "rejected":
        text = _("%(service)s. Alasannya tertulis di surat penolakan; Anda dapat mengajukan keberatan.")
        return _("Permohonan Anda ditolak"), text % service
    if about.get("silence"):
        text = _("%(service)s dikabulkan secara hukum karena batas waktunya lewat tanpa keputusan.")
    else:
        text = _("%(service)s: dokumennya dapat dibuka dan diunduh.")
    return _("Dokumen Anda sudah terbit"), text % service


def _bill(about: About) -> Said:
    values = {
        "amount": rupiah(about["amount_idr"]),
        "title": environment.said(about["service"]),
        "on": environment.when(datetime.fromisoformat(about["due_at"])),
    }
    text = _("%(title)s: bayar %(amount)s paling lambat %(on)s.")
    return _("Ada tagihan untuk Anda: %(amount)s") % values, text % values


def _inspection(about: About) -> Said:
    at, was = (
        environment.when(datetime.fromisoformat(about[name])) if about.get(name) else ""
        for name in ("at", "was")
    )
    values = {"service": _service(about), "at": at, "was": was}
    if was:
        text = _(
            "%(service)s: petugas datang pada %(at)s. Ini menggantikan janji sebelumnya, %(was)s. Tempatnya di halaman permohonan Anda."
        )
        return _("Jadwal pemeriksaan lapangan berubah"), text % values
    text = _("%(service)s: petugas datang pada %(at)s. Tempatnya tertulis di halaman permohonan Anda.")
    return _("Petugas akan memeriksa lapangan"), text % values


def _moved(about: About) -> Said:
    values = {
        "service": _service(about),
        "was": _day(about["was_on"]),
        "now": _day(about["due_on"]),
        "source": about["source"],
        "days": "; ".join(_changed(one) for one in about["days"][:MOST_DAYS]),
    }
    if len(about["days"]) > MOST_DAYS:
        values["days"] += _("; dan %(count)s hari lain") % {"count": len(about["days"]) - MOST_DAYS}
    text = _("%(service)s: dari %(was)s menjadi %(now)s, karena kalender hari kerja berubah (%(source)s).")
    why = _(" Yang berubah: %(days)s.") if values["days"] else ""
    return _("Batas waktu permohonan Anda berubah"), (text + why) % values


def _changed(one: Mapping[str, Any]) -> str:
    values = {"name": one["name"], "on": _day(one["on"])}
    return (_("%(name)s, %(on)s (dicabut)") if one.get("withdrawn") else "%(name)s, %(on)s") % values


def _warned(about: About) -> Said:
    count, values = about["count"], {"count": about["count"], "on": _day(about["due_on"])}
    title = {
        "officer": ngettext(
            "%(count)s permohonan jatuh tempo dalam tiga hari kerja",
            "%(count)s permohonan jatuh tempo dalam tiga hari kerja",
            count,
        ),
        "head": ngettext(
            "%(count)s permohonan jatuh tempo dalam satu hari kerja",
            "%(count)s permohonan jatuh tempo dalam satu hari kerja",
            count,
        ),
    }.get(
        about["level"],
        ngettext(
            "%(count)s permohonan jatuh tempo hari ini",
            "%(count)s permohonan jatuh tempo hari ini",
            count,
        ),
    )
    if about.get("service"):
        text = _("%(service)s. Batas waktunya %(on)s.") % {**values, "service": _service(about)}
    else:
        text = _("Yang paling dekat: %(on)s. Daftarnya ada di Segera lewat waktu.") % values
    return title % values, text


def _expiring(about: About) -> Said:
    values = {"title": about["title"], "number": about["number"], "on": _day(about["valid_until"])}
    text = _(
        "%(title)s nomor %(number)s berlaku sampai %(on)s. Perpanjang sekarang bila Anda masih memerlukannya."
    )
    return _("Dokumen Anda segera berakhir"), text % values


def _appeal(about: About) -> Said:
    if about["state"] == "granted":
        title, text = _("Keberatan Anda dikabulkan"), _("%(title)s. Baca surat keputusannya.")
    else:
        title = _("Keberatan Anda ditolak")
        text = _("%(title)s. Baca surat keputusannya dan apa yang masih dapat Anda tempuh.")
    return title, text % {"title": about["title"]}


def _reassigned(about: About) -> Said:
    step = words.STEPS.get(about["kind"], about["kind"])
    return _("Tugas diserahkan kepada Anda"), f"{step}: {_service(about)}"


def _stopped(about: About) -> Said:
    text = _("%(service)s: %(reason)s. Permohonan baru diputus petugas sampai aturan ini diaktifkan lagi.")
    reason = about["reason"]  # of a person: their own words
    if about.get("reviewed"):
        reason = _("%(overridden)s dari %(reviewed)s tinjauan memutus lain") % about
    values = {"service": environment.said(about["service"]), "reason": reason.rstrip(".")}
    return _("Aturan otomatis dihentikan"), text % values


def _overridden(about: About) -> Said:
    text = _(
        "%(service)s: peninjau memutus lain daripada sistem. Periksa apakah dokumen yang sudah terbit perlu tindakan."
    )
    return _("Keputusan sistem dinilai keliru"), text % {"service": _service(about)}


_SAID: Final[Mapping[str, Callable[[About], Said]]] = {
    "correction_requested": _correction,
    "decided": _decided,
    "bill_raised": _bill,
    "inspection_scheduled": _inspection,
    "deadline_moved": _moved,
    "deadline_warned": _warned,
    "document_expiring": _expiring,
    "appeal_decided": _appeal,
    "step_reassigned": _reassigned,
    "rule_stopped": _stopped,
    "automatic_overridden": _overridden,
}
