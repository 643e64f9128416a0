"""Reads of group filings: whose sheets one may see, how far they are, which rows came back and why."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from pendopo.agencies.api import actor_of
from pendopo.applications.models import GroupFiling, GroupRow
from pendopo.applications.queries.hands import matter_of
from pendopo.applications.rules.groups import (
    Column,
    Flaw,
    Headings,
    RowState,
    Value,
    columns_of,
    person_fields,
)
from pendopo.catalogue.api import ServiceVersion, agencies_of, get_version
from pendopo.identity.api import (
    Actor,
    ActorKind,
    Role,
    User,
    actor_of_person,
    get_business,
    get_person,
    list_businesses,
    unseal,
)
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, NotFound

_FILERS = frozenset({Role.FRONT_OFFICER, Role.MALL_OPERATOR})
AGAIN_DAYS = 30
"""For so long after a grant the same employer cannot file the same person for the same service again by sheet."""
_LIGHT = ("sheet_sealed",)


def owners_of(by: Actor) -> list[tuple[str, str]]:
    """For which employers the actor may file sheets: businesses they may act for, or the agencies where they work; (ref, name)."""
    if by.hand or by.id is None:
        return []
    if by.kind is ActorKind.PERSON:
        return [(f"business:{business.id}", business.name) for business in list_businesses(by.id)]
    mine = sorted(agency for agency, roles in by.duties.items() if not _FILERS.isdisjoint(roles))
    named = agencies_of(mine)
    return [(f"agency:{agency}", named[agency]["name"]) for agency in mine if agency in named]


def check_owner(by: Actor, owner: str, version: ServiceVersion) -> str:
    """The name of the employer for whom the actor may file this service by sheet. Raises: NotFound, Denied("mandate_scope" | ...)."""
    if version.content["applicant"] == "business":
        raise Denied("group_not_offered")
    person_fields(version.content["form"]["schema"])
    name = dict(owners_of(by)).get(owner)
    if name is None:
        raise NotFound
    if owner.startswith("business:"):
        get_business(UUID(owner.removeprefix("business:")), by=by, matters=[matter_of(version)])
    return name


def check_sender(group: GroupFiling) -> None:
    """Raise unless whoever sent the sheet may still do so today: a mandate or a post may have ended meanwhile."""
    kind, _colon, key = group.by.partition(":")
    is_staff = kind == ActorKind.STAFF
    by = actor_of(User.objects.filter(id=key).first()) if is_staff else actor_of_person(get_person(UUID(key)))
    check_owner(by, group.owner, get_version(group.version_id))


def get_group(group_id: UUID, by: Actor) -> GroupFiling:
    """A sheet of an employer the actor may file for. Another's does not exist for them: raises NotFound."""
    group = GroupFiling.objects.defer(*_LIGHT).filter(id=group_id).first()
    if group is None or group.owner not in dict(owners_of(by)):
        raise NotFound
    return group


def list_groups(by: Actor, limit: int = 50) -> list[GroupFiling]:
    """Sheets of the actor's employers, newest first."""
    owners = [ref for ref, _name in owners_of(by)]
    found = GroupFiling.objects.defer(*_LIGHT).filter(owner__in=owners)
    return list(found.order_by("-created_at", "id")[:limit])


def headings_of(group: GroupFiling) -> Headings:
    """Which column stands where in the sheet."""
    schema = get_version(group.version_id).content["form"]["schema"]
    by_field: dict[str, Column] = {column.field: column for column in columns_of(schema)}
    columns = {int(place): by_field[field] for place, field in group.columns.items()}
    places = {field: int(place) for place, field in group.columns.items()}
    nik, name = person_fields(schema)
    return Headings(columns, places[nik], places[name])


def list_faults(group: GroupFiling, limit: int = 50) -> list[GroupRow]:
    """The first rows that came back, in the order of the sheet."""
    came_back = Q(state=RowState.BAD) | Q(state=RowState.AGAIN)
    rows = GroupRow.objects.filter(came_back, group=group).defer("cells_sealed", "nik_digest")
    return list(rows.order_by("line")[:limit])


def bad_rows(group: GroupFiling) -> Iterator[tuple[int, list[Value], list[list[Any]]]]:
    """Every row that came back with its cells, read in parts: (line, cells, faults)."""
    rows = GroupRow.objects.filter(group=group, state=RowState.BAD).order_by("line")
    for line, sealed, faults in rows.values_list("line", "cells_sealed", "faults").iterator(chunk_size=500):
        yield line, open_cells(sealed), faults


def open_cells(sealed: bytes | memoryview | None) -> list[Value]:
    """Cells as they were read."""
    assert sealed is not None
    return [Flaw(cell["flaw"]) if isinstance(cell, dict) else cell for cell in json.loads(unseal(sealed))]


_FILED_BEFORE = """
SELECT r.nik_digest, a.number FROM applications_grouprow r
JOIN applications_groupfiling g ON g.id = r.group_id
JOIN applications_application a ON a.id = r.application_id
WHERE r.state = 'filed' AND r.nik_digest = ANY(%s) AND g.owner = %s AND g.service_id = %s
  AND (a.decided_at IS NULL OR (a.state NOT IN ('rejected', 'withdrawn') AND a.submitted_at > %s))
"""


def filed_before(group: GroupFiling, digests: list[bytes]) -> dict[bytes, str]:
    """People for whom this employer filed the same service already: still open, or granted within thirty days. {digest: its number}"""
    since = clock.now() - timedelta(days=AGAIN_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_FILED_BEFORE, [digests, group.owner, group.service_id, since])
        return {bytes(digest): number for digest, number in cursor.fetchall()}
