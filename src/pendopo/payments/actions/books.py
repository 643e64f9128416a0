"""The small steps every other write is made of: lock a bill, change a state, post to the ledger. Inside a transaction."""

import uuid
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from pendopo.identity.api import Actor
from pendopo.kernel import clock, events
from pendopo.kernel.errors import NotFound
from pendopo.payments import models, rules
from pendopo.payments.rules import AttemptState, BillState, Posting


def lock_bill(bill_id: UUID) -> models.Bill:
    """Row of the bill, held until the transaction ends. Raises: NotFound."""
    row = models.Bill.objects.select_for_update().filter(id=bill_id).first()
    if row is None:
        raise NotFound(f"bill {bill_id}")
    return row


def lock_bills(bill_ids: Iterable[UUID]) -> list[models.Bill]:
    """The same for several, always in the order of their ids, so that nobody waits for each other. Raises: NotFound when one is missing."""
    wanted = set(bill_ids)
    rows = list(models.Bill.objects.select_for_update().filter(id__in=wanted).order_by("id"))
    if len(rows) != len(wanted):
        raise NotFound("bill")
    return rows


def set_state(row: models.Bill, state: BillState) -> None:
    """Only for states that carry no time of their own: paid is written where money is settled."""
    row.state = state
    row.save(update_fields=["state"])


def end_attempt(attempt: models.Attempt, state: AttemptState, provider_reference: str) -> None:
    """An attempt is over; the provider's reference may be news when its webhook was quicker than its answer."""
    attempt.state, attempt.provider_reference = state, provider_reference
    attempt.save(update_fields=["state", "provider_reference"])


def close_live_attempts(row: models.Bill, state: AttemptState) -> None:
    """What is still open at the provider no longer counts here; money that comes all the same is kept apart."""
    models.Attempt.objects.filter(bill=row, state__in=rules.LIVE).update(state=state)


def post(row: models.Bill, posting: Posting, amount_idr: int, attempt: models.Attempt | None = None) -> None:
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


def note(row: models.Bill, verb: str, by: Actor, **data: Any) -> None:
    """Write into the bill's own history; what matters to the subject travels by news (``bill_settled``, ``bill_expired``)."""
    events.record(f"bill:{row.id}", verb, actor=by.ref, subject_of_bill=row.subject, **data)
