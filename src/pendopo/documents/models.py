"""Files people upload, the counters of numbers, and the papers that agencies issue.

The files themselves lie on disk (connectors/files); a row says what they are. A document row is written once: triggers
of the database refuse every later change but those that a row of ``MeasureTaken`` explains.
"""

import uuid

from django.db import models
from django.db.models import F, Q

from pendopo.documents.rules.lifecycle import LEVELS, Measure
from pendopo.documents.rules.papers import Purpose, State

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
    business = models.ForeignKey(  # for which the holder applied; none when for themselves
        "identity.Business", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)  # null: as long as nothing changes
    issued_at = models.DateTimeField()
    signatory_name = models.CharField(max_length=200)
    signatory_title = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField()
    data = models.JSONField(default=dict)  # what the paper shows, enough to print it again
    purpose = models.CharField(max_length=16, default=Purpose.NEW)
    provisional = models.BooleanField(default=False)
    earlier = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, default=State.ISSUED)
    state_at = models.DateTimeField(
        null=True
    )  # since when it stands as it does, when something happened to it
    suspended_until = models.DateField(null=True)
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind", "provisional"],
                condition=~Q(state="annulled"),
                name="document_once",
            ),
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
                condition=Q(state__in=[state.value for state in State]), name="document_state_known"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=[purpose.value for purpose in Purpose]), name="document_purpose_known"
            ),
            models.CheckConstraint(
                condition=Q(state="issued") | Q(state_at__isnull=False), name="document_state_since"
            ),
            models.CheckConstraint(
                condition=Q(suspended_until__isnull=True) | Q(state="suspended"),
                name="document_suspended_until",
            ),
            models.CheckConstraint(
                condition=~Q(state="replaced") | Q(replaced_by__isnull=False), name="document_replaced_by"
            ),
            models.CheckConstraint(
                condition=Q(purpose="new") | Q(purpose="letter") | Q(earlier__isnull=False),
                name="document_has_earlier",
            ),
            models.CheckConstraint(
                condition=Q(provisional=False) | Q(valid_until__isnull=False),
                name="document_provisional_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["holder_ref", "-issued_at"], name="document_of_holder"),
            models.Index(fields=["agency_id", "-issued_at"], name="document_of_agency"),
            models.Index(
                fields=["valid_until"],
                condition=Q(state__in=["issued", "suspended"], valid_until__isnull=False),
                name="document_ending",
            ),
        ]

    class Privacy:
        public: tuple[str, ...] = (
            "id", "number", "code", "kind", "service_id", "service_name", "agency_id", "agency_name", "valid_from",
            "valid_until", "issued_at", "signatory_name", "signatory_title", "sha256", "size", "purpose", "provisional", "earlier",
            "state", "state_at", "suspended_until", "replaced_by",
        )  # fmt: skip
        personal: tuple[str, ...] = ("subject", "holder_ref", "holder_name", "business", "data")
        sensitive: tuple[str, ...] = ()
        retention = "permanent: archive law"

    def __str__(self) -> str:
        return self.number


class MeasureTaken(models.Model):
    """One thing done to a paper after it was issued. Appended only; a trigger checks it against the paper's state."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()  # 1, 2, 3 ... within the paper
    measure = models.CharField(max_length=16)
    from_state = models.CharField(max_length=12)
    to_state = models.CharField(max_length=12)
    at = models.DateTimeField()
    by_ref = models.CharField(max_length=64)
    by_name = models.CharField(max_length=200, default="")
    ground = models.CharField(max_length=24)
    reason = models.CharField(max_length=2000)
    legal_basis = models.CharField(max_length=300, default="")
    level = models.PositiveSmallIntegerField(default=0)
    amount_idr = models.BigIntegerField(default=0)
    until = models.DateField(null=True)
    lifts = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="measure_in_order"),
            models.UniqueConstraint(fields=["lifts"], name="measure_lifted_once"),
            models.CheckConstraint(
                condition=Q(measure="warn", level__gte=1, level__lte=LEVELS)
                | ~Q(measure="warn") & Q(level=0),
                name="measure_level",
            ),
            models.CheckConstraint(
                condition=Q(measure="fine", amount_idr__gt=0) | ~Q(measure="fine") & Q(amount_idr=0),
                name="measure_amount",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(measure="suspend"), name="measure_until"
            ),
            models.CheckConstraint(
                condition=Q(measure="lift", lifts__isnull=False) | ~Q(measure="lift") & Q(lifts__isnull=True),
                name="measure_lifts",
            ),
            models.CheckConstraint(
                condition=Q(measure__in=[measure.value for measure in Measure])
                & ~Q(ground="")
                & ~Q(reason=""),
                name="measure_has_reason",
            ),
        ]

    class Privacy:
        public: tuple[str, ...] = (
            "id", "document", "position", "measure", "from_state", "to_state", "at", "ground", "level", "until", "lifts",
        )  # fmt: skip
        personal: tuple[str, ...] = ("by_ref", "by_name", "reason", "legal_basis", "amount_idr")
        sensitive: tuple[str, ...] = ()
        retention = "permanent: archive law"

    def __str__(self) -> str:
        return f"{self.measure} {self.from_state} {self.to_state}"


class Reminder(models.Model):
    """A reminder that was sent about the end of a paper: 60, 30, 7 days before, 0 when it has expired. Each once."""

    id = models.BigAutoField(primary_key=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "days"], name="reminder_once")]

    class Privacy:
        public: tuple[str, ...] = ("id", "document", "days", "at")
        personal: tuple[str, ...] = ()
        sensitive: tuple[str, ...] = ()
        retention = "with its document"

    def __str__(self) -> str:
        return f"{self.document_id} {self.days}"
