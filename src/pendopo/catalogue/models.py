"""What is loaded of a city: agencies, services, their immutable versions, registers, and the words they are found by."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Agency(models.Model):
    """An agency of the mall as the city's folder describes it."""

    id = models.CharField(primary_key=True, max_length=48)
    name = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300)
    level = models.CharField(max_length=40)
    data = models.JSONField(default=dict)  # presence, connector, complaint channels
    is_active = models.BooleanField(default=True)

    class Privacy:
        public: tuple[str, ...] = ("id", "name", "name_en", "level", "data", "is_active")
        personal: tuple[str, ...] = ()
        sensitive: tuple[str, ...] = ()
        retention = "permanent: public catalogue"

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """A service under its stable id; what it says now stands in its current version."""

    id = models.CharField(primary_key=True, max_length=48)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    current_version = models.ForeignKey(
        "ServiceVersion", on_delete=models.PROTECT, related_name="+", null=True, default=None
    )
    name = models.CharField(max_length=300)
    category = models.CharField(max_length=40)
    card = models.JSONField(default=dict)  # what lists show, so that lists never open versions
    is_active = models.BooleanField(default=True)
    ends_on = models.DateField(null=True)  # the last day on which anybody may file
    replaced_by = models.CharField(max_length=48, default="")  # the service that follows it

    class Meta:
        indexes = [models.Index(fields=["agency"]), models.Index(fields=["category"])]

    class Privacy:
        public: tuple[str, ...] = (
            "id", "agency", "current_version", "name", "category", "card", "is_active", "ends_on", "replaced_by",
        )  # fmt: skip
        personal: tuple[str, ...] = ()
        sensitive: tuple[str, ...] = ()
        retention = "permanent: public catalogue"

    def __str__(self) -> str:
        return self.name


class ServiceVersion(models.Model):
    """A service as it stood from one load to the next. A database trigger refuses any change."""

    id = models.UUIDField(primary_key=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    version = models.IntegerField()
    purpose = models.CharField(
        max_length=16, db_default="new"
    )  # renewal, duplicate ...: made from the version when first asked for
    digest = models.CharField(max_length=64)
    content = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "version"], condition=models.Q(purpose="new"), name="service_version_once"
            ),
            models.UniqueConstraint(
                fields=["service", "purpose", "digest"],
                condition=~models.Q(purpose="new"),
                name="service_variant_once",
            ),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="service_version_from_one"),
        ]

    class Privacy:
        public: tuple[str, ...] = ("id", "service", "version", "purpose", "digest", "content", "created_at")
        personal: tuple[str, ...] = ()
        sensitive: tuple[str, ...] = ()
        retention = "permanent: applications refer to the version they were filed under"

    def __str__(self) -> str:
        return f"{self.service_id} v{self.version}"


class Register(models.Model):
    """A part of the folder that is looked up as a whole: facts, requirements, references, procedures."""

    name = models.CharField(primary_key=True, max_length=40)
    data = models.JSONField(default=dict)

    class Privacy:
        public: tuple[str, ...] = ("name", "data")
        personal: tuple[str, ...] = ()
        sensitive: tuple[str, ...] = ()
        retention = "until the next load"

    def __str__(self) -> str:
        return self.name


class SearchPhrase(models.Model):
    """Words a service is found by. Kind A: its name and what citizens say; B: English, product; C: agency, category; D: law."""

    id = models.BigAutoField(primary_key=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=1)
    phrase = models.TextField()
    stems = ArrayField(models.TextField(), default=list)
    weight = models.FloatField(default=0)

    class Meta:
        indexes = [GinIndex(fields=["stems"], name="searchphrase_stems", fastupdate=False)]

    class Privacy:
        public: tuple[str, ...] = ("id", "service", "kind", "phrase", "stems", "weight")
        personal: tuple[str, ...] = ()
        sensitive: tuple[str, ...] = ()
        retention = "until the next load"

    def __str__(self) -> str:
        return self.phrase


class SearchWord(models.Model):
    """The vocabulary: what a word may mean, how telling that stem is (rare ones tell more) and how close the two are."""

    id = models.BigAutoField(primary_key=True)
    word = models.TextField()
    stem = models.TextField(db_index=True)
    weight = models.FloatField()
    closeness = models.FloatField(
        default=1
    )  # less than 1 for a citizen's word that stands for an official one

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "stem"], name="searchword_once")]
        indexes = [
            GinIndex(
                fields=["word"], name="searchword_trigrams", opclasses=["gin_trgm_ops"], fastupdate=False
            )
        ]

    class Privacy:
        public: tuple[str, ...] = ("id", "word", "stem", "weight", "closeness")
        personal: tuple[str, ...] = ()
        sensitive: tuple[str, ...] = ()
        retention = "until the next load"

    def __str__(self) -> str:
        return self.word


class SearchMiss(models.Model):
    """A search that found nothing, for catalogue editors to add the citizen's word."""

    query = models.CharField(primary_key=True, max_length=80)
    count = models.IntegerField(default=1)
    at = models.DateTimeField()

    class Privacy:
        public: tuple[str, ...] = ("count", "at")
        personal: tuple[str, ...] = ("query",)
        sensitive: tuple[str, ...] = ()
        retention = "90 days after the last search"

    def __str__(self) -> str:
        return self.query
