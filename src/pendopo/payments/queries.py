"""Reads of bills, and who may see one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, Sum

from pendopo.catalogue.api import asked_as
from pendopo.identity.api import Actor, ActorKind, Matter, Role, check_for_business, check_mandate
from pendopo.kernel import clock
from pendopo.kernel.errors import NotFound
from pendopo.payments import models, rules

ASK_AFTER: Final = timedelta(minutes=2)  # the webhook usually comes within seconds
ASK_FOR: Final = timedelta(hours=2)
MOST_ELSEWHERE: Final = 20  # payments left open at the bank, the oldest beyond these are not asked about


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A difference between the provider's word and ours, for the treasurer."""

    id: int
    bill_id: UUID | None
    kind: rules.Outcome
    provider: str
    provider_reference: str
    expected_idr: int | None
    told_idr: int
    at: datetime


def can_see(bill: models.Bill, actor: Actor) -> bool:
    """The payer, cashiers and the mall's operator, and the system."""
    cashier = any({Role.CASHIER, Role.MALL_OPERATOR} & roles for roles in actor.duties.values())
    own = actor.id is not None and actor.ref == bill.payer_ref
    return own or actor.kind is ActorKind.SYSTEM or (actor.kind is ActorKind.STAFF and cashier)


def check_sees(bills: Sequence[models.Bill], actor: Actor) -> None:
    """Raises: NotFound when one is somebody else's; Denied("mandate_...") for a hand that may not do what one is owed for, and for a
    payer who no longer acts for the business it is owed for.
    """
    for bill in bills:
        if not can_see(bill, actor):
            raise NotFound(f"bill {bill.id}")
    if actor.kind is not ActorKind.PERSON or not (actor.hand or any(bill.business_id for bill in bills)):
        return
    known = asked_as(bill.service_id for bill in bills)
    asked = [
        (bill.business_id, Matter(*known.get(bill.service_id, (bill.service_id, "", "")))) for bill in bills
    ]
    for _business_id, matter in asked:
        check_mandate(actor, matter)
    check_for_business(actor, *asked)


def get_bill(subject: str) -> rules.Bill:
    """Bill of a subject. For other modules, which know who may see the subject. Raises: NotFound."""
    return as_bill(_one(models.Bill.objects.filter(subject=subject)))


def list_bills(subjects: Iterable[str]) -> list[rules.Bill]:
    """Bills of several subjects without their lines and payments, those due first on top. For other modules, as ``get_bill``."""
    rows = models.Bill.objects.filter(subject__in=list(subjects)).order_by("due_at", "id")
    return [_without_lines(row) for row in rows]


def get_bill_for(bill_id: UUID, actor: Actor) -> rules.Bill:
    """Bill as ``actor`` may see it. Raises: as :func:`check_sees`."""
    row = _one(models.Bill.objects.filter(id=bill_id))
    check_sees([row], actor)
    return as_bill(row)


def list_discrepancies(*, before_id: int | None = None, limit: int = 50) -> list[Disagreement]:
    """What does not agree, newest first, ``limit`` at a time."""
    rows = models.Discrepancy.objects.order_by("-id")
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return [
        Disagreement(
            d.id,
            d.bill_id,
            rules.Outcome(d.kind),
            d.provider,
            d.provider_reference,
            d.expected_idr,
            d.told_idr,
            d.at,
        )
        for d in rows[:limit]
    ]


def list_doubtful(limit: int = 100) -> list[UUID]:
    """Bills, one of each open payment that the provider should be asked about: begun within two hours, or past its last day."""
    now = clock.now()
    doubtful = Q(created_at__gt=now - ASK_FOR, created_at__lt=now - ASK_AFTER) | Q(expires_at__lt=now)
    pending = models.Attempt.objects.filter(doubtful, state=rules.AttemptState.PENDING)
    return list(
        dict(pending.order_by("created_at", "id").values_list("together", "bill_id")[:limit]).values()
    )


def newest_payments(bill_ids: Iterable[UUID]) -> list[str]:
    """The provider's references of the newest payment of each bill that has not brought its money, each once."""
    begun = models.Attempt.objects.filter(bill__in=list(bill_ids)).exclude(provider_reference=None)
    newest = (
        begun.exclude(state=rules.AttemptState.PAID).order_by("bill_id", "-created_at").distinct("bill_id")
    )
    return list(dict.fromkeys(str(one) for one in newest.values_list("provider_reference", flat=True)))


def payments_elsewhere(bill_ids: Iterable[UUID], but: UUID | None) -> list[str]:
    """The provider's references of payments on these bills that money may still come by, the newest first, without the payment ``but``.

    Also of those that count no more here because another composition took their place: their page at the bank is still open.
    """
    may_bring = {rules.AttemptState.PENDING, rules.AttemptState.CANCELLED}
    found = models.Attempt.objects.filter(
        bill__in=list(bill_ids), state__in=may_bring, expires_at__gte=clock.now()
    ).exclude(provider_reference=None)
    ours = found.exclude(together=but) if but else found
    references = ours.order_by("-created_at").values_list("provider_reference", flat=True)
    return list(dict.fromkeys(map(str, references)))[:MOST_ELSEWHERE]


def balance(bill_id: UUID) -> dict[str, int]:
    """Rupiah of a bill by account, as the ledger has it."""
    sums = (
        models.LedgerEntry.objects.filter(bill_id=bill_id).values_list("account").annotate(Sum("amount_idr"))
    )
    return dict(sums.order_by("account"))


def kept_apart(bill_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Rupiah that came too late, twice or for a cancelled bill, by bill: the payer's until the treasurer decides."""
    entries = models.LedgerEntry.objects.filter(bill__in=list(bill_ids), account=rules.Account.UNAPPLIED)
    sums = entries.values_list("bill_id").annotate(Sum("amount_idr")).order_by("bill_id")
    return {bill_id: -amount_idr for bill_id, amount_idr in sums if amount_idr}


def _one(rows: Iterable[models.Bill]) -> models.Bill:
    for row in rows:
        return row
    raise NotFound("bill")


def as_attempt(row: models.Attempt) -> rules.Attempt:
    """Row -> value."""
    return rules.Attempt(
        id=row.id,
        together=row.together,
        bill_id=row.bill_id,
        provider=row.provider,
        provider_reference=row.provider_reference or "",
        amount_idr=row.amount_idr,
        state=rules.AttemptState(row.state),
        pay_url=row.pay_url,
        qr_content=row.qr_content,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def as_bill(row: models.Bill) -> rules.Bill:
    """Row -> value, with lines and the live attempt (two more statements)."""
    lines = models.BillLine.objects.filter(bill=row).order_by("position")
    live = models.Attempt.objects.filter(bill=row, state__in=rules.LIVE).first()
    return replace(
        _without_lines(row),
        lines=tuple(
            rules.BillLine(x.name, x.amount_idr, x.name_en, x.legal_basis, x.explanation, x.explanation_en)
            for x in lines
        ),
        attempt=as_attempt(live) if live else None,
    )


def _without_lines(row: models.Bill) -> rules.Bill:
    return rules.Bill(
        id=row.id,
        subject=row.subject,
        number=row.number,
        payer_ref=row.payer_ref,
        payer_name=row.payer_name,
        title=row.title,
        total_idr=row.total_idr,
        state=rules.BillState(row.state),
        due_at=row.due_at,
        created_at=row.created_at,
        paid_at=row.paid_at,
        lines=(),
        attempt=None,
    )
