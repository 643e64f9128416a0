"""Objections to a refusal or a sanction. CHECKs repeat that nobody decides about their own decision."""

import uuid

from django.db import models
from django.db.models import F, Q

from pendopo.applications.models.application import Application
from pendopo.applications.rules.appeals import AppealState


class Appeal(models.Model):
    """One objection: to which decision, why, until when it must be answered, and the answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision_id = models.UUIDField()  # of the letter of refusal, or of the measure objected to
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="+")
    document_id = models.UUIDField()  # the letter of refusal, or the paper the measure was taken on
    agency_id = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    person = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+")
    typed_by = models.CharField(max_length=64, default="")
    first_by = models.CharField(max_length=64)
    first_on = models.DateField()
    grounds = models.TextField()
    filed_at = models.DateTimeField()
    term = models.JSONField(default=dict)
    clock = models.JSONField(default=list)  # marks, as an application keeps them
    due_on = models.DateField(null=True)
    state = models.CharField(max_length=12, default=AppealState.FILED)
    taken_by = models.CharField(max_length=64, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=64, default="")
    reason = models.TextField(default="")
    legal_basis = models.CharField(max_length=300, default="")
    letter_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision_id"], condition=~Q(state="withdrawn"), name="appeal_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in AppealState]) & ~Q(grounds=""),
                name="appeal_state_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["upheld", "granted"], decided_at__isnull=False, letter_id__isnull=False
                )
                & ~Q(decided_by="")
                & ~Q(reason="")
                | ~Q(state__in=["upheld", "granted"]) & Q(decided_by="", letter_id__isnull=True),
                name="appeal_decided_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_by="")
                | Q(decided_by="system", state="granted")
                | ~Q(decided_by=F("first_by")) & ~Q(decided_by="system"),
                name="appeal_decided_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-filed_at"], name="appeal_of_person"),
            models.Index(
                fields=["agency_id", "due_on", "id"],
                condition=Q(state__in=["filed", "in_review"]),
                name="appeal_open",
            ),
        ]

    class Privacy:
        public: tuple[str, ...] = (
            "id", "decision_id", "application", "document_id", "agency_id", "title", "first_on", "filed_at", "term", "clock", "due_on",
            "state", "decided_at", "legal_basis", "letter_id",
        )  # fmt: skip
        personal: tuple[str, ...] = (
            "person",
            "typed_by",
            "first_by",
            "grounds",
            "taken_by",
            "decided_by",
            "reason",
        )
        sensitive: tuple[str, ...] = ()
        retention = "with the decision it is about"

    def __str__(self) -> str:
        return f"{self.title}: {self.state}"
