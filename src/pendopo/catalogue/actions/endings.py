"""Services that end: their last day, what follows them, and closing them when the day is past."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import connection, transaction

from pendopo.catalogue.models import Register, Service
from pendopo.catalogue.rules.presence import after_endings
from pendopo.kernel import clock, events


def save_endings(services: Iterable[Mapping[str, Any]]) -> None:
    """Keep the last day and the successor of services, also of those that are inactive already."""
    said = {
        service["id"]: (date.fromisoformat(service["ends_on"]), service.get("replaced_by") or "")
        for service in services
        if service.get("ends_on")
    }
    Service.objects.exclude(pk__in=said).filter(ends_on__isnull=False).update(ends_on=None, replaced_by="")
    rows = list(Service.objects.filter(pk__in=said))
    for row in rows:
        row.ends_on, row.replaced_by = said[row.id]
    Service.objects.bulk_update(rows, ["ends_on", "replaced_by"])


@transaction.atomic
def close_ended() -> int:
    """Close services whose last day is past; goals go on with what replaces them. Returns how many.

    Lists and plans look at the day itself and left them out before; this keeps what they work out anew each time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('catalogue', 0))")
    ended = dict(
        Service.objects.filter(is_active=True, ends_on__lt=clock.today()).values_list("id", "replaced_by")
    )
    if not ended:
        return 0
    Service.objects.filter(pk__in=ended).update(is_active=False)
    planning = Register.objects.get(pk="planning")
    planning.data = after_endings(planning.data, ended)
    planning.save(update_fields=["data"])
    events.record("catalogue", "services_ended", actor="system", services=sorted(ended))
    return len(ended)
