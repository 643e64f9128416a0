"""One submission for a whole bundle: begun, typed once, allowed once, filed once. What becomes of its parts is in submission_parts.py."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from textwrap import shorten
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from pendopo.applications import queries
from pendopo.applications.actions.submission_parts import carried, lock, seal, start_ready, write_parts
from pendopo.applications.models import Part, Submission
from pendopo.applications.rules.submission import (
    CODE_ALPHABET,
    CODE_LENGTH,
    Change,
    Planned,
    SubmissionState,
    begin_parts,
    plan_changes,
)
from pendopo.catalogue.api import Plan, get_version, plan, validate
from pendopo.identity.api import Actor, ActorKind, get_business, give_consent
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, Invalid
from pendopo.region.api import calendar

_TRIES = 3


def begin_submission(
    *, goals: Sequence[str], finder: Mapping[str, str], by: Actor, business_id: UUID | None = None
) -> Submission:
    """Open the actor's draft for a goal, planned anew and filled with what is known by now; a draft begun before is found again.

    Raises: NotFound (goal, business), Invalid({question: message}) for answers that choose nothing,
    Denied("identity_needed" | "mandate_...").
    """
    if by.kind is not ActorKind.PERSON or by.id is None:
        raise Denied("identity_needed")
    if business_id is not None:
        get_business(business_id, by=by)
    made = plan_for(goals, finder, by, business_id)
    _check_business(made, business_id, by)
    goal = ",".join(goals)
    with transaction.atomic():
        row = _draft(goal, by, business_id) or _create(goal, finder, made, by, business_id)
        if not Part.objects.filter(submission=row).exists():
            events.record(_subject(row), "begun", actor=by.doer, on_behalf_of=by.behalf, goal=goal)
            _write_plan(row, made, by)
        elif row.finder != dict(finder) or _changes(row, made) or row.consented_at is None:
            row.finder = dict(finder)
            _write_plan(row, made, by)
    return row


def _draft(goal: str, by: Actor, business_id: UUID | None) -> Submission | None:
    drafts = Submission.objects.select_for_update().filter(goal=goal, state=SubmissionState.DRAFT)
    whose = Q(business_id=business_id) if business_id else Q(business=None)
    return drafts.filter(whose, applicant_id=by.id).first()


def plan_for(
    goals: Sequence[str], finder: Mapping[str, str], by: Actor, business_id: UUID | None = None
) -> Plan:
    """The plan for goals with what this actor holds today; whoever acts for somebody must be allowed every service of it.

    Raises: NotFound, Invalid({question: message}), Denied("mandate_...").
    """
    made = plan(
        goals,
        holdings=queries.holdings_of(by, business_id),
        answers=dict(finder),
        on=clock.today(),
        calendar=calendar(),
    )
    for part in made.parts:
        queries.check_hand(by, get_version(part.version_id))
    return made


def _check_business(made: Plan, business_id: UUID | None, by: Actor) -> None:
    """And whoever acts for a business every one that is filed in its name. Raises: NotFound, Denied("mandate_scope")."""
    if business_id is not None:
        versions = [get_version(part.version_id) for part in made.parts]
        named = [version for version in versions if version.content["applicant"] != "person"]
        get_business(business_id, by=by, matters=[queries.matter_of(version) for version in named])


def _create(
    goal: str, finder: Mapping[str, str], made: Plan, by: Actor, business_id: UUID | None
) -> Submission:
    assert by.id is not None
    now = clock.now()
    for _try in range(_TRIES):
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        try:
            with transaction.atomic():
                return Submission.objects.create(
                    code=code,
                    goal=goal,
                    finder=dict(finder),
                    plan=stored_plan(made),
                    applicant_id=by.id,
                    business_id=business_id,
                    typed_by=by.hand,
                    created_at=now,
                    updated_at=now,
                )
        except IntegrityError:  # two clicks at once, or (one in many billions) a code that is taken
            if held := _draft(goal, by, business_id):
                return held
    raise Denied("stale")


def stored_plan(made: Plan) -> dict[str, Any]:
    """A plan as it is kept: the values of its shapes as plain JSON."""
    kept: dict[str, Any] = json.loads(json.dumps(asdict(made), default=str))
    return kept


def _subject(row: Submission) -> str:
    return f"submission:{row.id}"


def _write_plan(row: Submission, made: Plan, by: Actor) -> None:
    """The draft under this plan: its parts anew, and every answer that is still a question carried over."""
    before = list(queries.list_parts(row.id))
    old = queries.bundle_form(row, before, everything=True) if before else None
    Part.objects.filter(submission=row).delete()
    Part.objects.bulk_create(
        Part(
            submission=row,
            service_id=part.service_id,
            version_id=part.version_id,
            wave=part.wave,
            needs=list(part.needs),
        )
        for part in made.parts
    )
    row.plan = {**stored_plan(made), "for_business": row.business_id is not None}
    row.updated_at, row.consented_at = clock.now(), None
    parts = queries.list_parts(row.id)
    merged = queries.bundle_form(row, parts)
    answers, sources = queries.prefill_bundle(merged, parts, by, row.business_id)
    typed = carried(old, merged, queries.typed_answers(row))
    typed_from = carried(old, merged, row.sources)
    row.answers = seal(merged, {**answers, **typed})
    row.sources = {
        name: source for name, source in sources.items() if name not in typed or name in typed_from
    } | typed_from
    row.save(update_fields=["finder", "plan", "answers", "sources", "updated_at", "consented_at"])


def save_submission(
    *, submission_id: UUID, answers: Mapping[str, Any], by: Actor, seen: str = ""
) -> tuple[bool, str]:
    """Keep what was typed on one page, right or wrong. In a filed submission only parts not yet filed can be answered.

    ``seen`` and what is returned: as of ``save``. Raises: NotFound, Denied("not_editable").
    """
    with transaction.atomic():
        row, parts = lock(submission_id, by)
        merged = queries.bundle_form(row, parts)
        if not merged.asked:
            raise Denied("not_editable")
        if seen and seen != row.updated_at.isoformat():
            return False, row.updated_at.isoformat()
        before = queries.typed_answers(row)
        changed = {
            name: value
            for name, value in answers.items()
            if name in merged.asked and before.get(name) != value
        }
        kept = {**row.answers, **seal(merged, changed)}
        deciding = queries.competences_of_parts(row, parts)
        row.answers = {name: value for name, value in kept.items() if value is not None}
        row.sources = {name: source for name, source in row.sources.items() if name not in changed}
        if row.state == SubmissionState.DRAFT and deciding != queries.competences_of_parts(row, parts):
            row.consented_at = None  # another agency would see the answers than the one that was allowed to
        row.updated_at = clock.now()
        row.save(update_fields=["answers", "sources", "updated_at", "consented_at"])
        return True, row.updated_at.isoformat()


def consent(*, submission_id: UUID, by: Actor) -> None:
    """The applicant lets each agency of the bundle see what its services ask; one record an agency, once. Source: UU 27/2022 art. 20-22.

    Raises: NotFound, Denied("not_in_this_state").
    """
    with transaction.atomic():
        row, parts = lock(submission_id, by)
        if row.state != SubmissionState.DRAFT:
            raise Denied("not_in_this_state", row.state)
        if row.consented_at is not None:
            return
        row.consented_at = clock.now()
        row.save(update_fields=["consented_at"])
        for agency_id, sheet in queries.consent_sheet(row, parts).items():
            services = "; ".join(service["name"] for service in sheet["services"])
            give_consent(
                person_id=row.applicant_id,
                registry=agency_id,
                purpose=shorten(f"{queries.consent_mark(row)} {services}", 200, placeholder=" …"),
                facts=sorted(sheet["questions"]),
                by=by,
            )


def plan_now(row: Submission, by: Actor) -> tuple[Plan, tuple[Change, ...]]:
    """The plan as the catalogue and the holdings of today make it, and how it differs from the one stored.

    Raises: NotFound for a goal that is gone, Invalid for answers that no longer choose anything, Denied("mandate_...").
    """
    made = plan_for(row.goal.split(","), row.finder, by, row.business_id)
    return made, _changes(row, made)


def _changes(row: Submission, made: Plan) -> tuple[Change, ...]:
    before: Planned = {
        part["service_id"]: (part["version_id"], tuple(part["needs"])) for part in row.plan["parts"]
    }
    after: Planned = {part.service_id: (str(part.version_id), part.needs) for part in made.parts}
    return plan_changes(before, after)


def renew_plan(*, submission_id: UUID, by: Actor) -> None:
    """Put the draft under the plan of today; what was typed stays, consent is asked again. Raises: NotFound, Invalid, Denied."""
    with transaction.atomic():
        row, _parts = lock(submission_id, by)
        if row.state != SubmissionState.DRAFT:
            raise Denied("not_in_this_state", row.state)
        made, changes = plan_now(row, by)
        if changes:
            _write_plan(row, made, by)


def file_submission(*, submission_id: UUID, by: Actor, wants_person: bool = False) -> Submission:
    """File every part whose needs are met and leave the others waiting: all or nothing, and once however often it is asked.

    ``wants_person``: a person decides every part, also those that start later, where a rule could. Source: UU 27/2022 art. 10.
    Raises: NotFound, Denied("plan_changed" | "consent_missing" | what a service says), Invalid({question: message}).
    """
    with transaction.atomic():
        row, parts = lock(submission_id, by)
        if row.state != SubmissionState.DRAFT:
            return row
        if row.consented_at is None:
            raise Denied("consent_missing")
        made, changes = plan_now(row, by)
        if changes:
            raise Denied("plan_changed", ", ".join(change.service_id for change in changes))
        errors = check_parts(row, parts)
        if errors:
            raise Invalid(errors)
        row.filed_at, row.wants_person = clock.now(), wants_person
        row.plan = {
            **row.plan,
            "finish_on": made.finish_on.isoformat(),
        }  # counted from today, not from the day of the plan
        row.save(update_fields=["plan"])
        write_parts(row, parts, begin_parts([queries.case_of(part) for part in parts]))
        events.record(
            _subject(row), "submit", actor=by.doer, on_behalf_of=by.behalf, goal=row.goal, parts=len(parts)
        )
        start_ready(row, parts, by, first=True)
        return row


def check_parts(row: Submission, parts: Sequence[Part]) -> dict[str, str]:
    """What is missing or wrong, by question; fields that documents of the bundle will fill in are not missing."""
    merged = queries.bundle_form(row, parts)
    later = queries.supplies(row, parts)
    errors: dict[str, str] = {}
    for part in parts:
        if part.state not in queries.UNASKED:
            continue
        own = queries.answers_of(row, merged, part)
        found = validate(get_version(part.version_id), own)
        waits = {} if part.reason else later[part.service_id]
        mine = {name: message for name, message in found.items() if name not in waits}
        errors = merged.errors_from(part.service_id, mine) | errors
    return errors
