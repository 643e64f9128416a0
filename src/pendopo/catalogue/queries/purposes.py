"""What can be asked for about a document of a service, and what its form and procedure are made of."""

from typing import Any

from django.conf import settings

from pendopo.catalogue.models import Agency, Register
from pendopo.catalogue.rules.purposes import Plan, plan_for


def purpose_plan(service_id: str, purpose: str) -> Plan | None:
    """How this purpose is asked for with this service; None where it cannot be."""
    return plan_for(_register("purposes"), service_id, purpose)


def purpose_plans(service_id: str, purposes: tuple[str, ...]) -> dict[str, Plan]:
    """The same for several purposes, in one query; those that cannot be asked for are absent."""
    said = _register("purposes")
    plans = {purpose: plan_for(said, service_id, purpose) for purpose in purposes}
    return {purpose: plan for purpose, plan in plans.items() if plan}


def parts_of_variants() -> dict[str, Any]:
    """What a variant of a service's version is made of beside the version."""
    names = Agency.objects.values_list("id", "name", "name_en")
    return {
        "procedures": _register("procedures"),
        "agencies": {key: {"name": name, "name_en": name_en} for key, name, name_en in names},
        "operator": str(settings.REGION.get("operator_agency") or ""),
    }


def _register(name: str) -> dict[str, Any]:
    return Register.objects.filter(pk=name).values_list("data", flat=True).first() or {}
