"""Reads of surveys: answered already? what is the index?"""

import hmac
from decimal import Decimal
from uuid import UUID

from django.conf import settings

from pendopo.feedback.models import Survey
from pendopo.feedback.rules import satisfaction_index


def digest(application_id: UUID) -> bytes:
    """Keyed hash of the application: says "answered" without saying by whom."""
    return hmac.digest(settings.SEAL_KEY.encode(), b"survey" + application_id.bytes, "sha256")


def is_answered(application_id: UUID) -> bool:
    """True when this application's survey was sent."""
    return Survey.objects.filter(application_digest=digest(application_id)).exists()


def index_of(service_id: str) -> Decimal | None:
    """IKM of a service over all its answers."""
    return satisfaction_index(Survey.objects.filter(service_id=service_id).values_list("scores", flat=True))
