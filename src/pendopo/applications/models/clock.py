"""What the clock keeps beside the application itself: who was warned, and which deadlines an edit of the calendar moved."""

from django.db import models
from django.db.models import Q

from pendopo.applications.models.application import Application
from pendopo.applications.rules.clock import Level


class DeadlineWarning(models.Model):
    """Somebody was told, once, that this deadline is near."""

    id = models.BigAutoField(primary_key=True)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+", db_index=False)
    level = models.CharField(max_length=8)
    due_on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "level", "due_on"], name="warning_once"),
            models.CheckConstraint(
                condition=Q(level__in=[level.value for level in Level]), name="warning_level_known"
            ),
        ]

    class Privacy:
        public: tuple[str, ...] = ("id", "application", "level", "due_on", "at")
        personal: tuple[str, ...] = ()
        retention = "with its application"

    def __str__(self) -> str:
        return f"{self.application_id} {self.level} {self.due_on}"


class Recount(models.Model):
    """One counting anew of all open deadlines after an edit of the calendar: how far it is, and what it found.

    Applications are gone through by id; ``done_id`` is the last one seen.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=300)  # the decree
    days = models.JSONField(default=list)  # what it changed: [{on, name, agency, withdrawn}]
    by = models.CharField(max_length=64)
    by_name = models.CharField(max_length=160, default="", blank=True)
    at = models.DateTimeField()
    done_id = models.UUIDField(null=True, blank=True)
    seen = models.IntegerField(default=0)
    moved = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["finished_at"],
                condition=Q(finished_at__isnull=True),
                nulls_distinct=False,
                name="recount_one_at_a_time",
            )
        ]

    class Privacy:
        public: tuple[str, ...] = ("id", "source", "days", "at", "done_id", "seen", "moved", "finished_at")
        personal: tuple[str, ...] = ("by", "by_name")
        retention = "permanent: deadlines were moved by it"

    def __str__(self) -> str:
        return f"recount {self.id} {self.source}"


class MovedDeadline(models.Model):
    """One application whose deadline a recount moved."""

    id = models.BigAutoField(primary_key=True)
    recount = models.ForeignKey(Recount, on_delete=models.PROTECT, related_name="+", db_index=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+", db_index=False)
    was_on = models.DateField()
    now_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recount", "application"], name="moved_once")]

    class Privacy:
        public: tuple[str, ...] = ("id", "recount", "application", "was_on", "now_on")
        personal: tuple[str, ...] = ()
        retention = "with its application"

    def __str__(self) -> str:
        return f"{self.application_id} {self.was_on} -> {self.now_on}"
