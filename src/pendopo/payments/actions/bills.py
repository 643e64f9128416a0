"""Make a bill, let it end, give it a new last day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from pendopo.identity.api import SYSTEM, Actor
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied
from pendopo.payments import models, queries, rules
from pendopo.payments.actions import books
from pendopo.payments.rules import AttemptState, BillState, Posting

EXPIRE_AT_ONCE: Final = 200


@transaction.atomic
def bill(
    *,
    subject: str,
    service_id: str,
    agency_id: str,
    payer_ref: str,
    payer_name: str,
    title: str,
    lines: Sequence[rules.BillLine],
    due_at: datetime,
    by: Actor,
    business_id: UUID | None = None,
) -> rules.Bill:
    """Make the bill of a subject, once: the same call again returns the bill that is there.

    Shape: ``subject`` is ``kind:uuid``, ``payer_ref`` an ``Actor.ref``; the agency asks it for the service;
    ``business_id`` is the business it is owed for: the bill closes to a payer who may no longer act for it;
    amounts are whole rupiah; ``due_at`` is aware.
    Raises: Denied("bill_empty") when nothing is to be paid, Denied("bill_differs") when there is another amount already.
    """
    total_idr = rules.total(lines)
    row, is_new = _insert_bill(
        subject,
        service_id=service_id,
        agency_id=agency_id,
        payer_ref=payer_ref,
        payer_name=payer_name,
        business_id=business_id,
        title=title,
        total_idr=total_idr,
        due_at=due_at,
    )
    if not is_new:
        if row.total_idr != total_idr:
            raise Denied("bill_differs", f"{subject}: {row.total_idr} is not {total_idr}")
        return queries.as_bill(row)
    models.BillLine.objects.bulk_create(
        models.BillLine(
            bill=row,
            position=position,
            name=line.name,
            name_en=line.name_en,
            amount_idr=line.amount_idr,
            legal_basis=line.legal_basis,
            explanation=line.explanation,
            explanation_en=line.explanation_en,
        )
        for position, line in enumerate(lines, 1)
    )
    books.post(row, Posting.CHARGE, total_idr)
    books.note(row, "bill_made", by, number=row.number, total_idr=total_idr)
    return queries.as_bill(row)


def _insert_bill(subject: str, **columns: Any) -> tuple[models.Bill, bool]:
    """Insert, or find what another call inserted; the unique subject decides who was first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('payments_bill_serial')")
        number = rules.make_number(clock.today(), int(cursor.fetchone()[0]))
    fixed = {"number": number, "state": BillState.UNPAID, "created_at": clock.now()}
    return models.Bill.objects.get_or_create(subject=subject, defaults=columns | fixed)


@transaction.atomic
def cancel(*, bill_id: UUID, by: Actor, reason: str = "") -> rules.Bill:
    """Withdraw a bill that is not paid. Money that still comes is kept apart and reported, never lost.

    Raises: NotFound, Denied("already_paid" | "not_in_this_state").
    """
    row = books.lock_bill(bill_id)
    if row.state == BillState.CANCELLED:
        return queries.as_bill(row)
    if row.state == BillState.PAID:
        raise Denied("already_paid")
    if row.state == BillState.REFUNDED:
        raise Denied("not_in_this_state", "bill is refunded")
    if row.state in rules.OPEN:
        books.post(row, Posting.REVERSAL, row.total_idr)
    books.close_live_attempts(row, AttemptState.CANCELLED)
    books.set_state(row, BillState.CANCELLED)
    books.note(row, "bill_cancelled", by, reason=reason)
    return queries.as_bill(row)


@transaction.atomic
def reopen(*, bill_id: UUID, due_at: datetime, by: Actor) -> rules.Bill:
    """Give an expired bill a new last day. Raises: NotFound, Denied("not_in_this_state" | "expired")."""
    row = books.lock_bill(bill_id)
    if row.state != BillState.EXPIRED:
        raise Denied("not_in_this_state", f"bill is {row.state}")
    if due_at <= clock.now():
        raise Denied("expired", "new last day is past")
    books.post(row, Posting.CHARGE, row.total_idr)
    row.due_at = due_at
    row.save(update_fields=["due_at"])
    books.set_state(row, BillState.UNPAID)
    books.note(row, "bill_reopened", by, due_at=due_at.isoformat())
    return queries.as_bill(row)


@transaction.atomic
def expire_overdue() -> int:
    """Let up to 200 bills end whose last day is past; returns how many. Run until it returns 0."""
    overdue = models.Bill.objects.filter(state__in=rules.OPEN, due_at__lt=clock.now()).order_by("due_at")
    rows = list(overdue.select_for_update(skip_locked=True)[:EXPIRE_AT_ONCE])
    for row in rows:
        books.post(row, Posting.REVERSAL, row.total_idr)
        books.close_live_attempts(row, AttemptState.EXPIRED)
        books.set_state(row, BillState.EXPIRED)
        books.note(row, "bill_expired", SYSTEM)
        events.emit("bill_expired", bill=str(row.id), subject=row.subject)
    return len(rows)
