"""Decisions without a database: every (state, verb, role), the walk through the graph, the clock's days."""

import os
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.applications import rules
from pendopo.applications.rules import Act, Case, Remark, State, Step, StepKind, StepStatus, Verb
from pendopo.identity.api import PUBLIC, SYSTEM, Actor, ActorKind, Role
from pendopo.kernel.errors import Denied
from pendopo.region.api import Calendar, DayKind, Term, is_working, working_days_between

STATES_PAGE = """# States of an application

Drawn from `TRANSITIONS` in [rules/terms.py](../src/pendopo/applications/rules/terms.py); a test compares the two, and
`PENDOPO_UPDATE=1 ./pendopo test -k diagram` draws it anew. Inner steps (reviews, payment, signature) are data of the
service's procedure and do not appear here.

"""
ME = UUID(int=1)
APPLICANT = Actor(ActorKind.PERSON, ME, "Siti")
OTHER = Actor(ActorKind.PERSON, UUID(int=2), "Budi")
MONDAY = date(2026, 11, 23)
CALENDAR = Calendar({date(2026, 12, 25): (DayKind.HOLIDAY, "Natal")}, 2020, 2030)
REMARKS = Act(remarks=(Remark("str", "missing"),))
VISIT = Act(details={"at": "2026-11-25T09:00:00+07:00", "place": "Jl. Engku Putri 1"})
FOUND = Act(note="Bangunan sesuai gambar.")
REFUSAL = Act(reason="Tidak memenuhi syarat", legal_basis="UU 17/2023")


def always(_expression: str, _fee: int) -> bool:
    return True


def fee_only(expression: str, fee: int) -> bool:
    return {"fee_idr > 0": fee > 0, "fee_idr < 0": fee < 0}[expression]


def officer(role: Role, agency: str = "dinas") -> Actor:
    return Actor(ActorKind.STAFF, UUID(int=9), "Petugas", {agency: frozenset({role})})


def procedure() -> tuple[Step, ...]:
    """The longest archetype: two reviews in parallel, a fee, initials, signature, number."""
    return (
        Step("lengkap", StepKind.COMPLETENESS, "dinas", "front_officer"),
        Step("periksa", StepKind.VERIFICATION, "dinas", "back_officer", ("lengkap",)),
        Step("lapangan", StepKind.INSPECTION, "teknis", "technical_team", ("periksa",)),
        Step("rekomendasi", StepKind.RECOMMENDATION, "teknis", "technical_team", ("periksa",)),
        Step(
            "tetapkan",
            StepKind.FEE_ASSESSMENT,
            "dinas",
            "back_officer",
            ("lapangan", "rekomendasi"),
            "fee_idr < 0",
        ),
        Step("bayar", StepKind.PAYMENT, "dinas", "system", ("tetapkan",), "fee_idr > 0"),
        Step("paraf", StepKind.INITIALS, "dinas", "section_head", ("bayar",)),
        Step("tanda-tangan", StepKind.SIGNING, "dinas", "signatory", ("paraf",)),
        Step("nomor", StepKind.NUMBERING, "dinas", "system", ("tanda-tangan",)),
    )


def filed(fee_idr: int | None = 0) -> Case:
    case = Case(State.DRAFT, ME, procedure(), fee_idr=fee_idr, term=Term(5))
    out = rules.begin(case, on=MONDAY, calendar=CALENDAR, holds=fee_only)
    return applied(case, out)


def applied(case: Case, out: rules.Outcome) -> Case:
    return replace(
        case,
        state=out.state,
        steps=out.steps,
        rounds=out.rounds,
        fee_idr=out.fee_idr,
        due_on=out.due_on,
        marks=out.marks,
    )


def do(
    case: Case, verb: Verb, actor: Actor, step: str = "", act: Act | None = None, on: date = MONDAY
) -> Case:
    out = rules.decide(
        case,
        verb,
        actor,
        step_key=step,
        act=act or Act(),
        on=on,
        calendar=CALENDAR,
        holds=fee_only,
    )
    return applied(case, out)


def whole_way(case: Case) -> Case:
    """Do whatever the open steps ask until nothing is open."""
    for _ in range(20):
        step = next((s for s in case.steps if s.status is StepStatus.OPEN), None)
        if step is None:
            return case
        verb = rules.PROCEEDS[step.kind]
        actor = SYSTEM if verb in rules.SYSTEMS else officer(Role(step.role), step.agency_id)
        act = Act(fee_lines=({"amount_idr": 70_000},)) if verb is Verb.ASSESS_FEE else None
        if verb is Verb.INSPECT:
            case = do(case, Verb.SCHEDULE, actor, step.key, VISIT)
            act = FOUND
        case = do(case, verb, actor, step.key, act)
    raise AssertionError("no end")


def test_a_free_application_passes_the_payment_by() -> None:
    case = whole_way(filed(fee_idr=0))
    assert case.state is State.APPROVED
    assert case.step("bayar").status is StepStatus.SKIPPED
    assert case.step("tetapkan").status is StepStatus.SKIPPED
    assert case.step("nomor").status is StepStatus.DONE


def test_an_unknown_fee_is_assessed_then_paid() -> None:
    case = whole_way(filed(fee_idr=None))
    assert case.state is State.APPROVED
    assert case.fee_idr == 70_000
    assert case.step("bayar").status is StepStatus.DONE


def test_reviews_of_two_kinds_are_open_at_once() -> None:
    case = do(filed(), Verb.COMPLETE, officer(Role.FRONT_OFFICER), "lengkap")
    case = do(case, Verb.VERIFY, officer(Role.BACK_OFFICER), "periksa")
    assert {s.key for s in case.steps if s.status is StepStatus.OPEN} == {"lapangan", "rekomendasi"}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", Verb)
def test_grid(state: State, verb: Verb) -> None:
    """What is not in the table, and what is not one's own, is refused with a code; nothing else ever happens."""
    for who in (*Role, "applicant", "stranger", "system", "public"):
        check_cell(state, verb, who)


def check_cell(state: State, verb: Verb, who: str) -> None:
    actors = {"applicant": APPLICANT, "stranger": OTHER, "system": SYSTEM, "public": PUBLIC}
    actor = actors.get(who) or officer(Role(who))
    steps = tuple(replace(step, status=StepStatus.OPEN, agency_id="dinas") for step in procedure())
    case = Case(state, ME, steps)
    for step in steps:
        allowed = rules.can(case, verb, actor, step.key)
        in_table = (state, verb) in rules.TRANSITIONS
        if verb in rules.APPLICANTS:
            assert allowed == (in_table and who == "applicant")
        elif verb in rules.SYSTEMS:
            assert allowed == (in_table and who == "system")
        elif verb is Verb.REASSIGN:
            assert allowed == (
                in_table and step.role != rules.SYSTEM_ROLE and who in {step.role, *rules.HEADS}
            )
        else:
            kinds = {
                rules.PROCEEDS[step.kind],
                *rules.BESIDE.get(step.kind, ()),
                *rules.SETS_BACK.get(step.kind, ()),
            }
            assert allowed == (in_table and verb in kinds and who == step.role)


def test_role_at_another_agency_does_not_count() -> None:
    with pytest.raises(Denied, match="not your step"):
        do(filed(), Verb.COMPLETE, officer(Role.FRONT_OFFICER, "lain"), "lengkap")


def test_two_officers_on_one_step_the_second_is_told() -> None:
    case = do(filed(), Verb.COMPLETE, officer(Role.FRONT_OFFICER), "lengkap")
    with pytest.raises(Denied) as refused:
        rules.check(
            replace(case, state=State.SUBMITTED), Verb.COMPLETE, officer(Role.FRONT_OFFICER), "lengkap"
        )
    assert refused.value.code == "step_done"


def test_an_assigned_step_is_its_assignees_and_their_deputys() -> None:
    case, colleague = filed(), UUID(int=8)
    given = do(
        case, Verb.REASSIGN, officer(Role.SECTION_HEAD), "lengkap", Act(details={"to": str(colleague)})
    )
    mine = officer(Role.FRONT_OFFICER)
    with pytest.raises(Denied) as refused:
        do(given, Verb.COMPLETE, mine, "lengkap")
    assert refused.value.code == "assigned_to_other"
    assert do(given, Verb.COMPLETE, replace(mine, id=colleague), "lengkap").state is State.IN_PROCESS
    deputy = replace(mine, stands_in_for=frozenset({colleague}))
    assert do(given, Verb.COMPLETE, deputy, "lengkap").state is State.IN_PROCESS
    assert (
        do(given, Verb.REASSIGN, mine, "lengkap", Act(details={"to": str(mine.id)})).steps[0].assignee_id
        == mine.id
    )


def test_an_inspection_is_announced_and_leaves_a_record() -> None:
    case = do(filed(), Verb.COMPLETE, officer(Role.FRONT_OFFICER), "lengkap")
    case = do(case, Verb.VERIFY, officer(Role.BACK_OFFICER), "periksa")
    team = officer(Role.TECHNICAL_TEAM, "teknis")
    for act, code in ((FOUND, "appointment_needed"),):
        with pytest.raises(Denied) as refused:
            do(case, Verb.INSPECT, team, "lapangan", act)
        assert refused.value.code == code
    with pytest.raises(Denied, match="appointment"):
        do(case, Verb.SCHEDULE, team, "lapangan", Act(details={"at": "2026-11-25", "place": " "}))
    case = do(case, Verb.SCHEDULE, team, "lapangan", VISIT)
    with pytest.raises(Denied, match="findings"):
        do(case, Verb.INSPECT, team, "lapangan", Act())
    assert do(case, Verb.INSPECT, team, "lapangan", FOUND).steps[2].status is StepStatus.DONE


def test_remarks_of_a_second_office_join_the_open_round() -> None:
    case = do(filed(), Verb.COMPLETE, officer(Role.FRONT_OFFICER), "lengkap")
    case = do(case, Verb.REQUEST_CORRECTION, officer(Role.BACK_OFFICER), "periksa", REMARKS)
    again = do(case, Verb.REQUEST_CORRECTION, officer(Role.BACK_OFFICER), "periksa", REMARKS)
    assert (again.state, again.rounds, again.marks) == (State.IN_CORRECTION, 1, case.marks)


def test_silence_approves_only_after_the_last_day_and_never_while_the_applicant_is_waited_for() -> None:
    case = do(filed(), Verb.COMPLETE, officer(Role.FRONT_OFFICER), "lengkap")
    assert case.due_on is not None
    with pytest.raises(Denied) as refused:
        do(case, Verb.DEEM_APPROVE, SYSTEM, on=case.due_on)
    assert refused.value.code == "not_due_yet"
    after = case.due_on + timedelta(days=1)
    granted = do(case, Verb.DEEM_APPROVE, SYSTEM, on=after)
    assert granted.state is State.DEEMED_APPROVED
    assert not any(step.status is StepStatus.OPEN for step in granted.steps)
    assert do(granted, Verb.ISSUE, SYSTEM).state is State.COMPLETED
    waiting = do(case, Verb.REQUEST_CORRECTION, officer(Role.BACK_OFFICER), "periksa", REMARKS)
    with pytest.raises(Denied, match="deem_approve"):
        do(waiting, Verb.DEEM_APPROVE, SYSTEM, on=after)


def test_a_granted_appeal_takes_the_case_up_where_it_was_refused() -> None:
    case = do(filed(), Verb.COMPLETE, officer(Role.FRONT_OFFICER), "lengkap")
    refused = do(case, Verb.REJECT, officer(Role.BACK_OFFICER), "periksa", REFUSAL)
    again = do(refused, Verb.REOPEN, SYSTEM, on=MONDAY + timedelta(days=7))
    assert again.state is State.IN_PROCESS
    assert again.step("periksa").status is StepStatus.OPEN
    assert again.step("paraf").status is StepStatus.WAITING
    assert again.due_on is not None
    assert case.due_on is not None
    assert working_days_between(case.due_on, again.due_on, CALENDAR) == 5
    assert whole_way(again).state is State.APPROVED


def test_every_verb_the_law_knows_has_its_code() -> None:
    assert rules.oss_code(Verb.RECOMMEND) == "45"
    assert rules.oss_code(Verb.RECOMMEND, favourable=False) == "93"
    assert rules.oss_code(Verb.WITHDRAW) is None
    assert len(set(rules.OSS_CODES.values())) == len(rules.OSS_CODES)


def test_returning_needs_remarks_from_the_closed_list() -> None:
    fo = officer(Role.FRONT_OFFICER)
    with pytest.raises(Denied) as refused:
        do(filed(), Verb.RETURN, fo, "lengkap")
    assert refused.value.code == "remarks_needed"
    with pytest.raises(Denied) as refused:
        do(filed(), Verb.RETURN, fo, "lengkap", Act(remarks=(Remark("str", "kurang sreg"),)))
    assert refused.value.code == "remark_reason_unknown"


def test_rounds_are_bounded() -> None:
    case = filed()
    for _ in range(rules.MAX_ROUNDS):
        case = do(case, Verb.RETURN, officer(Role.FRONT_OFFICER), "lengkap", REMARKS)
        case = do(case, Verb.RESUBMIT, APPLICANT)
    with pytest.raises(Denied) as refused:
        do(case, Verb.RETURN, officer(Role.FRONT_OFFICER), "lengkap", REMARKS)
    assert refused.value.code == "rounds_used_up"


def test_a_refusal_needs_reason_and_law() -> None:
    case = do(filed(), Verb.COMPLETE, officer(Role.FRONT_OFFICER), "lengkap")
    with pytest.raises(Denied) as refused:
        do(case, Verb.REJECT, officer(Role.BACK_OFFICER), "periksa", Act(reason="Tidak"))
    assert refused.value.code == "legal_reason_needed"
    case = do(case, Verb.REJECT, officer(Role.BACK_OFFICER), "periksa", REFUSAL)
    assert case.state is State.REJECTED
    assert all(s.status in {StepStatus.DONE, StepStatus.CANCELLED} for s in case.steps)


def test_nobody_signs_against_a_recommendation() -> None:
    case = do(filed(), Verb.COMPLETE, officer(Role.FRONT_OFFICER), "lengkap")
    case = do(case, Verb.VERIFY, officer(Role.BACK_OFFICER), "periksa")
    team = officer(Role.TECHNICAL_TEAM, "teknis")
    case = do(case, Verb.SCHEDULE, team, "lapangan", VISIT)
    case = do(case, Verb.INSPECT, team, "lapangan", FOUND)
    case = do(
        case, Verb.RECOMMEND, officer(Role.TECHNICAL_TEAM, "teknis"), "rekomendasi", Act(favourable=False)
    )
    case = do(case, Verb.INITIAL, officer(Role.SECTION_HEAD), "paraf")
    with pytest.raises(Denied) as refused:
        do(case, Verb.SIGN, officer(Role.SIGNATORY), "tanda-tangan")
    assert refused.value.code == "recommendation_unfavourable"
    assert do(case, Verb.REJECT, officer(Role.SIGNATORY), "tanda-tangan", REFUSAL).state is State.REJECTED


@pytest.mark.parametrize("amount", [-1, "70000", 1.5])
def test_a_fee_is_whole_rupiah(amount: object) -> None:
    case = filed(fee_idr=None)
    steps = tuple(
        replace(s, status=StepStatus.OPEN if s.key == "tetapkan" else StepStatus.DONE) for s in case.steps
    )
    case = replace(case, state=State.IN_PROCESS, steps=steps)
    with pytest.raises(Denied) as refused:
        do(
            case,
            Verb.ASSESS_FEE,
            officer(Role.BACK_OFFICER),
            "tetapkan",
            Act(fee_lines=({"amount_idr": amount},)),
        )
    assert refused.value.code == "fee_invalid"


days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
calendars = st.builds(
    lambda free: Calendar(dict.fromkeys(free, (DayKind.HOLIDAY, "libur")), 2020, 2032),
    st.sets(days, max_size=60),
)


@given(on=days, promise=st.integers(0, 60), calendar=calendars)
def test_a_promise_ends_on_a_working_day_after_exactly_that_many(
    on: date, promise: int, calendar: Calendar
) -> None:
    case = Case(State.DRAFT, ME, procedure(), term=Term(promise))
    due = rules.begin(case, on=on, calendar=calendar, holds=always).due_on
    assert due is not None
    assert is_working(due, calendar)
    counted = sum(is_working(on + timedelta(days=n), calendar) for n in range(1, (due - on).days + 1))
    if promise:
        assert counted == promise
    else:
        assert counted <= 1


@given(on=days, wait=st.integers(0, 40), calendar=calendars)
def test_waiting_for_the_applicant_moves_the_deadline_by_just_those_working_days(
    on: date, wait: int, calendar: Calendar
) -> None:
    def step(case: Case, verb: Verb, actor: Actor, key: str, act: Act, at: date) -> Case:
        out = rules.decide(
            case,
            verb,
            actor,
            step_key=key,
            act=act,
            on=at,
            calendar=calendar,
            holds=fee_only,
        )
        return applied(case, out)

    case = Case(State.DRAFT, ME, procedure(), term=Term(10))
    case = applied(case, rules.begin(case, on=on, calendar=calendar, holds=fee_only))
    case = step(case, Verb.COMPLETE, officer(Role.FRONT_OFFICER), "lengkap", Act(), on)
    before = case.due_on
    assert before is not None
    case = step(case, Verb.REQUEST_CORRECTION, officer(Role.BACK_OFFICER), "periksa", REMARKS, on)
    back = on + timedelta(days=wait)
    case = step(case, Verb.RESUBMIT, APPLICANT, "", Act(), back)
    assert case.due_on is not None
    assert not case.standing_still
    assert working_days_between(before, case.due_on, calendar) == working_days_between(on, back, calendar)


def test_a_returned_file_has_no_deadline_and_a_complete_one_starts_anew() -> None:
    case = do(filed(), Verb.RETURN, officer(Role.FRONT_OFFICER), "lengkap", REMARKS)
    assert case.due_on is None
    case = do(case, Verb.RESUBMIT, APPLICANT, on=date(2026, 11, 27))
    case = do(case, Verb.COMPLETE, officer(Role.FRONT_OFFICER), "lengkap", on=date(2026, 11, 30))
    assert case.due_on == date(2026, 12, 7)


def test_the_diagram_in_the_documentation_is_drawn_from_the_table(pytestconfig: pytest.Config) -> None:
    """PENDOPO_UPDATE=1 draws it anew."""
    page = pytestconfig.rootpath / "docs" / "states.md"
    drawn = f"{STATES_PAGE}```mermaid\n{rules.mermaid()}\n```\n"
    if os.environ.get("PENDOPO_UPDATE"):
        page.write_text(drawn, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == drawn
