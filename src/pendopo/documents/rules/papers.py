"""Numbers, codes and validity of issued papers."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from pendopo.kernel.errors import Denied

LABEL_MAX: Final = 60
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
CODE_LENGTH: Final = 16  # 80 random bits: cannot be guessed
_ALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})

DEFAULT_PATTERN: Final = "{classification}/{kind}/{sequence}/{agency}/{month_roman}/{year}"
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_KNOWN: Final = frozenset(
    {"classification", "kind", "sequence", "agency", "place", "month_roman", "month", "year"}
)
_NEEDED: Final = frozenset({"kind", "sequence", "agency", "year"})
_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


_MONTHS: Final = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"
)  # fmt: skip


class State(StrEnum):
    """What the agency has made of a paper. Expired is no state: it is computed from the date."""

    ISSUED = "issued"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    ANNULLED = "annulled"
    REPLACED = "replaced"


class Purpose(StrEnum):
    """What a paper is to the one before it."""

    NEW = "new"
    RENEWAL = "renewal"
    AMENDMENT = "amendment"
    DUPLICATE = "duplicate"
    CERTIFIED_COPY = "certified_copy"
    LETTER = "letter"  # tells of a decision and grants nothing


COPIES: Final = frozenset({Purpose.DUPLICATE, Purpose.CERTIFIED_COPY})
"""Papers that are worth exactly what their original is worth."""
STAMPS: Final = {Purpose.DUPLICATE: "DUPLIKAT", Purpose.CERTIFIED_COPY: "SALINAN SESUAI ASLI"}


class Standing(StrEnum):
    """What the verification page says of a paper."""

    VALID = "valid"
    NOT_YET = "not_yet_valid"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ANNULLED = "annulled"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """How a city writes numbers; read from ``cities/<city>/documents/numbers.yaml``."""

    place: str = ""
    classification: str = "503"
    digits: int = 4
    pattern: str = DEFAULT_PATTERN
    patterns: tuple[tuple[str, str], ...] = ()  # kind -> its own pattern
    labels: tuple[tuple[str, str], ...] = ()  # kind -> what stands in the number
    classifications: tuple[tuple[str, str], ...] = ()  # agency -> its archive classification


def roman_month(month: int) -> str:
    """``11`` -> ``XI``. Raises: ValueError unless 1..12."""
    if not 1 <= month <= len(_ROMAN):
        raise ValueError(f"no month {month}")
    return _ROMAN[month - 1]


def check_pattern(pattern: str) -> None:
    """Raises: Denied("number_pattern") unless known placeholders only, and enough of them to tell two papers apart."""
    found = set(_PLACEHOLDER.findall(pattern))
    if not found <= _KNOWN or not found >= _NEEDED or len(pattern) > 100:  # noqa: PLR2004
        raise Denied("number_pattern", f"{pattern!r} needs {sorted(_NEEDED)} and may use {sorted(_KNOWN)}")


def kind_label(plan: NumberPlan, agency: str, kind: str) -> str:
    """``dpmptsp-batam``, ``dpmptsp-sip-perawat`` -> ``SIP-PERAWAT``, or what the city calls it; always of A-Z, 0-9 and "-"."""
    given = dict(plan.labels).get(kind)
    if given:
        return given
    words = re.findall(r"[a-z0-9]+", kind.lower())
    if len(words) > 1 and words[0] in agency:
        words = words[1:]  # the agency stands in the number already
    return "-".join(words).upper()[:LABEL_MAX].strip("-") or "DOKUMEN"


def format_number(plan: NumberPlan, *, agency: str, kind: str, sequence: int, on: date) -> str:
    """Write one number, such as ``503/SIP-PERAWAT/0001/DPMPTSP-BATAM/XI/2026``. ``on`` is the local date of issue."""
    parts = {
        "classification": dict(plan.classifications).get(agency, plan.classification),
        "kind": kind_label(plan, agency, kind),
        "sequence": f"{sequence:0{plan.digits}d}",
        "agency": agency.upper(),
        "place": plan.place,
        "month_roman": roman_month(on.month),
        "month": f"{on.month:02d}",
        "year": str(on.year),
    }
    pattern = dict(plan.patterns).get(kind, plan.pattern)
    check_pattern(pattern)
    return _PLACEHOLDER.sub(lambda found: parts[found[1]], pattern)


def read_code(typed: str) -> str:
    """What a person typed -> the code: spaces and hyphens dropped, O read as 0, I and L as 1. "" when it cannot be one."""
    code = re.sub(r"[\s\-]", "", typed[:64]).upper().translate(_ALIKE)
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else ""


def day_words(on: date) -> str:
    """``23 November 2026``: papers are written in Indonesian whatever the reader's language."""
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def validity_words(begins: date, until: date) -> str:
    """How a paper that ends says how long it is valid. One that never ends does not speak of it."""
    return f"{day_words(begins)} sampai dengan {day_words(until)}"


def show_code(code: str) -> str:
    """``7K3M9QX2A4BCDEFG`` -> ``7K3M-9QX2-A4BC-DEFG``."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def standing(
    state: str, valid_from: date, valid_until: date | None, on: date, *, suspended_until: date | None = None
) -> Standing:
    """What the paper is worth on a local date. Last days count: of validity as valid, of a suspension as suspended."""
    if state in _FINAL:
        return _FINAL[State(state)]
    if valid_until is not None and on > valid_until:
        return Standing.EXPIRED
    if is_suspended(state, suspended_until, on):
        return Standing.SUSPENDED
    return Standing.NOT_YET if on < valid_from else Standing.VALID


def is_suspended(state: str, suspended_until: date | None, on: date) -> bool:
    """A suspension with a last day ends by itself."""
    return state == State.SUSPENDED and (suspended_until is None or on <= suspended_until)


_FINAL: Final = {
    State.REVOKED: Standing.REVOKED,
    State.ANNULLED: Standing.ANNULLED,
    State.REPLACED: Standing.REPLACED,
}
EXPIRING_DAYS: Final = (60, 30, 7)
"""Calendar days before the end on which a holder is reminded."""


def reminder(valid_until: date, on: date) -> int | None:
    """The nearest reminder reached on a local date: 60, 30 or 7; 0 once the paper has expired; None while there is time."""
    left = (valid_until - on).days
    if left < 0:
        return 0
    return min((days for days in EXPIRING_DAYS if left <= days), default=None)
