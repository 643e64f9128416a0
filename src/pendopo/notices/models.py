"""Notices, which are the queue of their mails too, and how an account wants to be told."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from pendopo.notices.rules import Topic


class Notice(models.Model):
    """One thing one recipient was told, once for each event. ``mail_at`` set: a mail waits, to be tried from that moment on."""

    id = models.BigAutoField(primary_key=True)
    recipient = models.CharField(max_length=64)  # "person:<uuid>", "staff:<uuid>"
    key = models.CharField(max_length=120)  # names the event
    topic = models.CharField(max_length=24)
    link = models.CharField(max_length=200)
    about = models.JSONField(default=dict)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail_at = models.DateTimeField(
        null=True
    )  # by the database's own clock: pauses of a queue are not of the law's
    mail_tries = models.SmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="notice_once"),
            models.CheckConstraint(
                condition=Q(topic__in=[topic.value for topic in Topic]), name="notice_topic_known"
            ),
            models.CheckConstraint(
                condition=Q(mailed_at__isnull=True) | Q(mail_at__isnull=True),
                name="notice_mailed_waits_no_more",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "id"], name="notice_of_recipient"),
            models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["mail_at"], condition=Q(mail_at__isnull=False), name="notice_mail_waits"),
            BrinIndex(fields=["at"], name="notice_at"),  # rows come in the order of their age
        ]

    class Privacy:
        public: tuple[str, ...] = ("id", "topic", "at", "mail_tries")
        personal: tuple[str, ...] = ("recipient", "key", "link", "about", "read_at", "mail_at", "mailed_at")
        retention = "2 years: what it tells stands in the event log (forget_old)"

    def __str__(self) -> str:
        return f"{self.topic} {self.id}"


class MailWish(models.Model):
    """How an account wants to be told by mail; without a row: in Indonesian, and yes."""

    user = models.OneToOneField("identity.User", primary_key=True, on_delete=models.PROTECT, related_name="+")
    mails = models.BooleanField(default=True)
    language = models.CharField(max_length=2, default="id")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(language__in=["id", "en"]), name="mail_wish_language_known")
        ]

    class Privacy:
        public: tuple[str, ...] = ()
        personal: tuple[str, ...] = ("user", "mails", "language")
        retention = "until the account is closed"

    def __str__(self) -> str:
        return f"{self.user_id} {'mails' if self.mails else 'page only'} {self.language}"
