"""Believe (or not) what the provider says, by webhook or when asked, exactly once.

One payment may be of several bills: its news is judged bill by bill in one transaction, so each is settled or not for its own reasons.
Locks are always taken bills first, in the order of their ids, then attempts. The provider is never called inside a transaction.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from pendopo.identity.api import SYSTEM
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, Invalid, NotFound, Unavailable
from pendopo.payments import models, queries, rules
from pendopo.payments.actions import books
from pendopo.payments.connectors.snap import client, mapping
from pendopo.payments.rules import AttemptState, BillState, Outcome, Posting

log = logging.getLogger(__name__)
WEBHOOK_MAX_BYTES: Final = 16 * 1024
REFUSED_KEEP_BYTES: Final = 1024
REFUSED_KEEP_DAYS: Final = 30


def receive_webhook(*, raw: bytes, headers: Mapping[str, str]) -> Outcome:
    """Keep what came, check its signature, then act on it; settles exactly once however often it comes.

    Raises: Denied("bad_signature"), Invalid when it is signed but cannot be read or is too long.
    """
    if len(raw) > WEBHOOK_MAX_BYTES:
        raise Invalid({"body": "too long"})
    kept = {name.upper(): value for name, value in headers.items() if name.upper() in mapping.SIGNED_HEADERS}
    webhook = models.WebhookBody.objects.create(
        provider=mapping.PROVIDER, headers=kept, body=raw, received_at=clock.now(), verdict="received"
    )
    if not client.is_genuine(raw, kept):
        _refuse(webhook, raw[:REFUSED_KEEP_BYTES])
        raise Denied("bad_signature")
    try:
        notice = mapping.read_webhook(raw)
    except mapping.NotUnderstood as error:
        _refuse(webhook, raw)
        raise Invalid({"body": str(error)}) from error
    return _apply_webhook(webhook, notice)


def _refuse(webhook: models.WebhookBody, body: bytes) -> None:
    """Mark as not believed; of a stranger's message only the beginning is kept, so nobody can fill the disk."""
    models.WebhookBody.objects.filter(id=webhook.id).update(verdict="refused", body=body)


def _apply_webhook(webhook: models.WebhookBody, notice: rules.Notice) -> Outcome:
    try:
        with transaction.atomic():
            outcome = _apply(notice)
            models.WebhookBody.objects.filter(id=webhook.id).update(verdict=outcome, event_id=notice.event_id)
    except IntegrityError as error:
        if "webhook_event_once" not in str(error):
            raise
        models.WebhookBody.objects.filter(id=webhook.id).update(
            verdict=Outcome.DUPLICATE, event_id=notice.event_id
        )
        return Outcome.DUPLICATE
    return outcome


def reconcile(bill_id: UUID) -> rules.Bill:
    """Ask the provider how the open payment stands and act on it. Not inside a transaction.

    Raises: NotFound, Unavailable (nothing is changed then).
    """
    row = models.Bill.objects.filter(id=bill_id).first()
    if row is None:
        raise NotFound(f"bill {bill_id}")
    if reconcile_together([bill_id]):
        row.refresh_from_db()
    return queries.as_bill(row)


def reconcile_together(bill_ids: Iterable[UUID]) -> int:
    """The same for several bills: the newest payment of each, and each payment once. Returns how many were asked about.

    Raises: Unavailable (what was answered before stays written).
    """
    references = queries.newest_payments(bill_ids)
    for reference in references:
        ask_about(reference)
    return len(references)


def ask_about(provider_reference: str) -> None:
    """Ask the provider how one payment stands and act on it. Not inside a transaction. Raises: Unavailable (nothing is changed then)."""
    notice = client.get_payment(provider_reference)
    if notice.provider_reference != provider_reference:
        raise Unavailable("payment provider answered about another payment", permanent=True)
    with transaction.atomic(durable=True):
        _apply(notice)


def reconcile_doubtful() -> int:
    """Ask about every payment whose news may be lost; returns how many were asked about. Not inside a transaction.

    One payment the provider knows nothing of does not keep the others waiting; a provider that is away ends the round.
    """
    asked = 0
    for bill_id in queries.list_doubtful():
        try:
            reconcile(bill_id)
        except Unavailable as absent:
            log.warning("bill %s not asked about: %s", bill_id, absent)
            if not absent.permanent:
                break
        else:
            asked += 1
    return asked


def forget_refused() -> int:
    """Delete webhooks of strangers older than 30 days; returns how many."""
    old = clock.now() - timedelta(days=REFUSED_KEEP_DAYS)
    return models.WebhookBody.objects.filter(verdict="refused", received_at__lt=old).delete()[0]


def _apply(notice: rules.Notice) -> Outcome:
    """Judge a notice under lock and write what follows. Inside a transaction."""
    found = _find_attempts(notice)
    if not found:
        _disagree(notice, Outcome.UNKNOWN_REFERENCE, None, None, notice.amount_idr)
        return Outcome.UNKNOWN_REFERENCE
    rows = books.lock_bills(found.values())
    locked = {one.bill_id: one for one in models.Attempt.objects.select_for_update().filter(id__in=found)}
    whole_idr = sum(attempt.amount_idr for attempt in locked.values())
    if notice.amount_idr != whole_idr:
        _disagree(notice, Outcome.WRONG_AMOUNT, rows[0], whole_idr, notice.amount_idr)
        return Outcome.WRONG_AMOUNT
    return rules.overall([_apply_to(row, locked[row.id], notice) for row in rows])


def _apply_to(row: models.Bill, attempt: models.Attempt, notice: rules.Notice) -> Outcome:
    """What a notice means for one of the bills it is about: each has its own last day and may have ended meanwhile."""
    outcome = rules.judge(
        notice,
        bill=BillState(row.state),
        due_at=row.due_at,
        attempt=AttemptState(attempt.state),
        amount_idr=notice.amount_idr,
        now=clock.now(),
    )
    if outcome == Outcome.SETTLED:
        _settle(row, attempt, notice)
    elif outcome == Outcome.CLOSED:
        _close(row, attempt, notice)
    elif outcome in {Outcome.LATE_PAYMENT, Outcome.SECOND_PAYMENT}:
        _keep_apart(row, attempt, notice)
    if outcome in rules.DISCREPANCIES:
        _disagree(notice, outcome, row, attempt.amount_idr, attempt.amount_idr)
    return outcome


def _find_attempts(notice: rules.Notice) -> dict[UUID, UUID]:
    """{attempt: bill} of the payment both references agree on; a webhook may come before the answer that names its reference."""
    try:
        ours = UUID(notice.partner_reference)
    except ValueError:
        return {}
    attempts = list(models.Attempt.objects.filter(together=ours, provider=notice.provider))
    if any(attempt.provider_reference not in {None, notice.provider_reference} for attempt in attempts):
        return {}
    return {attempt.id: attempt.bill_id for attempt in attempts}


def _settle(row: models.Bill, attempt: models.Attempt, notice: rules.Notice) -> None:
    """Money came: ledger, bill, event and news in the one transaction."""
    if row.state == BillState.EXPIRED:  # paid in time, told late: the charge had been taken back
        books.post(row, Posting.CHARGE, row.total_idr)
    books.end_attempt(attempt, AttemptState.PAID, notice.provider_reference)
    books.post(row, Posting.PAYMENT, row.total_idr, attempt)
    books.close_live_attempts(row, AttemptState.CANCELLED)
    row.state, row.paid_at = BillState.PAID, notice.paid_at or clock.now()
    row.save(update_fields=["state", "paid_at"])
    books.note(
        row,
        "bill_settled",
        SYSTEM,
        number=row.number,
        amount_idr=row.total_idr,
        provider=notice.provider,
        provider_reference=notice.provider_reference,
    )
    events.emit("bill_settled", bill=str(row.id), subject=row.subject)


def _close(row: models.Bill, attempt: models.Attempt, notice: rules.Notice) -> None:
    """Attempt ended without money: the bill can be paid by another."""
    books.end_attempt(attempt, notice.state, notice.provider_reference)
    if row.state == BillState.PENDING:
        books.set_state(row, BillState.UNPAID)
    books.note(
        row,
        "payment_ended",
        SYSTEM,
        attempt=str(attempt.id),
        state=notice.state,
    )


def _keep_apart(row: models.Bill, attempt: models.Attempt, notice: rules.Notice) -> None:
    """Money came that nobody asked for: written down as the payer's until the treasurer decides."""
    books.end_attempt(attempt, AttemptState.PAID, notice.provider_reference)
    books.post(row, Posting.UNAPPLIED, attempt.amount_idr, attempt)


def _disagree(
    notice: rules.Notice, kind: Outcome, row: models.Bill | None, expected_idr: int | None, told_idr: int
) -> None:
    """Report a difference once, however often it is told."""
    _, is_new = models.Discrepancy.objects.get_or_create(
        provider=notice.provider,
        provider_reference=notice.provider_reference,
        kind=kind,
        told_idr=told_idr,
        bill=row,
        defaults={"expected_idr": expected_idr, "at": clock.now()},
    )
    if is_new and row is not None:
        books.note(
            row,
            "payment_discrepancy",
            SYSTEM,
            kind=kind,
            expected_idr=expected_idr,
            told_idr=told_idr,
        )
    if is_new:
        events.emit("payment_discrepancy", kind=kind, provider_reference=notice.provider_reference)
