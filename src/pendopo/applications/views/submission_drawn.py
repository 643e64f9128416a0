"""What the pages of a submission show of its parts, its first line and its one timeline: plain values for the templates."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pendopo.applications import api, forms
from pendopo.applications.views import drawn
from pendopo.catalogue.api import get_version
from pendopo.kernel import clock
from pendopo.kernel.events import Entry
from pendopo.kernel.money import rupiah
from pendopo.payments.api import Bill, BillState
from pendopo.region.api import closing_at
from pendopo.web import words
from pendopo.web.environment import day, said

_PART: Final[dict[str, tuple[str | Promise, str]]] = {
    "planned": (gettext_lazy("Belum dikirim"), "neutral"),
    "waiting": (gettext_lazy("Menunggu giliran"), "neutral"),
    "filed": (gettext_lazy("Sedang diproses"), "info"),
    "issued": (gettext_lazy("Sudah terbit"), "good"),
    "refused": (gettext_lazy("Ditolak"), "bad"),
    "withdrawn": (gettext_lazy("Ditarik kembali"), "neutral"),
    "blocked": (gettext_lazy("Terhenti"), "warn"),
    "not_needed": (gettext_lazy("Tidak diperlukan"), "neutral"),
}
_TURNS: Final = {"returned": "correct", "in_correction": "correct"}
_OWN: Final[dict[str, str | Promise]] = {
    "begun": gettext_lazy("Pengajuan dimulai"),
    "submit": gettext_lazy("Pengajuan dikirim"),
    "block": gettext_lazy("Terhenti"),
    "withdraw": gettext_lazy("Ditarik oleh pemohon"),
    "business_linked": gettext_lazy("Usaha terdaftar lewat NIB; bagian untuk badan usaha berjalan"),
}
_MARKS: Final[dict[str, str | Promise]] = {
    "pause": gettext_lazy("Jam layanan berhenti sementara"),
    "resume": gettext_lazy("Jam layanan berjalan lagi"),
}
_BILL: Final[dict[str, str | Promise]] = {
    "bill_made": gettext_lazy("Tagihan terbit"),
    "bill_settled": gettext_lazy("Tagihan lunas"),
    "bill_expired": gettext_lazy("Batas waktu tagihan lewat"),
    "bill_reopened": gettext_lazy("Batas waktu tagihan diperpanjang"),
    "bill_cancelled": gettext_lazy("Tagihan dibatalkan"),
}
_PAUSES: Final[dict[str, str | Promise]] = {
    "correction": gettext_lazy("Menunggu perbaikan dari Anda."),
    "payment": gettext_lazy("Menunggu pembayaran dari Anda."),
}


def name_of(part: Any) -> str:
    """What the service of a part is called."""
    return forms.words(get_version(part.version_id).content, "name", "name_en")


def agencies_of(row: Any, parts: Sequence[Any], applications: Mapping[UUID, Any]) -> dict[str, str]:
    """{service: name of the agency} of all parts: where it lies, or where it would go today."""
    rules, lie = api.competences_of_parts(row, parts), api.agencies_shown(applications.values())
    found = {}
    for part in parts:
        own = rules.get(part.service_id) or get_version(part.version_id).content["agency"]
        found[part.service_id] = str(said(lie.get(part.application_id, own)))
    return found


def standings(
    parts: Iterable[Any], applications: Mapping[UUID, Any], bills: Mapping[str, Any]
) -> list[api.Standing]:
    """The parts as the first line weighs them."""
    found = []
    for part in parts:
        row = applications.get(part.application_id)
        bill = bills.get(f"application:{part.application_id}")
        turn = _TURNS.get(row.state, "") if row else ""
        if row and row.state == "awaiting_payment" and bill and bill.open:
            turn = "pay"
        found.append(api.Standing(api.case_of(part), turn, row.due_on if row else None))
    return found


def next_line(
    line: api.NextLine,
    parts: Sequence[Any],
    row: Any,
    applications: Mapping[UUID, Any],
    agencies: Mapping[str, str],
    bills: Iterable[Bill],
) -> dict[str, Any]:
    """The first line in words, what by whom and by when: {kind, title, text, due_at, late, href, label}."""
    part = next((part for part in parts if part.service_id == line.service_id), None)
    if part is None:
        return _ended(line, len(parts))
    name, application = name_of(part), f"/permohonan/{part.application_id}/"
    due = closing_at(line.due_on, applications[part.application_id].agency_id) if line.due_on else None
    late = bool(line.due_on and clock.today() > line.due_on)
    if line.kind == "office":
        title = _("Sekarang: %(agency)s memproses %(name)s") % {
            "agency": agencies[part.service_id],
            "name": name,
        }
        return {
            "kind": "bad" if late else "info",
            "title": title,
            "text": "",
            "due_at": due,
            "late": late,
            "href": "",
            "label": "",
        }
    said = {
        "correct": (_("Sekarang giliran Anda: perbaiki %(name)s"), application, _("Lihat yang perlu diperbaiki")),
        "pay": (_("Sekarang giliran Anda: bayar %(name)s"), f"/pengajuan/{row.id}/tagihan/", _("Lihat tagihan dan bayar")),
        "answers": (_("Sekarang giliran Anda: lengkapi isian %(name)s"), f"/pengajuan/{row.id}/lengkapi/", _("Lengkapi sekarang")),
        "business": (_("Sekarang giliran Anda: sebutkan usaha untuk %(name)s"), "#usaha", _("Pilih usaha")),
    }[line.kind]  # fmt: skip
    title, href, label = said
    waits = {
        "correct": _("Jam layanan berhenti sampai Anda mengirim perbaikannya. Bagian lain tetap berjalan."),
        "pay": "",
        "answers": _("Bagian ini dikirim begitu isiannya lengkap. Bagian lain tetap berjalan."),
        "business": _("Bagian ini dikirim begitu usahanya disebut. Bagian lain tetap berjalan."),
    }
    title, due = _to_pay(bills, title) if line.kind == "pay" else (title, None)
    return {
        "kind": "warn", "title": title % {"name": name}, "text": waits[line.kind], "due_at": due, "late": False, "href": href,
        "label": label,
    }  # fmt: skip


def _to_pay(bills: Iterable[Bill], title: str) -> tuple[str, datetime]:
    """What must be paid, all of it with one payment, and until when."""
    owed = [bill for bill in bills if bill.open]
    if len(owed) > 1:
        told = {"count": len(owed), "amount": rupiah(sum(bill.total_idr for bill in owed))}
        title = _("Sekarang giliran Anda: bayar %(count)s tagihan, semuanya %(amount)s") % told
    return title, min(bill.due_at for bill in owed)


def _ended(line: api.NextLine, count: int) -> dict[str, Any]:
    titles = {
        "done": (_("Semua sudah selesai"), "good"),
        "partial": (_("Sebagian sudah terbit: %(issued)s dari %(count)s"), "info"),
        "ended": (_("Pengajuan ini sudah berakhir"), "info"),
    }
    title, kind = titles[line.kind]
    text = _(
        "Yang terbit tetap berlaku. Yang tidak terbit dijelaskan di bawah, beserta yang dapat Anda lakukan."
    )
    shown = title % {"issued": line.count, "count": count} if line.kind == "partial" else title
    return {
        "kind": kind, "title": shown, "text": "" if line.kind == "done" else text, "due_at": None, "late": False, "href": "", "label": "",
    }  # fmt: skip


def bill_line(bill: Bill) -> dict[str, Any]:
    """A bill that cannot be paid now: what became of it."""
    states = {
        BillState.PAID: (_("Lunas"), "good"),
        BillState.CANCELLED: (_("Dibatalkan"), "neutral"),
        BillState.REFUNDED: (_("Uang dikembalikan"), "neutral"),
    }
    word, kind = states.get(bill.state, (_("Batas waktu lewat"), "bad"))
    return {"bill": bill, "word": word, "kind": kind, "application": bill.subject.partition(":")[2]}


def waves(
    parts: Sequence[Any], applications: Mapping[UUID, Any], agencies: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The parts in the order in which they can start."""
    names = {part.service_id: name_of(part) for part in parts}
    found: dict[int, list[dict[str, Any]]] = {}
    for part in parts:
        drawn_part = _part(part, applications.get(part.application_id), names)
        found.setdefault(part.wave, []).append(drawn_part | {"agency": agencies[part.service_id]})
    return [{"number": number, "parts": found[number]} for number in sorted(found)]


def _part(part: Any, application: Any, names: Mapping[str, str]) -> dict[str, Any]:
    word, kind = _PART[part.state]
    if part.state == "filed" and application:
        word, kind = words.state(application.state), words.state_kind(application.state)
    running = part.state == "filed" and application and application.due_on and not application.decided_at
    return {
        "service_id": part.service_id,
        "name": names[part.service_id],
        "word": word,
        "kind": kind,
        "href": f"/permohonan/{part.application_id}/" if part.application_id else "",
        "number": application.number if application else "",
        "due_at": closing_at(application.due_on, application.agency_id) if running else None,
        "late": bool(running and clock.today() > application.due_on),
        "why": why(part, names),
        "document": f"/dokumen/{part.document_id}/" if part.document_id and part.state == "issued" else "",
        "can_refile": part.state == "refused",
        "can_retry": part.state == "blocked" and part.reason != api.NEED,
        "can_withdraw": part.state in {"waiting", "blocked"}
        or (part.state == "filed" and application and not application.decided_at),
    }


def why(part: Any, names: Mapping[str, str]) -> str:
    """Why a part waits or stands still, and what to do about it."""
    because = names.get(part.because, part.because)
    if part.state == "waiting" and not part.reason:
        needed = ", ".join(names[need] for need in part.needs if need in names)
        return _("Mulai sendiri setelah terbit: %(names)s.") % {"names": needed} if needed else ""
    if part.reason == "denied":
        return str(words.denied(part.because))
    said = {
        "need": _(
            "Memerlukan %(name)s, yang tidak terbit. Bila %(name)s terbit lewat keberatan atau pengajuan ulang, "
            "bagian ini berjalan lagi sendiri."
        ) % {"name": because},
        "answers": _("Masih ada isian yang baru dapat Anda jawab sekarang."),
        "business": _("Hanya untuk badan usaha. Sebutkan usaha Anda; bila belum terhubung, hubungkan dengan NIB-nya."),
        "ended": _(
            "Layanan ini tidak lagi dibuka di mal ini. Bagian lain tetap berjalan; tanyakan ke meja bantuan ke mana "
            "Anda dapat mengurusnya, lalu coba lagi bila sudah dibuka."
        ),
        "consent": _("Anda menarik persetujuan bagi instansi ini. Izinkan lagi bila bagian ini tetap Anda perlukan."),
    }  # fmt: skip
    return said.get(part.reason, "")


def timeline(
    row: Any,
    parts: Sequence[Any],
    applications: Mapping[UUID, Any],
    bills: Mapping[str, Any],
    happened: Mapping[str, list[Entry]],
    reads: Iterable[Any],
) -> list[dict[str, Any]]:
    """One timeline over all agencies, newest first: acts, payments, pauses of the clock, reads of personal data."""
    names = {part.service_id: name_of(part) for part in parts}
    items: list[tuple[datetime, dict[str, Any]]] = []
    own = happened.get(f"submission:{row.id}", ())
    items += [(entry.at, _own_event(entry, names)) for entry in own]
    for application in applications.values():
        name = names.get(application.service_id, application.service_id)
        subject = f"application:{application.id}"
        items += _acts(application, name, happened.get(subject, ()))
        items += _marks(application, name)
        if bill := bills.get(subject):
            items += _payments(name, happened.get(f"bill:{bill.id}", ()))
    by_subject = {f"application:{one.id}": names.get(one.service_id, "") for one in applications.values()}
    for read in reads:
        title = _("Data Anda dibaca untuk %(name)s") % {"name": by_subject[read.subject]}
        items.append((read.at, _item(title, read.at, read.reader_name)))
    items.sort(key=lambda item: item[0], reverse=True)
    return [item for _at, item in items]


def _item(
    title: str, at: datetime | str, by: str = "", text: str = "", kind: str = "neutral"
) -> dict[str, Any]:
    return {"title": title, "at": at, "by": by, "text": text, "kind": kind}


def _acts(application: Any, name: str, entries: Iterable[Entry]) -> list[tuple[datetime, dict[str, Any]]]:
    """What offices and the applicant did with one application."""
    labels = drawn.labels(get_version(application.version_id).content["form"]["schema"])
    shown = drawn.history(entries, labels)
    return [(item["at"], item | {"title": f"{name}: {item['title']}"}) for item in shown]


def _payments(name: str, entries: Iterable[Entry]) -> list[tuple[datetime, dict[str, Any]]]:
    """What became of one bill."""
    return [
        (entry.at, _item(f"{name}: {_BILL[entry.verb]}", entry.at))
        for entry in entries
        if entry.verb in _BILL
    ]


def _own_event(entry: Entry, names: Mapping[str, str]) -> dict[str, Any]:
    told = entry.data
    name = names.get(told.get("service", ""), "")
    title = str(_OWN.get(entry.verb, entry.verb))
    by = _("Sistem") if entry.actor == "system" else _("Pemohon")
    shown = f"{name}: {title}" if name else title
    return _item(shown, entry.at, by, kind="warn" if entry.verb == "block" else "neutral")


def _marks(application: Any, name: str) -> list[tuple[datetime, dict[str, Any]]]:
    """When the clock of one application stood still and went on, and what for."""
    found = []
    for kind, on, reason, *_more in application.clock or ():
        if kind not in _MARKS or reason == "decided":
            continue
        at = datetime.combine(
            date.fromisoformat(on), time.max, tzinfo=clock.zone()
        )  # after what that day brought it about
        text = str(_PAUSES.get(reason, "")) if kind == "pause" else ""
        found.append((at, _item(f"{name}: {_MARKS[kind]}", day(at), text=text)))
    return found
