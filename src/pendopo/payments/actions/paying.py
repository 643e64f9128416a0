"""Begin to pay: claim an attempt for each bill, open them at the provider as one payment, write down what it answered.

Locks are always taken bills first, in the order of their ids, then attempts. The provider is never called inside a transaction.
"""

from collections.abc import Sequence
from uuid import UUID, uuid4

from django.db import transaction

from pendopo.identity.api import Actor
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, Unavailable
from pendopo.payments import models, queries, rules
from pendopo.payments.actions import believing, books
from pendopo.payments.connectors.snap import client, mapping
from pendopo.payments.rules import LIVE, AttemptState, BillState

Attempts = tuple[rules.Attempt, ...]


def begin_payment(*, bill_id: UUID, by: Actor, return_url: str) -> rules.Attempt:
    """Open a payment of one bill at the provider, or return the one that is open. As :func:`pay_together`."""
    return pay_together(bill_ids=[bill_id], by=by, return_url=return_url)[0]


def pay_together(*, bill_ids: Sequence[UUID], by: Actor, return_url: str) -> Attempts:
    """Open one payment for several bills at the provider, or return the one that is open for exactly these. Not inside a transaction.

    Each bill has its own attempt and keeps its own books; what the payment settles is judged bill by bill when the money comes.
    Calling again after a failure is safe: the provider is asked with the same reference. Who began to pay some of these bills in another
    composition may have paid by it, its news only late: the provider is asked about it first, and while it is away nothing is opened.
    Raises: NotFound, Denied("bill_empty" | "mandate_..." | "already_paid" | "expired" | "not_in_this_state"), Unavailable.
    """
    _ask_elsewhere(bill_ids, by)
    attempts, description = _claim(bill_ids, by)
    if all(attempt.state == AttemptState.PENDING for attempt in attempts):
        return attempts
    opened = client.open_payment(
        partner_reference=attempts[0].together,
        amount_idr=sum(attempt.amount_idr for attempt in attempts),
        description=description,
        return_url=return_url,
        expires_at=min(attempt.expires_at for attempt in attempts),
    )
    return _store_opened(attempts, opened, by)


def _ask_elsewhere(bill_ids: Sequence[UUID], by: Actor) -> None:
    """Learn of money that came by other payments of these bills, so that nobody pays twice. One the provider never heard of brings none."""
    rows = list(models.Bill.objects.filter(id__in=bill_ids).order_by("id"))
    queries.check_sees(rows, by)
    own = _live_payment_of(rows)
    for reference in queries.payments_elsewhere(bill_ids, own[0].together if own else None):
        try:
            believing.ask_about(reference)
        except Unavailable as absent:
            if not absent.unknown:
                raise


@transaction.atomic(durable=True)
def _claim(bill_ids: Sequence[UUID], by: Actor) -> tuple[Attempts, str]:
    """Attempts of payable bills: the live ones when they are one payment of exactly these, else new ones; and what the bank's page says."""
    rows = books.lock_bills(bill_ids)
    if not rows:
        raise Denied("bill_empty")
    queries.check_sees(rows, by)
    now = clock.now()
    for row in rows:
        rules.check_payable(BillState(row.state), row.due_at, now)
    attempts = _live_payment_of(rows) or _new_payment_of(rows)
    others = f" dan {len(rows) - 1} tagihan lain" if len(rows) > 1 else ""
    return tuple(queries.as_attempt(row) for row in attempts), f"{rows[0].number} {rows[0].title}{others}"


def _live_payment_of(rows: Sequence[models.Bill]) -> list[models.Attempt]:
    live = models.Attempt.objects.filter(bill__in=rows, state__in=LIVE)
    whole = list(
        models.Attempt.objects.filter(together__in=live.values("together")).order_by("bill_id")
    )  # also of other bills, and attempts that have ended
    is_one = len({attempt.together for attempt in whole}) == 1
    fits = [attempt.bill_id for attempt in whole] == [row.id for row in rows]
    return whole if is_one and fits and all(attempt.state in LIVE for attempt in whole) else []


def _new_payment_of(rows: Sequence[models.Bill]) -> list[models.Attempt]:
    """A payment begun before in another composition no longer counts here; money that comes by it all the same is not lost."""
    models.Attempt.objects.filter(bill__in=rows, state__in=LIVE).update(state=AttemptState.CANCELLED)
    ids = [uuid4() for _row in rows]
    return models.Attempt.objects.bulk_create(
        models.Attempt(
            id=attempt_id,
            together=ids[0],
            bill=row,
            provider=mapping.PROVIDER,
            amount_idr=row.total_idr,
            state=AttemptState.OPENING,
            created_at=clock.now(),
            expires_at=min(one.due_at for one in rows),
        )
        for attempt_id, row in zip(ids, rows, strict=True)
    )


@transaction.atomic(durable=True)
def _store_opened(attempts: Attempts, opened: mapping.Opened, by: Actor) -> Attempts:
    """Write down what the provider answered, unless its webhook was quicker. A QR is kept when it is whole and of this bill alone."""
    bills = {row.id: row for row in books.lock_bills(attempt.bill_id for attempt in attempts)}
    rows = (
        models.Attempt.objects.select_for_update().filter(together=attempts[0].together).order_by("bill_id")
    )
    stored = list(rows)
    for row in stored:
        row.provider_reference, row.pay_url = opened.provider_reference, opened.pay_url
        row.qr_content = opened.qr_content if rules.is_qris_for(opened.qr_content, row.amount_idr) else ""
        if row.state == AttemptState.OPENING:
            row.state = AttemptState.PENDING
            books.note(bills[row.bill_id], "payment_begun", by, attempt=str(row.id))
            if bills[row.bill_id].state == BillState.UNPAID:
                books.set_state(bills[row.bill_id], BillState.PENDING)
    models.Attempt.objects.bulk_update(stored, ["provider_reference", "pay_url", "qr_content", "state"])
    return tuple(queries.as_attempt(row) for row in stored)
