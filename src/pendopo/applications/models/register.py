"""Approved applications whose paper waits for a number that only a register outside gives: few rows, and none for long."""

from django.db import models

from pendopo.applications.models.application import Application


class RegisterWait(models.Model):
    """Why the register has not given the number yet: it is away, or it refuses for a reason somebody has to mend there."""

    application = models.OneToOneField(
        Application, primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=40)  # code of web/words.py
    since = models.DateTimeField()
    next_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="register_wait_says_why"),
        ]
        indexes = [models.Index(fields=["next_at"], name="register_wait_next")]

    class Privacy:
        public: tuple[str, ...] = ("application", "reason", "since", "next_at")
        personal: tuple[str, ...] = ()
        retention = "until the register has answered"

    def __str__(self) -> str:
        return f"{self.application_id} {self.reason}"
