"""What becomes of parts once they are with their agencies: concluded, taken back, filed again; and what they waited for arriving."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from pendopo.applications import queries
from pendopo.applications.actions.acting import withdraw
from pendopo.applications.actions.drafts import save, start
from pendopo.applications.actions.reviewing import want_person
from pendopo.applications.actions.submission_parts import lock, start_ready, write_parts
from pendopo.applications.models import Application, Part, Submission
from pendopo.applications.rules import State, Verb, allows
from pendopo.applications.rules.registering import gives_nib, told_by_fact
from pendopo.applications.rules.submission import (
    CONSENT,
    PartState,
    SubmissionState,
    facts_of_document,
    move,
    part_of,
    release,
)
from pendopo.catalogue.api import carried_facts, facts, get_version
from pendopo.documents.api import get_label
from pendopo.identity.api import SYSTEM, Actor, ActorKind, get_business, give_consent, record_facts
from pendopo.kernel import events
from pendopo.kernel.errors import Denied

_SOURCE_LETTERS: Final = 64
_ENDS: Final[Mapping[str, PartState]] = {
    State.APPROVED: PartState.ISSUED,
    State.DEEMED_APPROVED: PartState.ISSUED,
    State.COMPLETED: PartState.ISSUED,
    State.REJECTED: PartState.REFUSED,
    State.WITHDRAWN: PartState.WITHDRAWN,
}


def on_concluded(*, application: str, **_more: Any) -> None:
    """Handler of "application_concluded": mark the part, keep what its document proves, start what waited for it. Twice does no harm."""
    part = Part.objects.filter(application_id=application).first()
    if part is None:
        return
    with transaction.atomic():
        row = Submission.objects.select_for_update().select_related("applicant").get(id=part.submission_id)
        parts = queries.list_parts(row.id)
        part = next(one for one in parts if one.id == part.id)
        ended = Application.objects.get(id=application)
        to = _ENDS.get(ended.state)
        if to is None or part.state == to or (to is PartState.ISSUED and ended.document_id is None):
            return
        if part.state not in {PartState.FILED, PartState.REFUSED}:
            return
        part.document_id = None if to is PartState.WITHDRAWN else ended.document_id
        write_parts(row, parts, move([queries.case_of(one) for one in parts], part.service_id, to))
        if to is PartState.ISSUED:
            if gives_nib(carried_facts(ended.service_id)):
                _take_business(row, ended)  # its facts came with the paper, from OSS
            else:
                _record_facts(ended)
            start_ready(row, parts, _for_applicant(row))


def _for_applicant(row: Submission) -> Actor:
    """The system, typing for the applicant what they asked for when they filed the bundle."""
    return Actor(
        ActorKind.PERSON, row.applicant_id, row.applicant.full_name, hand=SYSTEM.ref, hand_name=SYSTEM.name
    )


def _take_business(row: Submission, ended: Application) -> None:
    """The business that a NIB of this bundle brought about is the one its other parts are for, unless one was named before."""
    if row.business_id is None and ended.business_id is not None:
        row.business_id = ended.business_id
        row.save(update_fields=["business"])
        events.record(
            f"submission:{row.id}", "business_linked", actor=SYSTEM.ref, business=str(row.business_id)
        )


def _record_facts(ended: Application) -> None:
    """What the issued document proves of the applicant or their business is never asked again."""
    content = get_version(ended.version_id).content
    if (content.get("about") or queries.OWN) != queries.OWN or ended.document_id is None:
        return
    carried = [key for key in carried_facts(ended.service_id) if key != "person.nik"]
    told = told_by_fact(content["form"]["schema"], queries.open_answers(ended.answers))
    vocabulary = facts()
    number = get_label(ended.document_id).number
    found = facts_of_document(carried, number, told, vocabulary)
    days = {key: fact.get("freshness_days") for key, fact in vocabulary.items()}
    for subject, whose in (
        ("person", {"person_id": ended.applicant_id}),
        ("business", {"business_id": ended.business_id}),
    ):
        mine = {
            key: value for key, value in found.items() if vocabulary.get(key, {}).get("subject") == subject
        }
        if mine and all(whose.values()):
            source = f"document:{number}"[:_SOURCE_LETTERS]
            record_facts(facts=mine, source=source, verified=True, by=SYSTEM, freshness_days=days, **whose)


def on_filed_again(*, application: str, **_more: Any) -> None:
    """Handler of "application_submitted": a second filing of a refused part takes its place in the submission."""
    again = Application.objects.filter(id=application, submission_id=None).first()
    if again is None:
        return
    refused = Part.objects.filter(
        service_id=again.service_id,
        state=PartState.REFUSED,
        submission__applicant_id=again.applicant_id,
        application__business=again.business,
    ).order_by("-id")
    with transaction.atomic():
        part = refused.first()
        if part is None:
            return
        row = Submission.objects.select_for_update().get(id=part.submission_id)
        parts = queries.list_parts(row.id)
        part = next(one for one in parts if one.id == part.id)
        if part.state != PartState.REFUSED:
            return
        part.application_id, part.document_id, part.filings = again.id, None, part.filings + 1
        write_parts(
            row, parts, move([queries.case_of(one) for one in parts], part.service_id, PartState.FILED)
        )
        Application.objects.filter(id=again.id).update(submission_id=row.id)


def refile_part(*, submission_id: UUID, service_id: str, by: Actor) -> UUID:
    """A draft of a refused part with everything that was answered before, to be mended and sent again. Returns its id.

    Raises: NotFound, Denied("part_not_in_this_state" | "no_such_part" | "service_closed").
    """
    row = queries.get_submission(submission_id, by)
    parts = queries.list_parts(row.id)
    case = part_of([queries.case_of(part) for part in parts], service_id)
    if case.state is not PartState.REFUSED:
        raise Denied("part_not_in_this_state", case.state)
    before = next(one for one in queries.list_applications(parts).values() if one.service_id == service_id)
    draft = start(service_id=service_id, by=by, business_id=before.business_id)
    answers = Application.objects.values_list("answers", flat=True).get(id=before.id)
    save(application_id=draft.id, answers=queries.open_answers(answers), by=by)
    want_person(application_id=draft.id, wants=row.wants_person, by=by)
    return draft.id


def withdraw_part(*, submission_id: UUID, service_id: str, by: Actor, also: Collection[str] = ()) -> None:
    """The applicant takes one part back, and those of ``also`` (parts that need it); others that need it are blocked and say why.

    Raises: NotFound, Denied("no_such_part" | "part_not_in_this_state" | "not_in_this_state").
    """
    with transaction.atomic():
        row, parts = lock(submission_id, by)
        for one in (service_id, *sorted(set(also))):
            _withdraw(row, parts, one, by)


def withdraw_submission(*, submission_id: UUID, by: Actor) -> None:
    """Take back everything that is not decided yet; what is issued stays. Raises: NotFound, Denied("already_decided")."""
    with transaction.atomic():
        row, parts = lock(submission_id, by)
        applications = queries.list_applications(parts)
        open_parts = [part for part in parts if _may_withdraw(part, applications)]
        if not open_parts:
            raise Denied("already_decided")
        for part in open_parts:
            _withdraw(row, parts, part.service_id, by)


def _may_withdraw(part: Part, applications: Mapping[UUID, Application]) -> bool:
    if part.state == PartState.FILED:
        assert part.application_id is not None
        return allows(applications[part.application_id].state, Verb.WITHDRAW)
    return part.state in {PartState.PLANNED, PartState.WAITING, PartState.BLOCKED}


def _withdraw(row: Submission, parts: list[Part], service_id: str, by: Actor) -> None:
    cases = [queries.case_of(part) for part in parts]
    after = move(cases, service_id, PartState.WITHDRAWN)
    part = next(part for part in parts if part.service_id == service_id)
    if part.state == PartState.WITHDRAWN:
        return
    if part.state == PartState.FILED:
        assert part.application_id is not None
        withdraw(application_id=part.application_id, by=by)
    part.document_id = None
    write_parts(row, parts, after)
    events.record(
        f"submission:{row.id}", "withdraw", actor=by.doer, on_behalf_of=by.behalf, service=service_id
    )


def retry_part(*, submission_id: UUID, service_id: str, by: Actor) -> None:
    """Try a part again whose own obstacle may be gone: its service opened again, its agency allowed again, answers completed.

    Raises: NotFound, Denied("no_such_part" | "part_not_in_this_state").
    """
    with transaction.atomic():
        row, parts = lock(submission_id, by)
        cases = [queries.case_of(part) for part in parts]
        case = part_of(cases, service_id)
        if case.state is PartState.BLOCKED:
            if case.reason == CONSENT:
                _allow_again(row, parts, service_id, by)
            write_parts(row, parts, release(cases, service_id))
        start_ready(row, parts, by)


def _allow_again(row: Submission, parts: list[Part], service_id: str, by: Actor) -> None:
    sheet = queries.consent_sheet(row, parts, only=service_id)
    for agency_id, one in sheet.items():
        give_consent(
            person_id=row.applicant_id,
            registry=agency_id,
            purpose=f"{queries.consent_mark(row)} {one['services'][0]['name']}"[:200],
            facts=sorted(one["questions"]),
            by=by,
        )


def link_business(*, submission_id: UUID, business_id: UUID, by: Actor) -> None:
    """Say for which business the parts that need one are filed; those that waited for it start.

    Raises: NotFound (submission, business), Denied("not_in_this_state") when a business is named already.
    """
    with transaction.atomic():
        row, parts = lock(submission_id, by)
        get_business(business_id, by=by)
        if row.business_id is not None or row.state == SubmissionState.DRAFT:
            raise Denied("not_in_this_state")
        row.business_id = business_id
        row.save(update_fields=["business"])
        start_ready(row, parts, by)
