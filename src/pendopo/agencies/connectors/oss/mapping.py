"""OSS's record of a business turned into ours. Pure: no network, no clock.

What OSS leaves empty or says in words we do not know is left out, so that the applicant is asked instead.
Source: OSS-RBA interface 4.3.22, inqueryNIB; its appendices 2 (legal forms), 4 (identities), 14 (status), 31 (scale).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from pendopo.agencies.rules import Registered

OK: Final = 200
UNKNOWN: Final = 404
_MENDS_ITSELF: Final = 500
_NIB: Final = re.compile(r"[0-9]{13}", re.ASCII)
_BRANCHLESS: Final = 15


class NotUnderstood(ValueError):
    """OSS sent something that is not what was agreed."""


class Refused(Exception):
    """OSS answered with a code of its own. ``permanent``: trying again cannot help."""

    def __init__(self, code: int) -> None:
        super().__init__(f"code {code}")
        self.permanent = code < _MENDS_ITSELF


LEGAL_FORMS: Final = {
    "01": "PT", "02": "CV", "05": "FIRMA", "07": "KOPERASI", "09": "PERKUMPULAN", "10": "YAYASAN", "17": "PERSEORANGAN",
    "26": "PT_PERORANGAN",
}  # fmt: skip
SCALES: Final = {"01": "MIKRO", "02": "KECIL", "03": "MENENGAH", "04": "BESAR"}
KTP: Final = "01"


def _text(value: str) -> str | None:
    return " ".join(value.split()) or None


def _digits(low: int, high: int) -> Callable[[str], str | None]:
    def read(value: str) -> str | None:
        bare = re.sub(r"[ .\-]", "", value)
        return bare if re.fullmatch(rf"[0-9]{{{low},{high}}}", bare, re.ASCII) else None

    return read


def _phone(value: str) -> str | None:
    bare = re.sub(r"[ ().\-]", "", value)
    return bare if re.fullmatch(r"\+?[0-9]{6,15}", bare, re.ASCII) else None


def _email(value: str) -> str | None:
    return value if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) else None


def _cut(length: int) -> Callable[[str], str | None]:
    return lambda value: (_text(value) or "")[:length] or None


FACTS: Final[
    dict[str, tuple[str, Callable[[str], str | None]]]
] = {  # OSS's field -> our fact, how to read it
    "nib": ("business.nib", _digits(13, 13)),
    "nama_perseroan": ("business.name", _cut(150)),
    "jenis_perseroan": ("business.legal_form", LEGAL_FORMS.get),
    "npwp_perseroan": ("business.npwp", _digits(15, 16)),
    "alamat_perseroan": ("business.address", _cut(200)),
    "skala_usaha": ("business.scale", SCALES.get),
    "nomor_telpon_perseroan": ("business.phone", _phone),
    "email_perusahaan": ("business.email", _email),
}


def as_oss_writes(npwp: str) -> str:
    """A company's taxpayer number as OSS keys it: 15 digits, without the 0 put before it since 2024. A NIK stays whole."""
    return npwp[1:] if len(npwp) == _BRANCHLESS + 1 and npwp.startswith("0") else npwp


def record_of(answer: object, *, nib: str = "", npwp: str = "") -> dict[str, Any] | None:
    """Take the one record out of OSS's envelope; None when it knows no such business.

    Raises: Refused(code), NotUnderstood, also when the record is about another business: that must never reach anybody.
    """
    reply = answer.get("responinqueryNIB") if isinstance(answer, dict) else None
    if not isinstance(reply, dict) or not str(reply.get("kode", "")).isdigit():
        raise NotUnderstood("no answer to the inquiry")
    code = int(reply["kode"])
    if code == UNKNOWN:
        return None
    if code != OK:
        raise Refused(code)
    record = reply.get("dataNIB")
    if not isinstance(record, dict) or not _NIB.fullmatch(str(record.get("nib", ""))):
        raise NotUnderstood("a record without a number")
    told = as_oss_writes(_digits(15, 16)(str(record.get("npwp_perseroan") or "")) or "")
    if nib not in {"", record["nib"]} or (npwp and told and told != as_oss_writes(npwp)):
        raise NotUnderstood("the record is about another business")
    return record


def registered(record: Mapping[str, Any]) -> Registered:
    """A business as OSS keeps it: number, name, standing, who answers for it, and what is known of it."""
    found: dict[str, str] = {}
    for field, (fact, read) in FACTS.items():
        value = read(str(record.get(field) or "").strip())
        if value:
            found[fact] = value
    responsible = dict(_responsible(record))
    if (
        found.get("business.npwp") in responsible
    ):  # a sole trader's is their NIK, which is kept sealed and never printed
        del found["business.npwp"]
    if kbli := _only_kbli(record):
        found["business.kbli"] = kbli
    nib = str(record["nib"])
    return Registered(
        nib=nib,
        name=found.get("business.name") or nib,
        status=str(record.get("status_nib") or ""),
        responsible=responsible,
        facts=found,
    )


def _rows(record: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = record.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _responsible(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(NIK, name) of the people who answer for it; who is named by a passport is left out."""
    return [
        (str(row.get("no_identitas_penanggung_jwb") or "").strip(), _text(str(row.get("nama_penanggung_jwb") or "")) or "")
        for row in _rows(record, "penanggung_jwb")
        if row.get("jns_identitas_penanggung_jwb") == KTP
    ]  # fmt: skip


def _only_kbli(record: Mapping[str, Any]) -> str:
    """The one classification; where a business does several things, the applicant says which is meant."""
    kinds = {str(row.get("kbli") or "") for row in _rows(record, "data_proyek")} - {""}
    return (
        kinds.pop()
        if len(kinds) == 1 and all(re.fullmatch(r"[0-9]{5}", kind, re.ASCII) for kind in kinds)
        else ""
    )
