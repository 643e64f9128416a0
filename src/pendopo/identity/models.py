"""Accounts, people, businesses, who may act for whom, and facts with where each came from.

An account (``User``) is how one signs in; a ``Person`` is who one is. Staff have an account and no ``Person`` of the mall's.
"""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Coalesce

from pendopo.identity.rules import AT_COUNTER, BY_REGISTER, ONLINE, Mandated


class UserManager(BaseUserManager["User"]):
    """Looks accounts up by e-mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """An account: e-mail address and password or passkey. Rights come from ``agencies.Staff``, never from here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=120, default="", blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()
    unread_news = 0  # read along with the account, for the menu; no column

    class Privacy:
        public: tuple[str, ...] = ("id", "is_active")
        personal: tuple[str, ...] = ("email", "display_name", "last_login", "joined_at")
        sensitive: tuple[str, ...] = ("password",)
        retention = "until the account is closed"

    def __str__(self) -> str:
        return self.email


class Session(AbstractBaseSession):
    """A browser that signed in (or may), as Django keeps it, and whose it is; its own signed words decide, not this column."""

    account_id = models.UUIDField(null=True)

    class Privacy:
        public: tuple[str, ...] = ()
        personal: tuple[str, ...] = ("account_id", "expire_date")
        sensitive: tuple[str, ...] = ("session_key", "session_data")
        retention = "until it ends, half a day after it was last begun"


class Person(models.Model):
    """A natural person known to the mall. NIK is sealed; ``nik_digest`` (keyed hash) finds it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    full_name = models.CharField(max_length=120)
    nik_sealed = models.BinaryField(null=True)
    nik_digest = models.BinaryField(null=True, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(nik_sealed__isnull=True, nik_digest__isnull=True)
                | models.Q(nik_sealed__isnull=False, nik_digest__isnull=False),
                name="person_nik_sealed_and_findable",
            )
        ]
        indexes = [  # desks look for applicants by words of their name
            GinIndex(
                fields=["full_name"],
                name="person_name_trigrams",
                opclasses=["gin_trgm_ops"],
                fastupdate=False,
            )
        ]

    class Privacy:
        public: tuple[str, ...] = ("id", "created_at")
        personal: tuple[str, ...] = ("user", "full_name")
        sensitive: tuple[str, ...] = ("nik_sealed", "nik_digest")
        retention = "as long as any of its applications is kept"

    def __str__(self) -> str:
        return self.full_name


class Business(models.Model):
    """A legal entity or sole trader with a business identification number (NIB)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=160)
    nib = models.CharField(max_length=13, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(nib__regex=r"^[0-9]{13}$"), name="business_nib_13_digits"
            )
        ]

    class Privacy:
        public: tuple[str, ...] = ("id", "name", "nib", "created_at")
        personal: tuple[str, ...] = ()
        retention = "permanent: public register"

    def __str__(self) -> str:
        return self.name


class Days(models.Func):
    """The days from the first to the last, both inclusive; without a last day, for ever."""

    function = "daterange"
    output_field = DateRangeField()

    def __init__(self, first: str, last: str) -> None:
        super().__init__(first, last, RangeBoundary(inclusive_lower=True, inclusive_upper=True))


class Mandate(models.Model):
    """A person, the agent, may act for another person or a business: in what, from when until when, and how that was given.

    The agent is found by NIK digest and named as ``agent`` only once they have accepted with the code: whoever gives a mandate
    learns nothing about whether a NIK is known here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    principal = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    business = models.ForeignKey(Business, null=True, on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    agent_digest = models.BinaryField()  # keyed hash of the agent's NIK, or of their id where they have none
    agent_name = models.CharField(max_length=120)  # as the principal wrote it
    reach = ArrayField(models.CharField(max_length=80))  # "all", "category:<id>", "service:<id>"
    purpose = models.CharField(max_length=200, default="")
    given_how = models.CharField(max_length=10, default=ONLINE)
    paper_reference = models.CharField(max_length=120, default="")
    given_by = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(principal__isnull=True, business__isnull=False)
                | models.Q(principal__isnull=False, business__isnull=True),
                name="mandate_of_one_principal",
            ),
            models.CheckConstraint(
                condition=models.Q(principal__isnull=True)
                | models.Q(agent__isnull=True)
                | ~models.Q(principal=models.F("agent")),
                name="mandate_to_somebody_else",
            ),
            models.CheckConstraint(
                condition=models.Q(agent__isnull=True, accepted_at__isnull=True)
                | models.Q(agent__isnull=False, accepted_at__isnull=False),
                name="mandate_accepted_by_agent",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="mandate_days_in_order",
            ),
            models.CheckConstraint(condition=models.Q(reach__len__gt=0), name="mandate_reaches_something"),
            models.CheckConstraint(
                condition=models.Q(given_how__in=[ONLINE, AT_COUNTER, BY_REGISTER]), name="mandate_given_how"
            ),
            models.CheckConstraint(
                condition=~models.Q(given_how=AT_COUNTER) | ~models.Q(paper_reference=""),
                name="mandate_on_paper_has_reference",
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_by="")
                | (models.Q(revoked_at__isnull=False) & ~models.Q(revoked_by="")),
                name="mandate_revoked_by_somebody",
            ),
            ExclusionConstraint(
                name="mandate_once_at_a_time",
                expressions=[
                    (Coalesce("principal_id", "business_id"), RangeOperators.EQUAL),
                    ("agent_digest", RangeOperators.EQUAL),
                    (Days("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(revoked_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["agent"], name="mandate_of_agent"),
            models.Index(fields=["principal"], name="mandate_of_principal"),
        ]

    class Privacy:
        public: tuple[str, ...] = ("id", "business")
        personal: tuple[str, ...] = (
            "principal", "agent", "agent_name", "reach", "purpose", "given_how", "paper_reference", "given_by", "given_at", "accepted_at",
            "valid_from", "valid_until", "revoked_at", "revoked_by",
        )  # fmt: skip
        sensitive: tuple[str, ...] = ("agent_digest",)
        retention = "10 years after it ends"

    def __str__(self) -> str:
        return f"{self.agent_id} for {self.principal_id or self.business_id}"

    @property
    def terms(self) -> Mandated:
        """What decides whether it holds."""
        return Mandated(
            tuple(self.reach),
            self.valid_from,
            self.valid_until,
            self.accepted_at is not None,
            self.revoked_at is not None,
        )


class Fact(models.Model):
    """One thing known of one person or business, where it came from and until when it is fresh."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    business = models.ForeignKey(Business, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    value = models.JSONField()
    source = models.CharField(max_length=64)  # "dukcapil", "self", "document:<number>"
    verified = models.BooleanField(default=False)
    obtained_at = models.DateTimeField()
    fresh_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "key"], condition=models.Q(business=None), name="fact_of_person_once"
            ),
            models.UniqueConstraint(
                fields=["business", "key"], condition=models.Q(person=None), name="fact_of_business_once"
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=True, business__isnull=False)
                | models.Q(person__isnull=False, business__isnull=True),
                name="fact_of_one_subject",
            ),
        ]

    class Privacy:
        public: tuple[str, ...] = ("id", "key", "source", "verified", "obtained_at", "fresh_until")
        personal: tuple[str, ...] = ("person", "business", "value")
        retention = "as the fact's own class in facts.yaml says"

    def __str__(self) -> str:
        return f"{self.key} ({self.source})"


class Consent(models.Model):
    """What a person allowed, for which purpose, and whether it was withdrawn. Source: UU 27/2022."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    registry = models.CharField(max_length=32)
    purpose = models.CharField(max_length=200)
    facts = models.JSONField(default=list)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        public: tuple[str, ...] = ("id", "registry", "purpose", "facts")
        personal: tuple[str, ...] = ("person", "given_at", "withdrawn_at")
        retention = "5 years after withdrawal"

    def __str__(self) -> str:
        return f"{self.registry}: {self.purpose}"


class AccessRecord(models.Model):
    """A member of staff read personal data: who, what, why. The person sees it on their own page."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reader = models.CharField(max_length=64)
    reader_name = models.CharField(max_length=160)
    fields = models.JSONField(default=list)
    purpose = models.CharField(max_length=200)
    subject = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-at"], name="access_of_person")]

    class Privacy:
        public: tuple[str, ...] = ("id", "fields", "purpose", "at")
        personal: tuple[str, ...] = ("person", "reader", "reader_name", "subject")
        retention = "5 years"

    def __str__(self) -> str:
        return f"{self.reader_name}: {self.purpose}"
