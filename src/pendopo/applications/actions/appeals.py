"""Objections: filed by the holder or applicant, decided by somebody else than the first time, granted by silence when nobody answers.

A granted objection reopens the application or takes the measure back, in the transaction that issues the letter.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from pendopo.agencies.api import signatory_of
from pendopo.applications import queries
from pendopo.applications.actions.acting import advance
from pendopo.applications.models import Appeal, Application
from pendopo.applications.queries.appeals import objection_of, refused_measure, rules_of_region
from pendopo.applications.rules import State, Verb
from pendopo.applications.rules import appeals as rules
from pendopo.applications.rules.appeals import AppealState, AppealVerb
from pendopo.documents.api import (
    Measure,
    Order,
    Paper,
    Purpose,
    Signatory,
    get_document,
    issue,
    lift_measure,
    take_measure,
)
from pendopo.identity.api import SYSTEM, Actor, ActorKind
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, NotFound
from pendopo.payments.api import cancel, get_bill
from pendopo.region.api import Mark, calendar

SWEPT: Final = 100


@dataclass(frozen=True, slots=True)
class _Against:
    """The decision objected to."""

    decision_id: UUID
    paper: Paper
    first_by: str
    first_on: date
    application_id: UUID | None = None


def object_to_refusal(*, application_id: UUID, grounds: str, by: Actor) -> UUID:
    """File an objection to the refusal of the actor's own application; the same refusal once. Returns the objection's id.

    Raises: NotFound, Denied("not_in_this_state" | "appeal_too_late" | "appeal_grounds_missing" | "already_appealed").
    """
    row = queries.get_own(application_id, by)
    if State(row.state) is not State.REJECTED or row.document_id is None or row.decided_at is None:
        raise Denied("not_in_this_state", row.state)
    letter = get_document(row.document_id, by, allowed=True)
    on = row.decided_at.astimezone(clock.zone()).date()
    first_by = str(row.decision.get("by") or SYSTEM.ref)
    return _file(_Against(letter.id, letter, first_by, on, row.id), grounds, by)


def object_to_measure(*, measure_id: UUID, grounds: str, by: Actor) -> UUID:
    """File an objection to a sanction on a paper the actor holds; the same sanction once. Raises: as :func:`object_to_refusal`."""
    measure, paper = refused_measure(measure_id, by)
    if measure.lifted:
        raise Denied("already_lifted")
    on = measure.at.astimezone(clock.zone()).date()
    return _file(_Against(measure.id, paper, measure.by_ref, on), grounds, by)


def _file(against: _Against, grounds: str, by: Actor) -> UUID:
    if by.kind is not ActorKind.PERSON or by.id is None:
        raise NotFound
    terms, today = rules_of_region(), clock.today()
    days = calendar(against.paper.agency_id)
    rules.check_filing(against.first_on, grounds, on=today, terms=terms, calendar=days)
    marks = (Mark("start", today),)
    row = Appeal(
        id=uuid4(),
        decision_id=against.decision_id,
        application_id=against.application_id,
        document_id=against.paper.id,
        agency_id=against.paper.agency_id,
        title=against.paper.title[:300],
        person_id=by.id,
        typed_by=by.hand,
        first_by=against.first_by,
        first_on=against.first_on,
        grounds=grounds.strip(),
        filed_at=clock.now(),
        term={"days": terms.answer_within.days, "unit": str(terms.answer_within.unit)},
        clock=queries.stored_marks(marks),
        due_on=rules.due(terms.answer_within, marks, days),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _tell(row, "appeal_filed", by, due_on=row.due_on.isoformat() if row.due_on else None)
            events.emit("appeal_filed", appeal=str(row.id))
    except IntegrityError as twice:
        raise Denied("already_appealed") from twice
    return row.id


def _tell(row: Appeal, verb: str, by: Actor, **data: Any) -> None:
    """The same line in the history of the objection and of what it is about."""
    about = f"application:{row.application_id}" if row.application_id else f"document:{row.document_id}"
    for subject in (f"appeal:{row.id}", about):
        events.record(
            subject,
            verb,
            actor=by.doer,
            on_behalf_of=by.behalf,
            by_name=by.hand_name or by.name,
            appeal=str(row.id),
            **data,
        )


@transaction.atomic
def withdraw_appeal(*, appeal_id: UUID, by: Actor) -> None:
    """The appellant takes the objection back. Raises: NotFound, Denied("mandate_..." | "not_in_this_appeal")."""
    queries.get_own_appeal(appeal_id, by)
    row = _locked(appeal_id)
    row.state = _checked(row, AppealVerb.WITHDRAW, by)
    row.save(update_fields=["state"])
    _tell(row, "appeal_withdrawn", by)


@transaction.atomic
def take_up_appeal(*, appeal_id: UUID, by: Actor) -> None:
    """An officer who may decide begins to look into it. Raises: NotFound, Denied (see rules.appeals.check)."""
    row = _locked(appeal_id)
    _check_seen(row, by)
    row.state, row.taken_by = _checked(row, AppealVerb.TAKE_UP, by), by.ref
    row.save(update_fields=["state", "taken_by"])
    _tell(row, "appeal_taken_up", by)


@transaction.atomic
def decide_appeal(*, appeal_id: UUID, grant: bool, reason: str, legal_basis: str, by: Actor) -> AppealState:
    """Answer an objection with reasons; granted, the application goes on or the measure is taken back. A letter is issued.

    Raises: NotFound, Denied (see rules.appeals.check; "appeal_reason_missing"). Nothing is written when it raises.
    """
    row = _locked(appeal_id)
    _check_seen(row, by)
    verb = AppealVerb.GRANT if grant else AppealVerb.UPHOLD
    state = _checked(row, verb, by, reason)
    if not legal_basis.strip() or len(legal_basis) > rules.LEGAL_BASIS_MAX:
        raise Denied("appeal_reason_missing")
    who = signatory_of(by, row.agency_id)
    _decide(row, state, reason, legal_basis, by, Signatory(who.name, who.title, nip=who.employee_no))
    return state


def sweep_appeals() -> int:
    """Grant what nobody answered in time, where the region says that silence grants; exactly once each. Returns how many.

    The deadline is counted anew from the marks, so a calendar that has changed meanwhile counts.
    """
    granted = 0
    for appeal_id in queries.list_open_appeals(SWEPT):
        granted += _sweep(appeal_id)
    return granted


@transaction.atomic
def _sweep(appeal_id: UUID) -> bool:
    row = _locked(appeal_id)
    case = objection_of(row)
    due_on = rules.due(case.term, case.marks, calendar(row.agency_id))
    if due_on != row.due_on:
        row.due_on = due_on
        row.save(update_fields=["due_on"])
    terms = rules_of_region()
    try:
        if not terms.silence_grants:
            return False
        state = _checked(row, AppealVerb.GRANT_BY_SILENCE, SYSTEM)
    except Denied:
        return False
    reason = "Keberatan tidak dijawab sampai batas waktunya, maka dianggap dikabulkan."
    _decide(row, state, reason, terms.legal_basis, SYSTEM, Signatory(SYSTEM.name, "Sistem layanan"))
    return True


def _locked(appeal_id: UUID) -> Appeal:
    row = Appeal.objects.select_for_update().filter(pk=appeal_id).first()
    if row is None:
        raise NotFound
    return row


def _check_seen(row: Appeal, by: Actor) -> None:
    """For others than staff of the agency there is no such objection."""
    if by.kind is not ActorKind.STAFF or row.agency_id not in by.duties:
        raise NotFound


def _checked(row: Appeal, verb: AppealVerb, by: Actor, reason: str | None = None) -> AppealState:
    days = calendar(row.agency_id)
    return rules.check(objection_of(row), verb, by, on=clock.today(), calendar=days, reason=reason)


def _decide(
    row: Appeal, state: AppealState, reason: str, legal_basis: str, by: Actor, signatory: Signatory
) -> None:
    paper = get_document(row.document_id, SYSTEM)
    granted = state is AppealState.GRANTED
    letter = issue(
        by=by,
        subject=f"appeal:{row.id}",
        kind="appeal",
        purpose=Purpose.LETTER,
        title="Surat Keputusan atas Keberatan",
        template="measure",
        service_id=paper.service_id,
        service_name=paper.service_name,
        agency_id=paper.agency_id,
        agency_name=paper.agency_name,
        holder_ref=paper.holder_ref,
        holder_name=paper.holder_name,
        business_id=paper.business_id,
        intro=_answer(row, granted=granted),
        rows=[("Keputusan yang dipersoalkan", paper.title), ("Nomor", paper.number), ("Pemegang", paper.holder_name)],
        reasons=[(reason, legal_basis)],
        signatory=signatory,
        closing="" if granted else FURTHER,
        english={"title": "Decision on an objection", "service_name": paper.service_name_en, "agency_name": paper.agency_name_en},
    )  # fmt: skip
    row.state, row.decided_at, row.decided_by = state, clock.now(), by.ref
    row.reason, row.legal_basis, row.letter_id = reason.strip(), legal_basis.strip(), letter.id
    row.save(update_fields=["state", "decided_at", "decided_by", "reason", "legal_basis", "letter_id"])
    _tell(row, f"appeal_{state}", by, reason=reason, legal_basis=legal_basis, letter=letter.number)
    events.emit("appeal_decided", appeal=str(row.id), state=str(state))
    if granted:
        _undo(row, reason, legal_basis)


FURTHER: Final = (
    "Bila Anda tetap tidak menerima keputusan ini, Anda dapat mengajukan banding kepada atasan pejabat yang "
    "memutuskan, lalu gugatan ke Pengadilan Tata Usaha Negara."
)


def _answer(row: Appeal, *, granted: bool) -> str:
    if not granted:
        return "Keberatan Anda ditolak. Keputusan semula tetap berlaku."
    if row.application_id:
        return "Keberatan Anda dikabulkan. Surat penolakan dibatalkan dan permohonan Anda diproses kembali."
    return "Keberatan Anda dikabulkan. Tindakan terhadap dokumen Anda ditarik kembali."


def _undo(row: Appeal, reason: str, legal_basis: str) -> None:
    """What a granted objection changes."""
    if row.application_id is None:
        lift_measure(by=SYSTEM, measure_id=row.decision_id, reason=reason, legal_basis=legal_basis)
        _cancel_fine(row.decision_id)
        return
    order = Order("appeal", reason, legal_basis)
    take_measure(by=SYSTEM, document_id=row.document_id, measure=Measure.ANNUL, order=order)
    if Application.objects.filter(id=row.application_id, state=State.REJECTED).exists():
        advance(application_id=row.application_id, verb=Verb.REOPEN, by=SYSTEM)


def _cancel_fine(measure_id: UUID) -> None:
    """A fine that was lifted need not be paid; one that was paid is for the treasurer, who finds both in the history."""
    try:
        fine = get_bill(f"measure:{measure_id}")
    except NotFound:
        return
    if fine.open:
        cancel(bill_id=fine.id, by=SYSTEM, reason="Keberatan dikabulkan")
