"""Bills and money: the door of the module.

``bill`` makes the bill of a subject once; ``begin_payment`` opens a payment at the provider, ``pay_together`` one for several
bills; ``receive_webhook`` and ``reconcile`` believe the provider exactly once. When a bill is paid the outbox says ``bill_settled``
(bill, subject); when its last day passes ``bill_expired`` (bill, subject). ``begin_payment``, ``pay_together``, ``reconcile`` and
``reconcile_together`` call out: never inside a transaction.
"""

from pendopo.payments.actions import (
    begin_payment,
    bill,
    cancel,
    expire_overdue,
    forget_refused,
    pay_together,
    receive_webhook,
    reconcile,
    reconcile_doubtful,
    reconcile_together,
    reopen,
)
from pendopo.payments.queries import (
    Disagreement,
    balance,
    get_bill,
    get_bill_for,
    kept_apart,
    list_bills,
    list_discrepancies,
)
from pendopo.payments.rules import (
    Attempt,
    AttemptState,
    Bill,
    BillLine,
    BillState,
    Outcome,
    check_number,
    is_qris_for,
    parse_qris,
)

__all__ = [
    "Attempt",
    "AttemptState",
    "Bill",
    "BillLine",
    "BillState",
    "Disagreement",
    "Outcome",
    "balance",
    "begin_payment",
    "bill",
    "cancel",
    "check_number",
    "expire_overdue",
    "forget_refused",
    "get_bill",
    "get_bill_for",
    "is_qris_for",
    "kept_apart",
    "list_bills",
    "list_discrepancies",
    "parse_qris",
    "pay_together",
    "receive_webhook",
    "reconcile",
    "reconcile_doubtful",
    "reconcile_together",
    "reopen",
]
