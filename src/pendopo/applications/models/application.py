"""An application and its inner steps, written by the SQL functions of migration 0002 and by actions; CHECKs repeat the rules."""

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from pendopo.applications.rules import Purpose, State, StepKind, StepStatus

LAST_DAY = Value(
    date(9999, 12, 31), output_field=models.DateField()
)  # where a desk sorts what has no deadline


class Application(models.Model):
    """One person's or business's request for one service, under the service version it was filed with."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=24, null=True)  # noqa: DJ001 - drafts have none, and it is unique
    service_id = models.CharField(max_length=64)
    version = models.ForeignKey("catalogue.ServiceVersion", on_delete=models.PROTECT, related_name="+")
    agency_id = models.CharField(max_length=64)
    applicant = models.ForeignKey(
        "identity.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    business = models.ForeignKey(
        "identity.Business", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=16, default=State.DRAFT)
    revision = models.IntegerField(default=0)
    answers = models.JSONField(default=dict)  # NIKs inside are sealed
    sources = models.JSONField(default=dict)  # field -> where its value came from
    remarks = models.JSONField(default=list)  # the open round: [{field, reason, note}]
    rounds = models.SmallIntegerField(default=0)
    before = models.JSONField(
        null=True
    )  # what a correction replaced: {field: {round, was}}, sealed as answers are
    fee_idr = models.BigIntegerField(null=True)
    fee_lines = models.JSONField(default=list)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    term = models.JSONField(default=dict)  # what is promised: {days, unit}
    clock = models.JSONField(
        default=list
    )  # the ledger's marks [kind, on, reason, evidence]; the events say the same
    due_on = models.DateField(null=True)  # what the ledger gives under today's calendar
    decided_at = models.DateTimeField(null=True)
    decision = models.JSONField(default=dict)
    document_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=16, default=Purpose.NEW)
    earlier_document_id = models.UUIDField(null=True)  # what is renewed, amended or copied
    submission_id = models.UUIDField(null=True)
    typed_by = models.CharField(
        max_length=64, default=""
    )  # ref of who filed for the applicant; "": the applicant
    wants_person = models.BooleanField(default=False)  # asked that a person decides
    made_business = models.BooleanField(
        default=False, db_default=False
    )  # a first NIB: the business came of it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="application_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in State]), name="application_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(submitted_at__isnull=False, number__isnull=False),
                name="application_filed_has_number",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True)
                | Q(state__in=["approved", "deemed_approved", "rejected", "withdrawn", "completed"]),
                name="application_decided_is_final",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "draft",
                        "submitted",
                        "returned",
                        "in_process",
                        "in_correction",
                        "awaiting_payment",
                    ]
                )
                | Q(decided_at__isnull=False),
                name="application_final_is_decided",
            ),
            models.CheckConstraint(
                condition=Q(document_id__isnull=True)
                | Q(state__in=["approved", "deemed_approved", "rejected", "completed"]),
                name="application_document_after_decision",
            ),
            models.CheckConstraint(
                condition=Q(purpose=Purpose.NEW) | Q(earlier_document_id__isnull=False),
                name="application_purpose_names_document",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=[p.value for p in Purpose]), name="application_purpose_known"
            ),
            models.CheckConstraint(
                condition=Q(fee_idr__isnull=True) | Q(fee_idr__gte=0), name="application_fee_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["applicant", "-created_at"], name="application_of_person"),
            models.Index(
                fields=["business"], condition=Q(business__isnull=False), name="application_of_business"
            ),
            models.Index(
                fields=["submission_id"],
                condition=Q(submission_id__isnull=False),
                name="application_of_submission",
            ),
            models.Index(fields=["due_on"], condition=Q(decided_at__isnull=True), name="application_running"),
            BrinIndex(
                fields=["decided_at"], autosummarize=True, pages_per_range=32, name="application_decided"
            ),
        ]

    class Privacy:
        public: tuple[str, ...] = (
            "id", "number", "service_id", "version", "agency_id", "business", "state", "revision", "rounds", "fee_idr", "fee_lines",
            "created_at", "updated_at", "submitted_at", "term", "clock", "due_on", "decided_at", "document_id", "purpose",
            "earlier_document_id", "submission_id", "wants_person", "made_business",
        )  # fmt: skip
        personal: tuple[str, ...] = ("applicant", "sources", "remarks", "decision", "typed_by")
        sensitive: tuple[str, ...] = ("answers", "before")
        retention = "as the archive schedule of the agency says"

    def __str__(self) -> str:
        return self.number or f"draft {self.id}"


class Step(models.Model):
    """One inner step of an application: whose it is, whether it is open, what came of it."""

    id = models.BigAutoField(primary_key=True)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=16)
    agency_id = models.CharField(max_length=64)
    role = models.CharField(max_length=32)
    position = models.SmallIntegerField()
    after = ArrayField(models.CharField(max_length=40), default=list)
    when = models.CharField(max_length=200, default="")
    status = models.CharField(max_length=10, default=StepStatus.WAITING)
    favourable = models.BooleanField(default=True)
    opened_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=64, default="")
    result = models.JSONField(default=dict)
    assignee = models.ForeignKey(
        "identity.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    due_on = models.DateField(null=True)  # the application's, so that a desk is sorted without it
    on_desk = models.BooleanField(default=False)  # open, and its holder can act now

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="step_once"),
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in StepKind]), name="step_kind_known"),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in StepStatus]), name="step_status_known"
            ),
        ]
        indexes = [
            models.Index(
                "agency_id",
                "role",
                Coalesce("due_on", LAST_DAY),
                "id",
                condition=Q(on_desk=True),
                name="step_inbox",
            ),
            models.Index(fields=["assignee"], condition=Q(assignee__isnull=False), name="step_assigned"),
        ]

    class Privacy:
        public: tuple[str, ...] = (
            "id", "application", "key", "kind", "agency_id", "role", "position", "after", "when", "status", "favourable",
            "opened_at", "done_at", "due_on", "on_desk",
        )  # fmt: skip
        personal: tuple[str, ...] = ("done_by", "result", "assignee")
        retention = "with its application"

    def __str__(self) -> str:
        return f"{self.application_id} {self.key} {self.status}"
