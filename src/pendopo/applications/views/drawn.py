"""What pages show of steps, history and fees: plain dictionaries for the macros of components.html."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from pendopo.applications import forms
from pendopo.applications.api import may_come
from pendopo.catalogue.api import agencies_of
from pendopo.kernel.events import Entry
from pendopo.web import words
from pendopo.web.environment import day, when

_STATE = {"done": "done", "open": "now"}
_KIND = {
    "reject": "bad",
    "return": "warn",
    "request_correction": "warn",
    "sign": "good",
    "issue": "good",
    "settle": "good",
}


def labels(schema: forms.Schema, *, at_desk: bool = False) -> dict[str, str]:
    """What each field is called, in the reader's language and in the order of the form's pages; neutrally for who is not its applicant."""
    properties = schema["properties"]
    names = [name for page in forms.pages(schema) for name in page.fields]
    return {name: forms.called(properties[name], at_desk=at_desk) for name in names}


def history(entries: Iterable[Entry], called: Mapping[str, str]) -> list[dict[str, Any]]:
    """Timeline items, newest first."""
    return [_event(entry, called) for entry in reversed(list(entries))]


def competence(entries: Iterable[Entry], content: Mapping[str, Any]) -> str:
    """Who decides instead of the catalogue's agency and by which law, in one sentence; "" when that agency decides."""
    said = [entry.data["competence"] for entry in entries if "competence" in entry.data]
    return "" if not said or said[-1]["agency"] == content["agency"]["id"] else _competent(said[-1])


def _competent(said: Mapping[str, str]) -> str:
    told = {"agency": forms.words(said, "name", "name_en"), "law": said["legal_basis"]}
    if not said["legal_basis"]:
        return _("Yang berwenang atas permohonan ini: %(agency)s.") % told
    return _("Yang berwenang atas permohonan ini: %(agency)s. Dasar: %(law)s.") % told


def _event(entry: Entry, called: Mapping[str, str]) -> dict[str, Any]:
    told = entry.data
    notes = [str(told[key]) for key in ("note", "reason", "legal_basis") if told.get(key)]
    notes += [
        f"{called.get(remark['field'], remark['field'])}: {words.remark(remark['reason'])}"
        + (f" - {remark['note']}" if remark.get("note") else "")
        for remark in told.get("remarks", ())
    ]
    if entry.verb == "deadline_moved":
        was, now = (day(date.fromisoformat(told[key])) for key in ("was_on", "due_on"))
        notes.append(
            _("Dari %(was)s menjadi %(now)s. Dasar: %(source)s.")
            % {"was": was, "now": now, "source": told["source"]}
        )
    if "competence" in told:
        notes.append(_competent(told["competence"]))
    if told.get("favourable") is False:
        notes.insert(0, _("Hasil: tidak memenuhi."))
    who = told.get("by_name") or (_("Pemohon") if entry.actor.startswith("person:") else _("Sistem"))
    if entry.on_behalf_of.startswith("person:") and told.get("by_name"):
        who = _("%(name)s atas nama pemohon") % {"name": who}
    return {
        "title": words.happened(entry.verb),
        "at": entry.at,
        "by": who,
        "text": " ".join(notes),
        "kind": _KIND.get(entry.verb, "neutral"),
    }


def steps(rows: Iterable[Any], content: Mapping[str, Any], fee_idr: int | None) -> list[dict[str, Any]]:
    """The procedure as it stands: what is done, what is now, whose it is. What is skipped or cannot come, such as the payment of what is
    free, is left out.
    """
    said = {step["id"]: step for step in content["procedure"]["steps"]}
    rows = list(rows)
    followed = {row.agency_id for row in rows if row.agency_id != said[row.key]["agency"]}
    names = agencies_of(followed) if followed else {}  # an agency that follows another stands in no version
    return [
        {
            "title": forms.words(said[row.key], "name", "name_en"),
            "state": _STATE.get(row.status, "next"),
            "by": forms.words(names[row.agency_id], "name", "name_en")
            if row.agency_id in names
            else forms.words(said[row.key], "agency_name", "agency_name_en"),
            "text": _left_behind(row) if row.status == "done" else _visit(row.result.get("appointment")),
        }
        for row in rows
        if row.status not in {"skipped", "cancelled"}
        and (row.status != "waiting" or may_come(content, said[row.key].get("when") or "", fee_idr))
    ]


def _left_behind(row: Any) -> str:
    """What a done step says: its note, or that a rule did it."""
    if row.result.get("auto"):
        return _("Diputus oleh sistem menurut aturan layanan ini.")
    return str(row.result.get("note", ""))


def _visit(appointment: Mapping[str, str] | None) -> str:
    """When and where somebody comes to look."""
    if not appointment:
        return ""
    return _("Petugas datang %(at)s, di %(place)s.") % {
        "at": when(datetime.fromisoformat(appointment["at"])),
        "place": appointment.get("place", ""),
    }
