"""Reads of staff: what an account may do, who signs for an agency."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from pendopo.agencies.models import Staff
from pendopo.identity.api import PUBLIC, Actor, ActorKind, Role, User
from pendopo.kernel import clock


@dataclass(frozen=True, slots=True)
class Signatory:
    """Whose name and title stand under a document."""

    name: str
    title: str
    employee_no: str


_WHO = """
SELECT s.agency_id, s.roles, p.id, p.full_name
FROM identity_user u
LEFT JOIN identity_person p ON p.user_id = u.id
LEFT JOIN agencies_staff s ON s.user_id = u.id AND (s.ends_on IS NULL OR s.ends_on >= %s)
WHERE u.id = %s
"""  # every page asks it: one statement


def actor_of(user: User | None) -> Actor:
    """Who this account is: staff with their duties of today, else the person, else somebody without identity yet."""
    if user is None or not user.is_authenticated or not user.is_active:
        return PUBLIC
    with connection.cursor() as cursor:
        cursor.execute(_WHO, [clock.today(), user.id])
        rows = cursor.fetchall()
    duties = {agency: frozenset(Role(role) for role in roles) for agency, roles, _, _ in rows if agency}
    if duties:
        return Actor(ActorKind.STAFF, user.id, user.display_name or user.email, duties)
    _, _, person_id, name = rows[0]
    return Actor(ActorKind.PERSON, person_id, name) if person_id else PUBLIC


_STAFF = """
SELECT u.display_name, u.email, s.agency_id, s.roles
FROM identity_user u JOIN agencies_staff s ON s.user_id = u.id AND (s.ends_on IS NULL OR s.ends_on >= %s)
WHERE u.id = %s AND u.is_active
"""


def actor_of_staff(user_id: UUID) -> Actor:
    """Staff with their duties of today by account id; ``PUBLIC`` for an account that is closed or has none."""
    with connection.cursor() as cursor:
        cursor.execute(_STAFF, [clock.today(), user_id])
        rows = cursor.fetchall()
    if not rows:
        return PUBLIC
    duties = {agency: frozenset(Role(role) for role in roles) for _, _, agency, roles in rows}
    return Actor(ActorKind.STAFF, user_id, rows[0][0] or rows[0][1], duties)


def signatory_of(actor: Actor, agency_id: str) -> Signatory:
    """Name and title of a member of staff as a document of that agency shows them."""
    row = Staff.objects.filter(user_id=str(actor.id), agency_id=agency_id).first()
    return Signatory(actor.name, row.title if row else "", row.employee_no if row else "")
