"""Files people upload, the counters of numbers, and the papers that agencies issue.

The files themselves lie on disk (connectors/files); a row says what they are. A document row is written once: a trigger
of the database refuses every later change but the revocation.
"""

import uuid

from django.db import models
from django.db.models import F, Q

UPLOAD_STATES = ("receiving", "complete", "rejected")


class Upload(models.Model):
    """One file on its way in, or arrived. ``received`` counts bytes that are safely on disk."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.CharField(max_length=64)  # actor.ref
    requirement = models.CharField(max_length=80, default="")
    name = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    received = models.PositiveIntegerField(default=0)
    content_type = models.CharField(max_length=32, default="")
    sha256 = models.CharField(max_length=64, default="")
    state = models.CharField(max_length=12, default="receiving")
    refusal = models.CharField(max_length=32, default="")  # code of rules.content.inspect
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0, received__lte=F("size")), name="upload_size"),
            models.CheckConstraint(
                condition=Q(state="receiving", sha256="", content_type="", refusal="")
                | Q(state="complete", received=F("size"), sha256__regex="^[0-9a-f]{64}$", refusal="")
                & ~Q(content_type="")
                | Q(state="rejected", sha256="", content_type="") & ~Q(refusal=""),
                name="upload_state",
            ),
        ]
        indexes = [models.Index(fields=["owner", "created_at"], name="upload_of_owner")]

    class Privacy:
        public: tuple[str, ...] = (
            "id",
            "requirement",
            "size",
            "received",
            "content_type",
            "sha256",
            "state",
            "refusal",
        )
        personal: tuple[str, ...] = ("owner", "name", "created_at")
        sensitive: tuple[str, ...] = ()  # what the file shows may be sensitive; it is not in this row
        retention = "two days while incomplete; as long as the application it belongs to"

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class NumberSeries(models.Model):
    """The last number given by an agency to a kind of paper in a year. Its row is locked until the paper is committed."""

    agency_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=96)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency_id", "kind", "year"], name="number_series")]

    class Privacy:
        public: tuple[str, ...] = ("id", "agency_id", "kind", "year", "last")
        personal: tuple[str, ...] = ()
        sensitive: tuple[str, ...] = ()
        retention = "permanent: archive law"

    def __str__(self) -> str:
        return f"{self.agency_id} {self.kind} {self.year}: {self.last}"


class Document(models.Model):
    """A paper an agency has issued: what it shows, its fingerprint and whether it still stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=160, unique=True)
    code = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=96)
    subject = models.CharField(max_length=64)  # "application:<uuid>"
    service_id = models.CharField(max_length=96)
    service_name = models.CharField(max_length=300)
    agency_id = models.CharField(max_length=64)
    agency_name = models.CharField(max_length=200)
    holder_ref = models.CharField(max_length=64)
    holder_name = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)  # null: as long as nothing changes
    issued_at = models.DateTimeField()
    signatory_name = models.CharField(max_length=200)
    signatory_title = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField()
    data = models.JSONField(default=dict)  # what the paper shows, enough to print it again
    state = models.CharField(max_length=12, default="issued")
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=500, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind"], name="document_once"),
            models.CheckConstraint(
                condition=Q(
                    code__regex="^[0-9A-HJKMNP-TV-Z]{16}$", sha256__regex="^[0-9a-f]{64}$", size__gt=0
                ),
                name="document_fingerprint",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="document_validity",
            ),
            models.CheckConstraint(
                condition=Q(state="issued", revoked_at__isnull=True, revoked_reason="")
                | Q(state="revoked", revoked_at__isnull=False) & ~Q(revoked_reason=""),
                name="document_state",
            ),
        ]
        indexes = [models.Index(fields=["holder_ref", "-issued_at"], name="document_of_holder")]

    class Privacy:
        public: tuple[str, ...] = (
            "id", "number", "code", "kind", "service_id", "service_name", "agency_id", "agency_name", "valid_from",
            "valid_until", "issued_at", "signatory_name", "signatory_title", "sha256", "size", "state", "revoked_at",
            "revoked_reason",
        )  # fmt: skip
        personal: tuple[str, ...] = ("subject", "holder_ref", "holder_name", "data")
        sensitive: tuple[str, ...] = ()
        retention = "permanent: archive law"

    def __str__(self) -> str:
        return self.number
