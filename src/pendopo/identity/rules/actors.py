"""Who acts, what a NIK may look like, how it is shown. Pure: no Django, no I/O."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from pendopo.kernel.errors import Denied


class Role(StrEnum):
    """What a member of staff may do at an agency (domain terms in docs/house.md)."""

    FRONT_OFFICER = "front_officer"
    BACK_OFFICER = "back_officer"
    TECHNICAL_TEAM = "technical_team"
    SECTION_HEAD = "section_head"
    SIGNATORY = "signatory"
    CASHIER = "cashier"
    CATALOGUE_EDITOR = "catalogue_editor"
    MALL_OPERATOR = "mall_operator"
    MAYOR = "mayor"
    REGIONAL_SECRETARY = "regional_secretary"


class ActorKind(StrEnum):
    """What sort of actor: a passer-by, a citizen, a member of staff, the system itself."""

    PUBLIC = "public"
    PERSON = "person"
    STAFF = "staff"
    SYSTEM = "system"


SEALED: Final = "sealed"
"""Key of the object that a secret value is stored as: nothing typed can look like one."""
EVERYTHING: Final = "all"
"""The reach of somebody who may do whatever the principal may."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does or asks something. ``id`` is the person's or user's uuid; ``duties`` is {agency id: roles} for staff.

    When somebody acts for this actor, ``hand`` names who really types (``person:<uuid>`` with a mandate, ``staff:<uuid>`` at the
    counter), ``hand_name`` what they are called and ``reach`` what they may do; everything else stays the principal's.
    """

    kind: ActorKind
    id: UUID | None = None
    name: str = ""
    duties: dict[str, frozenset[Role]] = field(default_factory=dict)
    hand: str = ""
    hand_name: str = ""
    reach: tuple[str, ...] = (EVERYTHING,)
    mandate_id: UUID | None = None
    stands_in_for: frozenset[UUID] = frozenset()  # colleagues who are absent and named this one their deputy

    @property
    def ref(self) -> str:
        """How the event log names this actor."""
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)

    @property
    def doer(self) -> str:
        """Whom the event log names as the one who did it: the hand, or the actor."""
        return self.hand or self.ref

    @property
    def behalf(self) -> str:
        """For whom it was done when that is somebody else, as the event log's ``on_behalf_of``."""
        return self.ref if self.hand else ""

    def has(self, role: Role, agency: str) -> bool:
        """True when this member of staff holds ``role`` at ``agency``."""
        return role in self.duties.get(agency, frozenset())


PUBLIC: Final = Actor(ActorKind.PUBLIC)
SYSTEM: Final = Actor(ActorKind.SYSTEM, name="Pendopo")

FEMALE_DAY_OFFSET: Final = 40
NIK_LENGTH: Final = 16


@dataclass(frozen=True, slots=True)
class NikReading:
    """What the structure of a NIK says. Never proof of registration, sex or domicile."""

    district: str  # "21.71.10"
    born_day: int
    born_month: int
    born_year_2: int
    female: bool


def read_nik(nik: str) -> NikReading:
    """Check structure: 16 digits, a province, a real day and month, a serial.

    Raises: Denied("nik_length" | "nik_region" | "nik_date" | "nik_serial").
    Source: UU 23/2006 and PP 37/2007 (PPKKCC DDMMYY SSSS, women's day + 40).
    """
    if len(nik) != NIK_LENGTH or not (nik.isascii() and nik.isdigit()):
        raise Denied("nik_length")
    if not 11 <= int(nik[:2]) <= 99 or nik[2:4] == "00" or nik[4:6] == "00":  # noqa: PLR2004 - provinces begin at 11
        raise Denied("nik_region")
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    female = day > FEMALE_DAY_OFFSET
    day -= FEMALE_DAY_OFFSET if female else 0
    if not _is_date(day, month, year):
        raise Denied("nik_date")
    if nik[12:] == "0000":
        raise Denied("nik_serial")
    return NikReading(f"{nik[:2]}.{nik[2:4]}.{nik[4:6]}", day, month, year, female)


def _is_date(day: int, month: int, year_2: int) -> bool:
    """True when the day exists in 19YY or 20YY: the century is not in the number."""
    for century in (1900, 2000):
        try:
            date(century + year_2, month, day)
        except ValueError:
            continue
        return True
    return False


def mask_nik(nik: str) -> str:
    """``2171101708950001`` -> ``217110******0001``."""
    return f"{nik[:6]}******{nik[-4:]}" if len(nik) == NIK_LENGTH else "*" * len(nik)
