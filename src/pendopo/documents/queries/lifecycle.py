"""Reads of what has happened to papers: measures taken, what a decision needs, an officer's search, reminders of the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from pendopo.documents.models import Document, MeasureTaken
from pendopo.documents.queries.papers import Paper, paper
from pendopo.documents.rules import lifecycle
from pendopo.documents.rules.lifecycle import Measure, Taken
from pendopo.documents.rules.papers import EXPIRING_DAYS, Purpose, State, read_code
from pendopo.identity.api import Actor, ActorKind
from pendopo.kernel import clock
from pendopo.kernel.errors import NotFound

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class History:
    """One measure as pages show it. ``lifted``: taken back after an objection."""

    id: UUID
    document_id: UUID
    measure: Measure
    at: datetime
    by_ref: str
    by_name: str
    ground: str
    reason: str
    legal_basis: str
    level: int
    amount_idr: int
    until: date | None
    lifted: bool = False


def _shown(row: MeasureTaken, lifted: frozenset[UUID | None] = frozenset()) -> History:
    return History(
        row.id, row.document_id, Measure(row.measure), row.at, row.by_ref, row.by_name, row.ground, row.reason,
        row.legal_basis, row.level, row.amount_idr, row.until, row.id in lifted,
    )  # fmt: skip


def _rows(document_id: UUID) -> list[MeasureTaken]:
    return list(MeasureTaken.objects.filter(document_id=document_id).order_by("position"))


def history_of(document_id: UUID) -> list[History]:
    """Measures taken on a paper, oldest first. The caller decides who may see them."""
    rows = _rows(document_id)
    lifted = frozenset(row.lifts_id for row in rows)
    return [_shown(row, lifted) for row in rows]


def measure_of(measure_id: UUID) -> History:
    """One measure. The caller decides who may see it. Raises: NotFound."""
    row = MeasureTaken.objects.filter(pk=measure_id).first()
    if row is None:
        raise NotFound
    lifted = MeasureTaken.objects.filter(lifts_id=measure_id).exists()
    return _shown(row, frozenset({row.id}) if lifted else frozenset())


def taken_on(document_id: UUID) -> list[Taken]:
    """Measures as the rules read them, oldest first."""
    return [
        Taken(str(row.id), Measure(row.measure), row.until, row.level, str(row.lifts_id or ""))
        for row in _rows(document_id)
    ]


def standing_of(found: Paper, taken: Sequence[Taken] | None = None) -> lifecycle.Standing:
    """What a decision about a paper needs to know."""
    history = taken_on(found.id) if taken is None else taken
    return lifecycle.Standing(
        State(found.state),
        found.agency_id,
        found.holder_ref,
        Purpose.LETTER if found.is_letter else Purpose(found.purpose),
        warned=lifecycle.warned(history),
        asked=lifecycle.asked(history),
    )


def find_papers(
    by: Actor, typed: str = "", *, before: datetime | None = None, limit: int = PAGE
) -> list[Paper]:
    """Papers of the officer's own agencies, newest first: by number or verification code as typed, or all. Letters are left out."""
    if by.kind is not ActorKind.STAFF:
        return []
    rows = Document.objects.filter(agency_id__in=list(by.duties)).exclude(
        Q(purpose=Purpose.LETTER) | Q(kind="rejection")
    )
    wanted = " ".join(typed.split())[:160]
    if wanted:
        rows = rows.filter(Q(number__iexact=wanted) | Q(code=read_code(wanted) or "-"))
    if before is not None:
        rows = rows.filter(issued_at__lt=before)
    return [paper(row) for row in rows.order_by("-issued_at")[:limit]]


def list_asked(by: Actor, limit: int = PAGE) -> list[Paper]:
    """Papers of the officer's agencies whose holder asks for revocation and has no answer yet."""
    if by.kind is not ActorKind.STAFF:
        return []
    answer = MeasureTaken.objects.filter(
        document_id=OuterRef("document_id"), position__gt=OuterRef("position"), measure__in=lifecycle.OFFICERS
    )
    asks = MeasureTaken.objects.filter(~Exists(answer), measure=Measure.ASK_REVOCATION)
    rows = Document.objects.filter(pk__in=asks.values("document_id"), agency_id__in=list(by.duties))
    return [paper(row) for row in rows.order_by("issued_at")[:limit]]


@dataclass(frozen=True, slots=True)
class Notice:
    """A reminder that is due: ``days`` before the end, 0 when the paper has expired."""

    document_id: UUID
    days: int


_DUE = """
SELECT d.id, (SELECT min(n) FROM unnest(%(days)s) AS n WHERE d.valid_until - %(on)s <= n) AS days
FROM documents_document d
WHERE d.state IN ('issued', 'suspended') AND d.valid_until IS NOT NULL AND d.valid_until <= %(far)s
  AND d.purpose NOT IN ('letter', 'duplicate', 'certified_copy')
  AND NOT EXISTS (SELECT 1 FROM documents_reminder r WHERE r.document_id = d.id
    AND r.days <= (SELECT min(n) FROM unnest(%(days)s) AS n WHERE d.valid_until - %(on)s <= n))
ORDER BY d.valid_until, d.id LIMIT %(limit)s
"""


def list_ending(limit: int = PAGE) -> list[Notice]:
    """Reminders that are due today and were not sent: only the nearest of 60, 30, 7 days before, or 0 once it has expired."""
    on = clock.today()
    far = on + timedelta(days=max(EXPIRING_DAYS))
    days = [-1, *EXPIRING_DAYS]
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"days": days, "on": on, "far": far, "limit": limit})
        return [Notice(document_id, max(0, left)) for document_id, left in cursor.fetchall()]


def list_over(limit: int = PAGE) -> list[UUID]:
    """Papers whose suspension had a last day that is past."""
    rows = Document.objects.filter(state=State.SUSPENDED, suspended_until__lt=clock.today())
    return list(rows.order_by("suspended_until").values_list("id", flat=True)[:limit])


def list_soon_ending(holder_ref: str) -> list[Paper]:
    """Papers a person holds that end within sixty days or have ended within the last thirty: what /saya/ warns of."""
    on = clock.today()
    rows = Document.objects.filter(
        holder_ref=holder_ref,
        state__in=[State.ISSUED, State.SUSPENDED],
        purpose__in=[Purpose.NEW, Purpose.RENEWAL, Purpose.AMENDMENT],
        valid_until__range=(on - timedelta(days=30), on + timedelta(days=max(EXPIRING_DAYS))),
    )
    return [paper(row) for row in rows.order_by("valid_until")]
