"""Editing the calendar: days and hours are entered and withdrawn, never overwritten, so every count of the past can be repeated."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied
from pendopo.region import queries
from pendopo.region.models import CalendarDay, ServiceHours
from pendopo.region.rules import hours as rules
from pendopo.region.rules.days import Entry

SUBJECT = "calendar"


def change_days(*, enter: Sequence[Entry], withdraw: Sequence[int], source: str, by: str) -> None:
    """Withdraw days, then enter others, with the decree that says so. Who may do it is for the caller to check.

    Raises: Denied("calendar_unchanged" | "calendar_source_missing" | "calendar_missing" | "calendar_day_gone" | "calendar_day_taken").
    """
    if not (enter or withdraw):
        raise Denied("calendar_unchanged")
    if not source.strip():
        raise Denied("calendar_source_missing")
    for entry in enter:
        queries.check_year(entry.on.year)
    try:
        with transaction.atomic():
            gone = CalendarDay.objects.filter(id__in=withdraw, withdrawn_at__isnull=True)
            if gone.update(withdrawn_by=by, withdrawn_at=clock.now()) != len(set(withdraw)):
                raise Denied("calendar_day_gone")
            CalendarDay.objects.bulk_create(_row(entry, source, by) for entry in enter)
            events.record(
                SUBJECT,
                "calendar_changed",
                actor=by,
                source=source,
                entered=[f"{entry.on} {entry.kind} {entry.agency_id} {entry.name}" for entry in enter],
                withdrawn=list(withdraw),
            )
            transaction.on_commit(queries.forget)
    except IntegrityError as taken:
        raise Denied("calendar_day_taken") from taken


def change_hours(*, enter: Sequence[rules.Hours], withdraw: Sequence[int], source: str, by: str) -> None:
    """Withdraw hours, then enter others, with the decree that says so. Who may do it is for the caller to check.

    No deadline moves: days of receipt were decided by the hours of their day and are kept as dates.
    Raises: Denied("calendar_unchanged" | "calendar_source_missing" | "hours_none" | "hours_order" | "hours_range" | "hours_gone" |
    "hours_taken").
    """
    if not (enter or withdraw):
        raise Denied("calendar_unchanged")
    if not source.strip():
        raise Denied("calendar_source_missing")
    for hours in enter:
        rules.check(hours)
    try:
        with transaction.atomic():
            gone = ServiceHours.objects.filter(id__in=withdraw, withdrawn_at__isnull=True)
            if gone.update(withdrawn_by=by, withdrawn_at=clock.now()) != len(set(withdraw)):
                raise Denied("hours_gone")
            ServiceHours.objects.bulk_create(_hours_row(hours, source, by) for hours in enter)
            events.record(
                SUBJECT,
                "hours_changed",
                actor=by,
                source=source,
                entered=[
                    f"{hours.from_on} {hours.until_on or ''} {hours.agency_id} {hours.name}"
                    for hours in enter
                ],
                withdrawn=list(withdraw),
            )
            transaction.on_commit(queries.forget)
    except IntegrityError as taken:
        raise Denied("hours_taken") from taken


def _hours_row(hours: rules.Hours, source: str, by: str) -> ServiceHours:
    return ServiceHours(
        name=hours.name, week=rules.stored_week(hours.week), from_on=hours.from_on, until_on=hours.until_on,
        agency_id=hours.agency_id, estimated=hours.estimated, source=source.strip(), entered_by=by, entered_at=clock.now(),
    )  # fmt: skip


def _row(entry: Entry, source: str, by: str) -> CalendarDay:
    return CalendarDay(
        on=entry.on, kind=entry.kind, name=entry.name, agency_id=entry.agency_id, estimated=entry.estimated,
        source=source.strip(), entered_by=by, entered_at=clock.now(),
    )  # fmt: skip
