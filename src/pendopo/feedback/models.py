"""What people thought of a service, without who they are."""

from django.db import models


class Survey(models.Model):
    """One answered survey. The application only keeps it from being answered twice; nothing leads back to the person."""

    id = models.BigAutoField(primary_key=True)
    application_digest = models.BinaryField(unique=True)
    service_id = models.CharField(max_length=64)
    agency_id = models.CharField(max_length=64)
    scores = models.JSONField()
    comment = models.CharField(max_length=1000, default="", blank=True)
    on = models.DateField()

    class Privacy:
        public: tuple[str, ...] = ("id", "service_id", "agency_id", "scores", "on")
        personal: tuple[str, ...] = ("comment", "application_digest")
        retention = "permanent; comments 2 years"

    def __str__(self) -> str:
        return f"{self.service_id} {self.on}"
