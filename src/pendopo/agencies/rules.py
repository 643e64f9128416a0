"""What a register's word about a business is worth to one person. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pendopo.kernel.errors import Denied

STANDS: Final = frozenset({"", "01", "02", "03", "04"})
"""Status of a NIB under which its business may act; 05 is frozen, 06 withdrawn. Source: OSS-RBA interface 4.3.22, appendix 14."""
LEGAL_ENTITY: Final = "business.legal_entity_no"
TAXPAYER: Final = "business.npwp"
_COMPANY_DIGITS: Final = (15, 16)


@dataclass(frozen=True, slots=True)
class Registered:
    """A business as OSS keeps it. ``responsible``: NIK -> name of those who answer for it; ``facts``: fact key -> value."""

    nib: str
    name: str
    status: str = ""
    responsible: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)


def check_responsible(found: Registered | None, nik: str) -> Registered:
    """The business, for a person who may act for it because the register says so.

    Raises: Denied("nib_unknown" | "nib_not_yours" | "nib_not_active"). Whether it stands is told only to those it concerns.
    """
    if found is None:
        raise Denied("nib_unknown")
    if nik not in found.responsible:
        raise Denied("nib_not_yours")
    if found.status not in STANDS:
        raise Denied("nib_not_active")
    return found


def whose_number(told: Mapping[str, Any], nik: str) -> str:
    """By which taxpayer number OSS knows the business an application is about: the company's, or the applicant's own, which is their NIK.

    ``told`` are answers by fact key. A number of a legal entity makes it a company. Raises: Denied("company_npwp_needed").
    Source: PMK 112/PMK.03/2022 (a resident's taxpayer number is the NIK).
    """
    if not told.get(LEGAL_ENTITY):
        return nik
    number = str(told.get(TAXPAYER) or "")
    if not (number.isascii() and number.isdigit() and len(number) in _COMPANY_DIGITS):
        raise Denied("company_npwp_needed")
    return number
