"""All writes of feedback."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from pendopo.applications.api import State, get_own
from pendopo.feedback.models import Survey
from pendopo.feedback.queries import digest
from pendopo.feedback.rules import check_scores
from pendopo.identity.api import Actor
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied

MAX_COMMENT = 1000


def answer_survey(*, application_id: UUID, scores: Mapping[str, int], comment: str, by: Actor) -> None:
    """Store the applicant's opinion once; sending it again changes nothing. The event says that, not what, was answered.

    Raises: NotFound, Denied("survey_too_early" | "survey_incomplete" | "survey_score").
    """
    row = get_own(application_id, by)
    if State(row.state) not in {State.COMPLETED, State.REJECTED}:
        raise Denied("survey_too_early")
    check_scores(scores)
    with transaction.atomic():
        _survey, fresh = Survey.objects.get_or_create(
            application_digest=digest(application_id),
            defaults={
                "service_id": row.service_id,
                "agency_id": row.agency_id,
                "scores": dict(scores),
                "comment": _clean(comment),
                "on": clock.today(),
            },
        )
        if fresh:
            events.record(f"service:{row.service_id}", "surveyed", actor="public")


def _clean(comment: str) -> str:
    """Only what can be seen, and not without end."""
    return "".join(sign for sign in comment if sign.isprintable() or sign == "\n").strip()[:MAX_COMMENT]
