"""Reads of surveys: answered already? what is the index?"""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.conf import settings

from pendopo.feedback.models import Survey
from pendopo.feedback.rules import satisfaction_index
from pendopo.kernel import clock, sql


def digest(application_id: UUID) -> bytes:
    """Keyed hash of the application: says "answered" without saying by whom."""
    return hmac.digest(settings.SEAL_KEY.encode(), b"survey" + application_id.bytes, "sha256")


def is_answered(application_id: UUID) -> bool:
    """True when this application's survey was sent."""
    return Survey.objects.filter(application_digest=digest(application_id)).exists()


def index_of(service_id: str) -> Decimal | None:
    """IKM of a service over all its answers."""
    return satisfaction_index(Survey.objects.filter(service_id=service_id).values_list("scores", flat=True))


SURVEY_DAYS: Final = 365
_BY_AGENCY = """
SELECT agency_id, round(25 * avg(score.value::int), 2), count(DISTINCT s.id) FROM feedback_survey s, jsonb_each_text(s.scores) AS score
WHERE s."on" > %(since)s GROUP BY agency_id
"""  # the same as ``satisfaction_index``, for every survey answers all elements


@dataclass(frozen=True, slots=True)
class Index:
    """IKM, and over how many answers."""

    value: Decimal
    answers: int


def indexes_by_agency() -> dict[str, Index]:
    """IKM of every agency that was answered about in the last ``SURVEY_DAYS`` days. One statement."""
    rows = sql.every(_BY_AGENCY, {"since": clock.today() - timedelta(days=SURVEY_DAYS)})
    return {agency: Index(value, answers) for agency, value, answers in rows}
