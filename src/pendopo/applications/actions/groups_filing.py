"""Filing the rows of a sheet: a whole batch with a few statements, through the same ``application_submit`` as everybody."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pendopo.applications.actions.acting import raise_bill
from pendopo.applications.actions.automatic import RulesOff, record_all
from pendopo.applications.actions.filing import check_text, prepare
from pendopo.applications.models import GroupFiling, GroupRow
from pendopo.applications.queries import groups
from pendopo.applications.rules import AutoVerdict, StepKind
from pendopo.applications.rules.groups import (
    Headings,
    RowState,
    answers_of,
    person_fields,
)
from pendopo.catalogue.api import ServiceVersion, get_version, refusals, validate
from pendopo.identity.api import Actor, ActorKind, digest, read_nik, register_people
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied
from pendopo.web import words, words_hands
from pendopo.web.forms import parse_day

BATCH: Final = 500
"""Rows a transaction: it holds a lock for every person and application until it commits."""


@dataclass(slots=True)
class Ready:
    """A row on its way to becoming an application."""

    row: GroupRow
    nik: str = ""
    name: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    faults: list[list[Any]] = field(default_factory=list)
    state: RowState = RowState.FILED
    application_id: UUID | None = None


def file_some(group: GroupFiling) -> bool:
    """File the next batch of a sheet's rows; False when none waits. Call it inside a transaction that holds the sheet's lock."""
    version, headings = get_version(group.version_id), groups.headings_of(group)
    size = max(
        1, BATCH >> (3 * group.tries)
    )  # after a failure fewer at a time, until the row at fault stands alone
    waiting = GroupRow.objects.filter(group=group, state=RowState.WAITING).order_by("line")[:size]
    batch = [_ready(version, headings, group, row) for row in waiting]
    if not batch:
        return False
    _one_owner_at_a_time(group)
    _set_aside_filed_before(group, batch)
    good = [ready for ready in batch if ready.state is RowState.FILED]
    if good:
        _file(group, version, good)
    _write(group, batch)
    return True


def _ready(version: ServiceVersion, headings: Headings, group: GroupFiling, row: GroupRow) -> Ready:
    """The row's answers, or what is wrong with them, cell by cell."""
    schema = version.content["form"]["schema"]
    nik_field, name_field = person_fields(schema)
    answers, flaws = answers_of(headings, groups.open_cells(row.cells_sealed), parse_day)
    places = {column.field: place for place, column in headings.columns.items()}
    told = {**answers, **group.common}
    wrong = check_text(told) or validate(version, told) or _unfit(version, told)
    faults: dict[int | None, str] = {place: str(words_hands.FLAWS[flaw]) for place, flaw in flaws.items()}
    for name, message in wrong.items():
        faults.setdefault(places.get(name), message)
    ready = Ready(row, str(answers.get(nik_field, "")), str(answers.get(name_field, "")), told)
    if not faults:
        faults = _nik_fault(ready.nik, headings.nik_at)
    if faults:
        ready.state, ready.faults = RowState.BAD, [[place, message] for place, message in faults.items()]
    return ready


def _unfit(version: ServiceVersion, told: dict[str, Any]) -> dict[str, str]:
    """Rules of eligibility that the row itself breaks. What is known of the person stays unsaid here: the employer must not learn it."""
    return refusals(version, verified={}, answers=told) if version.content.get("eligibility") else {}


def _nik_fault(nik: str, place: int) -> dict[int | None, str]:
    try:
        read_nik(nik)
    except Denied as refused:
        return {place: str(words.denied(refused.code))}
    return {}


def _one_owner_at_a_time(group: GroupFiling) -> None:
    """Two sheets of one employer for one service wait for each other, so that both see whom the other has filed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 4))", [f"{group.owner} {group.service_id}"]
        )


def _set_aside_filed_before(group: GroupFiling, batch: Sequence[Ready]) -> None:
    good = {digest(ready.nik): ready for ready in batch if ready.state is RowState.FILED}
    for known, number in groups.filed_before(group, list(good)).items():
        ready = good[known]
        ready.state = RowState.AGAIN
        ready.faults = [[None, _("Sudah Anda ajukan dengan nomor %(number)s.") % {"number": number}]]


def _file(group: GroupFiling, version: ServiceVersion, good: Sequence[Ready]) -> None:
    """People, applications, what rules said and bills of a batch; decided again when a rule was switched off meanwhile."""
    sender = Actor(ActorKind.SYSTEM, hand=group.owner)
    people = register_people(names={ready.nik: ready.name for ready in good}, by=sender)
    off: frozenset[str] = frozenset()
    while True:
        try:
            with transaction.atomic():
                _file_all(group, version, good, people, off)
                return
        except RulesOff as found:
            off |= found.off


def _file_all(
    group: GroupFiling,
    version: ServiceVersion,
    good: Sequence[Ready],
    people: dict[str, UUID],
    off: frozenset[str],
) -> None:
    rows: list[list[Any]] = []
    verdicts: list[tuple[UUID, AutoVerdict]] = []
    bills: list[tuple[UUID, UUID, list[dict[str, Any]]]] = []
    for ready in good:
        person = people[ready.nik]
        by = Actor(ActorKind.PERSON, person, ready.name, hand=group.owner, hand_name=group.owner_name)
        which = uuid5(NAMESPACE_URL, f"group/{group.id}/{group.service_id}/{digest(ready.nik).hex()}")
        arguments, outcome, lines = prepare(which, version, ready.answers, {}, by, off=off)
        rows.append(arguments)
        verdicts += [(which, verdict) for verdict in outcome.verdicts]
        if any(step.kind is StepKind.PAYMENT for step in outcome.opened):
            bills.append((which, person, lines))
        ready.application_id = which
    _submit_all(rows)
    record_all(version=version, verdicts=verdicts)
    for which, person, lines in bills:
        raise_bill(which, person, version, lines)


def _submit_all(rows: Sequence[Sequence[Any]]) -> None:
    """``application_submit`` for every row, in their order, with one statement; all are fresh, for the sheet is locked."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [list(column) for column in zip(*rows, strict=True)])
        if sum(fresh for _number, fresh in cursor.fetchall()) != len(rows):
            raise RuntimeError("a row of the sheet was filed before")


_JSON: Final = "%b::text[]::jsonb[]"  # in binary nothing is escaped: a third of the time


@cache
def _statement() -> str:
    """The statement for as many parameters, of the types, as the function has: the database itself says."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format_type(a.kind, NULL) FROM pg_proc p, unnest(p.proargtypes) WITH ORDINALITY AS a(kind, place)"
            " WHERE p.proname = 'application_submit' ORDER BY a.place"
        )
        kinds = [kind for (kind,) in cursor.fetchall()]
    names = ", ".join(f"c{place}" for place in range(len(kinds)))
    given = ", ".join(_JSON if kind == "jsonb" else f"%s::{kind}[]" for kind in kinds)
    return (
        f"SELECT s.number, s.fresh FROM unnest({given}) WITH ORDINALITY AS r({names}, place),"  # noqa: S608 - types and numbers only
        f" LATERAL application_submit({names}) AS s ORDER BY r.place"
    )


_WRITE: Final = """
UPDATE applications_grouprow r SET
  state = v.state, faults = v.faults, application_id = v.application,
  cells_sealed = CASE WHEN v.state = 'filed' THEN NULL ELSE r.cells_sealed END
FROM unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::uuid[]) AS v(id, state, faults, application) WHERE r.id = v.id
"""


def _write(group: GroupFiling, batch: Sequence[Ready]) -> None:
    """What became of every row, and the counts that the progress shows."""
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            [
                [ready.row.id for ready in batch],
                [ready.state.value for ready in batch],
                [json.dumps(ready.faults) for ready in batch],
                [ready.application_id for ready in batch],
            ],
        )
    count = {state: sum(ready.state is state for ready in batch) for state in RowState}
    GroupFiling.objects.filter(id=group.id).update(
        filed=F("filed") + count[RowState.FILED],
        bad=F("bad") + count[RowState.BAD],
        again=F("again") + count[RowState.AGAIN],
        tries=max(0, group.tries - 1),
        moved_at=clock.now(),
    )
    for name, state in (("filed", RowState.FILED), ("bad", RowState.BAD), ("again", RowState.AGAIN)):
        setattr(group, name, getattr(group, name) + count[state])
