"""Begin to pay: claim an attempt, open it at the provider, write down what it answered.

Locks are always taken bill first, then attempt. The provider is never called inside a transaction.
"""

from uuid import UUID

from django.db import transaction

from pendopo.identity.api import Actor
from pendopo.kernel import clock
from pendopo.payments import models, queries, rules
from pendopo.payments.actions import books
from pendopo.payments.connectors.snap import client, mapping
from pendopo.payments.rules import AttemptState, BillState


def begin_payment(*, bill_id: UUID, by: Actor, return_url: str) -> rules.Attempt:
    """Open a payment at the provider, or return the one that is open. Not inside a transaction.

    Calling again after a failure is safe: the provider is asked with the same reference.
    Raises: NotFound, Denied("mandate_..." | "already_paid" | "expired" | "not_in_this_state"), Unavailable.
    """
    attempt, title, number = _claim_attempt(bill_id, by)
    if attempt.state == AttemptState.PENDING:
        return attempt
    opened = client.open_payment(
        partner_reference=attempt.id,
        amount_idr=attempt.amount_idr,
        description=f"{number} {title}",
        return_url=return_url,
        expires_at=attempt.expires_at,
    )
    return _store_opened(attempt, opened, by)


@transaction.atomic(durable=True)
def _claim_attempt(bill_id: UUID, by: Actor) -> tuple[rules.Attempt, str, str]:
    """Return the live attempt of a payable bill, made if there is none."""
    row = books.lock_bill(bill_id)
    queries.check_sees(row, by)
    now = clock.now()
    rules.check_payable(BillState(row.state), row.due_at, now)
    attempt, _ = models.Attempt.objects.get_or_create(
        bill=row,
        state__in=rules.LIVE,
        defaults={
            "provider": mapping.PROVIDER,
            "amount_idr": row.total_idr,
            "state": AttemptState.OPENING,
            "created_at": now,
            "expires_at": row.due_at,
        },
    )
    return queries.as_attempt(attempt), row.title, row.number


@transaction.atomic(durable=True)
def _store_opened(attempt: rules.Attempt, opened: mapping.Opened, by: Actor) -> rules.Attempt:
    """Write down what the provider answered, unless its webhook was quicker. A QR that is not whole is not kept."""
    bill_row = books.lock_bill(attempt.bill_id)
    row = models.Attempt.objects.select_for_update().get(id=attempt.id)
    row.provider_reference = opened.provider_reference
    row.pay_url = opened.pay_url
    row.qr_content = opened.qr_content if rules.is_qris_for(opened.qr_content, row.amount_idr) else ""
    if row.state == AttemptState.OPENING:
        row.state = AttemptState.PENDING
        books.note(bill_row, "payment_begun", by, attempt=str(row.id))
        if bill_row.state == BillState.UNPAID:
            books.set_state(bill_row, BillState.PENDING)
    row.save(update_fields=["provider_reference", "pay_url", "qr_content", "state"])
    return queries.as_attempt(row)
