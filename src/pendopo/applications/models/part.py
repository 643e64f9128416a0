"""One service of a submission: what it waits for, and the application and document that came of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from pendopo.applications.models.application import Application
from pendopo.applications.models.submission import Submission
from pendopo.applications.rules.submission import PartState


class Part(models.Model):
    """A service of the bundle, in the version it was planned with; its application exists from the day it starts."""

    id = models.BigAutoField(primary_key=True)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    service_id = models.CharField(max_length=64)
    version = models.ForeignKey("catalogue.ServiceVersion", on_delete=models.PROTECT, related_name="+")
    wave = models.SmallIntegerField()
    needs = ArrayField(models.CharField(max_length=64), default=list)
    state = models.CharField(max_length=12, default=PartState.PLANNED)
    reason = models.CharField(max_length=16, default="")
    because = models.CharField(max_length=64, default="")
    filings = models.SmallIntegerField(default=0)
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="+")
    document_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "service_id"], name="part_once"),
            models.UniqueConstraint(fields=["application"], name="part_of_application"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in PartState]), name="part_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["filed", "issued", "refused"], application__isnull=False)
                | Q(state__in=["planned", "waiting", "blocked", "not_needed"], application__isnull=True)
                | Q(state="withdrawn"),
                name="part_filed_has_application",
            ),
            models.CheckConstraint(
                condition=Q(document_id__isnull=True) | Q(state__in=["issued", "refused"]),
                name="part_document_after_end",
            ),
            models.CheckConstraint(
                condition=~Q(state="blocked") | ~Q(reason=""), name="part_blocked_has_reason"
            ),
            models.CheckConstraint(condition=Q(wave__gte=1, filings__gte=0), name="part_counts"),
            models.CheckConstraint(condition=~Q(needs__contains=[F("service_id")]), name="part_needs_others"),
        ]

    class Privacy:
        public: tuple[str, ...] = (
            "id", "submission", "service_id", "version", "wave", "needs", "state", "reason", "because", "filings", "application",
            "document_id",
        )  # fmt: skip
        personal: tuple[str, ...] = ()
        retention = "with its submission"

    def __str__(self) -> str:
        return f"{self.submission_id} {self.service_id} {self.state}"
