"""What is done to an issued paper: measures with their signed letters, replacement by a newer one, reminders of the end.

One transaction writes the measure, the paper's state, the event, the news and the letter. Fines are recorded here; their bill is
raised by whoever knows payments.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from pendopo.documents.actions.issue import Signatory, issue
from pendopo.documents.models import Document, MeasureTaken, Reminder
from pendopo.documents.queries import (
    History,
    Paper,
    check_hand_on_paper,
    list_ending,
    list_over,
    measure_of,
    paper,
    standing_of,
    taken_on,
)
from pendopo.documents.rules import lifecycle, papers
from pendopo.documents.rules.letters import letter
from pendopo.documents.rules.lifecycle import Measure, Order, Taken
from pendopo.documents.rules.words import clean_text
from pendopo.identity.api import SYSTEM, Actor, ActorKind
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, NotFound

SWEPT: int = 200


@dataclass(frozen=True, slots=True)
class Done:
    """A measure that was taken: on which paper, and the letter that tells of it."""

    measure: History
    paper: Paper
    letter: Paper | None


@transaction.atomic
def take_measure(
    *,
    by: Actor,
    document_id: UUID,
    measure: Measure,
    order: Order,
    signatory: Signatory | None = None,
    closing: str = "",
) -> Done:
    """Take ``measure`` on a paper and issue its letter, signed by ``signatory`` (the actor unless said). ``closing`` ends the letter.

    Raises: NotFound, Denied ("mandate_..."; see rules.lifecycle.check), Unavailable (letter). Nothing is written when it raises.
    """
    row = _locked(document_id)
    if not (measure is Measure.ASK_REVOCATION or by.kind is ActorKind.SYSTEM or row.agency_id in by.duties):
        raise NotFound
    if by.kind is ActorKind.PERSON and row.holder_ref != by.ref:
        raise NotFound
    check_hand_on_paper(by, row)
    order = _cleaned(order)
    history = taken_on(row.id)
    lifecycle.check(standing_of(paper(row), history), measure, by, order, on=clock.today())
    made = _append(row, history, measure, order, by)
    tells = measure in lifecycle.OFFICERS and by.kind is ActorKind.STAFF
    told = _letter(row, made, order, by, signatory, closing) if tells else None
    return Done(measure_of(made.id), paper(row), told)


@transaction.atomic
def lift_measure(*, by: Actor, measure_id: UUID, reason: str, legal_basis: str = "") -> Done:
    """Take a measure back after an objection was granted: as if it had never been taken. Lifting twice changes nothing.

    Raises: NotFound, Denied("not_yours").
    """
    if by.kind is not ActorKind.SYSTEM:
        raise Denied("not_yours")
    target = MeasureTaken.objects.filter(pk=measure_id, measure__in=lifecycle.SANCTIONS).first()
    if target is None:
        raise NotFound
    row = _locked(target.document_id)
    if not MeasureTaken.objects.filter(lifts=target).exists():
        order = _cleaned(Order("appeal", reason, legal_basis))
        lifecycle.check(standing_of(paper(row)), Measure.LIFT, by, order, on=clock.today())
        _append(row, taken_on(row.id), Measure.LIFT, order, by, lifts=target)
    return Done(measure_of(target.id), paper(row), None)


def replace_document(*, by: Actor, document_id: UUID, successor_id: UUID) -> bool:
    """The paper's place is taken by another, where its state lets it. Call inside the transaction that issues the successor."""
    row = _locked(document_id)
    history = taken_on(row.id)
    if not lifecycle.can(standing_of(paper(row), history), Measure.REPLACE, SYSTEM):
        return False
    row.replaced_by_id = successor_id
    _append(row, history, Measure.REPLACE, Order("replaced", "Digantikan oleh dokumen yang lebih baru"), by)
    return True


def sweep_standing() -> int:
    """Once a day and more often does no harm: remind of papers that end, tell of those that have, end suspensions whose last day is past.

    Emits ``document_expiring(document, days)`` and ``document_expired(document)``, each once. Returns how many things it did.
    """
    done = 0
    for notice in list_ending(SWEPT):
        done += _remind(notice.document_id, notice.days)
    for document_id in list_over(SWEPT):
        done += _end_suspension(document_id)
    return done


@transaction.atomic
def _remind(document_id: UUID, days: int) -> bool:
    _made, fresh = Reminder.objects.get_or_create(
        document_id=document_id, days=days, defaults={"at": clock.now()}
    )
    if fresh and days:
        events.emit("document_expiring", document=str(document_id), days=days)
    elif fresh:
        events.record(f"document:{document_id}", "expired", actor=SYSTEM.ref)
        events.emit("document_expired", document=str(document_id))
    return fresh


@transaction.atomic
def _end_suspension(document_id: UUID) -> bool:
    row = _locked(document_id)
    if (
        row.state != papers.State.SUSPENDED
        or row.suspended_until is None
        or row.suspended_until >= clock.today()
    ):
        return False  # somebody was faster
    order = Order("ended", f"Dibekukan sampai dengan {papers.day_words(row.suspended_until)}")
    _append(row, taken_on(row.id), Measure.REINSTATE, order, SYSTEM)
    return True


def _locked(document_id: UUID) -> Document:
    row = Document.objects.select_for_update().filter(pk=document_id).first()
    if row is None:
        raise NotFound
    return row


def _cleaned(order: Order) -> Order:
    return Order(
        order.ground,
        clean_text(order.reason),
        clean_text(order.legal_basis),
        order.level,
        order.amount_idr,
        order.until,
    )


def _append(
    row: Document,
    history: list[Taken],
    measure: Measure,
    order: Order,
    by: Actor,
    lifts: MeasureTaken | None = None,
) -> MeasureTaken:
    """Write the measure, what the paper amounts to after it, the event and the news."""
    made = MeasureTaken(
        document=row, position=len(history) + 1, measure=measure, from_state=row.state, at=clock.now(), by_ref=by.ref, by_name=by.name,
        ground=order.ground, reason=order.reason, legal_basis=order.legal_basis, level=order.level, amount_idr=order.amount_idr,
        until=order.until, lifts=lifts,
    )  # fmt: skip
    entry = Taken(str(made.id), measure, order.until, order.level, str(lifts.id) if lifts else "")
    state, until = lifecycle.amounts_to([*history, entry])
    made.to_state = str(state)
    made.save(force_insert=True)
    if state != row.state:
        row.state, row.state_at, row.suspended_until = str(state), made.at, until
        row.save(update_fields=["state", "state_at", "suspended_until", "replaced_by"])
    said = {
        "measure": str(made.id),
        "state": str(state),
        "ground": order.ground,
        "oss_code": lifecycle.OSS_CODES.get(measure, ""),
        **({"level": order.level} if order.level else {}),
        **({"amount_idr": order.amount_idr} if order.amount_idr else {}),
        **({"until": order.until.isoformat()} if order.until else {}),
    }
    events.record(
        f"document:{row.id}",
        str(measure),
        actor=by.doer,
        on_behalf_of=by.behalf,
        by_name=by.hand_name or by.name,
        reason=order.reason,
        **said,
    )
    events.emit(
        "measure_taken",
        document=str(row.id),
        kind=str(measure),
        subject=row.subject,
        number=row.number,
        **said,
    )
    return made


def _letter(
    row: Document, made: MeasureTaken, order: Order, by: Actor, signatory: Signatory | None, closing: str
) -> Paper:
    """The signed letter that tells the holder."""
    said = letter(
        Measure(made.measure), order, number=row.number, title=str(row.data.get("title", row.service_name))
    )
    return issue(
        by=by,
        subject=f"measure:{made.id}",
        kind=said.kind,
        purpose=papers.Purpose.LETTER,
        title=said.title,
        template="measure",
        service_id=row.service_id,
        service_name=row.service_name,
        agency_id=row.agency_id,
        agency_name=row.agency_name,
        agency_address=str(row.data.get("agency_address", "")),
        holder_ref=row.holder_ref,
        holder_name=row.holder_name,
        business_id=row.business_id,
        intro=said.decision,
        rows=[
            ("Dokumen", str(row.data.get("title", row.service_name))),
            ("Nomor", row.number),
            ("Pemegang", row.holder_name),
            *said.rows,
        ],
        reasons=[(order.reason, order.legal_basis)],
        signatory=signatory or Signatory(name=by.name, title=row.agency_name),
        closing=closing,
        english={**(row.data.get("english") or {}), "title": said.title_en, "signatory_title": ""},
    )
