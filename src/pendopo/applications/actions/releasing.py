"""Steps whose holder no longer works there go back to everybody who holds the role: nobody's leaving stops a clock."""

from django.db import transaction

from pendopo.agencies.api import colleagues
from pendopo.applications.models import Step
from pendopo.identity.api import SYSTEM
from pendopo.kernel import events


def release_steps() -> int:
    """Free every assigned step on a desk whose assignee has lost the role. Returns how many; again finds none."""
    given = Step.objects.filter(on_desk=True, assignee__isnull=False)
    freed = 0
    for agency_id, role in given.values_list("agency_id", "role").distinct():
        still = [colleague.user_id for colleague in colleagues(agency_id, role)]
        with transaction.atomic():
            rows = list(
                given.filter(agency_id=agency_id, role=role)
                .exclude(assignee_id__in=still)
                .select_for_update(skip_locked=True)
            )
            Step.objects.filter(id__in=[row.id for row in rows]).update(assignee=None)
            for row in rows:
                events.record(
                    f"application:{row.application_id}",
                    "release",
                    actor=SYSTEM.ref,
                    step=row.key,
                    was=str(row.assignee_id),
                )
        freed += len(rows)
    return freed
