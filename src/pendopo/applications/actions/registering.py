"""A NIB is given by OSS: asked before the paper is issued, kept with it, and asked again by itself while OSS has none to give.

The paper, the business and its facts are written in one transaction (``issuing.issue_decided``); asking is outside of it.
"""

from uuid import UUID

from django.db import transaction

from pendopo.agencies.api import Registered, ask_oss_about, keep_business
from pendopo.applications import queries
from pendopo.applications.models import Application, RegisterWait
from pendopo.applications.rules.registering import AWAY, needs_register, next_try, told_by_fact
from pendopo.catalogue.api import carried_facts, get_version
from pendopo.identity.api import SYSTEM
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
