"""Writes about staff, and the questions put to registries on a citizen's behalf."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from pendopo.agencies.connectors.dukcapil import client, mapping
from pendopo.agencies.models import Staff
from pendopo.catalogue.api import facts as fact_vocabulary
from pendopo.identity.api import SYSTEM, Actor, User, get_person, give_consent, nik_of, record_facts
from pendopo.kernel import events
from pendopo.kernel.errors import Denied

DUKCAPIL = "dukcapil"


def employ(
    *,
    user: User,
    agency_id: str,
    roles: Sequence[str],
    by: Actor,
    title: str = "",
    employee_no: str = "",
    ends_on: date | None = None,
) -> Staff:
    """Give an account roles at an agency, or change them. The event says who did."""
    with transaction.atomic():
        staff, _created = Staff.objects.update_or_create(
            user=user,
            agency_id=agency_id,
            defaults={"roles": list(roles), "title": title, "employee_no": employee_no, "ends_on": ends_on},
        )
        events.record(f"staff:{user.id}", "employed", actor=by.ref, agency=agency_id, roles=list(roles))
    return staff


def fill_from_dukcapil(*, by: Actor) -> int:
    """Record the actor's consent, ask the civil registry for their data and store it as verified facts. Returns how many.

    The registry is asked outside any transaction. Raises: Denied("nik_unknown_at_registry"), Unavailable.
    """
    if by.id is None:
        raise Denied("identity_needed")
    person = get_person(by.id)
    nik = nik_of(person)
    if nik is None:
        raise Denied("identity_needed")
    vocabulary = fact_vocabulary()
    keys = [key for key, fact in vocabulary.items() if fact.get("registry") == DUKCAPIL]
    purpose = _("Mengisi formulir layanan dengan data kependudukan saya")
    give_consent(person_id=person.id, registry=DUKCAPIL, purpose=purpose, facts=keys, by=by)
    record = client.fetch(nik)
    if record is None:
        raise Denied("nik_unknown_at_registry")
    found = {
        key: value
        for key, value in mapping.facts(record).items()
        if key in vocabulary and key != "person.nik"
    }
    record_facts(
        person_id=person.id,
        facts=found,
        source=DUKCAPIL,
        verified=True,
        by=SYSTEM,
        freshness_days={key: vocabulary[key].get("freshness_days") for key in found},
    )
    return len(found)
