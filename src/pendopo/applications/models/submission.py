"""One request of one applicant that reaches several agencies; its parts are in part.py."""

import uuid

from django.db import models
from django.db.models import Q

from pendopo.applications.rules.submission import CODE_ALPHABET, CODE_LENGTH, SubmissionState


class Submission(models.Model):
    """A goal, the plan made for it, and what was typed once for all of its parts. ``code`` finds it again on another device."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.CharField(max_length=CODE_LENGTH, unique=True)
    goal = models.CharField(max_length=64)
    finder = models.JSONField(default=dict)  # answers of the finder that made the plan
    plan = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)  # NIKs inside are sealed
    sources = models.JSONField(default=dict)  # question -> where its value came from
    applicant = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+")
    business = models.ForeignKey("identity.Business", null=True, on_delete=models.PROTECT, related_name="+")
    typed_by = models.CharField(
        max_length=64, default=""
    )  # who typed it for the applicant; "": they themselves
    state = models.CharField(max_length=12, default=SubmissionState.DRAFT)
    wants_person = models.BooleanField(db_default=False)  # a person shall decide where a rule could
    consented_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in SubmissionState]),
                name="submission_state_known",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=f"^[{CODE_ALPHABET}]{{{CODE_LENGTH}}}$"), name="submission_code"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", filed_at__isnull=True)
                | Q(state="withdrawn")
                | Q(state__in=["filed", "closed"], filed_at__isnull=False, consented_at__isnull=False),
                name="submission_filed_with_consent",
            ),
            models.UniqueConstraint(
                fields=["applicant", "business", "goal"],
                condition=Q(state="draft"),
                nulls_distinct=False,
                name="submission_one_draft",
            ),
        ]
        indexes = [models.Index(fields=["applicant", "-created_at"], name="submission_of_person")]

    class Privacy:
        public: tuple[str, ...] = (
            "id",
            "goal",
            "business",
            "state",
            "created_at",
            "updated_at",
            "filed_at",
            "plan",
        )
        personal: tuple[str, ...] = (
            "code",
            "finder",
            "sources",
            "applicant",
            "typed_by",
            "wants_person",
            "consented_at",
        )
        sensitive: tuple[str, ...] = ("answers",)
        retention = "as long as any of its applications is kept; a draft one year after its last change"

    def __str__(self) -> str:
        return f"{self.code} {self.goal} {self.state}"
