"""Terms counted from marks, against a walk that knows nothing but a list of days; and the bugs others had, each by name. No database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pendopo.kernel.errors import Denied
from pendopo.region.api import (
    Calendar,
    DayKind,
    Entry,
    Mark,
    Row,
    Term,
    Unit,
    Why,
    derive,
    due_of,
    due_on,
    is_working,
    lacks_leave,
    received_on,
    with_entries,
    working_days_between,
)
from pendopo.region.queries import seed

FIRST, LAST = date(2023, 1, 1), date(2030, 12, 31)
FREE = (DayKind.HOLIDAY, DayKind.COLLECTIVE_LEAVE, DayKind.LOCAL_HOLIDAY)
REAL = seed(2026)
"""Year ends, Lebaran weeks and collective leave as they are; 2024 and 2028 have a 29 February."""

DAYS = st.one_of(
    st.dates(date(2023, 6, 1), date(2027, 6, 1)),
    st.dates(date(2026, 12, 18), date(2027, 1, 8)),
    st.dates(date(2026, 3, 10), date(2026, 3, 28)),
    st.dates(date(2024, 2, 20), date(2024, 3, 4)),
)
CALENDARS = st.one_of(
    st.just(REAL),
    st.dictionaries(
        st.dates(FIRST, LAST), st.sampled_from([(kind, "Libur") for kind in FREE]), max_size=80
    ).map(lambda days: Calendar(days, FIRST.year, LAST.year)),
)
TERMS = st.builds(Term, st.integers(0, 40), st.sampled_from(Unit))


@st.composite
def clocks(draw: st.DrawFn, *, ends: bool = False) -> list[Mark]:
    """A start and pauses that begin in order; the last one may still stand."""
    on = draw(DAYS)
    marks = [Mark("start", on)]
    gaps = draw(st.lists(st.integers(0, 12), max_size=6))
    if ends and len(gaps) % 2:
        gaps.append(draw(st.integers(0, 12)))
    for n, gap in enumerate(gaps):
        on += timedelta(days=gap)
        marks.append(Mark("resume" if n % 2 else "pause", on, "Perbaikan", "KTP"))
    return marks


def walk(term: Term, marks: Sequence[Mark], calendar: Calendar) -> date | None:
    """The same question answered by force: write every day of two years down, strike what does not count, take the n-th."""
    start = marks[0].on
    still: set[date] = set()
    spans = [
        (mark.on, marks[n + 1].on if n + 1 < len(marks) else LAST)
        for n, mark in enumerate(marks)
        if mark.kind == "pause"
    ]
    for begun, ended in spans:
        still |= {begun + timedelta(days=n) for n in range(1, (ended - begun).days + 1)}
    counted = []
    for n in range(0 if term.days == 0 else 1, 700):
        on = start + timedelta(days=n)
        if on > LAST:
            break
        free = on.weekday() in {5, 6} or on in calendar.days
        if on not in still and not (free and term.unit is Unit.WORKING):
            counted.append(on)
    wanted = max(term.days, 1)
    return counted[wanted - 1] if len(counted) >= wanted else None


@settings(max_examples=300)
@given(TERMS, clocks(), CALENDARS)
def test_the_count_is_the_one_of_a_plain_walk(term: Term, marks: list[Mark], calendar: Calendar) -> None:
    assert due_of(term, marks, calendar) == walk(term, marks, calendar)


@given(TERMS, clocks(), CALENDARS, st.integers(0, 40))
def test_the_derivation_ends_where_the_count_does_and_shows_every_day_once(
    term: Term, marks: list[Mark], calendar: Calendar, later: int
) -> None:
    start = marks[0].on
    shown = derive(term, marks, calendar, until=marks[-1].on + timedelta(days=later))
    assert shown.due_on == due_of(term, marks, calendar)
    assert [day.on for day in shown.days] == [start + timedelta(days=n) for n in range(len(shown.days))]
    counted = [day for day in shown.days if day.row is Row.COUNTED]
    assert [day.number for day in counted] == list(range(1, len(counted) + 1))
    assert {day.number for day in shown.days if day.row is not Row.COUNTED} <= {0}
    if shown.due_on:
        assert shown.why is Why.DUE
        assert shown.days[-1].on == shown.due_on
        assert len(counted) == max(term.days, 1)
    else:
        assert shown.why is Why.STANDS_STILL
        assert len(counted) < max(term.days, 1)
        assert shown.days[-1].on >= max(mark.on for mark in marks if mark.kind == "pause")
    for day in shown.days[1:]:
        if term.unit is Unit.WORKING:
            assert (day.row in {Row.COUNTED, Row.PAUSED}) == is_working(day.on, calendar)


MESSY = st.lists(st.builds(Mark, st.sampled_from(["start", "pause", "resume"]), DAYS), max_size=8)


@given(TERMS, MESSY, CALENDARS)
def test_however_muddled_the_marks_the_count_and_its_derivation_agree(
    term: Term, marks: list[Mark], calendar: Calendar
) -> None:
    """A clock that jumps leaves marks in no order; what is shown day by day is still what is counted."""
    assert derive(term, marks, calendar).due_on == due_of(term, marks, calendar)


@given(TERMS, clocks(), CALENDARS, st.dates(date(2023, 6, 1), date(2028, 6, 1)))
def test_one_more_holiday_never_makes_a_deadline_earlier(
    term: Term, marks: list[Mark], calendar: Calendar, free: date
) -> None:
    more = replace(calendar, days={**calendar.days, free: (DayKind.HOLIDAY, "Libur")})
    before, after = due_of(term, marks, calendar), due_of(term, marks, more)
    if before is not None and after is not None:
        assert after >= before
    if before is None:
        assert after is None


@given(st.integers(1, 40), DAYS, st.integers(0, 60), st.integers(0, 30), CALENDARS)
def test_a_pause_of_k_working_days_moves_the_deadline_by_exactly_k(
    days: int, start: date, after: int, k: int, calendar: Calendar
) -> None:
    term, began = Term(days), start + timedelta(days=after)
    plain = due_of(term, [Mark("start", start)], calendar)
    assert plain is not None
    assume(began < plain)
    marks = [Mark("start", start), Mark("pause", began), Mark("resume", due_on(began, k, calendar))]
    due = due_of(term, marks, calendar)
    assert due is not None
    assert working_days_between(plain, due, calendar) == k


@given(TERMS, clocks(ends=True), CALENDARS, st.data())
def test_a_pause_in_two_parts_is_the_same_pause(
    term: Term, marks: list[Mark], calendar: Calendar, data: st.DataObject
) -> None:
    assume(len(marks) > 2)
    n = data.draw(st.integers(0, len(marks) // 2 - 1)) * 2 + 1
    cut = marks[n].on + timedelta(days=data.draw(st.integers(0, (marks[n + 1].on - marks[n].on).days)))
    parts = [*marks[: n + 1], Mark("resume", cut), Mark("pause", cut), *marks[n + 1 :]]
    assert due_of(term, parts, calendar) == due_of(term, marks, calendar)


ENTRIES = st.lists(
    st.builds(
        Entry,
        st.dates(date(2026, 3, 1), date(2026, 4, 30)),
        st.sampled_from([*FREE, DayKind.WORKING]),
        st.just("Hari"),
        st.sampled_from(["", "dinkes", "bpn"]),
        st.booleans(),
    ),
    max_size=12,
)


@given(ENTRIES, st.randoms(use_true_random=False), st.sampled_from(["", "dinkes", "bpn"]))
def test_the_order_of_calendar_edits_does_not_matter(
    entries: list[Entry], random: object, agency: str
) -> None:
    shuffled = entries.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = with_entries(REAL, entries, agency), with_entries(REAL, shuffled, agency)
    assert one == other
    marks = [Mark("start", date(2026, 2, 27))]
    assert due_of(Term(20), marks, one) == due_of(Term(20), marks, other)


def test_an_agencys_own_day_wins_over_everybodys_and_that_over_the_seed() -> None:
    on = date(2026, 3, 19)
    everybody = Entry(on, DayKind.WORKING, "Nyepi dipindah")
    own = Entry(on, DayKind.LOCAL_HOLIDAY, "Pindah kantor", "dinkes", estimated=True)
    assert REAL.kind(on) is DayKind.HOLIDAY
    assert with_entries(REAL, [own, everybody]).kind(on) is DayKind.WORKING
    assert with_entries(REAL, [own, everybody], "dinkes").kind(on) is DayKind.LOCAL_HOLIDAY
    assert on in with_entries(REAL, [own], "dinkes").estimated
    guess = date(2027, 3, 10)
    assert guess in REAL.estimated
    assert guess not in with_entries(REAL, [Entry(guess, DayKind.HOLIDAY, "Idul Fitri")]).estimated


def test_a_clock_that_has_not_started_has_no_deadline() -> None:
    assert due_of(Term(5), [], REAL) is None
    assert derive(Term(5), [], REAL).why is Why.NOT_STARTED


def test_a_promise_of_no_days_is_kept_at_once_or_on_the_next_working_day() -> None:
    assert due_of(Term(0), [Mark("start", date(2026, 11, 24))], REAL) == date(2026, 11, 24)
    assert due_of(Term(0), [Mark("start", date(2026, 12, 24))], REAL) == date(2026, 12, 28)
    assert due_of(Term(0, Unit.CALENDAR), [Mark("start", date(2026, 12, 25))], REAL) == date(2026, 12, 25)


def test_while_the_applicant_has_to_act_there_is_no_deadline_but_one_passed_stays_passed() -> None:
    start, pause = Mark("start", date(2026, 11, 23)), Mark("pause", date(2026, 11, 25), "Perbaikan", "KTP")
    assert due_of(Term(5), [start, pause], REAL) is None
    assert due_of(Term(2), [start, pause], REAL) == date(2026, 11, 25)
    shown = derive(Term(5), [start, pause], REAL, until=date(2026, 11, 27))
    assert [(day.row, day.evidence) for day in shown.days[-2:]] == [(Row.PAUSED, "KTP")] * 2


def test_why_each_day_counts_or_not() -> None:
    shown = derive(Term(3), [Mark("start", date(2026, 12, 22), "Berkas lengkap")], REAL)
    assert [(day.on.day, day.row, day.name) for day in shown.days] == [
        (22, Row.START, ""),
        (23, Row.COUNTED, ""),
        (24, Row.COLLECTIVE_LEAVE, "Cuti Bersama Hari Raya Natal"),
        (25, Row.HOLIDAY, "Hari Raya Natal"),
        (26, Row.WEEKEND, ""),
        (27, Row.WEEKEND, ""),
        (28, Row.COUNTED, ""),
        (29, Row.COUNTED, ""),
    ]


# Bugs found in other systems' working-day code, each with the answer it got wrong.


def test_bug_holidays_only_of_the_current_year() -> None:
    due = due_of(Term(5), [Mark("start", date(2026, 12, 29))], REAL)
    assert due == date(2027, 1, 7)  # 1 and 5 January are free too


def test_bug_holidays_added_once_instead_of_walked() -> None:
    """Two holidays inside the term push it onto a weekend and a third holiday, which count no less."""
    days = {date(2026, 6, day): (DayKind.HOLIDAY, "Libur") for day in (3, 4, 8)}
    calendar = Calendar(days, 2026, 2026)
    assert due_of(Term(4), [Mark("start", date(2026, 6, 1))], calendar) == date(2026, 6, 10)


def test_bug_weekends_counted() -> None:
    assert due_of(Term(5), [Mark("start", date(2026, 11, 6))], REAL) == date(2026, 11, 13)
    assert due_of(Term(5, Unit.CALENDAR), [Mark("start", date(2026, 11, 6))], REAL) == date(2026, 11, 11)


def test_bug_wall_clock_milliseconds() -> None:
    """A file complete at 15.59 and one at 07.31 of the same day are due on the same day: days are counted, not 24 hours."""
    calendar = REAL
    early = received_on(datetime(2026, 11, 23, 7, 31), time(16), calendar)  # noqa: DTZ001 - local time
    late = received_on(datetime(2026, 11, 23, 15, 59), time(16), calendar)  # noqa: DTZ001 - local time
    assert early == late == date(2026, 11, 23)
    assert due_of(Term(1), [Mark("start", late)], calendar) == date(2026, 11, 24)


def test_bug_reset_on_clarification() -> None:
    """After a question has been answered the days already used stay used."""
    marks = [
        Mark("start", date(2026, 11, 2)),
        Mark("pause", date(2026, 11, 5)),
        Mark("resume", date(2026, 11, 11)),
    ]
    assert due_of(Term(5), marks, REAL) == date(2026, 11, 13)  # 3, 4, 5 November, then 12 and 13
    assert due_of(Term(5), [*marks, Mark("start", date(2026, 11, 11))], REAL) == date(
        2026, 11, 18
    )  # a real reset


@pytest.mark.parametrize(
    ("hour", "day", "expected"),
    [(15, 23, 23), (16, 23, 23), (17, 23, 24), (9, 28, 30), (17, 27, 30)],
)
def test_what_comes_after_closing_or_on_a_free_day_is_received_next_working_day(
    hour: int, day: int, expected: int
) -> None:
    at = datetime(2026, 11, day, hour)  # noqa: DTZ001 - local time
    assert received_on(at, time(16), REAL) == date(2026, 11, expected)


def test_a_term_that_leaves_the_known_years_is_refused() -> None:
    with pytest.raises(Denied) as refused:
        due_of(Term(800), [Mark("start", date(2026, 11, 2))], REAL)
    assert refused.value.code == "calendar_missing"


def test_a_year_without_collective_leave_is_noticed() -> None:
    assert not lacks_leave(2026, REAL)
    assert not lacks_leave(2027, REAL)
    assert lacks_leave(2028, REAL)
