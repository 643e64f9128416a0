"""Accounts, people, businesses, who may act for whom, and facts with where each came from.

An account (``User``) is how one signs in; a ``Person`` is who one is. Staff have an account and no ``Person`` of the mall's.
"""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


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

    class Privacy:
        public: tuple[str, ...] = ("id", "is_active")
        personal: tuple[str, ...] = ("email", "display_name", "last_login", "joined_at")
        sensitive: tuple[str, ...] = ("password",)
        retention = "until the account is closed"

    def __str__(self) -> str:
        return self.email


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


class Mandate(models.Model):
    """A person may act for a business. Scopes and mandates between people come with the single submission."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "business"], name="mandate_once")]

    class Privacy:
        public: tuple[str, ...] = ("id", "business")
        personal: tuple[str, ...] = ("person", "valid_from", "valid_until")
        retention = "10 years after it ends"

    def __str__(self) -> str:
        return f"{self.person_id} for {self.business_id}"


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
