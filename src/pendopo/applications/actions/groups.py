"""A sheet of many people: taken in, read row by row, filed in batches. Killed at any moment it goes on, and files nobody twice.

The web only takes the sheet in. The worker calls ``work_on_groups``; every call is one transaction that moves one sheet a little on.
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pendopo.applications import queries
from pendopo.applications.actions.groups_filing import file_some
from pendopo.applications.connectors.sheets import kind_of, rows_of
from pendopo.applications.models import GroupFiling, GroupRow
from pendopo.applications.queries import groups
from pendopo.applications.rules.groups import (
    WORKING,
    Flaw,
    GroupState,
    Headings,
    RowState,
    Value,
    common_files,
    declarations,
    is_empty,
    match_headings,
    nik_of,
)
from pendopo.catalogue.api import ServiceVersion, get_service
from pendopo.identity.api import Actor, digest, seal, seal_bytes, unseal_bytes
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, Invalid, NotFound
from pendopo.web import words_hands

log = logging.getLogger(__name__)

ROWS_AT_ONCE: Final = 1000
PATIENCE: Final = 3
KEPT_DAYS: Final = 90
"""Rows that came back can be fetched and mended for so long after their sheet ended; then nothing of them is kept."""
_PROBLEM_LENGTH: Final = 300


def upload_group(
    *, service_id: str, owner: str, file_name: str, data: bytes, common: Mapping[str, Any], by: Actor
) -> GroupFiling:
    """Take a sheet in; the worker does the rest. The same sheet while it is worked on is the same filing; later its rows are known.

    ``common``: {field: answer} given once for all rows (files, declaration).
    Raises: NotFound (service, employer), Denied("group_not_offered" | "mandate_scope" | "sheet_..."), Invalid({field: message}) for files
    that are missing or not the actor's.
    """
    version = get_service(service_id)
    owner_name = groups.check_owner(by, owner, version)
    kind = kind_of(data)
    head, headings = _heading_row(version, data, kind)
    _check_common(version, common, by)
    finger = hashlib.sha256(data).digest()
    now = clock.now()
    same = GroupFiling.objects.defer("sheet_sealed").filter(owner=owner, service_id=service_id, digest=finger)
    same = same.filter(state__in=WORKING)
    try:
        with transaction.atomic():
            held = same.first()
            if held is not None:
                return held
            group = GroupFiling.objects.create(
                owner=owner,
                owner_name=owner_name,
                by=by.ref,
                by_name=by.name,
                service_id=service_id,
                version_id=version.id,
                file_name=file_name[:120],
                kind=kind,
                digest=finger,
                sheet_sealed=seal_bytes(data),
                common=dict(common),
                headings=head,
                columns={str(place): column.field for place, column in headings.columns.items()},
                created_at=now,
                moved_at=now,
            )
            events.record(
                f"group:{group.id}", "group_uploaded", actor=by.ref, on_behalf_of=owner, service=service_id
            )
    except IntegrityError:  # two clicks
        return same.get()
    return group


def _check_common(version: ServiceVersion, common: Mapping[str, Any], by: Actor) -> None:
    """What is given once for all rows is there: every required file, complete and the sender's own, and every declaration."""
    schema = version.content["form"]["schema"]
    wrong = dict.fromkeys(
        queries.unusable_fields(version, common, by),
        _("Berkas ini belum terunggah sampai selesai. Unggah sekali lagi."),
    )
    for name in common_files(schema):
        if not common.get(name):
            wrong[name] = _("Unggah berkas ini; satu berkas untuk semua orang di lembar.")
    for name, value in declarations(schema).items():
        if common.get(name) != value:
            wrong[name] = _("Centang pernyataan ini.")
    if wrong:
        raise Invalid(wrong)


def _heading_row(version: ServiceVersion, data: bytes, kind: str) -> tuple[list[str], Headings]:
    """The first row that holds something. Raises: Denied("sheet_empty" | "sheet_headings")."""
    for _line, cells in rows_of(data, kind):
        if not is_empty(cells):
            head = ["" if cell is None else str(cell)[:200] for cell in cells]
            while head and not head[-1]:
                head.pop()
            return head, match_headings(version.content["form"]["schema"], cells)
    raise Denied("sheet_empty")


def work_on_groups() -> bool:
    """Move the sheet that has waited longest a little on; False when none waits. For the worker: call again and again.

    A sheet is locked meanwhile, so several workers take different ones. What fails three times is set aside and told.
    """
    with transaction.atomic():
        waiting = GroupFiling.objects.select_for_update(skip_locked=True).filter(state__in=WORKING)
        group = waiting.order_by("moved_at", "id").first()
        if group is None:
            return False
        try:
            with transaction.atomic():
                _move_on(group)
        except Exception as failed:  # noqa: BLE001 - whatever it is, the other sheets must go on
            _note_failure(group, failed)
    return True


def _move_on(group: GroupFiling) -> None:
    try:
        if group.state == GroupState.READING:
            _read(group)
            return
        groups.check_sender(group)
        get_service(group.service_id)
        more = file_some(group)
    except (Denied, NotFound) as refused:
        _end(group, GroupState.REFUSED if group.state == GroupState.READING else GroupState.STOPPED, refused)
        return
    if not more:
        _end(group, GroupState.FINISHED)


def _end(group: GroupFiling, state: GroupState, refused: Exception | None = None) -> None:
    now = clock.now()
    problem = (
        words_hands.sheet_problem(refused.code, str(refused))
        if isinstance(refused, Denied)
        else words_hands.SHEET_STOPPED
    )
    GroupFiling.objects.filter(id=group.id).update(
        state=state, sheet_sealed=None, problem=str(problem)[:_PROBLEM_LENGTH] if refused else "", finished_at=now, moved_at=now
    )  # fmt: skip
    if refused and state is GroupState.REFUSED:
        GroupRow.objects.filter(group=group).delete()
    counts = {"filed": group.filed, "bad": group.bad, "again": group.again}
    events.record(f"group:{group.id}", f"group_{state}", actor="system", on_behalf_of=group.owner, **counts)


def purge_groups(*, sheets: int = 20) -> int:
    """Delete the rows that were not filed of sheets that ended ninety days ago, as many sheets at once. Returns how many sheets."""
    ended = GroupFiling.objects.select_for_update(skip_locked=True).filter(
        finished_at__lt=clock.now() - timedelta(days=KEPT_DAYS), purged_at__isnull=True
    )
    with transaction.atomic():
        found = dict(ended.order_by("finished_at").values_list("id", "owner")[:sheets])
        GroupRow.objects.filter(group__in=found).exclude(state=RowState.FILED).delete()
        GroupFiling.objects.filter(id__in=found).update(purged_at=clock.now())
        for group_id, owner in found.items():
            events.record(f"group:{group_id}", "group_purged", actor="system", on_behalf_of=owner)
    return len(found)


def _note_failure(group: GroupFiling, failed: Exception) -> None:
    log.error("sheet %s failed", group.id, exc_info=failed)
    if group.tries + 1 >= PATIENCE and group.state == GroupState.READING:
        _end(group, GroupState.REFUSED, Denied("sheet_damaged"))
        return
    if group.tries >= PATIENCE:  # one row alone failed: it comes back, the others go on
        row = GroupRow.objects.filter(group=group, state=RowState.WAITING).order_by("line").first()
        if row is not None:
            fault = [None, str(words_hands.SHEET_ROW_FAILED)]
            GroupRow.objects.filter(id=row.id).update(state=RowState.BAD, faults=[fault])
            GroupFiling.objects.filter(id=group.id).update(bad=F("bad") + 1, tries=0, moved_at=clock.now())
            return
    GroupFiling.objects.filter(id=group.id).update(tries=F("tries") + 1, moved_at=clock.now())


def _read(group: GroupFiling) -> None:
    """Every row that holds something becomes a row of ours, sealed; duplicates of a NIK are named."""
    assert group.sheet_sealed is not None
    data = unseal_bytes(group.sheet_sealed)
    headings = groups.headings_of(group)
    first_at: dict[bytes, int] = {}
    fresh: list[GroupRow] = []
    total = bad = 0
    for line, cells in _people(data, group.kind):
        total += 1
        if total > settings.GROUP_MAX_ROWS:
            raise Denied("sheet_too_long")
        row = _row(group, headings, line, cells, first_at)
        bad += row.state == RowState.BAD
        fresh.append(row)
        if len(fresh) == ROWS_AT_ONCE:
            GroupRow.objects.bulk_create(fresh)
            fresh = []
    GroupRow.objects.bulk_create(fresh)
    if not total:
        raise Denied("sheet_empty")
    GroupFiling.objects.filter(id=group.id).update(
        state=GroupState.FILING, sheet_sealed=None, total=total, bad=bad, tries=0, moved_at=clock.now()
    )  # fmt: skip


def _people(data: bytes, kind: str) -> Any:
    """Rows after the heading that hold something."""
    headed = False
    for line, cells in rows_of(data, kind):
        if line > settings.GROUP_MAX_ROWS * 10:
            raise Denied("sheet_too_long")
        if is_empty(cells):
            continue
        if headed:
            yield line, cells
        headed = True


def _row(
    group: GroupFiling, headings: Headings, line: int, cells: Sequence[Value], first_at: dict[bytes, int]
) -> GroupRow:
    cell = cells[headings.nik_at] if headings.nik_at < len(cells) else None
    nik = None if cell is None or isinstance(cell, Flaw) else nik_of(cell)
    found = digest(nik) if isinstance(nik, str) and not isinstance(nik, Flaw) else None
    row = GroupRow(
        group=group, line=line, nik_digest=found, cells_sealed=sealed(cells), state=RowState.WAITING
    )
    if found is None:
        return row
    earlier = first_at.setdefault(found, line)
    if earlier != line:
        row.state = RowState.BAD
        row.faults = [[headings.nik_at, _("NIK ini sudah ada di baris %(line)s.") % {"line": earlier}]]
    return row


def sealed(cells: Sequence[Value]) -> bytes:
    """Cells as they are kept until they are filed."""
    kept = list(cells)
    while kept and kept[-1] is None:
        kept.pop()
    return seal(json.dumps([{"flaw": cell.value} if isinstance(cell, Flaw) else cell for cell in kept]))
