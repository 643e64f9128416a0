"""Running cases that go on under a newer version or at another agency: pure decisions first, then rows on a small city."""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.applications import api
from pendopo.applications.models import Application
from pendopo.applications.models import Step as StepRow
from pendopo.applications.queries.moving import open_work
from pendopo.applications.rules import Act, Case, Remark, State, Step, StepKind, StepStatus, Verb, open_steps
from pendopo.applications.rules.moving import Moves, Stays, plan_move
from pendopo.catalogue.actions import load
from pendopo.catalogue.api import get_service
from pendopo.config import moving, prepare
from pendopo.config.trouble import Trouble
from pendopo.identity.api import SYSTEM, Actor, Role
from pendopo.kernel import events
from pendopo.kernel.errors import Denied, NotFound
from pendopo.region.api import Calendar, Mark, Term, due_of
from tests import factories
from tests.catalogue import city as small
from tests.factories import Account

EVERY_DAY = Calendar({}, 2000, 2100)
TEN = Term(10)
ON = date(2026, 8, 3)
IZIN, SEHAT, STEPS = "agencies/dinas-izin.yaml", "agencies/dinas-sehat.yaml", "procedures.yaml"


# --- deciding ---------------------------------------------------------------------------------------------------------


def step(key: str, kind: StepKind = StepKind.VERIFICATION, after: str = "", **more: Any) -> Step:
    return Step(key, kind, "a", "back_officer", tuple(after.split()), **more)


CHECK, LOOK, SIGN = (
    step("check", StepKind.COMPLETENESS),
    step("look", after="check"),
    step("sign", StepKind.SIGNING, after="look"),
)


def case(
    *done: str, state: State = State.IN_PROCESS, steps: tuple[Step, ...] = (CHECK, LOOK, SIGN), **more: Any
) -> Case:
    """A case in which these steps are done and the next ones are open."""
    marked = [replace(s, status=StepStatus.DONE) if s.key in done else s for s in steps]
    now, _ = open_steps(marked, 0, lambda _when, _fee: True)
    marks = (Mark("start", ON),)
    plain = {"term": Term(10), "marks": marks, "due_on": due_of(Term(10), marks, EVERY_DAY)}
    return Case(state, uuid4(), now, **(plain | more))


def planned(running: Case, *steps: Step, term: Term = TEN, lost: tuple[str, ...] = ()) -> Moves | Stays:
    return plan_move(
        running, steps, holds=lambda _when, _fee: True, term=term, calendar=EVERY_DAY, lost_answers=lost
    )  # fmt: skip


def test_steps_are_matched_by_id_and_the_rest_is_added_or_removed() -> None:
    initials = step("paraf", StepKind.INITIALS, after="look")
    said = planned(case("check"), CHECK, LOOK, initials, replace(SIGN, after=("paraf",)))
    assert isinstance(said, Moves)
    assert (said.kept, said.added, said.removed) == (("check", "look", "sign"), ("paraf",), ())
    assert [s.status for s in said.steps] == ["done", "open", "waiting", "waiting"]
    back = planned(replace(case("check"), steps=said.steps), CHECK, LOOK, SIGN)
    assert isinstance(back, Moves)
    assert back.removed == ("paraf",)


@pytest.mark.parametrize(
    ("running", "steps", "why"),
    [
        (case("check", "look"), (CHECK, replace(SIGN, after=("check",))), ("done_step_gone", "look")),
        (case("check"), (replace(CHECK, kind=StepKind.SCREENING), LOOK, SIGN), ("done_step_gone", "check")),
        (case("check", "look"), (CHECK, step("new", after="check"), replace(LOOK, after=("new",)), SIGN), ("done_too_early", "look < new")),
        (case("check", state=State.APPROVED), (CHECK, LOOK, SIGN), ("not_running", "approved")),
        (case(state=State.SUBMITTED), (step("other"), replace(LOOK, after=()), SIGN), ("state_changes", "in_process")),
        (case("check", "look"), (CHECK, LOOK), ("state_changes", "approved")),
    ],
)  # fmt: skip
def test_a_case_stays_where_moving_would_undo_something(
    running: Case, steps: tuple[Step, ...], why: tuple[str, str]
) -> None:
    said = planned(running, *steps)
    assert isinstance(said, Stays)
    assert (said.why, said.what) == why


def test_answers_and_open_bills_are_never_lost() -> None:
    assert planned(case("check"), CHECK, LOOK, SIGN, lost=("luas",)) == Stays("answers_lost", "luas")
    pay = step("pay", StepKind.PAYMENT, after="look")
    waiting = case(
        "check", "look", state=State.AWAITING_PAYMENT, steps=(CHECK, LOOK, pay, replace(SIGN, after=("pay",)))
    )
    assert planned(waiting, CHECK, LOOK, SIGN) == Stays("bill_open", "pay")


def test_who_waits_for_the_applicant_goes_on_waiting() -> None:
    for state, done in ((State.RETURNED, ()), (State.IN_CORRECTION, ("check",))):
        assert isinstance(planned(case(*done, state=state), CHECK, LOOK, SIGN), Moves)


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_promised_day_never_moves_away(promised: int, offered: int) -> None:
    marks = (Mark("start", ON),)
    running = case("check", term=Term(promised), due_on=due_of(Term(promised), marks, EVERY_DAY))
    said = planned(running, CHECK, LOOK, SIGN, term=Term(offered))
    assert isinstance(said, Moves)
    assert said.due_on is not None
    assert running.due_on is not None
    assert said.due_on <= running.due_on
    assert said.due_on == due_of(said.term, marks, EVERY_DAY)
    assert said.term == Term(min(promised, offered)) or said.due_on == running.due_on


@given(st.sets(st.sampled_from(["check", "look"])).filter(lambda done: "look" not in done or "check" in done))
def test_moving_to_the_same_steps_changes_nothing(done: set[str]) -> None:
    state = State.SUBMITTED if not done else State.IN_PROCESS
    running = case(*done, state=state)
    said = planned(running, CHECK, LOOK, SIGN)
    assert isinstance(said, Moves)
    assert said.steps == running.steps


# --- rows -------------------------------------------------------------------------------------------------------------

Filed = Callable[..., UUID]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small.write(tmp_path / "city")


@pytest.fixture
def filed(db: None, folder: Path) -> Filed:
    """The small city is loaded; files a trade licence of Siti's."""
    load(folder, by="test")
    siti = factories.citizen("siti@contoh.id", "Siti Rahmawati", factories.NIK)
    factories.staff("izin@contoh.id", "Dewi", "dinas-izin", *Role)

    def file() -> UUID:
        return factories.file(get_service("izin-dagang"), siti.actor, data_warung_area_m2=10)

    return file


def officer(agency: str, *roles: Role) -> Account:
    return factories.staff(f"{agency}@contoh.id", "Petugas", agency, *(roles or Role))


def renewed(folder: Path, *edits: tuple[str, str, str]) -> None:
    """The folder changes and is loaded again: a new version of what it says."""
    for name, old, new in edits:
        small.edit(folder, name, old, new)
    load(folder, by="test")


PARAF = (
    "  - {id: paraf, kind: initials, name: P, name_en: I, agency: service, role: section_head, "
    "share_of_deadline: 0, after: [pay]}\n"
)
INITIALS = (STEPS, "  - id: sign\n", f"{PARAF}  - id: sign\n")


def steps_of(key: UUID) -> dict[str, str]:
    return dict(StepRow.objects.filter(application_id=key).order_by("position").values_list("key", "status"))


def run(**more: Any) -> list[api.CaseMove]:
    return list(api.migrate_cases(by=SYSTEM, **more))


@pytest.mark.usefixtures("house")
def test_a_dry_run_says_and_a_run_does(folder: Path, filed: Filed) -> None:
    key, other = filed(), filed()
    assert run() == []
    factories.act(key, Verb.COMPLETE, by=officer("dinas-izin").actor)
    renewed(folder, INITIALS, (STEPS, "    after: [pay]\n", "    after: [paraf]\n"))
    said = run(dry_run=True)
    assert {move.application_id for move in said} == {key, other}
    assert all(isinstance(move.said, Moves) and move.said.added == ("paraf",) for move in said)
    assert steps_of(key) == {"check": "done", "pay": "open", "sign": "waiting"}
    lines: list[str] = []
    assert moving.migrate(None, lines.append, dry_run=True) == 0
    assert any("izin-dagang 1 -> 2  would move  +paraf  same deadline" in line for line in lines)
    assert lines[-1].split() == ["2", "move"]
    before = Application.objects.get(id=key)
    assert not any(move.missed for move in run(batch=1))
    assert steps_of(key) == {"check": "done", "pay": "open", "paraf": "waiting", "sign": "waiting"}
    after = Application.objects.get(id=key)
    assert (after.version_id, after.revision) == (get_service("izin-dagang").id, before.revision + 1)
    assert (after.state, after.due_on, after.answers) == (before.state, before.due_on, before.answers)
    told = events.history(f"application:{key}")[-1]
    assert (told.verb, told.actor, told.data["added"]) == ("moved_version", "system", ["paraf"])
    assert run() == []


@pytest.mark.usefixtures("house")
def test_who_did_what_stays_in_the_row(folder: Path, filed: Filed) -> None:
    key = filed()
    boss = officer("dinas-izin").actor
    factories.act(key, Verb.COMPLETE, by=boss)
    was = StepRow.objects.get(application_id=key, key="check")
    renewed(folder, INITIALS, (STEPS, "    after: [pay]\n", "    after: [paraf]\n"))
    run()
    now = StepRow.objects.get(application_id=key, key="check")
    assert (now.id, now.done_by, now.done_at, now.result) == (was.id, was.done_by, was.done_at, was.result)


def test_a_case_stays_with_its_reason(folder: Path, filed: Filed) -> None:
    filed()
    renewed(folder, (IZIN, "  - id: data-warung\n", ""), (IZIN, "answers.data_warung_area_m2 * ", "10 * "),
            (SEHAT, "  - id: izin-dagang\n", "  - id: izin-dagang\n  - id: data-warung\n"))  # fmt: skip
    (move,) = run()
    assert move.said == Stays("answers_lost", "data_warung_area_m2, data_warung_kind")
    assert Application.objects.get().version.version == 1
    lines: list[str] = []
    moving.migrate("izin-dagang", lines.append, dry_run=False)
    assert "stays because the new form does not have what was answered" in lines[0]


def test_a_shorter_promise_is_kept_a_longer_one_is_not_forced(folder: Path, filed: Filed) -> None:
    filed()
    promised = Application.objects.get().due_on
    renewed(folder, (IZIN, "sla_working_days: 5", "sla_working_days: 9"))
    assert isinstance(run()[0].said, Moves)
    assert (Application.objects.get().due_on, Application.objects.get().term["days"]) == (promised, 5)
    renewed(folder, (IZIN, "sla_working_days: 9", "sla_working_days: 2"))
    run()
    row = Application.objects.get()
    assert row.due_on is not None
    assert promised is not None
    assert row.due_on < promised
    assert set(StepRow.objects.values_list("due_on", flat=True)) == {row.due_on}


@pytest.mark.usefixtures("house")
def test_a_case_that_somebody_changes_meanwhile_waits_for_the_next_run(
    folder: Path, filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = filed()
    renewed(folder, INITIALS, (STEPS, "    after: [pay]\n", "    after: [paraf]\n"))
    from pendopo.applications.actions import moving as actions

    write = actions._write

    def late(*arguments: Any) -> set[UUID]:
        factories.act(key, Verb.COMPLETE, by=officer("dinas-izin").actor)
        return write(*arguments)

    monkeypatch.setattr(actions, "_write", late)
    assert [move.missed for move in run()] == [True]
    monkeypatch.undo()
    assert [move.missed for move in run()] == [False]
    assert steps_of(key) == {"check": "done", "pay": "open", "paraf": "waiting", "sign": "waiting"}


def test_only_editors_and_the_command_line_move_cases(filed: Filed) -> None:
    with pytest.raises(Denied) as refused:
        api.migrate_cases(by=officer("dinas-izin", Role.SIGNATORY).actor)
    assert refused.value.code == "wrong_role"
    assert list(api.migrate_cases(by=officer("dinas-sehat", Role.CATALOGUE_EDITOR).actor)) == []
    with pytest.raises(NotFound):
        api.migrate_cases(by=SYSTEM, service_id="tidak-ada")


# --- services that end, agencies that leave ---------------------------------------------------------------------------


def test_cases_of_a_service_that_ended_go_on(folder: Path, filed: Filed) -> None:
    key = filed()
    yesterday = (date.today() - timedelta(days=1)).isoformat()  # noqa: DTZ011
    renewed(folder, (IZIN, "  sla_working_days: 5\n", f"  sla_working_days: 5\n  ends_on: '{yesterday}'\n"))
    with pytest.raises(NotFound):
        filed()
    assert factories.act(key, Verb.COMPLETE, by=officer("dinas-izin").actor) == State.AWAITING_PAYMENT


@pytest.mark.usefixtures("house")
def test_open_work_goes_to_the_successor_and_nothing_is_lost(folder: Path, filed: Filed) -> None:
    key, decided = filed(), filed()
    leaving = officer("dinas-izin").actor
    remark = Act(remarks=(Remark("data_warung_kind", "missing"),))
    factories.act(decided, Verb.RETURN, remark, by=leaving)
    assert open_work(["dinas-izin", "dinas-sehat"]) == {"dinas-izin": 2}
    with pytest.raises(Denied) as refused:
        api.hand_over_work(agency_id="dinas-izin", to="dinas-sehat", by=SYSTEM)
    assert refused.value.code == "nobody_to_take_over"
    assert open_work(["dinas-sehat"]) == {}
    taking = officer("dinas-sehat").actor
    assert api.hand_over_work(agency_id="dinas-izin", to="dinas-sehat", by=SYSTEM, batch=1) == 2
    assert open_work(["dinas-izin"]) == {}
    assert open_work(["dinas-sehat"]) == {"dinas-sehat": 2}
    assert set(Application.objects.values_list("agency_id", flat=True)) == {"dinas-sehat"}
    told = events.history(f"application:{key}")[-1]
    assert (told.verb, told.data["from"], told.data["steps"]) == (
        "agency_followed",
        "dinas-izin",
        ["check", "pay", "sign"],
    )
    with pytest.raises((Denied, NotFound)):
        factories.act(key, Verb.COMPLETE, by=leaving)
    assert factories.act(key, Verb.COMPLETE, by=taking) == State.AWAITING_PAYMENT
    assert api.hand_over_work(agency_id="dinas-izin", to="dinas-sehat", by=SYSTEM) == 0


def test_staff_of_a_leaving_agency_keep_their_files_until_they_are_handed_over(
    folder: Path, filed: Filed
) -> None:
    """The agency has left with a successor; until somebody hands over, its own people conclude."""
    key = filed()
    mine: Actor = officer("dinas-izin").actor
    small.edit(folder, "region.yaml", "operator_agency: dinas-izin", "operator_agency: dinas-sehat")
    small.edit(
        folder, IZIN, "level: city\n", "level: city\npresence: {status: left, successor: dinas-sehat}\n"
    )
    load(folder, by="test", open_work=api.open_work)
    with pytest.raises(NotFound):
        filed()
    assert [row.application_id for row in api.inbox(mine)] == [key]
    assert factories.act(key, Verb.COMPLETE, by=mine) == State.AWAITING_PAYMENT


def test_the_command_says_what_it_did(filed: Filed) -> None:
    filed()
    lines: list[str] = []

    def told(to: str) -> int:
        return moving.main(Namespace(what="hand-over", agency="dinas-izin", to=to), lines.append)

    assert [told("dinas-x"), told("dinas-izin"), told("dinas-sehat")] == [2, 1, 1]
    officer("dinas-sehat")
    assert told("dinas-sehat") == 0
    assert lines == [
        "there is no dinas-x",
        "nothing was handed over: same agency",
        "nothing was handed over: nobody at dinas-sehat holds front_officer, signatory",
        "1 cases handed over from dinas-izin to dinas-sehat",
    ]


def test_loading_says_what_a_leaving_agency_would_leave_behind(
    folder: Path, filed: Filed, capsys: pytest.CaptureFixture[str]
) -> None:
    filed()
    small.edit(folder, "region.yaml", "operator_agency: dinas-izin", "operator_agency: dinas-sehat")
    small.edit(folder, IZIN, "level: city\n", "level: city\npresence: {status: left}\n")
    with pytest.raises(Trouble) as refused:
        prepare.load_catalogue(folder)
    assert "hand-over" in str(refused.value)
    line = small.line_of(folder, IZIN, "presence")
    assert f"{IZIN}:{line}: dinas-izin has 1 open applications" in capsys.readouterr().err
    assert get_service("izin-dagang").number == 1
