"""All writes of money: make a bill, begin to pay it, believe (or not) what the provider says, let it end.

Locks are always taken bill first, then attempt. The provider is never called inside a transaction.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from pendopo.identity.api import SYSTEM, Actor
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, Invalid, NotFound, Unavailable
from pendopo.payments import models, queries, rules
from pendopo.payments.connectors.snap import client, mapping
from pendopo.payments.rules import AttemptState, BillState, Outcome, Posting

WEBHOOK_MAX_BYTES: Final = 16 * 1024
REFUSED_KEEP_BYTES: Final = 1024
EXPIRE_AT_ONCE: Final = 200


@transaction.atomic
def bill(
    *,
    subject: str,
    payer_ref: str,
    payer_name: str,
    title: str,
    lines: Sequence[rules.BillLine],
    due_at: datetime,
    by: Actor,
) -> rules.Bill:
    """Make the bill of a subject, once: the same call again returns the bill that is there.

    Shape: ``subject`` is ``kind:uuid``, ``payer_ref`` an ``Actor.ref``; amounts are whole rupiah; ``due_at`` is aware.
    Raises: Denied("bill_empty") when nothing is to be paid, Denied("bill_differs") when there is another amount already.
    """
    total_idr = rules.total(lines)
    row, is_new = _insert_bill(
        subject, payer_ref=payer_ref, payer_name=payer_name, title=title, total_idr=total_idr, due_at=due_at
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
        )
        for position, line in enumerate(lines, 1)
    )
    _post(row, Posting.CHARGE, total_idr)
    events.record(
        subject, "bill_made", actor=by.ref, bill=str(row.id), number=row.number, total_idr=total_idr
    )
    return queries.as_bill(row)


def _insert_bill(subject: str, **columns: Any) -> tuple[models.Bill, bool]:
    """Insert, or find what another call inserted; the unique subject decides who was first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('payments_bill_serial')")
        number = rules.make_number(clock.today(), int(cursor.fetchone()[0]))
    fixed = {"number": number, "state": BillState.UNPAID, "created_at": clock.now()}
    return models.Bill.objects.get_or_create(subject=subject, defaults=columns | fixed)


def begin_payment(*, bill_id: UUID, by: Actor, return_url: str) -> rules.Attempt:
    """Open a payment at the provider, or return the one that is open. Not inside a transaction.

    Calling again after a failure is safe: the provider is asked with the same reference.
    Raises: NotFound, Denied("already_paid" | "expired" | "not_in_this_state"), Unavailable.
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
    row = _lock_bill(bill_id)
    if not queries.can_see(row, by):
        raise NotFound(f"bill {bill_id}")
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
    bill_row = _lock_bill(attempt.bill_id)
    row = models.Attempt.objects.select_for_update().get(id=attempt.id)
    row.provider_reference = opened.provider_reference
    row.pay_url = opened.pay_url
    row.qr_content = opened.qr_content if rules.is_qris_for(opened.qr_content, row.amount_idr) else ""
    if row.state == AttemptState.OPENING:
        row.state = AttemptState.PENDING
        events.record(
            bill_row.subject, "payment_begun", actor=by.ref, bill=str(bill_row.id), attempt=str(row.id)
        )
        if bill_row.state == BillState.UNPAID:
            _set_state(bill_row, BillState.PENDING)
    row.save(update_fields=["provider_reference", "pay_url", "qr_content", "state"])
    return queries.as_attempt(row)


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
    asked = (
        models.Attempt.objects.filter(bill=row)
        .exclude(provider_reference=None)
        .exclude(state=AttemptState.PAID)
    )
    for attempt in asked.order_by("-created_at")[:1]:
        notice = client.get_payment(str(attempt.provider_reference))
        if notice.provider_reference != attempt.provider_reference:
            raise Unavailable("payment provider answered about another payment", permanent=True)
        with transaction.atomic(durable=True):
            _apply(notice)
        row.refresh_from_db()
    return queries.as_bill(row)


@transaction.atomic
def cancel(*, bill_id: UUID, by: Actor, reason: str = "") -> rules.Bill:
    """Withdraw a bill that is not paid. Money that still comes is kept apart and reported, never lost.

    Raises: NotFound, Denied("already_paid" | "not_in_this_state").
    """
    row = _lock_bill(bill_id)
    if row.state == BillState.CANCELLED:
        return queries.as_bill(row)
    if row.state == BillState.PAID:
        raise Denied("already_paid")
    if row.state == BillState.REFUNDED:
        raise Denied("not_in_this_state", "bill is refunded")
    if row.state in rules.OPEN:
        _post(row, Posting.REVERSAL, row.total_idr)
    _close_live_attempts(row, AttemptState.CANCELLED)
    _set_state(row, BillState.CANCELLED)
    events.record(row.subject, "bill_cancelled", actor=by.ref, bill=str(row.id), reason=reason)
    return queries.as_bill(row)


@transaction.atomic
def reopen(*, bill_id: UUID, due_at: datetime, by: Actor) -> rules.Bill:
    """Give an expired bill a new last day. Raises: NotFound, Denied("not_in_this_state" | "expired")."""
    row = _lock_bill(bill_id)
    if row.state != BillState.EXPIRED:
        raise Denied("not_in_this_state", f"bill is {row.state}")
    if due_at <= clock.now():
        raise Denied("expired", "new last day is past")
    _post(row, Posting.CHARGE, row.total_idr)
    row.due_at = due_at
    row.save(update_fields=["due_at"])
    _set_state(row, BillState.UNPAID)
    events.record(row.subject, "bill_reopened", actor=by.ref, bill=str(row.id), due_at=due_at.isoformat())
    return queries.as_bill(row)


@transaction.atomic
def expire_overdue() -> int:
    """Let up to 200 bills end whose last day is past; returns how many. Run until it returns 0."""
    overdue = models.Bill.objects.filter(state__in=rules.OPEN, due_at__lt=clock.now()).order_by("due_at")
    rows = list(overdue.select_for_update(skip_locked=True)[:EXPIRE_AT_ONCE])
    for row in rows:
        _post(row, Posting.REVERSAL, row.total_idr)
        _close_live_attempts(row, AttemptState.EXPIRED)
        _set_state(row, BillState.EXPIRED)
        events.record(row.subject, "bill_expired", actor=SYSTEM.ref, bill=str(row.id))
        events.emit("bill_expired", bill=str(row.id), subject=row.subject)
    return len(rows)


# What a notice does -------------------------------------------------------------------------------------------------


def _apply(notice: rules.Notice) -> Outcome:
    """Judge a notice under lock and write what follows. Inside a transaction."""
    found = _find_attempt(notice)
    if found is None:
        _disagree(notice, Outcome.UNKNOWN_REFERENCE, None, None)
        return Outcome.UNKNOWN_REFERENCE
    row = _lock_bill(found.bill_id)
    attempt = models.Attempt.objects.select_for_update().get(id=found.id)
    outcome = rules.judge(
        notice,
        bill=BillState(row.state),
        due_at=row.due_at,
        attempt=AttemptState(attempt.state),
        amount_idr=attempt.amount_idr,
        now=clock.now(),
    )
    if outcome == Outcome.SETTLED:
        _settle(row, attempt, notice)
    elif outcome == Outcome.CLOSED:
        _close(row, attempt, notice)
    elif outcome in {Outcome.LATE_PAYMENT, Outcome.SECOND_PAYMENT}:
        _keep_apart(row, attempt, notice)
    if outcome in rules.DISCREPANCIES:
        _disagree(notice, outcome, row, attempt.amount_idr)
    return outcome


def _find_attempt(notice: rules.Notice) -> models.Attempt | None:
    """Return the attempt both references agree on; a webhook may come before the answer that names its reference."""
    try:
        ours = UUID(notice.partner_reference)
    except ValueError:
        return None
    attempt = models.Attempt.objects.filter(id=ours, provider=notice.provider).first()
    if attempt is None or attempt.provider_reference not in {None, notice.provider_reference}:
        return None
    return attempt


def _settle(row: models.Bill, attempt: models.Attempt, notice: rules.Notice) -> None:
    """Money came: ledger, bill, event and news in the one transaction."""
    if row.state == BillState.EXPIRED:  # paid in time, told late: the charge had been taken back
        _post(row, Posting.CHARGE, row.total_idr)
    _end_attempt(attempt, AttemptState.PAID, notice.provider_reference)
    _post(row, Posting.PAYMENT, row.total_idr, attempt)
    _close_live_attempts(row, AttemptState.CANCELLED)
    row.state, row.paid_at = BillState.PAID, notice.paid_at or clock.now()
    row.save(update_fields=["state", "paid_at"])
    events.record(
        row.subject,
        "bill_settled",
        actor=SYSTEM.ref,
        bill=str(row.id),
        number=row.number,
        amount_idr=row.total_idr,
        provider=notice.provider,
        provider_reference=notice.provider_reference,
    )
    events.emit("bill_settled", bill=str(row.id), subject=row.subject)


def _close(row: models.Bill, attempt: models.Attempt, notice: rules.Notice) -> None:
    """Attempt ended without money: the bill can be paid by another."""
    _end_attempt(attempt, notice.state, notice.provider_reference)
    if row.state == BillState.PENDING:
        _set_state(row, BillState.UNPAID)
    events.record(
        row.subject,
        "payment_ended",
        actor=SYSTEM.ref,
        bill=str(row.id),
        attempt=str(attempt.id),
        state=notice.state,
    )


def _keep_apart(row: models.Bill, attempt: models.Attempt, notice: rules.Notice) -> None:
    """Money came that nobody asked for: written down as the payer's until the treasurer decides."""
    _end_attempt(attempt, AttemptState.PAID, notice.provider_reference)
    _post(row, Posting.UNAPPLIED, attempt.amount_idr, attempt)


def _disagree(notice: rules.Notice, kind: Outcome, row: models.Bill | None, expected_idr: int | None) -> None:
    """Report a difference once, however often it is told."""
    _, is_new = models.Discrepancy.objects.get_or_create(
        provider=notice.provider,
        provider_reference=notice.provider_reference,
        kind=kind,
        told_idr=notice.amount_idr,
        defaults={"bill": row, "expected_idr": expected_idr, "at": clock.now()},
    )
    if is_new and row is not None:
        events.record(
            row.subject,
            "payment_discrepancy",
            actor=SYSTEM.ref,
            bill=str(row.id),
            kind=kind,
            expected_idr=expected_idr,
            told_idr=notice.amount_idr,
        )
    if is_new:
        events.emit("payment_discrepancy", kind=kind, provider_reference=notice.provider_reference)


# Small steps --------------------------------------------------------------------------------------------------------


def _lock_bill(bill_id: UUID) -> models.Bill:
    row = models.Bill.objects.select_for_update().filter(id=bill_id).first()
    if row is None:
        raise NotFound(f"bill {bill_id}")
    return row


def _set_state(row: models.Bill, state: BillState) -> None:
    row.state = state
    row.save(update_fields=["state"])


def _end_attempt(attempt: models.Attempt, state: AttemptState, provider_reference: str) -> None:
    attempt.state, attempt.provider_reference = state, provider_reference
    attempt.save(update_fields=["state", "provider_reference"])


def _close_live_attempts(row: models.Bill, state: AttemptState) -> None:
    models.Attempt.objects.filter(bill=row, state__in=rules.LIVE).update(state=state)


def _post(row: models.Bill, posting: Posting, amount_idr: int, attempt: models.Attempt | None = None) -> None:
    """Write both sides of a posting."""
    key, at = uuid.uuid4(), clock.now()
    models.LedgerEntry.objects.bulk_create(
        models.LedgerEntry(
            transaction=key,
            posting=posting,
            account=account,
            amount_idr=signed,
            bill=row,
            attempt=attempt,
            at=at,
        )
        for account, signed in rules.ledger_lines(posting, amount_idr)
    )
