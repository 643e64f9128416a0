"""Reads for what is asked about a document one holds: what is offered, what is carried over, what has changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pendopo.applications.models import Application
from pendopo.applications.queries.loading import open_answers
from pendopo.applications.rules import Purpose
from pendopo.applications.rules import purposes as rules
from pendopo.applications.rules.purposes import Held, Window
from pendopo.catalogue.api import PURPOSE_PAGE, PurposePlan, ServiceVersion, purpose_plan, purpose_plans
from pendopo.documents.api import Paper, get_document
from pendopo.identity.api import SYSTEM, Actor
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, NotFound


def _held(paper: Paper) -> Held:
    original = not (paper.is_letter or paper.is_copy or paper.provisional)
    return Held(paper.standing, paper.valid_until, original and paper.subject.startswith("application:"))


def window_of(plan: PurposePlan) -> Window:
    """When the plan allows renewal."""
    return Window(plan.opens_days, plan.late_days)


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be asked for about a document now, or why not (a code)."""

    purpose: Purpose
    plan: PurposePlan
    refused: str = ""


def offers_on(paper: Paper) -> list[Offer]:
    """What the holder may ask for: open ones, and a renewal that is not open yet or no longer, with its reason."""
    plans = purpose_plans(paper.service_id, tuple(str(purpose) for purpose in rules.ABOUT_DOCUMENTS))
    offers = [_offer(paper, Purpose(purpose), plan) for purpose, plan in plans.items()]
    told = {"renewal_too_early", "renewal_too_late"}
    return [offer for offer in offers if not offer.refused or offer.refused in told]


def renewal_opens(paper: Paper) -> date | None:
    """First day on which a paper may be renewed; None when it has no end or cannot be."""
    plan = purpose_plan(paper.service_id, Purpose.RENEWAL)
    return rules.opens_on(paper.valid_until, window_of(plan)) if plan and paper.valid_until else None


def _offer(paper: Paper, purpose: Purpose, plan: PurposePlan) -> Offer:
    try:
        rules.check(_held(paper), purpose, window_of(plan), clock.today())
    except Denied as refused:
        return Offer(purpose, plan, refused.code)
    return Offer(purpose, plan)


def asked_about(document_id: UUID, purpose: Purpose, by: Actor) -> tuple[Paper, PurposePlan]:
    """The actor's own document and how this purpose is asked for with it, today.

    Raises: NotFound (not held by the actor, not offered), Denied (see rules.purposes.check).
    """
    paper = get_document(document_id, by)
    plan = purpose_plan(paper.service_id, purpose) if paper.holder_ref == by.ref else None
    if plan is None:
        raise NotFound
    rules.check(_held(paper), purpose, window_of(plan), clock.today())
    return paper, plan


def check_asked(
    document_id: UUID, purpose: Purpose, version: ServiceVersion, answers: Mapping[str, Any], by: Actor
) -> None:
    """The same when it is filed: time has passed since the draft, and an amendment must change something.

    Raises: NotFound, Denied (see rules.purposes.check; "amendment_empty").
    """
    paper, plan = asked_about(document_id, purpose, by)
    if plan.service_id != version.service_id:
        raise NotFound
    if purpose is Purpose.AMENDMENT:
        before = open_answers(earlier_application(paper).answers)
        if all(before.get(name) == answers.get(name) for name in amendable(version)):
            raise Denied("amendment_empty")


def earlier_application(paper: Paper) -> Application:
    """The application a document was issued for. Raises: NotFound."""
    row = Application.objects.filter(id=UUID(paper.subject.removeprefix("application:"))).first()
    if row is None:
        raise NotFound
    return row


def carried(version: ServiceVersion, paper: Paper, purpose: Purpose) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answers of the earlier application that the new form asks again, and their source. A renewal asks for fresh papers."""
    before = open_answers(earlier_application(paper).answers)
    properties = version.content["form"]["schema"]["properties"]
    answers = {
        name: before[name]
        for name, prop in properties.items()
        if before.get(name) not in (None, "") and _is_carried(name, prop, purpose)
    }
    source = {"source": f"document:{paper.number}", "at": paper.issued_at.isoformat()}
    return answers, dict.fromkeys(answers, source)


def _is_carried(name: str, prop: dict[str, Any], purpose: Purpose) -> bool:
    fresh = purpose is Purpose.RENEWAL and prop.get("x-widget") == "file"
    return name != "declaration" and not fresh


def amendable(version: ServiceVersion) -> list[str]:
    """Fields of an amendment's form that may change: all but its own questions, the NIK and the declaration."""
    schema = version.content["form"]["schema"]
    return [
        name
        for page in schema["x-pages"]
        if page["id"] != PURPOSE_PAGE
        for name in page["fields"]
        if name != "declaration" and schema["properties"][name].get("x-widget") != "nik"
    ]


def changes_of(row: Application) -> dict[str, tuple[Any, Any]]:
    """What an amendment or renewal says otherwise than the earlier application: {field: (old, new)}. The caller decides who may see."""
    if row.earlier_document_id is None or Purpose(row.purpose) not in rules.REPLACING:
        return {}
    paper = get_document(row.earlier_document_id, SYSTEM)
    before, after = open_answers(earlier_application(paper).answers), open_answers(row.answers)
    return {
        name: (before.get(name), value)
        for name, value in after.items()
        if name in before and before[name] != value
    }
