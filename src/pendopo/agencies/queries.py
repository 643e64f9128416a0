"""Reads of staff: what an account may do, who signs for an agency; and what OSS knows of a business."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from pendopo.agencies.connectors.oss import client as oss
from pendopo.agencies.connectors.oss import mapping as oss_words
from pendopo.agencies.models import Deputy, Staff
from pendopo.agencies.rules import Registered, check_responsible, whose_number
from pendopo.identity.api import PUBLIC, Actor, ActorKind, Role, User, get_person, nik_of
from pendopo.kernel import clock, sql
from pendopo.kernel.errors import Denied
from pendopo.notices.api import UNREAD


@dataclass(frozen=True, slots=True)
class Signatory:
    """Whose name and title stand under a document."""

    name: str
    title: str
    employee_no: str


_COLUMNS = tuple(field.attname for field in User._meta.concrete_fields)  # noqa: SLF001 - Django's documented Model API
_POSTS = """
  SELECT json_agg(json_build_array(s.agency_id, s.roles, d.staff_of)) FROM agencies_staff s JOIN (
    SELECT own.id, NULL::uuid AS staff_of FROM agencies_staff own WHERE own.user_id = u.id
    UNION ALL
    SELECT t.staff_id, away.user_id FROM agencies_deputy t JOIN agencies_staff away ON away.id = t.staff_id
    WHERE t.deputy_id = u.id AND %(on)s BETWEEN t.starts_on AND t.ends_on
  ) d ON d.id = s.id WHERE s.ends_on IS NULL OR s.ends_on >= %(on)s
"""
ACCOUNT = f"""{", ".join(f"u.{column}" for column in _COLUMNS)}, ({UNREAD}), p.id, p.full_name, ({_POSTS})"""
"""Columns of account ``u`` and its person ``p`` for ``account_from``, given ``on``: every page reads them with its session."""
_ACCOUNT = f"""
SELECT {ACCOUNT} FROM identity_user u LEFT JOIN identity_person p ON p.user_id = u.id WHERE u.id = %(id)s AND u.is_active
"""  # noqa: S608 - names of columns
STAFF_SQL = f"""
SELECT u.display_name, u.email, ({_POSTS}) AS posts FROM identity_user u WHERE u.id = %(id)s AND u.is_active
"""  # noqa: S608
"""Three columns for ``staff_from``, given ``id`` (of the account) and ``on``: a statement, or joined to what the officer reads."""


def account(user_id: Any) -> tuple[User, Actor] | None:
    """An active account and who it is: staff with their duties of today (and of those they stand in for), else the person, else nobody."""
    row = sql.one(_ACCOUNT, {"id": user_id, "on": clock.today()})
    return account_from(row) if row else None


def account_from(row: Sequence[Any]) -> tuple[User, Actor]:
    """An account and who it is, from the columns of ``ACCOUNT``."""
    user = User.from_db("default", _COLUMNS, row[:-4])
    user.unread_news, person_id, name, posts = row[-4:]
    if posts:
        return user, _officer(user.id, user.display_name or user.email, posts)
    return user, Actor(ActorKind.PERSON, person_id, name) if person_id else PUBLIC


def _officer(user_id: UUID, name: str, posts: list[tuple[str, list[str], str | None]]) -> Actor:
    """Duties of one's own, and those of colleagues one stands in for; a deputy is staff in the first place."""
    duties: dict[str, frozenset[Role]] = {}
    for agency, roles, _ in posts:
        duties[agency] = duties.get(agency, frozenset()) | {Role(role) for role in roles}
    if not any(staff_of is None for _, _, staff_of in posts):
        return PUBLIC
    away = frozenset(UUID(staff_of) for _, _, staff_of in posts if staff_of)
    return Actor(ActorKind.STAFF, user_id, name, duties, stands_in_for=away)


def actor_of(user: User | None) -> Actor:
    """Who this account is, by what was read along with it or else now."""
    if user is None or not user.is_authenticated or not user.is_active:
        return PUBLIC
    known: Actor | None = getattr(user, STANDING, None)
    if known is not None:
        return known
    found = account(user.id)
    return found[1] if found else PUBLIC


def actor_of_staff(user_id: UUID) -> Actor:
    """Staff with their duties of today by account id; ``PUBLIC`` for an account that is closed or has none."""
    row = sql.one(STAFF_SQL, {"id": user_id, "on": clock.today()})
    return staff_from(user_id, row) if row else PUBLIC


def staff_from(user_id: UUID, row: Sequence[Any]) -> Actor:
    """Staff from the columns of ``STAFF_SQL``; ``PUBLIC`` when there is no such account, or none with duties."""
    name, email, posts = row
    return _officer(user_id, name or email, posts) if posts else PUBLIC


STANDING = "pendopo_standing"
"""Where an account read for a request carries who it is."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may be given a step or stand in."""

    user_id: UUID
    name: str
    title: str


def colleagues(agency_id: str, role: str) -> list[Colleague]:
    """Active staff of the agency who hold the role, by name."""
    return _colleagues(Staff.objects.filter(agency_id=agency_id, roles__contains=[role]))


def list_colleagues(agency_id: str) -> list[Colleague]:
    """Active staff of the agency, by name."""
    return _colleagues(Staff.objects.filter(agency_id=agency_id))


def _colleagues(posts: QuerySet[Staff]) -> list[Colleague]:
    rows = posts.filter(user__is_active=True).exclude(ends_on__lt=clock.today()).select_related("user")
    found = [Colleague(row.user_id, row.user.display_name or row.user.email, row.title) for row in rows]
    return sorted(found, key=lambda colleague: colleague.name)


ANYWHERE = ""
"""Stands for every agency where holders of a role are asked for."""
_HOLDERS = """
SELECT DISTINCT duty.agency_id, duty.role, d.user_id, d.absent
FROM unnest(%(agencies)s::text[], %(roles)s::text[]) AS duty(agency_id, role)
JOIN agencies_staff s ON duty.agency_id IN (s.agency_id, '') AND duty.role = ANY(s.roles) AND (s.ends_on IS NULL OR s.ends_on >= %(on)s)
JOIN LATERAL (
  SELECT s.user_id, NULL::uuid AS absent
  UNION ALL
  SELECT t.deputy_id, s.user_id FROM agencies_deputy t WHERE t.staff_id = s.id AND %(on)s BETWEEN t.starts_on AND t.ends_on
) d ON true
JOIN identity_user u ON u.id = d.user_id AND u.is_active
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """A member of staff who holds a role at an agency today; ``absent`` is the colleague they stand in for."""

    agency_id: str
    role: str
    user_id: UUID
    absent: UUID | None


def holders_of(duties: Iterable[tuple[str, str]]) -> list[Holder]:
    """Who holds these roles at these agencies (``ANYWHERE``: at any), deputies of today included. One statement."""
    asked = sorted(set(duties))
    rows = sql.every(
        _HOLDERS,
        {"agencies": [one[0] for one in asked], "roles": [one[1] for one in asked], "on": clock.today()},
    )
    return [Holder(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Absence:
    """Who is or will be away, and who stands in."""

    id: UUID
    agency_id: str
    user_id: UUID
    name: str
    deputy: str
    reason: str
    starts_on: date
    ends_on: date


def list_absences(agencies: Iterable[str]) -> list[Absence]:
    """Absences of these agencies that are not over, the next one first."""
    rows = (
        Deputy.objects.filter(staff__agency_id__in=list(agencies), ends_on__gte=clock.today())
        .select_related("staff__user", "deputy")
        .order_by("starts_on")
    )
    return [
        Absence(
            row.id,
            row.staff.agency_id,
            row.staff.user_id,
            row.staff.user.display_name or row.staff.user.email,
            row.deputy.display_name or row.deputy.email,
            row.reason,
            row.starts_on,
            row.ends_on,
        )
        for row in rows
    ]


_TITLES = (
    "SELECT user_id, roles, title, employee_no FROM agencies_staff WHERE agency_id = %s AND user_id = ANY(%s)"
)


def signatory_of(actor: Actor, agency_id: str, role: Role = Role.SIGNATORY) -> Signatory:
    """Name and title of a member of staff as a document of that agency shows them; a deputy signs as "Plh." of who is absent."""
    if actor.id is None:
        return Signatory(actor.name, "", "")
    found = sql.every(_TITLES, [agency_id, [actor.id, *actor.stands_in_for]])
    posts = {row[0]: row[1:] for row in found}
    roles, title, number = posts.pop(actor.id, ((), "", ""))
    if role not in roles:
        for absent_roles, absent_title, _ in posts.values():
            if role in absent_roles:
                return Signatory(actor.name, f"Plh. {absent_title}", number)
    return Signatory(actor.name, title, number)


def signatory_of_account(user_id: UUID, agency_id: str, role: Role) -> Signatory:
    """The same of an account that acted earlier: papers are typeset after the act."""
    user = User.objects.get(id=user_id)
    absent = frozenset(
        Deputy.objects.filter(
            deputy_id=user_id,
            staff__agency_id=agency_id,
            starts_on__lte=clock.today(),
            ends_on__gte=clock.today(),
        ).values_list("staff__user_id", flat=True)
    )
    actor = Actor(ActorKind.STAFF, user_id, user.display_name or user.email, stands_in_for=absent)
    return signatory_of(actor, agency_id, role)


def ask_oss(*, person_id: UUID, nib: str) -> Registered:
    """The business with this number, for a person who answers for it. Asks OSS: never inside a transaction.

    Raises: Denied("identity_needed" | "nib_unknown" | "nib_not_yours" | "nib_not_active"), Unavailable.
    """
    nik = _nik(person_id)
    record = oss.by_nib(nib)
    return check_responsible(oss_words.registered(record) if record else None, nik)


def ask_oss_about(*, person_id: UUID, told: Mapping[str, Any]) -> Registered:
    """The business an application of this person is about, found by its taxpayer number. ``told``: answers by fact key.

    Raises: as ``ask_oss``, and Denied("company_npwp_needed").
    """
    nik = _nik(person_id)
    record = oss.by_npwp(oss_words.as_oss_writes(whose_number(told, nik)))
    return check_responsible(oss_words.registered(record) if record else None, nik)


def _nik(person_id: UUID) -> str:
    nik = nik_of(get_person(person_id))
    if nik is None:
        raise Denied("identity_needed")
    return nik
