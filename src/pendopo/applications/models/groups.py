"""One service for many people from a sheet: the sheet and its rows. What people typed is sealed, and gone once it is filed."""

import uuid

from django.db import models
from django.db.models import Q

from pendopo.applications.models.application import Application
from pendopo.applications.rules.groups import GroupState, RowState


class GroupFiling(models.Model):
    """A sheet that an employer sent: whose it is, who sent it, how far it has come."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.CharField(max_length=72)  # "business:<uuid>" or "agency:<id>"
    owner_name = models.CharField(max_length=160)
    by = models.CharField(max_length=64)  # who sent it
    by_name = models.CharField(max_length=160)
    service_id = models.CharField(max_length=64)
    version = models.ForeignKey("catalogue.ServiceVersion", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=120)
    kind = models.CharField(max_length=4)
    digest = models.BinaryField()  # of the sheet: sent twice at once it is one
    sheet_sealed = models.BinaryField(null=True)  # until it is read
    common = models.JSONField(default=dict)  # files and declaration, the same for every row
    headings = models.JSONField(default=list)  # the heading row as it was sent
    columns = models.JSONField(default=dict)  # place -> field
    state = models.CharField(max_length=10, default=GroupState.READING)
    problem = models.CharField(max_length=300, default="")  # why it was refused or stopped
    tries = models.SmallIntegerField(default=0)
    total = models.IntegerField(default=0)
    filed = models.IntegerField(default=0)
    bad = models.IntegerField(default=0)
    again = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(null=True)  # its rows that were not filed are gone

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in GroupState]), name="group_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=GroupState.READING.value) | Q(sheet_sealed__isnull=True),
                name="group_read_is_gone",
            ),
            models.UniqueConstraint(
                fields=["owner", "service_id", "digest"],
                condition=Q(state__in=["reading", "filing"]),
                name="group_sheet_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["moved_at"], condition=Q(state__in=["reading", "filing"]), name="group_work"
            ),
            models.Index(
                fields=["finished_at"], condition=Q(purged_at__isnull=True), name="group_not_purged"
            ),
            models.Index(fields=["owner", "-created_at"], name="group_of_owner"),
        ]

    class Privacy:
        public: tuple[str, ...] = (
            "id", "owner", "owner_name", "service_id", "version", "kind", "state", "problem", "tries", "total", "filed", "bad", "again",
            "created_at", "moved_at", "finished_at", "purged_at", "columns", "headings",
        )  # fmt: skip
        personal: tuple[str, ...] = ("by", "by_name", "file_name", "common")
        sensitive: tuple[str, ...] = ("sheet_sealed", "digest")
        retention = "as long as its applications"

    def __str__(self) -> str:
        return f"{self.owner_name}: {self.service_id} ({self.state})"


class GroupRow(models.Model):
    """One person of a sheet: their row, what is wrong with it, the application it became."""

    id = models.BigAutoField(primary_key=True)
    group = models.ForeignKey(GroupFiling, on_delete=models.PROTECT, related_name="+")
    line = models.IntegerField()  # as the spreadsheet counts
    nik_digest = models.BinaryField(null=True)
    cells_sealed = models.BinaryField(null=True)  # until it is filed
    state = models.CharField(max_length=8, default=RowState.WAITING)
    faults = models.JSONField(default=list)  # [[place or null, sentence]]
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "line"], name="group_row_once"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in RowState]), name="group_row_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=RowState.FILED.value, application__isnull=False, cells_sealed__isnull=True)
                | (~Q(state=RowState.FILED.value) & Q(application__isnull=True, cells_sealed__isnull=False)),
                name="group_row_filed_is_application",
            ),
        ]
        indexes = [
            models.Index(fields=["group", "line"], condition=Q(state="waiting"), name="group_row_waiting"),
            models.Index(fields=["nik_digest"], condition=Q(state="filed"), name="group_row_filed"),
        ]

    class Privacy:
        public: tuple[str, ...] = ("id", "group", "line", "state")
        personal: tuple[str, ...] = ("application", "faults")
        sensitive: tuple[str, ...] = ("nik_digest", "cells_sealed")
        retention = "rows that were not filed: 90 days after the sheet ended (purge_groups); others with their application"

    def __str__(self) -> str:
        return f"{self.group_id} row {self.line} ({self.state})"
