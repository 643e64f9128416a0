"""A NIB is given by OSS: asked before the paper is issued, kept with it, and asked again by itself while OSS has none to give.

The paper, the business and its facts are written in one transaction (``issuing.issue_decided``); asking is outside of it.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction

from pendopo.agencies.api import Registered, ask_oss_about, keep_business
from pendopo.applications import queries
from pendopo.applications.models import Application, RegisterWait
from pendopo.applications.rules import Purpose
from pendopo.applications.rules.registering import (
    AWAY,
    gives_nib,
    is_about,
    needs_register,
    next_try,
    told_by_fact,
)
from pendopo.catalogue.api import ServiceVersion, carried_facts, get_version
from pendopo.identity.api import SYSTEM, Actor, facts_of_businesses, get_person, list_businesses, nik_of
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, Unavailable

_BATCH = 50


def ask_register(row: Application) -> Registered | None:
    """What OSS knows of the business a NIB was granted to; None for every paper that needs no register.

    Raises: Denied (see agencies.ask_oss_about), Unavailable.
    """
    needed = needs_register(
        row.state,
        row.purpose,
        carried_facts(row.service_id),
        for_business=row.business_id is not None,
        has_document=row.document_id is not None,
    )
    return ask_oss_about(person_id=row.applicant_id, told=_told(row)) if needed else None


def _told(row: Application) -> dict[str, object]:
    schema = get_version(row.version_id).content["form"]["schema"]
    return told_by_fact(schema, queries.open_answers(row.answers))


def check_first_nib(
    application_id: UUID,
    version: ServiceVersion,
    answers: Mapping[str, Any],
    by: Actor,
    business_id: UUID | None,
    purpose: Purpose,
) -> None:
    """A NIB is applied for once: not when its paper stands, nor when the business is linked to the applicant already.

    Filing again what was filed is no second application. Raises: Denied("already_has_nib").
    """
    if purpose != Purpose.NEW or by.id is None or not _gives_nib(version.service_id, version.id):
        return
    if Application.objects.filter(id=application_id, submitted_at__isnull=False).exists():
        return
    if business_id is not None:
        if queries.list_usable(by, business_id, [version.service_id]):
            raise Denied("already_has_nib")
        return
    told, nik = told_by_fact(version.content["form"]["schema"], answers), nik_of(get_person(by.id))
    for facts in facts_of_businesses(one.id for one in list_businesses(by.id)).values():
        if nik and is_about(queries.open_answers(facts), told, nik):
            raise Denied("already_has_nib")


@lru_cache(maxsize=1024)
def _gives_nib(service_id: str, _version_id: UUID) -> bool:
    """Whether the paper of a service carries a NIB. Every filing asks: read once for a version, not each time."""
    return gives_nib(carried_facts(service_id))


def await_register(row: Application, refused: Denied | Unavailable) -> None:
    """Note why the paper waits, and when OSS is asked again."""
    reason = refused.code if isinstance(refused, Denied) else AWAY
    now = clock.now()
    RegisterWait.objects.update_or_create(
        application_id=row.id,
        defaults={"reason": reason, "next_at": now + next_try(reason)},
        create_defaults={"reason": reason, "since": now, "next_at": now + next_try(reason)},
    )


def keep_registered(row: Application, found: Registered, number: str) -> None:
    """The business behind a NIB just issued under ``number``: its facts, each proven by the paper. Again: the same."""
    carried = set(carried_facts(row.service_id))
    told = {key: value for key, value in _told(row).items() if key in carried}
    keep_business(found=found, person_id=row.applicant_id, by=SYSTEM, proof=f"document:{number}", told=told)


def due_at_register() -> list[UUID]:
    """Applications for which OSS is to be asked again now; another worker gets others. Those that have their paper wait no more."""
    now = clock.now()
    with transaction.atomic():
        RegisterWait.objects.filter(application__document_id__isnull=False).delete()
        due = RegisterWait.objects.select_for_update(skip_locked=True).filter(next_at__lte=now)
        ids = list(due.order_by("next_at").values_list("application_id", flat=True)[:_BATCH])
        RegisterWait.objects.filter(application_id__in=ids).update(next_at=now + next_try(AWAY))
    return ids
