"""Bills, their lines, attempts to pay them, what providers told us, what does not agree, and the ledger.

The ledger and the bills' lines are for ever; triggers of the first migration refuse edits and unbalanced postings.
"""

import uuid

from django.db import models
from django.db.models import Q

from pendopo.payments import rules


class Bill(models.Model):
    """One amount one payer owes for one thing (``subject``), with a billing code that people can type."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    subject = models.CharField(max_length=64, unique=True)  # "application:<uuid>"
    service_id = models.CharField(
        max_length=64, db_default=""
    )  # what it is owed for, as mandates speak of it
    # Who asks for it: for a fee the catalogue's agency, for a fine the one that imposed it. Mandates do not look here.
    agency_id = models.CharField(max_length=64, db_default="")
    number = models.CharField(max_length=15, unique=True)
    payer_ref = models.CharField(max_length=64)  # "person:<uuid>"
    payer_name = models.CharField(max_length=160)
    business = models.ForeignKey(  # for which it is owed; none when for the payer themselves
        "identity.Business", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    title = models.CharField(max_length=200)
    total_idr = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=[(s.value, s.value) for s in rules.BillState])
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(total_idr__gt=0), name="bill_total_positive"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in rules.BillState]), name="bill_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["paid", "refunded"], paid_at__isnull=False)
                | (~Q(state__in=["paid", "refunded"]) & Q(paid_at__isnull=True)),
                name="bill_paid_has_time",
            ),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{15}$"), name="bill_number_15_digits"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state__in=["unpaid", "pending"]), name="bill_open_by_due"
            )
        ]

    class Privacy:
        public: tuple[str, ...] = (
            "id",
            "subject",
            "service_id",
            "agency_id",
            "business",
            "number",
            "title",
            "total_idr",
            "state",
            "due_at",
            "created_at",
            "paid_at",
        )
        personal: tuple[str, ...] = ("payer_ref", "payer_name")
        retention = "10 years: financial records"

    def __str__(self) -> str:
        return self.number


class BillLine(models.Model):
    """One line with its reason in law."""

    id = models.BigAutoField(primary_key=True)
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="+")
    position = models.SmallIntegerField()
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True, default="")
    amount_idr = models.BigIntegerField()
    legal_basis = models.TextField(blank=True, default="")
    explanation = models.TextField(blank=True, default="")
    explanation_en = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bill", "position"], name="bill_line_position")]

    class Privacy:
        public: tuple[str, ...] = ("id", "bill", "position", "name", "name_en", "amount_idr", "legal_basis")
        personal: tuple[str, ...] = ("explanation", "explanation_en")
        retention = "as the bill"

    def __str__(self) -> str:
        return f"{self.position}. {self.name}"


class Attempt(models.Model):
    """One try to pay a bill through a provider. Attempts that share ``together`` are one payment there: that is the partner's reference."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    together = models.UUIDField()  # id of the first attempt of the payment
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(max_length=24)
    provider_reference = models.CharField(  # noqa: DJ001 - none until the provider has named it; several attempts share one
        max_length=64, null=True, blank=True
    )
    amount_idr = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=[(s.value, s.value) for s in rules.AttemptState])
    pay_url = models.CharField(max_length=500, blank=True, default="")
    qr_content = models.CharField(max_length=600, blank=True, default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_idr__gt=0), name="attempt_amount_positive"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in rules.AttemptState]), name="attempt_state_known"
            ),
            models.UniqueConstraint(
                fields=["bill"], condition=Q(state__in=["opening", "pending"]), name="attempt_one_live_a_bill"
            ),
            models.UniqueConstraint(fields=["together", "bill"], name="attempt_once_in_a_payment"),
            models.UniqueConstraint(fields=["provider_reference", "bill"], name="attempt_of_reference"),
        ]

    class Privacy:
        public: tuple[str, ...] = (
            "id",
            "together",
            "bill",
            "provider",
            "amount_idr",
            "state",
            "created_at",
            "expires_at",
        )
        personal: tuple[str, ...] = ("provider_reference", "pay_url", "qr_content")
        retention = "as the bill"

    def __str__(self) -> str:
        return f"{self.provider}:{self.provider_reference or self.id}"


class WebhookBody(models.Model):
    """A webhook exactly as it came, stored before anything is believed. ``verdict`` is what became of it."""

    id = models.BigAutoField(primary_key=True)
    provider = models.CharField(max_length=24)
    event_id = models.CharField(max_length=64, blank=True, default="")
    headers = models.JSONField()
    body = models.BinaryField()
    received_at = models.DateTimeField()
    verdict = models.CharField(max_length=20)  # received | refused | an Outcome

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "event_id"],
                condition=~Q(verdict__in=["received", "refused", "duplicate"]),
                name="webhook_event_once",
            )
        ]

    class Privacy:
        public: tuple[str, ...] = ("id", "provider", "event_id", "received_at", "verdict")
        personal: tuple[str, ...] = ("headers", "body")
        retention = "refused: 30 days; others as the bill"

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id or self.id} {self.verdict}"


class Discrepancy(models.Model):
    """The provider's word and ours do not agree: for the treasurer, never settled by the machine."""

    id = models.BigAutoField(primary_key=True)
    bill = models.ForeignKey(Bill, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    provider = models.CharField(max_length=24)
    provider_reference = models.CharField(max_length=64)
    expected_idr = models.BigIntegerField(null=True, blank=True)
    told_idr = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_reference", "kind", "told_idr", "bill"],
                nulls_distinct=False,
                name="discrepancy_said_once",
            )
        ]

    class Privacy:
        public: tuple[str, ...] = ("id", "bill", "kind", "provider", "expected_idr", "told_idr", "at")
        personal: tuple[str, ...] = ("provider_reference",)
        retention = "10 years: financial records"

    def __str__(self) -> str:
        return f"{self.kind} {self.provider_reference}"


class LedgerEntry(models.Model):
    """One side of a posting. Lines of one ``transaction`` sum to zero at commit; nothing is ever changed."""

    id = models.BigAutoField(primary_key=True)
    transaction = models.UUIDField()
    posting = models.CharField(max_length=9)
    account = models.CharField(max_length=10)
    amount_idr = models.BigIntegerField()
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="+")
    attempt = models.ForeignKey(Attempt, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["transaction"], name="ledger_transaction")]
        constraints = [
            models.UniqueConstraint(
                fields=["bill", "account"], condition=Q(posting="payment"), name="ledger_bill_paid_once"
            ),
            models.UniqueConstraint(
                fields=["attempt", "account"],
                condition=Q(posting__in=["payment", "unapplied"]),
                name="ledger_attempt_money_once",
            ),
            models.CheckConstraint(
                condition=~Q(posting__in=["payment", "unapplied"]) | Q(attempt__isnull=False),
                name="ledger_money_has_attempt",
            ),
        ]

    class Privacy:
        public: tuple[str, ...] = (
            "id",
            "transaction",
            "posting",
            "account",
            "amount_idr",
            "bill",
            "attempt",
            "at",
        )
        personal: tuple[str, ...] = ()
        retention = "permanent: financial records"

    def __str__(self) -> str:
        return f"{self.account} {self.amount_idr}"
