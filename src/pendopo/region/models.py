"""Days and service hours somebody entered. They win over what the seed knows; a mistake is withdrawn, never overwritten."""

from django.db import models
from django.db.models import Q

from pendopo.region.rules.days import DayKind


class CalendarDay(models.Model):
    """One day of the calendar that is not what the seed says: why, for whom, who entered it."""

    id = models.BigAutoField(primary_key=True)
    on = models.DateField()
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=120)
    agency_id = models.CharField(max_length=64, default="", blank=True)  # "": every agency
    estimated = models.BooleanField(default=False)
    source = models.CharField(max_length=300)  # the decree
    entered_by = models.CharField(max_length=64)
    entered_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=64, default="", blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["on", "agency_id"], condition=Q(withdrawn_at__isnull=True), name="calendar_day_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in DayKind if kind is not DayKind.WEEKEND]),
                name="calendar_day_kind_known",
            ),
        ]

    class Privacy:
        public: tuple[str, ...] = (
            "id", "on", "kind", "name", "agency_id", "estimated", "source", "entered_at", "withdrawn_at",
        )  # fmt: skip
        personal: tuple[str, ...] = ("entered_by", "withdrawn_by")
        retention = "permanent: deadlines were counted with it"

    def __str__(self) -> str:
        return f"{self.on} {self.name}"


class ServiceHours(models.Model):
    """A week's hours from a day on, or in a range such as Ramadan: for whom, who entered it."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=120)
    week = (
        models.JSONField()
    )  # {mon: ["07:30", "16:00", 60]}: opens, closes, minutes of break; days not named: no service
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)  # None: the usual hours, until others follow
    agency_id = models.CharField(max_length=64, default="", blank=True)  # "": every agency
    estimated = models.BooleanField(default=False)
    source = models.CharField(max_length=300)  # the decree
    entered_by = models.CharField(max_length=64)
    entered_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=64, default="", blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["from_on", "until_on", "agency_id"],
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
                name="service_hours_once",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=models.F("from_on")),
                name="service_hours_in_order",
            ),
        ]

    class Privacy:
        public: tuple[str, ...] = (
            "id", "name", "week", "from_on", "until_on", "agency_id", "estimated", "source", "entered_at", "withdrawn_at",
        )  # fmt: skip
        personal: tuple[str, ...] = ("entered_by", "withdrawn_by")
        retention = "permanent: days of receipt were decided with it"

    def __str__(self) -> str:
        return f"{self.from_on} {self.name}"
