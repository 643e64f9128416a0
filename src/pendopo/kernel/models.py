"""Two tables everything writes into: the append-only event log and the outbox.

Both are written by :mod:`pendopo.kernel.events` or by SQL functions, in the transaction of the change itself.
"""

from django.db import models


class Event(models.Model):
    """One change, for ever: a database trigger numbers and hash-chains it per subject and refuses any edit."""

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=64)  # "application:<uuid>"
    seq = models.IntegerField()
    verb = models.CharField(max_length=48)
    actor = models.CharField(max_length=64)  # "person:<uuid>", "staff:<uuid>", "system", "public"
    on_behalf_of = models.CharField(max_length=64, default="")
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "seq"], name="event_chain")]

    class Privacy:
        public: tuple[str, ...] = ("id", "subject", "seq", "verb", "at", "hash")
        personal: tuple[str, ...] = ("actor", "on_behalf_of", "data")
        retention = "permanent: archive law"

    def __str__(self) -> str:
        return f"{self.subject}#{self.seq} {self.verb}"


class Outbox(models.Model):
    """News for other modules; the worker's relay turns rows into jobs and deletes them."""

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=48)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Privacy:
        public: tuple[str, ...] = ("id", "topic", "at")
        personal: tuple[str, ...] = ("payload",)
        retention = "until relayed"

    def __str__(self) -> str:
        return f"{self.topic} {self.id}"
