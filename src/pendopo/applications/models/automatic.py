"""What rules decided, exactly as they saw it, and which rules were stopped. Written by actions/automatic.py."""

from django.db import models
from django.db.models import Q

from pendopo.applications.models.application import Application
from pendopo.applications.rules.automatic import Review, Sample


class AutoDecision(models.Model):
    """What one rule said when one step opened: its inputs and result byte for byte, and the second look a person took."""

    id = models.BigAutoField(primary_key=True)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    step_key = models.CharField(max_length=40)
    service_id = models.CharField(max_length=64)
    agency_id = models.CharField(max_length=64)
    version = models.ForeignKey("catalogue.ServiceVersion", on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=48)
    rule_digest = models.CharField(max_length=64)
    inputs = models.TextField()  # canonical JSON: text, because a database would spell it anew
    result = models.TextField()  # canonical JSON
    digest = models.CharField(max_length=64)  # of rule digest, inputs and result
    complete = models.BooleanField()
    at = models.DateTimeField()
    sample = models.CharField(max_length=6, default=Sample.NONE)
    review = models.CharField(max_length=10, default=Review.NONE)
    asked_by_applicant = models.BooleanField(default=False)
    reviewed_by = models.CharField(max_length=64, default="")
    reviewed_at = models.DateTimeField(null=True)
    reason = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sample__in=[s.value for s in Sample]), name="auto_sample_known"
            ),
            models.CheckConstraint(
                condition=Q(review__in=[r.value for r in Review]), name="auto_review_known"
            ),
            models.CheckConstraint(
                condition=Q(review__in=["none", "waiting"], reviewed_at__isnull=True)
                | Q(review__in=["agreed", "overridden"], reviewed_at__isnull=False),
                name="auto_reviewed_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(review="overridden", reason=""), name="auto_override_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["application"], name="auto_of_application"),
            models.Index(fields=["agency_id", "id"], condition=Q(review="waiting"), name="auto_waiting"),
            models.Index(fields=["rule"], condition=Q(complete=True), name="auto_decided"),
            models.Index(
                fields=["rule", "reviewed_at"],
                condition=Q(review__in=["agreed", "overridden"]),
                name="auto_reviewed",
            ),
        ]

    class Privacy:
        public: tuple[str, ...] = (
            "id", "application", "step_key", "service_id", "agency_id", "version", "rule", "rule_digest", "digest", "complete", "at",
            "sample", "review", "reviewed_at",
        )  # fmt: skip
        personal: tuple[str, ...] = ("result", "asked_by_applicant", "reviewed_by", "reason")
        sensitive: tuple[str, ...] = ("inputs",)
        retention = "with its application"

    def __str__(self) -> str:
        return f"{self.rule} {self.application_id}"


class RuleStanding(models.Model):
    """Whether a rule may go on. A rule without a row is on; it is off from the day too many reviews overrode it."""

    rule = models.CharField(max_length=48, primary_key=True)
    service_id = models.CharField(max_length=64)
    agency_id = models.CharField(max_length=64)
    is_on = models.BooleanField(default=True)
    since = models.DateTimeField()  # reviews before this day no longer count against it
    reason = models.TextField(default="")
    by = models.CharField(max_length=64)
    reviewed = models.PositiveIntegerField(
        null=True
    )  # where the system switched it off: by how many of these reviews
    overridden = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="rule_standing_has_reason"),
        ]

    class Privacy:
        public: tuple[str, ...] = (
            "rule",
            "service_id",
            "agency_id",
            "is_on",
            "since",
            "reason",
            "reviewed",
            "overridden",
        )
        personal: tuple[str, ...] = ("by",)
        retention = "permanent: it says how the state decided"

    def __str__(self) -> str:
        return f"{self.rule} {'on' if self.is_on else 'off'}"
