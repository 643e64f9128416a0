"""What the catalogue hands to others: frozen values, never rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, eq=False)
class ServiceVersion:
    """A service as it stood at one load; ``content`` is self-contained (see rules/content.py) and must not be changed."""

    id: UUID
    service_id: str
    number: int
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """One line of a list of services. ``amount_idr`` only for fixed fees; times as published or planned."""

    id: str
    name: str
    name_en: str
    category: str
    agency_id: str
    agency_name: str
    agency_name_en: str
    kind: str
    applicant: str
    channel: str | None
    sla_working_days: int | None
    sla_minutes: int | None
    fee_type: str
    amount_idr: int | None
    output: str
    confidence: str
    sourced: tuple[str, ...]
    fee_by_rule: bool
    sla_calendar_days: int | None = None


@dataclass(frozen=True, slots=True)
class AgencyCard:
    """An agency, its presence in the mall and how many services it has."""

    id: str
    name: str
    name_en: str
    level: str
    presence: str
    services: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CategoryCard:
    """A situation of life and how many services it holds."""

    id: str
    name: str
    name_en: str
    hint: str
    hint_en: str
    services: int


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did: service ids."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    retired: tuple[str, ...]
    agencies: int


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """One agency in the operator's list. ``missing`` are codes of what keeps its next service out of the mall."""

    agency: AgencyCard
    inventoried: int
    online: int
    in_mall: int
    complete: int
    next_service: ServiceCard | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Miss:
    """A search that found nothing."""

    query: str
    count: int
