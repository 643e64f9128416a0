"""Lists of services, agencies and situations: one statement each."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from pendopo.catalogue.models import Agency, Register, SearchMiss, Service, ServiceVersion
from pendopo.catalogue.rules.categories import CATEGORIES
from pendopo.catalogue.rules.inventory import inventory as _inventory
from pendopo.catalogue.rules.shown import AgencyCard, CategoryCard, InventoryRow, Miss, ServiceCard
from pendopo.kernel import clock
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


def offered() -> QuerySet[Service]:
    """Services that take applications today. The day is asked at every reading, so what ended is gone at midnight."""
    return Service.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=clock.today()), is_active=True)


def _cards(services: QuerySet[Service]) -> list[ServiceCard]:
    return [card_of(row) for row in services.values(*CARD_COLUMNS)]


def list_cards(agency: str | None = None, category: str | None = None) -> list[ServiceCard]:
    """Active services by name, of one agency or one situation if asked."""
    services = offered()
    if agency is not None:
        services = services.filter(agency_id=agency)
    if category is not None:
        services = services.filter(category=category)
    return _cards(services.order_by("name", "id"))


def list_page(after: str = "", limit: int = 30) -> tuple[list[ServiceCard], str]:
    """Active services by name from the one after the service ``after`` on; and the key of the next page, empty at the end."""
    services = offered().order_by("name", "id")
    after = after.replace("\x00", "")[:48]
    last = Service.objects.filter(pk=after).values_list("name", flat=True).first() if after else None
    if last is not None:
        services = services.filter(Q(name__gt=last) | Q(name=last, id__gt=after))
    cards = _cards(services[: limit + 1])
    return cards[:limit], cards[limit - 1].id if len(cards) > limit else ""


def agencies_of(agency_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Names of agencies by id, also of those that left."""
    rows = Agency.objects.filter(pk__in=set(agency_ids)).values("id", "name", "name_en")
    return {row["id"]: {"name": row["name"], "name_en": row["name_en"]} for row in rows}


def heirs_of(agency_ids: Iterable[str]) -> dict[str, str]:
    """{agency: who took over its open work} of those among them that left the mall and named somebody; the others are left out."""
    left = Agency.objects.filter(pk__in=set(agency_ids), is_active=False)
    heirs = dict(left.values_list("id", "data__presence__successor"))
    return {agency_id: heir for agency_id, heir in heirs.items() if heir}


def cards_of(service_ids: Iterable[str]) -> dict[str, ServiceCard]:
    """Cards of the named services that are active, by id: for links to services that issue a requirement."""
    found = _cards(offered().filter(pk__in=set(service_ids)).order_by("id"))
    return {card.id: card for card in found}


def asked_as(service_ids: Iterable[str]) -> dict[str, tuple[str, str, str]]:
    """{service: (service, situation, the catalogue's agency)}, also of services that ended: as mandates speak of them (ADR 0014)."""
    rows = Service.objects.filter(pk__in=set(service_ids)).values_list("id", "category", "agency_id")
    return {row[0]: row for row in rows}


def asking_services(requirement: str) -> list[tuple[str, str, str]]:
    """Services any version of which asks for a file of this requirement (or field): (service, situation, agency)."""
    asks = Q(content__form__schema__properties__has_key=requirement) | Q(
        content__requirements__contains=[{"id": requirement}]
    )
    found = ServiceVersion.objects.filter(asks).order_by("service_id").distinct()
    return list(found.values_list("service_id", "service__category", "service__agency_id"))


def _agencies() -> QuerySet[Agency]:
    own = offered().filter(agency=OuterRef("pk")).order_by().values("agency")
    counted = Coalesce(Subquery(own.annotate(n=Count("pk")).values("n")), 0)
    return Agency.objects.filter(is_active=True).annotate(services=counted).order_by("name")


def _agency(agency: Any) -> AgencyCard:
    presence = (agency.data.get("presence") or {}).get("status", "")
    return AgencyCard(
        agency.id, agency.name, agency.name_en, agency.level, presence, agency.services, agency.data
    )


def list_agencies() -> list[AgencyCard]:
    """Active agencies by name with the number of their services."""
    return [_agency(agency) for agency in _agencies()]


def get_agency(agency_id: str) -> AgencyCard:
    """One agency. Raises NotFound."""
    found = _agencies().filter(pk=agency_id).first()
    if found is None:
        raise NotFound(agency_id)
    return _agency(found)


def categories() -> list[CategoryCard]:
    """Situations of life that hold at least one service, in their fixed order."""
    rows = offered().order_by().values_list("category").annotate(n=Count("pk"))
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


def automatic_rules() -> list[dict[str, Any]]:
    """Rules by which the system completes steps of today's services: {service, step, kind, rule, when, says, sample_rate, ...}."""
    data = Register.objects.filter(pk="automatic").values_list("data", flat=True).first() or {}
    return list(data.values())


def registers() -> dict[str, Any]:
    """Every register by name, for export."""
    found = dict(Register.objects.exclude(pk__in=("search", "automatic")).values_list("name", "data"))
    planning = found.pop("planning", None)
    return found | ({"bundles": json.loads(planning["bundles"])} if planning else {})
