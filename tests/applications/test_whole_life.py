"""Any sequence of acts on one case, against a tiny model: sets of finished steps, and a clock that walks day by day."""

from dataclasses import replace
from datetime import date, timedelta

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pendopo.applications import rules
from pendopo.applications.rules import Act, Case, Remark, State, StepKind, StepStatus, Verb
from pendopo.identity.api import SYSTEM, Actor, Role
from pendopo.kernel.errors import Denied
from pendopo.region.api import Calendar, DayKind, Term, is_working
from tests.applications.test_rules import (
    APPLICANT,
    CALENDAR,
    FOUND,
    ME,
    OTHER,
    REFUSAL,
    VISIT,
    applied,
    fee_only,
    officer,
    procedure,
)

PROMISE = 5
SAID = {
    Verb.RETURN: Act(remarks=(Remark("str", "missing"),)),
    Verb.REQUEST_CORRECTION: Act(remarks=(Remark("str", "missing"),)),
    Verb.REJECT: REFUSAL,
    Verb.SCHEDULE: VISIT,
    Verb.INSPECT: FOUND,
    Verb.ASSESS_FEE: Act(fee_lines=({"amount_idr": 70_000},)),
    Verb.REASSIGN: Act(details={"to": str(officer(Role.BACK_OFFICER).id)}),
}
WAITS = {State.RETURNED, State.IN_CORRECTION, State.AWAITING_PAYMENT, State.REJECTED}


def walked(started: date, still: set[date], calendar: Calendar, promise: int = PROMISE) -> date:
    """The last day of the promise, by brute force: working days after the start on which nobody waited for the applicant."""
    day, left = started, promise
    while left:
        day += timedelta(days=1)
        left -= is_working(day, calendar) and day not in still
    return day


class WholeLife(RuleBasedStateMachine):
    """The case, and beside it what a clerk would keep on a sheet of paper."""

    @initialize(fee=st.sampled_from([0, 50_000, None]), on=st.dates(date(2026, 12, 1), date(2027, 1, 31)))
    def file(self, fee: int | None, on: date) -> None:
        self.on = on
        self.case = Case(State.DRAFT, ME, procedure(), fee_idr=fee, term=Term(PROMISE))
        out = rules.begin(self.case, on=on, calendar=CALENDAR, holds=fee_only)
        self.case = applied(self.case, out)
        self.done: set[str] = set()
        self.started: date | None = on  # nobody looked yet: it counts from the day of receipt
        self.still: set[date] = set()

    @rule(days=st.integers(1, 4))
    def time_passes(self, days: int) -> None:
        for _day in range(days):
            self.on += timedelta(days=1)
            if self.case.state in WAITS:
                self.still.add(self.on)

    @rule(data=st.data())
    def somebody_acts(self, data: st.DataObject) -> None:
        """Mostly somebody who may; sometimes anybody, who is refused and changes nothing."""
        step = data.draw(
            st.sampled_from(
                [s for s in self.case.steps if s.status is StepStatus.OPEN] or list(self.case.steps)
            )
        )
        wanted = [
            rules.PROCEEDS[step.kind],
            *rules.SETS_BACK.get(step.kind, ()),
            *rules.BESIDE.get(step.kind, ()),
        ]
        verb = data.draw(st.sampled_from([*wanted, *wanted, *Verb]))
        holder = SYSTEM if step.role == "system" else officer(Role(step.role), step.agency_id)
        who: Actor = data.draw(st.sampled_from([holder, holder, APPLICANT, SYSTEM, OTHER]))
        self.do(verb, who, step.key)

    @rule()
    def the_applicant_sends_it_again(self) -> None:
        self.do(Verb.RESUBMIT, APPLICANT, "")

    @precondition(lambda self: self.case.due_on is not None and self.on > self.case.due_on)
    @rule()
    def nobody_has_decided(self) -> None:
        self.do(Verb.DEEM_APPROVE, SYSTEM, "")

    def do(self, verb: Verb, who: Actor, key: str) -> None:
        before = self.case
        try:
            out = rules.decide(
                before,
                verb,
                who,
                step_key=key,
                act=SAID.get(verb, Act()),
                on=self.on,
                calendar=CALENDAR,
                holds=fee_only,
            )
        except Denied:
            return
        assert out.state in rules.TRANSITIONS[before.state, verb]
        self.case = replace(applied(before, out), wants_person=out.wants_person)
        if verb in rules.PROCEEDS.values():
            assert key not in self.done
            self.done.add(key)
        if verb is Verb.COMPLETE and not self.looked_too_late():
            self.started, self.still = self.on, set()
        if verb is Verb.RETURN and not self.looked_too_late():
            self.started = None
        if verb is Verb.RESUBMIT and self.started is None:
            self.started, self.still = self.on, set()

    def looked_too_late(self) -> bool:
        """The file lay for more than one working day: it counts as complete from its receipt."""
        assert self.started is not None
        return self.on > walked(self.started, set(), CALENDAR, 1)

    @invariant()
    def finished_steps_stay_finished_and_open_ones_are_ready(self) -> None:
        for step in self.case.steps:
            if step.key in self.done:
                assert step.status is StepStatus.DONE
            if step.status is StepStatus.OPEN:
                assert all(
                    self.case.step(key).status in {StepStatus.DONE, StepStatus.SKIPPED} for key in step.after
                )

    @invariant()
    def what_is_decided_leaves_nothing_to_do(self) -> None:
        still_open = [s for s in self.case.steps if s.status is StepStatus.OPEN]
        if self.case.state in rules.DECIDED:
            assert all(step.kind is StepKind.HAND_OVER for step in still_open)
        else:
            assert still_open

    @invariant()
    def nobody_is_sent_back_without_end(self) -> None:
        assert self.case.rounds <= rules.MAX_ROUNDS

    @invariant()
    def the_deadline_is_what_the_clerk_counts(self) -> None:
        if self.started is None or self.case.state in WAITS | {State.WITHDRAWN}:
            return
        assert self.case.due_on == walked(self.started, self.still, CALENDAR)

    @invariant()
    def silence_grants_only_what_is_late(self) -> None:
        if self.case.state is State.DEEMED_APPROVED:
            assert self.case.due_on is not None
            assert self.on > self.case.due_on


WholeLife.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestWholeLife = WholeLife.TestCase
assert CALENDAR.kind(date(2026, 12, 25)) is DayKind.HOLIDAY
