"""Reads of submissions: whose they are, the one form of the whole bundle, its answers as each service wants them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F

from pendopo.applications.models import Application, Part, Submission
from pendopo.applications.queries.competence import competence_now, deciding
from pendopo.applications.queries.hands import check_hand, matter_of
from pendopo.applications.queries.loading import open_answers, prefill
from pendopo.applications.rules.submission import ANSWERS, MOVING, PartState
from pendopo.applications.rules.submission import Part as PartCase
from pendopo.applications.rules.submission_form import (
    Merged,
    ServiceForm,
    Spared,
    is_number,
    is_paper,
    merge,
    spared_fields,
)
from pendopo.catalogue.api import (
    Competence,
    HeldPaper,
    Holdings,
    How,
    ServiceVersion,
    all_before,
    get_version,
)
from pendopo.documents.api import Paper, Standing, list_held, list_papers
from pendopo.identity.api import Actor, ActorKind, Matter, business_reach, covers, facts_of, list_consents
from pendopo.kernel.errors import Denied, NotFound

UNASKED = frozenset({PartState.PLANNED, PartState.WAITING})
"""Parts whose questions may still be answered."""


def get_submission(submission_id: UUID, by: Actor) -> Submission:
    """The actor's own submission. Another's does not exist for them: raises NotFound; Denied("mandate_...") for a hand without mandate."""
    own = by.kind is ActorKind.PERSON and by.id is not None
    row = Submission.objects.filter(id=submission_id, applicant_id=by.id).first() if own else None
    if row is None:
        raise NotFound
    check_hands(by, row, list_parts(row.id) if by.hand else ())
    return row


def check_hands(by: Actor, row: Submission, parts: Iterable[Part]) -> None:
    """Somebody who types for ``by`` must be allowed every part; what is for a business closes when the mandate from it ends.

    Raises: Denied("mandate_...").
    """
    for part in parts:
        check_hand(by, get_version(part.version_id))
    if row.id in _closed([row], by):
        raise Denied("mandate_scope" if by.mandate_id else "mandate_over", f"business {row.business_id}")


def _closed(rows: Sequence[Submission], by: Actor) -> set[UUID]:
    """Those for a business that ``by`` may not act for. A bundle whose own NIB brought the business about was begun for the person."""
    named = {row.id: row.business_id for row in rows if row.business_id is not None}
    held = business_reach(by) if named else {}
    closed = {row_id for row_id, business_id in named.items() if business_id not in held}
    if not closed:
        return closed
    brought = Part.objects.filter(
        submission__in=closed,
        application__made_business=True,
        application__business=F("submission__business"),
    )
    return closed - set(brought.values_list("submission_id", flat=True))


def find_submission(code: str, by: Actor) -> UUID:
    """The actor's own submission by its resume code as kept. Raises: NotFound, also for somebody else's; Denied("mandate_...")."""
    found = Submission.objects.filter(code=code, applicant_id=by.id).values_list("id", flat=True).first()
    if found is None:
        raise NotFound
    return get_submission(found, by).id


def list_submissions(by: Actor, limit: int = 50) -> list[Submission]:
    """The actor's submissions, newest first, without what was typed and planned, as far as whoever types may open them."""
    rows = Submission.objects.filter(applicant_id=by.id).exclude(state="withdrawn", filed_at=None)
    found = list(rows.defer("answers", "plan", "sources").order_by("-created_at")[:limit])
    closed = _closed(found, by)
    found = [row for row in found if row.id not in closed]
    if not by.hand:
        return found
    asked: dict[UUID, list[Matter]] = {row.id: [] for row in found}
    for part in Part.objects.filter(submission__in=found):
        asked[part.submission_id].append(matter_of(get_version(part.version_id)))
    return [row for row in found if all(covers(by.reach, matter) for matter in asked[row.id])]


def list_parts(submission_id: UUID) -> list[Part]:
    """Parts in the order of the plan."""
    return list(Part.objects.filter(submission_id=submission_id).order_by("wave", "id"))


def list_applications(parts: Iterable[Part]) -> dict[UUID, Application]:
    """Applications of parts by id, without their answers."""
    ids = [part.application_id for part in parts if part.application_id]
    return {row.id: row for row in Application.objects.filter(id__in=ids).defer("answers")} if ids else {}


def submission_of(application_id: UUID) -> Submission | None:
    """The submission an application belongs to, for the link back; without what was typed."""
    part = Part.objects.filter(application_id=application_id).select_related("submission").first()
    return part.submission if part else None


def case_of(part: Part) -> PartCase:
    """A row as the rules see it."""
    return PartCase(
        part.service_id, tuple(part.needs), part.wave, PartState(part.state), part.reason, part.because
    )


def finder_told(row: Submission, version: ServiceVersion) -> dict[str, str]:
    """{field: answer} of what a service's form asks and the finder was told already: it is not asked again, and stays as planned."""
    return {
        name: row.finder[prop["x-question"]]
        for name, prop in version.content["form"]["schema"]["properties"].items()
        if prop.get("x-question") in row.finder
    }


def answers_of(row: Submission, merged: Merged, part: Part) -> dict[str, Any]:
    """The answers of one part under the names its own form uses: typed into the one form, or told to the finder."""
    typed = merged.answers_for(part.service_id, typed_answers(row))
    return {**typed, **finder_told(row, get_version(part.version_id))}


def competences_of_parts(row: Submission, parts: Sequence[Part]) -> dict[str, Competence]:
    """{service: who decides it instead of the catalogue's agency, were it filed today}; the others are left out."""
    doubtful = [part for part in parts if get_version(part.version_id).content.get("competence")]
    if not doubtful:
        return {}
    merged = bundle_form(row, parts, everything=True)
    found = {
        part.service_id: competence_now(get_version(part.version_id), answers_of(row, merged, part))
        for part in doubtful
    }
    return {service_id: rule for service_id, rule in found.items() if rule}


def issuers_of(plan: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """{service: {requirement: service of the bundle that issues it}} of a stored plan."""
    found: dict[str, dict[str, str]] = {}
    for document in plan["documents"]:
        if document["how"] == How.PART:
            for service_id in document["asked_by"]:
                found.setdefault(service_id, {})[document["requirement"]] = document["from_service"]
    return found


def spares(row: Submission, parts: Sequence[Part]) -> dict[str, Spared]:
    """{service: what the bundle spares its form}: what documents of the bundle fill in, and what is for another kind of applicant."""
    issuers = issuers_of(row.plan)
    whole = {paper: issuer for own in issuers.values() for paper, issuer in own.items()}
    before = all_before({part.service_id: part.needs for part in parts})
    return {
        part.service_id: spared_fields(
            get_version(part.version_id).content,
            issuers.get(part.service_id, {}),
            whole,
            before[part.service_id],
            row.plan.get("without") or (),
            for_business=row.plan.get("for_business", row.business_id is not None),
        )
        for part in parts
    }


def supplies(row: Submission, parts: Sequence[Part]) -> dict[str, Mapping[str, str]]:
    """{service: {field: issuing service}} of what documents of the bundle fill in when they come."""
    return {service_id: spared.later for service_id, spared in spares(row, parts).items()}


def bundle_form(row: Submission, parts: Sequence[Part], *, everything: bool = False) -> Merged:
    """The one form: questions of parts that have not been filed yet. ``everything``: also of those that have, to show them.

    What a document of the bundle will fill in is not asked, unless that document came and did not; nor what the finder was told, nor what
    only another kind of applicant can answer.
    """
    spared = spares(row, parts)
    forms = []
    for part in parts:
        version = get_version(part.version_id)
        content = version.content
        own = spared[part.service_id]
        schema, supplied = own.schema(content["form"]["schema"]), frozenset(own.later)
        if not everything and part.state not in UNASKED:
            supplied = frozenset(schema["properties"])
        elif part.reason == ANSWERS:
            supplied = frozenset()
        supplied |= finder_told(row, version).keys() | own.never
        forms.append(ServiceForm(part.service_id, content["name"], content["name_en"], schema, supplied))
    return merge(forms)


def documents_for(
    row: Submission, parts: Sequence[Part], service_id: str
) -> tuple[dict[str, str], dict[str, Any]]:
    """What documents issued in this bundle answer for one service: ({field: paper or its number}, {field: source})."""
    issued = {
        part.service_id: part.document_id
        for part in parts
        if part.document_id and part.state == PartState.ISSUED
    }
    fields = {
        name: issued[issuer] for name, issuer in supplies(row, parts)[service_id].items() if issuer in issued
    }
    papers = list_papers(fields.values()) if fields else {}
    version = next(get_version(part.version_id) for part in parts if part.service_id == service_id)
    properties = version.content["form"]["schema"]["properties"]
    answers: dict[str, str] = {}
    sources: dict[str, Any] = {}
    for name, document in fields.items():
        paper = papers[document]
        if not is_paper(properties[name]) and not is_number(properties[name].get("x-fact", "")):
            continue  # what the paper says beside its number comes from the registry that knows it
        answers[name] = str(paper.id) if is_paper(properties[name]) else paper.number
        sources[name] = {"source": f"document:{paper.number}", "at": paper.issued_at.isoformat()}
    return answers, sources


def prefill_bundle(
    merged: Merged, parts: Sequence[Part], by: Actor, business_id: UUID | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is known already, for the whole bundle at once: ({question: value}, {question: source})."""
    requirements = {
        requirement["id"]: requirement
        for part in parts
        for requirement in get_version(part.version_id).content["requirements"]
    }
    content = {"form": {"schema": merged.schema}, "requirements": list(requirements.values())}
    whole = ServiceVersion(parts[0].version_id, "", 0, content)
    return prefill(whole, by, business_id)


def consent_sheet(
    row: Submission, parts: Sequence[Part], only: str | None = None
) -> dict[str, dict[str, Any]]:
    """{agency: {agency, services, questions}}: which agency will see which answers, for which services. ``only``: for this service."""
    merged = bundle_form(row, parts, everything=True)
    rules = competences_of_parts(row, parts)
    sheet: dict[str, dict[str, Any]] = {}
    for part in (part for part in parts if only in {None, part.service_id}):
        version = get_version(part.version_id)
        content, agency = version.content, deciding(version, rules.get(part.service_id))
        one = sheet.setdefault(agency["agency"], {"agency": agency, "services": [], "questions": {}})
        one["services"].append(
            {"id": part.service_id, "name": content["name"], "name_en": content["name_en"]}
        )
        properties = content["form"]["schema"]["properties"]
        for question, own in merged.by_service[part.service_id].items():
            if properties[own].get("const") is None:
                one["questions"].setdefault(question, properties[own])
    return sheet


def consent_mark(row: Submission) -> str:
    """How the records of a submission's consent begin: its code as people read it."""
    return f"{row.code[:4]}-{row.code[4:]}"


def is_allowed(row: Submission, agency_id: str) -> bool:
    """True while the applicant lets this agency see the answers of this submission."""
    return any(
        consent.registry == agency_id
        and consent.withdrawn_at is None
        and consent.purpose.startswith(consent_mark(row))
        for consent in list_consents(row.applicant_id)
    )


def holdings_of(by: Actor, business_id: UUID | None) -> Holdings:
    """What planning may build on: papers this mall issued to the actor, and facts that are still fresh."""
    assert by.id is not None
    known = facts_of(person_id=by.id)
    if business_id is not None:
        known |= facts_of(business_id=business_id)
    facts = {key: fact.source for key, fact in known.items() if fact.fresh}
    return Holdings(papers=tuple(_held(paper) for paper in list_held(by.ref) if _stands(paper)), facts=facts)


def _stands(paper: Paper) -> bool:
    return paper.standing is Standing.VALID and not paper.is_refusal


def _held(paper: Paper) -> HeldPaper:
    return HeldPaper(
        service_id=paper.service_id, valid_until=paper.valid_until, source=f"document:{paper.id}"
    )


def typed_answers(row: Submission) -> dict[str, Any]:
    """What stands in the one form now, opened."""
    return open_answers(row.answers)


def is_moving(parts: Iterable[Part]) -> bool:
    """True while any part waits or is with an agency."""
    return any(part.state in MOVING for part in parts)
