"""The population registry's record turned into our facts. Pure: no network, no clock.

What the registry leaves empty or says in words we do not know is left out, so that the person is asked instead.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

NOT_FOUND: Final = "RESPON"
_EMPTY: Final = {"", "-", "0", "NULL", "TIDAK ADA"}
_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?|(\d\d)[-/.](\d\d)[-/.](\d{4})", re.ASCII)


class NotUnderstood(ValueError):
    """The registry sent something that is not what was agreed."""


def _key(text: str) -> str:
    """``Diploma IV/Strata I`` -> ``DIPLOMA IV STRATA I``: spelling of signs and case does not count."""
    return re.sub(r"[^A-Z0-9]+", " ", text.upper()).strip()


SEX: Final = {"LAKI LAKI": "LAKI_LAKI", "L": "LAKI_LAKI", "PEREMPUAN": "PEREMPUAN", "P": "PEREMPUAN"}
BLOOD: Final = {"A": "A", "B": "B", "AB": "AB", "O": "O", "TIDAK TAHU": "TIDAK_TAHU"}
RELIGION: Final = {
    "ISLAM": "ISLAM", "KRISTEN": "KRISTEN", "PROTESTAN": "KRISTEN", "KATHOLIK": "KATOLIK", "KATOLIK": "KATOLIK",
    "HINDU": "HINDU", "BUDHA": "BUDDHA", "BUDDHA": "BUDDHA", "KHONGHUCU": "KHONGHUCU", "KONGHUCU": "KHONGHUCU",
    "KEPERCAYAAN": "KEPERCAYAAN", "KEPERCAYAAN TERHADAP TUHAN YME": "KEPERCAYAAN",
}  # fmt: skip
MARITAL: Final = {
    "BELUM KAWIN": "BELUM_KAWIN", "KAWIN": "KAWIN_TERCATAT", "KAWIN TERCATAT": "KAWIN_TERCATAT",
    "KAWIN BELUM TERCATAT": "KAWIN_BELUM_TERCATAT", "CERAI HIDUP": "CERAI_HIDUP", "CERAI MATI": "CERAI_MATI",
}  # fmt: skip
RELATION: Final = {
    word: word.replace(" ", "_")
    for word in (
        "KEPALA KELUARGA", "SUAMI", "ISTRI", "ANAK", "MENANTU", "CUCU", "ORANG TUA", "MERTUA", "FAMILI LAIN", "PEMBANTU",
        "LAINNYA",
    )
}  # fmt: skip
EDUCATION: Final = {
    "TIDAK BELUM SEKOLAH": "TIDAK_SEKOLAH", "BELUM TAMAT SD SEDERAJAT": "BELUM_TAMAT_SD", "TAMAT SD SEDERAJAT": "SD",
    "SLTP SEDERAJAT": "SMP", "SLTA SEDERAJAT": "SMA", "DIPLOMA I II": "D1_D2",
    "AKADEMI DIPLOMA III S MUDA": "D3", "AKADEMI DIPLOMA III SARJANA MUDA": "D3", "DIPLOMA IV STRATA I": "D4_S1",
    "STRATA II": "S2", "STRATA III": "S3",
}  # fmt: skip


def _text(value: str) -> str | None:
    return " ".join(value.split())


def _day(value: str) -> str | None:
    """``1995-08-17`` or ``17-08-1995`` -> ``1995-08-17``."""
    match = _DATE.fullmatch(value.strip())
    if match is None:
        return None
    year, month, day, day_first, month_second, year_last = match.groups()
    try:
        return date(int(year or year_last), int(month or month_second), int(day or day_first)).isoformat()
    except ValueError:
        return None


def _digits(length: int) -> Callable[[str], str | None]:
    def read(value: str) -> str | None:
        value = value.strip()
        return value if value.isascii() and value.isdigit() and len(value) <= length else None

    return read


def _word(words: Mapping[str, str]) -> Callable[[str], str | None]:
    return lambda value: words.get(_key(value))


FACTS: Final[
    dict[str, tuple[str, Callable[[str], str | None]]]
] = {  # registry's field -> our fact, how to read it
    "NIK": ("person.nik", _digits(16)),
    "NO_KK": ("person.family_card_no", _digits(16)),
    "NAMA_LGKP": ("person.full_name", _text),
    "TMPT_LHR": ("person.birth_place", _text),
    "TGL_LHR": ("person.birth_date", _day),
    "JENIS_KLMIN": ("person.sex", _word(SEX)),
    "GOL_DARAH": ("person.blood_type", _word(BLOOD)),
    "AGAMA": ("person.religion", _word(RELIGION)),
    "STATUS_KAWIN": ("person.marital_status", _word(MARITAL)),
    "STAT_HBKEL": ("person.family_relation", _word(RELATION)),
    "PDDK_AKH": ("person.education", _word(EDUCATION)),
    "JENIS_PKRJN": ("person.occupation", _text),
    "NAMA_LGKP_IBU": ("person.mother_name", _text),
    "NAMA_LGKP_AYAH": ("person.father_name", _text),
    "ALAMAT": ("person.address", _text),
    "NO_RT": ("person.rt", _digits(3)),
    "NO_RW": ("person.rw", _digits(3)),
    "KODE_POS": ("person.postal_code", _digits(5)),
    "PROP_NAME": ("person.province", _text),
    "KAB_NAME": ("person.regency", _text),
    "KEC_NAME": ("person.district", _text),
    "KEL_NAME": ("person.village", _text),
    "NO_AKTA_LHR": ("person.birth_certificate_no", _text),
    "NO_AKTA_KWN": ("person.marriage_certificate_no", _text),
    "TGL_KWN": ("person.marriage_date", _day),
    "NO_AKTA_CRAI": ("person.divorce_certificate_no", _text),
}


def record_of(answer: object, nik: str) -> dict[str, str] | None:
    """Take the one record about ``nik`` out of the registry's envelope; None when it knows nobody.

    Raises: NotUnderstood, also when the record is about somebody else: that must never reach a form.
    """
    rows = answer.get("content") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise NotUnderstood("no content")
    if all("NIK" not in row for row in rows):
        if not all(NOT_FOUND in row for row in rows):
            raise NotUnderstood("neither a record nor a reason")
        return None
    if any(str(row.get("NIK")) != nik for row in rows):
        raise NotUnderstood("the record is about somebody else")
    if any(row != rows[0] for row in rows):
        raise NotUnderstood("two different records for one number")
    return {str(field): str(value) for field, value in rows[0].items() if value is not None}


def facts(record: Mapping[str, str]) -> dict[str, str]:
    """Fact key -> value, of what the registry knows and we understand. Dates are ISO, choices are codes of facts.yaml."""
    found: dict[str, str] = {}
    for field, (fact, read) in FACTS.items():
        told = record.get(field, "").strip()
        value = (
            None if told.upper() in _EMPTY or (fact.endswith("_no") and not told.strip("0")) else read(told)
        )
        if value:
            found[fact] = value
    return found
