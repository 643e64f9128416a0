"""The draft: begun with what is already known, kept as it is typed, brought up to the version that holds now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from pendopo.applications import queries
from pendopo.applications.models import Application
from pendopo.applications.rules import EDITABLE, Purpose, State
from pendopo.catalogue.api import ServiceVersion, get_version, version_for
from pendopo.identity.api import Actor, ActorKind, get_business
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, NotFound


@dataclass(frozen=True, slots=True)
class Cause:
    """What an application is filed for, beside its answers."""

    purpose: Purpose = Purpose.NEW
    earlier_document_id: UUID | None = None
    submission_id: UUID | None = None
    wants_person: bool = False


PLAIN = Cause()


def start(
    *, service_id: str, by: Actor, business_id: UUID | None = None, cause: Cause = PLAIN
) -> Application:
    """Open the actor's draft for a service, filled with what is already known; a draft begun before is found again.

    Raises: NotFound (service, business), Denied("identity_needed" | "not_for_businesses" | "business_needed").
    """
    version = version_for(service_id, cause.purpose)
    if by.kind is not ActorKind.PERSON or by.id is None:
        raise Denied("identity_needed")
    check_applicant_kind(version, by, business_id)
    with transaction.atomic():
        _one_at_a_time(f"draft {by.id} {service_id} {business_id} {cause.purpose}")
        held = (
            Application.objects.select_for_update()
            .filter(Q(business_id=business_id) if business_id else Q(business=None))
            .filter(applicant_id=by.id, service_id=service_id, state=State.DRAFT)
            .filter(purpose=cause.purpose, earlier_document_id=cause.earlier_document_id)
            .first()
        )
        if held is not None:
            return brought_up_to(version, held, by)
        now = clock.now()
        answers, sources = queries.prefill(version, by, business_id)
        return Application.objects.create(
            service_id=service_id,
            version_id=version.id,
            agency_id=version.content["agency"]["id"],
            applicant_id=by.id,
            business_id=business_id,
            purpose=cause.purpose,
            earlier_document_id=cause.earlier_document_id,
            answers=queries.seal_answers(version.id, answers),
            sources=sources,
            created_at=now,
            updated_at=now,
        )


def _one_at_a_time(what: str) -> None:
    """Others that ask for the same wait until this transaction ends: two clicks never make two drafts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [what])


def brought_up_to(version: ServiceVersion, held: Application, by: Actor) -> Application:
    """The draft under the version that holds now; what was typed stays where the question still exists."""
    if held.version_id == version.id:
        return held
    known = version.content["form"]["schema"]["properties"]
    answers, sources = queries.prefill(version, by, held.business_id)
    typed = {name: value for name, value in queries.open_answers(held.answers).items() if name in known}
    unsourced = typed.keys() - held.sources.keys()
    held.answers = queries.seal_answers(version.id, {**answers, **typed})
    held.sources = {
        name: source
        for name, source in {**sources, **held.sources}.items()
        if name in known and name not in unsourced
    }
    held.version_id, held.updated_at = version.id, clock.now()
    held.save(update_fields=["version", "answers", "sources", "updated_at"])
    return held


def check_applicant_kind(version: ServiceVersion, by: Actor, business_id: UUID | None) -> None:
    queries.check_hand(by, version)
    applicant = version.content["applicant"]
    if business_id is not None:
        get_business(business_id, by=by, matters=[queries.matter_of(version)])
        if applicant == "person":
            raise Denied("not_for_businesses")
    elif applicant == "business":
        raise Denied("business_needed")


def save(*, application_id: UUID, answers: Mapping[str, Any], by: Actor, seen: str = "") -> tuple[bool, str]:
    """Keep what the applicant typed on one page, right or wrong: checks come at the end. In a correction only what was remarked.

    A page that saves by itself says what it had ``seen``: when something was kept since, what it sends is late and nothing is
    kept. Returns (kept, what the page has seen now). Raises: NotFound, Denied("not_editable").
    """
    with transaction.atomic():
        row = Application.objects.select_for_update().filter(id=application_id, applicant_id=by.id).first()
        if row is None:
            raise NotFound
        queries.check_hand_on(by, row)
        if State(row.state) not in EDITABLE:
            raise Denied("not_editable")
        if seen and seen != row.updated_at.isoformat():
            return False, row.updated_at.isoformat()
        allowed = get_version(row.version_id).content["form"]["schema"]["properties"]
        if row.remarks:
            allowed = {remark["field"] for remark in row.remarks}
        before = queries.open_answers(row.answers)
        changed = {
            name: value for name, value in answers.items() if name in allowed and before.get(name) != value
        }
        if row.remarks:
            row.before = _replaced(row, changed)
        merged = {**row.answers, **queries.seal_answers(row.version_id, changed)}
        row.answers = {name: value for name, value in merged.items() if value is not None}
        row.sources = {name: source for name, source in row.sources.items() if name not in changed}
        row.updated_at = clock.now()
        row.save(update_fields=["answers", "before", "sources", "updated_at"])
        return True, row.updated_at.isoformat()


def _replaced(row: Application, changed: Iterable[str]) -> dict[str, Any]:
    """What stood in corrected fields when the round began, for the officer who asked; a second thought within it changes nothing."""
    kept = dict(row.before or {})
    for name in changed:
        if kept.get(name, {}).get("round") != row.rounds:
            kept[name] = {"round": row.rounds, "was": row.answers.get(name)}
    return kept
