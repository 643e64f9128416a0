"""Every proof of a procedure, each with a city that breaks it; and the walker against the engine itself."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.applications.rules import Step, StepKind, StepStatus, open_steps
from pendopo.catalogue.actions import check
from pendopo.catalogue.rules import fees
from pendopo.catalogue.rules.walking import Stand, Status, TooMany, opened, walk
from tests.catalogue import city

STEPS, IZIN, SEHAT = "procedures.yaml", "agencies/dinas-izin.yaml", "agencies/dinas-sehat.yaml"
SIGN = "  - id: sign\n"


def step(name: str, kind: str, after: str, *, role: str = "back_officer", when: str = "") -> str:
    condition = f", when: '{when}'" if when else ""
    return (
        f"  - {{id: {name}, kind: {kind}, name: N, name_en: N, agency: service, role: {role}, "
        f"share_of_deadline: 0, after: [{after}]{condition}}}\n"
    )


def the_problem(folder: Path, path: str, words: str) -> int:
    """Line of the only problem, which must stand in ``path`` and say ``words``."""
    problems = check(folder)
    assert [p for p in problems if p.path == path and words in p.message] == problems != [], problems
    return problems[0].line


# --- each proof -------------------------------------------------------------------------------------------------------


def test_a_step_the_system_cannot_do_waits_for_ever(folder: Path) -> None:
    city.edit(folder, STEPS, SIGN, step("look", "verification", "pay", role="system") + SIGN)
    city.edit(folder, STEPS, "    after: [pay]\n", "    after: [look]\n")
    line = the_problem(folder, STEPS, "the system cannot do a step of kind verification")
    assert line == city.line_of(folder, STEPS, "id: look")


def test_somebody_must_be_able_to_refuse_in_every_case(folder: Path) -> None:
    """The only step that can refuse applies to paid cases alone: free ones could only be granted."""
    city.edit(folder, STEPS, "    kind: signing\n", "    kind: signing\n    when: fee_idr > 0\n")
    city.edit(folder, STEPS, "share_of_deadline: 0.4", "share_of_deadline: 0.5")
    city.edit(folder, STEPS, "share_of_deadline: 0.5\n", "share_of_deadline: 0.4\n")
    assert "a free case" in check(folder)[0].message
    the_problem(folder, STEPS, "nobody can refuse")


def test_a_role_that_does_no_steps(folder: Path) -> None:
    city.edit(folder, STEPS, "role: signatory", "role: catalogue_editor")
    assert the_problem(folder, STEPS, "does no steps") == city.line_of(folder, STEPS, "role: catalogue")


def test_steps_that_apply_hold_enough_of_the_deadline(folder: Path) -> None:
    """Where everything applies the shares make one; for free cases nearly nothing would be left."""
    city.edit(folder, STEPS, "share_of_deadline: 0.1", "share_of_deadline: 0.6")
    city.edit(folder, STEPS, "share_of_deadline: 0.5", "share_of_deadline: 0.2")
    city.edit(folder, STEPS, "share_of_deadline: 0.4", "share_of_deadline: 0.2")
    the_problem(folder, STEPS, "share 0.4 of the deadline")


def test_a_fee_that_is_due_is_billed(folder: Path) -> None:
    city.edit(folder, STEPS, "when: fee_idr > 0", "when: fee_idr > 1")
    the_problem(folder, STEPS, "a fee is due, yet no step of kind payment applies")


def test_a_fee_is_billed_once(folder: Path) -> None:
    again = step("pay2", "payment", "pay", role="system", when="fee_idr > 0")
    city.edit(folder, STEPS, SIGN, again + SIGN)
    city.edit(folder, STEPS, "    after: [pay]\n", "    after: [pay2]\n")
    assert the_problem(folder, STEPS, "bills the same fee again") == city.line_of(folder, STEPS, "id: pay2")


def test_nothing_to_pay_is_not_waited_for(folder: Path) -> None:
    city.edit(folder, STEPS, "    when: fee_idr > 0\n", "")
    the_problem(folder, STEPS, "waits for money although there is nothing to pay")


def test_a_fee_nobody_knows_is_assessed(folder: Path) -> None:
    city.edit(folder, SEHAT, "{type: free, amount_idr: 0}", "{type: by-regulation, amount_idr: null}")
    the_problem(folder, STEPS, "never assessed")
    assess = step("assess", "fee_assessment", "check", when="fee_idr < 0")
    city.edit(folder, STEPS, "  - id: pay\n", assess + "  - id: pay\n")
    city.edit(folder, STEPS, "    after: [check]\n", "    after: [assess]\n")
    assert check(folder) == []


def test_what_is_paid_at_the_agency_is_not_billed_here(folder: Path) -> None:
    city.edit(
        folder, STEPS, "  clock_starts: complete\n", "  clock_starts: complete\n  fee_paid_at: agency\n"
    )
    the_problem(folder, STEPS, "bills here what is paid at the agency")


def test_initials_come_before_the_signature(folder: Path) -> None:
    city.edit(folder, STEPS, SIGN, step("paraf", "initials", "pay", role="section_head") + SIGN)
    end = step("number", "numbering", "paraf, sign", role="system")
    (folder / STEPS).write_text((folder / STEPS).read_text() + end)
    the_problem(folder, STEPS, "may be signed before the initials of paraf")
    city.edit(folder, STEPS, "    after: [pay]\n", "    after: [paraf]\n")
    assert check(folder) == []


def test_only_handing_over_follows_the_number(folder: Path) -> None:
    number = step("number", "numbering", "pay", role="system")
    city.edit(folder, STEPS, SIGN, number + SIGN)
    city.edit(folder, STEPS, "    after: [pay]\n", "    after: [number]\n")
    assert the_problem(folder, STEPS, "follows the number") == city.line_of(folder, STEPS, "id: sign")
    (folder / STEPS).write_text(city.FILES[STEPS])
    end = step("number", "numbering", "sign", role="system") + step("give", "hand_over", "number")
    (folder / STEPS).write_text(city.FILES[STEPS] + end)
    assert check(folder) == []


def test_more_than_anybody_could_oversee_is_refused(folder: Path) -> None:
    names = [f"look{number}" for number in range(13)]
    many = "".join(step(name, "recommendation", "pay") for name in names)
    city.edit(folder, STEPS, SIGN, many + SIGN)
    city.edit(folder, STEPS, "    after: [pay]\n", f"    after: [{', '.join(names)}]\n")
    the_problem(folder, STEPS, "more than 5000 sets of open steps")


# --- answers ----------------------------------------------------------------------------------------------------------


def with_branches(folder: Path, one: str, other: str) -> None:
    """The trade licence runs through a procedure of its own, with two branches that look at answers."""
    own = city.FILES[STEPS].replace("short:", "own:", 1)
    branches = step("a", "drafting", "pay", when=one) + step("b", "drafting", "pay", when=other)
    own = own.replace(SIGN, branches + SIGN).replace("    after: [pay]\n", "    after: [a, b]\n")
    (folder / STEPS).write_text(city.FILES[STEPS] + own)
    path = folder / IZIN
    path.write_text(path.read_text().replace("procedure: short", "procedure: own"))


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ('answers.data_warung_kind == "MAKANAN"', 'answers.data_warung_kind == "MINUMAN"', ""),
        ('answers.data_warung_kind == "MAKANAN"', 'answers.data_warung_kind == "ROTI"', "none hold"),
        ("answers.data_warung_area_m2 < 100", "answers.data_warung_area_m2 >= 100", ""),
        ("answers.data_warung_area_m2 < 100", "answers.data_warung_area_m2 > 100", "none hold"),
        ("answers.data_warung_area_m2 <= 100", "answers.data_warung_area_m2 >= 100", "2 hold"),
        ("answers.luas < 100", "answers.luas >= 100", "luas, which the form does not ask"),
    ],
)  # fmt: skip
def test_branches_over_answers_cover_every_input(folder: Path, one: str, other: str, words: str) -> None:
    with_branches(folder, one, other)
    if not words:
        assert check(folder) == []
        return
    assert the_problem(folder, IZIN, words) == city.line_of(folder, IZIN, "procedure: own")


def test_a_condition_may_not_need_what_is_not_required(folder: Path) -> None:
    with_branches(folder, 'answers.data_warung_kind == "MAKANAN"', 'answers.data_warung_kind == "MINUMAN"')
    city.edit(folder, "requirements.yaml", "MINUMAN]\n    required: true", "MINUMAN]\n    required: false")
    the_problem(folder, IZIN, "data_warung_kind, which the form does not require")


# --- agencies ---------------------------------------------------------------------------------------------------------


def left(successor: str = "") -> str:
    heir = f"  successor: {successor}\n" if successor else ""
    return f"presence:\n  status: left\n{heir}"


def test_no_file_goes_to_an_agency_that_left(folder: Path) -> None:
    city.edit(
        folder,
        STEPS,
        "    agency: service\n    role: signatory",
        "    agency: technical\n    role: signatory",
    )
    for name in (IZIN, SEHAT):
        text = (
            (folder / name)
            .read_text()
            .replace("procedure: short", "technical_agency: dinas-sehat\n  procedure: short")
        )
        (folder / name).write_text(text)
    assert check(folder) == []
    city.edit(folder, SEHAT, "presence:\n  status: confirmed-mpp\n  source: contoh\n", left("dinas-izin"))
    line = the_problem(folder, IZIN, "dinas-sehat, which has left the mall: name dinas-izin")
    assert line == city.line_of(folder, IZIN, "technical_agency")


@pytest.mark.parametrize(
    ("status", "heir", "words"),
    [("left", "dinas-x", "no other agency 'dinas-x'"), ("left", "dinas-sehat", "no other agency"), ("assumed", "dinas-izin", "has not left")],
)  # fmt: skip
def test_a_successor_must_be_able_to_succeed(folder: Path, status: str, heir: str, words: str) -> None:
    text = left(heir).replace("left", status)
    city.edit(folder, SEHAT, "presence:\n  status: confirmed-mpp\n  source: contoh\n", text)
    assert the_problem(folder, SEHAT, words) == city.line_of(folder, SEHAT, "successor")


# --- the walker is the engine -----------------------------------------------------------------------------------------

KINDS = ("completeness", "verification", "payment", "numbering", "forward", "fee_assessment")
CONDITIONS = ("", "fee_idr > 0", "fee_idr < 0", "inspection")


@st.composite
def procedures(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Small graphs in which a step may only follow earlier ones."""
    steps: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 6))):
        earlier = [s["id"] for s in steps]
        after = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=2)) if earlier else []
        steps.append(
            {
                "id": f"s{number}",
                "kind": draw(st.sampled_from(KINDS)),
                "role": draw(st.sampled_from(["system", "back_officer"])),
                "after": after,
                "when": draw(st.sampled_from(CONDITIONS)),
            }
        )
    return steps


@given(procedures(), st.sampled_from([-1, 0, 5]), st.booleans())
def test_the_walker_opens_exactly_what_the_engine_opens(
    steps: list[dict[str, Any]], fee: int, inspected: bool
) -> None:
    facts = {"fee_idr": fee, "inspection": inspected, "answers": {}}
    spell = {StepStatus.WAITING: "w", StepStatus.OPEN: "o", StepStatus.DONE: "d", StepStatus.SKIPPED: "s"}
    back = {letter: status for status, letter in spell.items()}
    for stand in walk(steps, facts):
        rows = [
            Step(s["id"], StepKind(s["kind"]), "a", s["role"], tuple(s["after"]), s["when"], back[status])
            for s, status in zip(steps, stand.statuses, strict=True)
        ]
        for index in stand.having(Status.OPEN):
            done = tuple(
                row
                if place != index
                else Step(row.key, row.kind, "a", row.role, row.after, row.when, StepStatus.DONE)
                for place, row in enumerate(rows)
            )
            known = None if stand.fee_idr < 0 else stand.fee_idr
            now, _verdicts = open_steps(
                done, known, lambda when, idr: fees.condition(when, {**facts, "fee_idr": idr})
            )
            before = Stand(tuple(Status(spell[row.status]) for row in done), stand.fee_idr)
            assert [str(status) for status in opened(steps, before, facts).statuses] == [
                spell[row.status] for row in now
            ]


@given(procedures(), st.sampled_from([-1, 0, 5]))
def test_every_walk_ends_and_no_stand_comes_twice(steps: list[dict[str, Any]], fee: int) -> None:
    stands = list(walk(steps, {"fee_idr": fee, "inspection": False, "answers": {}}))
    assert len(stands) == len(set(stands))
    assert any(stand.ended for stand in stands)
    assert all(not stand.having(Status.WAITING) for stand in stands if stand.ended)


def test_too_many_ways_are_not_walked() -> None:
    steps = [{"id": str(uuid4()), "kind": "recommendation", "role": "back_officer"} for _ in range(14)]
    with pytest.raises(TooMany):
        list(walk(steps, {"fee_idr": 0, "inspection": False, "answers": {}}))
