"""All writes of money."""

from pendopo.payments.actions.believing import (
    forget_refused,
    receive_webhook,
    reconcile,
    reconcile_doubtful,
    reconcile_together,
)
from pendopo.payments.actions.bills import bill, cancel, expire_overdue, reopen
from pendopo.payments.actions.paying import begin_payment, pay_together

__all__ = [
    "begin_payment",
    "bill",
    "cancel",
    "expire_overdue",
    "forget_refused",
    "pay_together",
    "receive_webhook",
    "reconcile",
    "reconcile_doubtful",
    "reconcile_together",
    "reopen",
]
