"""The parts of a filed submission: each starts when what it needs exists, and its end touches only what depends on it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from pendopo.applications import queries
from pendopo.applications.actions.drafts import Cause
from pendopo.applications.actions.filing import file
from pendopo.applications.models import Part, Submission
from pendopo.applications.rules.submission import (
    ANSWERS,
    BUSINESS,
    CONSENT,
    DENIED,
    ENDED,
    PartState,
    hold,
    move,
    overall,
    ready,
)
from pendopo.applications.rules.submission import Part as PartCase
from pendopo.applications.rules.submission_form import Merged
from pendopo.catalogue.api import ServiceVersion, get_service
from pendopo.identity.api import SYSTEM, Actor, get_business
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, Invalid, NotFound


def lock(submission_id: UUID, by: Actor) -> tuple[Submission, list[Part]]:
    """The actor's own submission and its parts, until the transaction ends. Raises: NotFound, Denied("mandate_...")."""
    row = Submission.objects.select_for_update().filter(id=submission_id, applicant_id=by.id).first()
    if row is None:
        raise NotFound
    parts = queries.list_parts(row.id)
    queries.check_hands(by, row, parts)
    return row, parts


def seal(merged: Merged, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as they are stored: NIKs sealed."""
    secret = {name for name, prop in merged.schema["properties"].items() if prop.get("x-widget") == "nik"}
    return queries.seal_by(secret, answers)


def carried(old: Merged | None, new: Merged, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by question, under the names the questions have now; what is no longer asked is left behind."""
    if old is None:
        return {}
    now = {key: name for name, key in new.keys.items()}
    renamed = {name: now[key] for name, key in old.keys.items() if key in now}
    return {renamed[name]: value for name, value in values.items() if name in renamed}


def write_parts(row: Submission, parts: Sequence[Part], after: Sequence[PartCase]) -> None:
    """Write how the parts stand now, and what that makes of the whole. What is newly blocked is written down for the timeline."""
    now = {case.service_id: case for case in after}
    changed = [part for part in parts if queries.case_of(part) != now[part.service_id]]
    for part in changed:
        case = now[part.service_id]
        if case.state is PartState.BLOCKED:
            events.record(
                f"submission:{row.id}", "block", actor=SYSTEM.ref, service=part.service_id,
                reason=case.reason, because=case.because,
            )  # fmt: skip
        part.state, part.reason, part.because = case.state, case.reason, case.because
    Part.objects.bulk_update(
        changed,
        ["state", "reason", "because", "application", "document_id", "filings", "version"],
    )
    row.state, row.updated_at = overall(after), clock.now()
    row.save(update_fields=["state", "updated_at", "filed_at", "business", "wants_person"])


def start_ready(row: Submission, parts: Sequence[Part], by: Actor, *, first: bool = False) -> None:
    """File every waiting part whose needs exist. ``first``: by the applicant's own click, so that what is wrong stops everything.

    Later what is wrong holds only that part: it says why and waits for the applicant, or is blocked.
    """
    for service_id in ready([queries.case_of(part) for part in parts]):
        part = next(part for part in parts if part.service_id == service_id)
        reason, because = _start(row, parts, part, by, first=first)
        cases = [queries.case_of(one) for one in parts]
        if reason:
            write_parts(row, parts, hold(cases, service_id, reason, because))
        else:
            write_parts(row, parts, move(cases, service_id, PartState.FILED))


def _start(row: Submission, parts: Sequence[Part], part: Part, by: Actor, *, first: bool) -> tuple[str, str]:
    """File one part; or say why not: (reason, because). ``first``: raise instead, except for a business not yet linked."""
    try:
        with transaction.atomic():
            version = get_service(part.service_id)
            if part.version_id != version.id:
                _bring_up_to(row, parts, part, version)
            rule = queries.competences_of_parts(row, parts).get(part.service_id)
            if not queries.is_allowed(row, queries.deciding(version, rule)["agency"]):
                return CONSENT, ""
            _file(row, parts, part, version, by)
    except (NotFound, Invalid, Denied) as refused:
        reason, because = _why_not(refused)
        if first and reason != BUSINESS:
            raise _at_once(refused, row, parts, part) from refused
        return reason, because
    return "", ""


def _why_not(refused: NotFound | Invalid | Denied) -> tuple[str, str]:
    """What an obstacle means for a part: (reason, because)."""
    if isinstance(refused, NotFound):
        return ENDED, ""
    if isinstance(refused, Invalid):
        return ANSWERS, ""
    return (BUSINESS, "") if refused.code == "business_needed" else (DENIED, refused.code)


def _at_once(
    refused: NotFound | Invalid | Denied, row: Submission, parts: Sequence[Part], part: Part
) -> Exception:
    """The same obstacle for somebody who has just pressed the button: in the words of the one form."""
    if isinstance(refused, NotFound):
        return Denied("service_closed", part.service_id)
    if isinstance(refused, Invalid):
        return Invalid(queries.bundle_form(row, parts).errors_from(part.service_id, refused.errors))
    return refused


def _file(row: Submission, parts: Sequence[Part], part: Part, version: ServiceVersion, by: Actor) -> None:
    """File one part under the version of today, with the answers of the one form and the documents issued on the way."""
    business_id = row.business_id if version.content["applicant"] != "person" else None
    if business_id is not None:
        _check_business(business_id, by)
    answers, sources = _answers(row, parts, part, version, by, business_id)
    part.application_id, _number = file(
        service_id=part.service_id,
        answers=answers,
        sources=sources,
        key=f"submission:{row.id}:{part.service_id}:{part.filings}",
        by=by,
        business_id=business_id,
        cause=Cause(submission_id=row.id, wants_person=row.wants_person),
    )
    part.filings += 1


def _check_business(business_id: UUID, by: Actor) -> None:
    """A part that waited is filed for a business only by who may still act for it. Raises: Denied("business_mandate_over")."""
    try:
        get_business(business_id, by=by)
    except NotFound as gone:
        raise Denied("business_mandate_over") from gone


def _bring_up_to(row: Submission, parts: Sequence[Part], part: Part, version: ServiceVersion) -> None:
    """The part under the version its service has now; what was typed stays where the question still exists."""
    old = queries.bundle_form(row, parts, everything=True)
    part.version_id = version.id
    new = queries.bundle_form(row, parts, everything=True)
    row.answers = seal(new, carried(old, new, queries.typed_answers(row)))
    row.sources = carried(old, new, row.sources)
    row.save(update_fields=["answers", "sources"])


def _answers(
    row: Submission,
    parts: Sequence[Part],
    part: Part,
    version: ServiceVersion,
    by: Actor,
    business_id: UUID | None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answers of one service and where each came from. A document of this bundle beats what was typed, and that what is known."""
    merged = queries.bundle_form(row, parts, everything=True)
    typed = queries.answers_of(row, merged, part)
    typed_from = merged.answers_for(part.service_id, row.sources)
    known, known_from = queries.prefill(version, by, business_id)
    papers, papers_from = queries.documents_for(row, parts, part.service_id)
    papers = {
        name: value
        for name, value in papers.items()
        if name not in {**known, **typed} or is_paper(version, name)
    }
    fresh = {name for name in known if name not in typed or name in typed_from} - papers.keys()
    answers = {**typed, **{name: known[name] for name in fresh}, **papers}
    sources = {
        **typed_from,
        **{name: known_from[name] for name in fresh if name in known_from},
        **papers_from,
    }
    return answers, {name: source for name, source in sources.items() if name in answers}


def is_paper(version: ServiceVersion, name: str) -> bool:
    """True for a file field."""
    return bool(version.content["form"]["schema"]["properties"][name].get("x-widget") == "file")
