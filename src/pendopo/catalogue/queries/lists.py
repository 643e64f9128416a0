"""Lists of services, agencies and situations: one statement each."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from pendopo.catalogue.models import Agency, Register, SearchMiss, Service
from pendopo.catalogue.rules.categories import CATEGORIES
from pendopo.catalogue.rules.inventory import inventory as _inventory
from pendopo.catalogue.rules.shown import AgencyCard, CategoryCard, InventoryRow, Miss, ServiceCard
from pendopo.kernel.errors import NotFound

CARD_COLUMNS = ("id", "name", "category", "card", "agency_id", "agency__name", "agency__name_en")


def card_of(row: Mapping[str, Any]) -> ServiceCard:
    """A card from the columns of a service and its agency."""
    card = row["card"]
    return ServiceCard(
        id=row["id"],
        name=row["name"],
        category=row["category"],
        agency_id=row["agency_id"],
        agency_name=row["agency__name"],
        agency_name_en=row["agency__name_en"],
        **{**card, "sourced": tuple(card["sourced"])},
    )


def _cards(services: QuerySet[Service]) -> list[ServiceCard]:
    return [card_of(row) for row in services.values(*CARD_COLUMNS)]


def list_cards(agency: str | None = None, category: str | None = None) -> list[ServiceCard]:
    """Active services by name, of one agency or one situation if asked."""
    services = Service.objects.filter(is_active=True)
    if agency is not None:
        services = services.filter(agency_id=agency)
    if category is not None:
        services = services.filter(category=category)
    return _cards(services.order_by("name", "id"))


def cards_of(service_ids: Iterable[str]) -> dict[str, ServiceCard]:
    """Cards of the named services that are active, by id: for links to services that issue a requirement."""
    found = _cards(Service.objects.filter(pk__in=set(service_ids), is_active=True).order_by("id"))
    return {card.id: card for card in found}


def _agencies() -> QuerySet[Agency]:
    counted = Count("service", filter=Q(service__is_active=True))
    return Agency.objects.filter(is_active=True).annotate(services=counted).order_by("name")


def _agency(agency: Any) -> AgencyCard:
    presence = (agency.data.get("presence") or {}).get("status", "")
    return AgencyCard(
        agency.id, agency.name, agency.name_en, agency.level, presence, agency.services, agency.data
    )


def list_agencies() -> list[AgencyCard]:
    """Active agencies by name with the number of their services."""
    return [_agency(agency) for agency in _agencies()]


def agency_names() -> dict[str, str]:
    """Names of all agencies by id, also of those that have left."""
    return dict(Agency.objects.values_list("id", "name"))


def get_agency(agency_id: str) -> AgencyCard:
    """One agency. Raises NotFound."""
    found = _agencies().filter(pk=agency_id).first()
    if found is None:
        raise NotFound(agency_id)
    return _agency(found)


def categories() -> list[CategoryCard]:
    """Situations of life that hold at least one service, in their fixed order."""
    rows = Service.objects.filter(is_active=True).order_by().values_list("category").annotate(n=Count("pk"))
    counts = dict(rows)
    return [
        CategoryCard(c.id, c.name, c.name_en, c.hint, c.hint_en, counts[c.id])
        for c in CATEGORIES.values()
        if counts.get(c.id)
    ]


def get_category(category_id: str) -> CategoryCard:
    """One situation. Raises NotFound when it holds nothing."""
    for category in categories():
        if category.id == category_id:
            return category
    raise NotFound(category_id)


def inventory() -> list[InventoryRow]:
    """One row an agency for the operator of the mall."""
    return _inventory(list_agencies(), list_cards())


def list_misses(limit: int = 50) -> list[Miss]:
    """Searches that found nothing, the most frequent first."""
    rows = SearchMiss.objects.order_by(F("count").desc(), "query")[:limit]
    return [Miss(row.query, row.count) for row in rows]


def registers() -> dict[str, Any]:
    """Every register by name, for export."""
    return dict(Register.objects.exclude(pk="search").values_list("name", "data"))
