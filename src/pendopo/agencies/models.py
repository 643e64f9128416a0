"""Who works for which agency and in which roles. Agencies themselves are data of the catalogue."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from pendopo.identity.api import Role


class Staff(models.Model):
    """One person's employment at one agency: roles, title as it stands under documents, until when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey("identity.User", on_delete=models.PROTECT, related_name="+")
    agency_id = models.CharField(max_length=64)
    roles = ArrayField(models.CharField(max_length=32))
    title = models.CharField(max_length=160, default="")
    employee_no = models.CharField(max_length=18, default="", blank=True)  # NIP, 18 digits
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "agency_id"], name="staff_once_an_agency"),
            models.CheckConstraint(
                condition=models.Q(roles__contained_by=[role.value for role in Role]),
                name="staff_roles_known",
            ),
        ]

    class Privacy:
        public: tuple[str, ...] = ("id", "agency_id", "roles", "title")
        personal: tuple[str, ...] = ("user", "employee_no", "ends_on")
        retention = "10 years after employment ends"

    def __str__(self) -> str:
        return f"{self.user_id} at {self.agency_id}"


class Deputy(models.Model):
    """A colleague who does somebody's work for a while: on leave, or by delegation. Nobody's absence stops a clock."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey("identity.User", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12)  # leave, delegation
    starts_on = models.DateField()
    ends_on = models.DateField()  # the last day; moved back when it ends early

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reason__in=["leave", "delegation"]), name="deputy_reason_known"
            ),
            models.UniqueConstraint(fields=["staff", "deputy", "starts_on"], name="deputy_once"),
        ]
        indexes = [models.Index(fields=["deputy", "ends_on"], name="deputy_of_whom")]

    class Privacy:
        public: tuple[str, ...] = ("id",)
        personal: tuple[str, ...] = ("staff", "deputy", "reason", "starts_on", "ends_on")
        retention = "10 years: it shows who signed for whom"

    def __str__(self) -> str:
        return f"{self.deputy_id} for {self.staff_id} until {self.ends_on}"
