"""When a file counts as complete, who is warned when, and what may be granted by silence. No database."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.applications.rules import (
    Act,
    Case,
    Level,
    Remark,
    State,
    Step,
    StepKind,
    Verb,
    begin,
    decide,
    levels_due,
    shown_due,
)
from pendopo.applications.rules.clock import RECEIVED, UNCHECKED, may_be_granted
from pendopo.identity.api import SYSTEM, Actor, ActorKind, Role
from pendopo.kernel.errors import Denied
from pendopo.region.api import Calendar, DayKind, Mark, Term, due_of, due_on, is_working

CALENDAR = Calendar(
    {date(2026, 12, 25): (DayKind.HOLIDAY, "Natal"), date(2026, 12, 24): (DayKind.COLLECTIVE_LEAVE, "Cuti")},
    2025,
    2028,
)
MONDAY = date(2026, 11, 23)
OFFICER = Actor(ActorKind.STAFF, uuid4(), "Dewi", {"a": frozenset({Role.FRONT_OFFICER, Role.BACK_OFFICER})})
APPLICANT = Actor(ActorKind.PERSON, uuid4(), "Siti")
NOTHING, REMARKS = Act(), Act(remarks=(Remark("ktp", "missing"),))
DAYS = st.dates(date(2026, 6, 1), date(2027, 6, 1))


def holds(_expression: str, _fee: int) -> bool:
    return True


def filed(on: date = MONDAY, days: int = 5, grace: int = 1) -> Case:
    """A case whose completeness somebody has to check."""
    assert APPLICANT.id is not None
    steps = (
        Step("check", StepKind.COMPLETENESS, "a", Role.FRONT_OFFICER),
        Step("verify", StepKind.VERIFICATION, "a", Role.BACK_OFFICER, after=("check",)),
    )
    case = Case(State.DRAFT, APPLICANT.id, steps, term=Term(days), completeness_days=grace)
    out = begin(case, on=on, calendar=CALENDAR, holds=holds)
    return after(case, out)


def after(case: Case, out: object) -> Case:
    return Case(
        out.state, case.applicant_id, out.steps, out.rounds, out.fee_idr, case.term, out.marks, out.due_on,  # type: ignore[attr-defined]
        completeness_days=case.completeness_days,
    )  # fmt: skip


def do(
    case: Case, verb: Verb, on: date, actor: Actor = OFFICER, key: str = "check", act: Act = NOTHING
) -> Case:
    return after(
        case, decide(case, verb, actor, step_key=key, act=act, on=on, calendar=CALENDAR, holds=holds)
    )


def test_found_complete_in_time_that_day_is_day_0() -> None:
    case = filed()
    assert case.marks == (Mark("start", MONDAY, RECEIVED),)
    case = do(case, Verb.COMPLETE, date(2026, 11, 24))
    assert case.marks == (Mark("start", date(2026, 11, 24), "complete"),)
    assert case.due_on == date(2026, 12, 1)


def test_a_file_nobody_opens_counts_as_complete_from_the_day_it_was_received() -> None:
    case = do(filed(), Verb.COMPLETE, date(2026, 11, 26))
    assert case.marks == (Mark("start", MONDAY, UNCHECKED),)
    assert case.due_on == date(2026, 11, 30)


def test_returned_in_time_no_clock_runs_and_it_begins_anew_when_it_comes_back() -> None:
    case = do(filed(), Verb.RETURN, date(2026, 11, 24), act=REMARKS)
    assert (case.state, case.marks, case.due_on) == (State.RETURNED, (), None)
    case = do(case, Verb.RESUBMIT, date(2026, 12, 7), APPLICANT)
    assert case.marks == (Mark("start", date(2026, 12, 7), RECEIVED),)


def test_returned_too_late_the_days_used_stay_used() -> None:
    case = do(filed(), Verb.RETURN, date(2026, 11, 25), act=REMARKS)
    assert case.marks == (
        Mark("start", MONDAY, RECEIVED),
        Mark("pause", date(2026, 11, 25), "returned", "ktp"),
    )
    assert case.due_on == date(2026, 11, 30)  # for the eye, until it comes back
    case = do(case, Verb.RESUBMIT, date(2026, 11, 30), APPLICANT)
    assert case.due_on == date(2026, 12, 3)  # 24, 25 November, then 1, 2, 3 December
    case = do(case, Verb.COMPLETE, date(2026, 12, 1))
    assert case.due_on == date(2026, 12, 3)
    assert case.marks[0] == Mark("start", MONDAY, UNCHECKED)


@given(DAYS, st.integers(0, 30), st.integers(0, 5), st.integers(0, 40))
def test_whatever_an_officer_does_with_completeness_the_deadline_is_bounded(
    on: date, days: int, grace: int, later: int
) -> None:
    """However long nobody looks, the promise ends no later than if it had been found complete on the last day of grace."""
    checked_on = on + timedelta(days=later)
    case = do(filed(on, days, grace), Verb.COMPLETE, checked_on)
    assert case.due_on is not None
    latest = due_of(Term(days), [Mark("start", due_on(on, grace, CALENDAR))], CALENDAR)
    assert latest is not None
    assert case.due_on <= latest
    assert case.due_on >= due_of(Term(days), [Mark("start", on)], CALENDAR)  # type: ignore[operator]


@given(DAYS, st.integers(0, 20), st.integers(0, 60))
def test_silence_grants_the_day_after_the_deadline_and_never_before(on: date, days: int, later: int) -> None:
    case, now = filed(on, days), on + timedelta(days=later)
    assert case.due_on is not None
    granted = now > case.due_on and now > due_on(on, 1, CALENDAR)
    assert may_be_granted(case, now, CALENDAR) is granted
    if granted:
        assert do(case, Verb.DEEM_APPROVE, now, SYSTEM, "").state is State.DEEMED_APPROVED
    else:
        with pytest.raises(Denied) as refused:
            do(case, Verb.DEEM_APPROVE, now, SYSTEM, "")
        assert refused.value.code == "not_due_yet"


def test_while_the_applicant_has_to_act_silence_grants_nothing() -> None:
    case = do(
        do(filed(), Verb.COMPLETE, MONDAY),
        Verb.REQUEST_CORRECTION,
        date(2026, 11, 24),
        key="verify",
        act=REMARKS,
    )
    assert not may_be_granted(case, date(2027, 6, 1), CALENDAR)
    returned = do(filed(), Verb.RETURN, date(2026, 11, 25), act=REMARKS)
    assert not may_be_granted(returned, date(2027, 6, 1), CALENDAR)


@pytest.mark.parametrize(
    ("today", "levels"),
    [
        (date(2026, 12, 18), ()),
        (date(2026, 12, 21), ()),
        (date(2026, 12, 22), (Level.OFFICER,)),  # then 23, 28, 29: leave, a holiday and a weekend lie between
        (date(2026, 12, 23), (Level.OFFICER,)),
        (date(2026, 12, 28), (Level.OFFICER, Level.HEAD)),
        (date(2026, 12, 29), (Level.OFFICER, Level.HEAD, Level.MAYOR)),
        (date(2027, 1, 4), (Level.OFFICER, Level.HEAD, Level.MAYOR)),
    ],
)
def test_the_ladder_counts_working_days(today: date, levels: tuple[Level, ...]) -> None:
    assert levels_due(Term(10), date(2026, 12, 29), today, CALENDAR) == levels


def test_a_short_promise_skips_the_rungs_it_never_was_below() -> None:
    assert levels_due(Term(3), MONDAY, MONDAY, CALENDAR) == (Level.HEAD, Level.MAYOR)
    assert levels_due(Term(1), MONDAY, MONDAY, CALENDAR) == (Level.MAYOR,)
    assert levels_due(Term(0), MONDAY, MONDAY, CALENDAR) == (Level.MAYOR,)


@given(DAYS, st.integers(1, 20), st.integers(0, 30))
def test_while_it_stands_still_the_deadline_it_had_is_shown(on: date, days: int, later: int) -> None:
    start, pause = Mark("start", on), Mark("pause", on + timedelta(days=later))
    plain = due_of(Term(days), [start], CALENDAR)
    assert plain is not None
    assert shown_due(Term(days), [start, pause], CALENDAR) == plain
    assert shown_due(Term(days), [start], CALENDAR) == plain
    assert shown_due(Term(days), [], CALENDAR) is None
    assert is_working(plain, CALENDAR)
