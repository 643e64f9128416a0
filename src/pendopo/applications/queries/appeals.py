"""Reads of objections: the appellant's own, those an agency must answer, and what may be objected to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from uuid import UUID

from django.conf import settings

from pendopo.applications.models import Appeal, Application
from pendopo.applications.queries.loading import marks_of
from pendopo.applications.rules import State
from pendopo.applications.rules.appeals import (
    OPEN,
    AppealState,
    AppealVerb,
    Objection,
    Terms,
    can,
    last_day,
    terms_of,
)
from pendopo.documents.api import (
    SANCTIONS,
    History,
    Paper,
    get_document,
    list_papers,
    measure_of,
    within_reach,
)
from pendopo.identity.api import Actor, ActorKind
from pendopo.kernel import clock
from pendopo.kernel.errors import NotFound
from pendopo.region.api import Term, Unit, calendar

PAGE = 50


@cache
def rules_of_region() -> Terms:
    """The terms of this region."""
    return terms_of(settings.REGION)


def objection_of(row: Appeal) -> Objection:
    """What a decision about it needs to know."""
    return Objection(
        AppealState(row.state),
        row.agency_id,
        f"person:{row.person_id}",
        row.first_by,
        Term(row.term["days"], Unit(row.term["unit"])),
        marks_of(row.clock),
    )


def can_answer(row: Appeal, verb: AppealVerb, by: Actor) -> bool:
    """May this actor do ``verb`` with the objection now? Buttons ask this."""
    return can(objection_of(row), verb, by, on=clock.today(), calendar=calendar(row.agency_id))


def get_own_appeal(appeal_id: UUID, by: Actor) -> Appeal:
    """The actor's own objection. Raises: NotFound; Denied("mandate_...") for a hand that may not do the service it is about."""
    row = Appeal.objects.filter(pk=appeal_id).first() if by.kind is ActorKind.PERSON else None
    if row is None or row.person_id != by.id:
        raise NotFound
    get_document(row.document_id, by)
    return row


def get_appeal_for_staff(appeal_id: UUID, by: Actor) -> Appeal:
    """An objection the officer's agency must answer. Raises: NotFound."""
    mine = list(by.duties) if by.kind is ActorKind.STAFF else []
    row = Appeal.objects.select_related("person").filter(pk=appeal_id, agency_id__in=mine).first()
    if row is None:
        raise NotFound
    return row


def list_own_appeals(by: Actor) -> list[Appeal]:
    """The actor's objections, newest first, as far as whoever types may touch the papers they are about."""
    if by.kind is not ActorKind.PERSON or by.id is None:
        return []
    rows = list(Appeal.objects.filter(person_id=by.id).order_by("-filed_at")[:PAGE])
    papers = list_papers(row.document_id for row in rows)
    seen = {paper.id for paper in within_reach(papers.values(), by)}
    return [row for row in rows if row.document_id in seen]


def list_appeals_for(by: Actor, limit: int = PAGE) -> list[Appeal]:
    """Open objections of the officer's agencies, what must be answered first on top."""
    mine = list(by.duties) if by.kind is ActorKind.STAFF else []
    rows = Appeal.objects.select_related("person").filter(agency_id__in=mine, state__in=list(OPEN))
    return list(rows.order_by("due_on", "id")[:limit])


def list_open_appeals(limit: int) -> list[UUID]:
    """Open objections that may be due, oldest deadline first."""
    rows = Appeal.objects.filter(state__in=list(OPEN))
    return list(rows.order_by("due_on", "id").values_list("id", flat=True)[:limit])


def refused_measure(measure_id: UUID, by: Actor) -> tuple[History, Paper]:
    """A sanction on a paper the actor holds, and the paper. Raises: NotFound."""
    measure = measure_of(measure_id)
    paper = get_document(measure.document_id, by)
    if measure.measure not in SANCTIONS or paper.holder_ref != by.ref:
        raise NotFound
    return measure, paper


@dataclass(frozen=True, slots=True)
class Chance:
    """Whether one may object to a decision: until when, or the objection there is already."""

    until: date
    open: bool
    appeal: Appeal | None


def objection_until(agency_id: str, decided_on: date) -> date:
    """The last day on which one may object to a decision this agency took on a local date."""
    return last_day(decided_on, rules_of_region(), calendar(agency_id))


def _chances(decisions: Mapping[UUID, date], agency_id: str) -> dict[UUID, Chance]:
    """What may be objected to, by decision and the day it was taken: one query."""
    before = {
        row.decision_id: row
        for row in Appeal.objects.filter(decision_id__in=list(decisions)).exclude(state=AppealState.WITHDRAWN)
    }
    days, terms, today = calendar(agency_id), rules_of_region(), clock.today()
    until = {key: last_day(on, terms, days) for key, on in decisions.items()}
    return {
        key: Chance(until[key], key not in before and today <= until[key], before.get(key))
        for key in decisions
    }


def chance_of(row: Application) -> Chance | None:
    """May its refusal be objected to? None when it is not refused, or its letter is not out yet. The caller decides who may know."""
    if State(row.state) is not State.REJECTED or row.document_id is None or row.decided_at is None:
        return None
    on = row.decided_at.astimezone(clock.zone()).date()
    return _chances({row.document_id: on}, row.agency_id)[row.document_id]


def chances_on(history: Iterable[History], agency_id: str) -> dict[UUID, Chance]:
    """Sanctions on a paper that can be objected to, or were: {measure: chance}."""
    decisions = {
        done.id: done.at.astimezone(clock.zone()).date()
        for done in history
        if done.measure in SANCTIONS and not done.lifted
    }
    return _chances(decisions, agency_id) if decisions else {}
