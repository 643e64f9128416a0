"""Reads of staff: what an account may do, who signs for an agency."""

from dataclasses import dataclass

from django.db.models import Q

from pendopo.agencies.models import Staff
from pendopo.identity.api import PUBLIC, Actor, ActorKind, Role, User, actor_of_person, person_of_user
from pendopo.kernel import clock


@dataclass(frozen=True, slots=True)
class Signatory:
    """Whose name and title stand under a document."""

    name: str
    title: str
    employee_no: str


def actor_of(user: User | None) -> Actor:
    """Who this account is: staff with their duties of today, else the person, else somebody without identity yet."""
    if user is None or not user.is_authenticated or not user.is_active:
        return PUBLIC
    rows = Staff.objects.filter(Q(ends_on=None) | Q(ends_on__gte=clock.today()), user=user)
    duties = {row.agency_id: frozenset(Role(role) for role in row.roles) for row in rows}
    if duties:
        return Actor(ActorKind.STAFF, user.id, user.display_name or user.email, duties)
    person = person_of_user(user)
    return actor_of_person(person) if person else PUBLIC


def signatory_of(actor: Actor, agency_id: str) -> Signatory:
    """Name and title of a member of staff as a document of that agency shows them."""
    row = Staff.objects.filter(user_id=str(actor.id), agency_id=agency_id).first()
    return Signatory(actor.name, row.title if row else "", row.employee_no if row else "")
