"""One form for many services, and parts that wait for each other: the pure rules, against anything hypothesis thinks of."""

import string
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pendopo.applications.rules import submission as rules
from pendopo.applications.rules.submission import MET, Part, PartState, Standing
from pendopo.applications.rules.submission_form import LONGEST_PAGE, ServiceForm, merge, supplied_fields
from pendopo.kernel.errors import Denied

# Bundles: services s0, s1, ... each needing some of the earlier ones


@st.composite
def bundles(draw: Any, most: int = 7) -> list[Part]:
    count = draw(st.integers(1, most))
    parts: list[Part] = []
    for index in range(count):
        needs = draw(st.lists(st.sampled_from([p.service_id for p in parts]), unique=True)) if parts else []
        wave = 1 + max((p.wave for p in parts if p.service_id in needs), default=0)
        parts.append(Part(f"s{index}", tuple(needs), wave))
    return parts


def needed_by(parts: list[Part] | tuple[Part, ...], service_id: str) -> set[str]:
    """Everything a service directly or indirectly needs."""
    own = {part.service_id: part.needs for part in parts}
    found: set[str] = set()
    stack = list(own[service_id])
    while stack:
        one = stack.pop()
        if one not in found:
            found.add(one)
            stack.extend(own[one])
    return found


# One form


FACTS = ("person.full_name", "person.phone", "business.nib", "place.address")
PAPERS = ("ktp", "pbg", "denah")
TITLES = ("Nama", "Luas", "Alamat")


@st.composite
def fields(draw: Any) -> dict[str, Any]:
    sort = draw(st.sampled_from(["fact", "paper", "words"]))
    kind = draw(st.sampled_from(["string", "integer"]))
    prop: dict[str, Any] = {"type": kind, "title": draw(st.sampled_from(TITLES))}
    if kind == "string":
        prop["maxLength"] = draw(st.integers(5, 200))
    if sort == "fact":
        prop["x-fact"] = draw(st.sampled_from(FACTS))
        if draw(st.booleans()):
            prop["x-person"] = draw(st.sampled_from(["self", "child"]))
    if sort == "paper":
        prop |= {"type": "string", "x-widget": "file", "x-requirement": draw(st.sampled_from(PAPERS))}
    return prop


@st.composite
def forms(draw: Any) -> list[ServiceForm]:
    made = []
    for index in range(draw(st.integers(1, 5))):
        names = draw(
            st.lists(st.text(string.ascii_lowercase, min_size=1, max_size=3), unique=True, max_size=6)
        )
        properties = {name: draw(fields()) for name in names}
        required = [name for name in names if draw(st.booleans())]
        supplied = frozenset(name for name in names if draw(st.integers(0, 4)) == 0)
        schema = {"properties": properties, "required": required}
        made.append(ServiceForm(f"dinas-{index}", f"Layanan {index}", f"Service {index}", schema, supplied))
    return made


@settings(deadline=None)
@given(forms())
def test_nothing_is_asked_twice_and_nothing_is_forgotten(given_forms: list[ServiceForm]) -> None:
    merged = merge(given_forms)
    asked = [pair for pairs in merged.asked.values() for pair in pairs]
    wanted = [
        (form.service_id, name)
        for form in given_forms
        for name in form.schema["properties"]
        if name not in form.supplied
    ]
    assert Counter(asked) == Counter(wanted)
    asked_keys = Counter(merged.keys[name] for name in merged.asked)
    assert set(asked_keys.values()) <= {1}
    for form in given_forms:  # one question for two fields of the same form would lose an answer
        assert len(set(merged.by_service[form.service_id].values())) == len(form.schema["properties"])


@settings(deadline=None)
@given(forms())
def test_every_question_stands_on_exactly_one_short_page(given_forms: list[ServiceForm]) -> None:
    merged = merge(given_forms)
    pages = merged.schema["x-pages"]
    assert sorted(name for page in pages for name in page["fields"]) == sorted(merged.schema["properties"])
    assert all(len(page["fields"]) <= LONGEST_PAGE for page in pages)
    assert len({page["id"] for page in pages}) == len(pages)


@settings(deadline=None)
@given(forms())
def test_an_answer_reaches_every_service_that_asked(given_forms: list[ServiceForm]) -> None:
    merged = merge(given_forms)
    answers = {name: f"jawaban {name}" for name in merged.asked}
    for form in given_forms:
        mine = merged.answers_for(form.service_id, answers)
        assert mine.keys() >= form.schema["properties"].keys() - form.supplied
        blamed = merged.errors_from(form.service_id, dict.fromkeys(mine, "salah"))
        assert blamed.keys() <= merged.asked.keys()
        assert {merged.by_service[form.service_id][name] for name in blamed} == mine.keys()


@settings(deadline=None)
@given(forms())
def test_questions_keep_their_names_when_documents_come_in(given_forms: list[ServiceForm]) -> None:
    merged = merge(given_forms)
    later = merge([replace(form, supplied=frozenset()) for form in given_forms])
    assert later.by_service == merged.by_service
    assert merged.asked.keys() <= later.asked.keys()


def test_only_papers_and_their_numbers_wait_for_the_part_that_issues_them() -> None:
    properties = {
        "nib": {"type": "string", "x-fact": "business.nib"},
        "owner_nib": {"type": "string", "x-fact": "business.nib", "x-person": "seller"},
        "name": {"type": "string", "x-fact": "business.name"},
        "file_nib": {"type": "string", "x-widget": "file", "x-requirement": "nib"},
        "file_ktp": {"type": "string", "x-widget": "file", "x-requirement": "ktp"},
    }
    requirements = [
        {"id": "nib", "facts": ["business.nib", "business.name"]},
        {"id": "ktp", "facts": ["person.nik"]},
    ]
    content = {"requirements": requirements, "form": {"schema": {"properties": properties}}}
    assert supplied_fields(content, {"nib": "dpmptsp-nib"}) == {
        "nib": "dpmptsp-nib",
        "file_nib": "dpmptsp-nib",
    }
    assert supplied_fields(content, {}) == {}


def test_the_strictest_bound_holds_and_what_one_service_requires_is_required() -> None:
    loose = {"type": "string", "x-fact": "person.phone", "maxLength": 20, "title": "Telepon"}
    strict = {**loose, "maxLength": 12, "minLength": 8, "title": "Nomor ponsel"}
    merged = merge(
        [
            ServiceForm("a", "A", "A", {"properties": {"phone": loose}, "required": []}),
            ServiceForm("b", "B", "B", {"properties": {"hp": strict}, "required": ["hp"]}),
        ]
    )
    assert merged.schema["properties"]["phone"]["maxLength"] == 12
    assert merged.schema["properties"]["phone"]["minLength"] == 8
    assert merged.schema["properties"]["phone"]["title"] == "Telepon"
    assert merged.schema["required"] == ["phone"]
    assert merged.asked == {"phone": (("a", "phone"), ("b", "hp"))}


def test_the_same_fact_of_another_person_is_another_question() -> None:
    mine = {"type": "string", "x-fact": "person.full_name", "title": "Nama"}
    childs = {**mine, "x-person": "child"}
    merged = merge(
        [
            ServiceForm("a", "A", "A", {"properties": {"name": mine, "child": childs}}),
            ServiceForm("b", "B", "B", {"properties": {"name": childs}}),
        ]
    )
    assert merged.asked == {"name": (("a", "name"),), "child": (("a", "child"), ("b", "name"))}


def test_two_services_with_other_choices_are_asked_apart() -> None:
    first = {"type": "string", "x-fact": "place.kind", "x-options": {"ruko": {}}, "title": "Jenis"}
    other = {**first, "x-options": {"kios": {}}}
    merged = merge(
        [
            ServiceForm("dinas-a", "A", "A", {"properties": {"kind": first}}),
            ServiceForm("dinas-b", "B", "B", {"properties": {"kind": other}}),
        ]
    )
    assert merged.asked == {"kind": (("dinas-a", "kind"),), "dinas_b_kind": (("dinas-b", "kind"),)}


# Parts


@given(bundles(), st.data())
def test_refusing_one_never_blocks_an_independent_one(parts: list[Part], data: Any) -> None:
    now = rules.begin_parts(parts)
    for service_id in rules.ready(now):
        now = rules.move(now, service_id, PartState.FILED)
    refused = data.draw(st.sampled_from([p.service_id for p in now if p.state is PartState.FILED]))
    now = rules.move(now, refused, PartState.REFUSED)
    for part in now:
        depends = refused in needed_by(now, part.service_id)
        assert (part.state is PartState.BLOCKED) == depends
        if depends:
            assert part.reason == rules.NEED
            assert part.because in part.needs


@given(bundles())
def test_an_appeal_that_is_won_lets_the_others_wait_again(parts: list[Part]) -> None:
    now = rules.begin_parts(parts)
    first = rules.ready(now)[0]
    filed = rules.move(now, first, PartState.FILED)
    refused = rules.move(filed, first, PartState.REFUSED)
    won = rules.move(refused, first, PartState.ISSUED)
    assert won == rules.move(filed, first, PartState.ISSUED)


@given(bundles(), st.data())
def test_dependants_are_exactly_those_a_withdrawal_blocks(parts: list[Part], data: Any) -> None:
    now = rules.begin_parts(parts)
    given_up = data.draw(st.sampled_from([p.service_id for p in now]))
    told = set(rules.dependants(now, given_up))
    after = rules.move(now, given_up, PartState.WITHDRAWN)
    assert {p.service_id for p in after if p.state is PartState.BLOCKED} == told


def test_what_is_held_already_stands_in_nobodys_way() -> None:
    now = rules.begin_parts(
        [Part("pbg", ("sertipikat",)), Part("kk", (), 1, PartState.NOT_NEEDED), Part("akta", ("kk",))]
    )
    assert rules.ready(now) == ("pbg", "akta")


def test_a_part_cannot_start_or_end_out_of_turn() -> None:
    now = rules.begin_parts([Part("a"), Part("b", ("a",))])
    for service_id, to, code in (
        ("b", PartState.FILED, "part_not_ready"),
        ("b", PartState.ISSUED, "part_not_in_this_state"),
        ("c", PartState.FILED, "no_such_part"),
    ):
        with pytest.raises(Denied) as refused:
            rules.move(now, service_id, to)
        assert refused.value.code == code


def test_a_part_that_is_held_says_why_and_goes_on_when_the_obstacle_is_gone() -> None:
    now = rules.begin_parts([Part("a"), Part("b", ("a",))])
    asked = rules.hold(now, "a", rules.ANSWERS)
    assert (asked[0].state, asked[0].reason) == (PartState.WAITING, "answers")
    assert rules.ready(asked) == ("a",)
    ended = rules.hold(now, "a", rules.ENDED)
    assert [(p.state, p.reason, p.because) for p in ended] == [
        (PartState.BLOCKED, "ended", ""),
        (PartState.BLOCKED, "need", "a"),
    ]
    assert rules.release(ended, "a") == now
    with pytest.raises(Denied):
        rules.release(ended, "b")
    with pytest.raises(Denied):
        rules.hold(ended, "a", rules.ANSWERS)


# The first line


def standing(
    state: PartState, service_id: str = "a", turn: str = "", due: date | None = None, reason: str = ""
) -> Standing:
    return Standing(Part(service_id, state=state, reason=reason), turn, due)


def test_the_first_line_names_the_applicants_turn_before_any_office() -> None:
    office = standing(PartState.FILED, "pbg", due=date(2026, 12, 1))
    later = standing(PartState.FILED, "slf", due=date(2026, 12, 9))
    assert rules.next_line([later, office]).service_id == "pbg"
    assert rules.next_line([office, standing(PartState.FILED, "nib", "pay")]).kind == "pay"
    fixes = rules.next_line(
        [standing(PartState.FILED, "nib", "pay"), standing(PartState.FILED, "kk", "correct")]
    )
    assert (fixes.kind, fixes.service_id) == ("correct", "kk")
    asked = rules.next_line([office, standing(PartState.WAITING, "b", reason=rules.ANSWERS)])
    assert (asked.kind, asked.service_id) == ("answers", "b")


def test_the_first_line_says_calmly_how_it_ended() -> None:
    issued, refused = standing(PartState.ISSUED), standing(PartState.REFUSED, "b")
    assert rules.next_line([issued, standing(PartState.NOT_NEEDED, "c")]).kind == "done"
    assert rules.next_line([issued, refused]) == rules.NextLine("partial", count=1)
    assert rules.next_line([refused]).kind == "ended"


# Plans and codes


def test_a_plan_made_anew_says_what_changed_and_not_that_days_passed() -> None:
    before = {"a": ("v1", ()), "b": ("v1", ("a",)), "c": ("v1", ())}
    after = {"a": ("v1", ()), "b": ("v2", ("a",)), "d": ("v1", ())}
    assert rules.plan_changes(before, after) == (
        rules.Change("changed", "b"),
        rules.Change("added", "d"),
        rules.Change("removed", "c"),
    )
    assert rules.plan_changes(before, dict(before)) == ()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("KQTM-WXYZ", "KQTMWXYZ"),
        (" kqtm wxyz ", "KQTMWXYZ"),
        ("KQTMWXY", ""),
        ("KQTMWXYI", ""),
        ("KQTMWXY1", ""),
        ("", ""),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str, code: str) -> None:
    assert rules.read_code(typed) == code


def test_an_issued_document_proves_what_was_answered_and_its_own_number() -> None:
    vocabulary = {
        "person.family_card_no": {"pattern": "^[0-9]{16}$"},
        "person.marriage_certificate_no": {"max_length": 60},
        "business.nib": {"pattern": "^[0-9]{13}$"},
    }
    carried = [
        "person.marriage_certificate_no",
        "person.marriage_date",
        "person.family_card_no",
        "business.nib",
    ]
    answers = {"person.marriage_date": "2026-05-01"}
    assert rules.facts_of_document(carried, "470/KAWIN/0001/2026", answers, vocabulary) == {
        "person.marriage_certificate_no": "470/KAWIN/0001/2026",
        "person.marriage_date": "2026-05-01",
    }


# A whole submission, against the smallest model of it


class WholeSubmission(RuleBasedStateMachine):
    """File, conclude, withdraw, be late, be held: the rules must say what three sets say."""

    @initialize(parts=bundles(6))
    def file(self, parts: list[Part]) -> None:
        self.needs = {part.service_id: needed_by(parts, part.service_id) for part in parts}
        self.parts = rules.begin_parts(parts)
        self.filed: set[str] = set()
        self.issued: set[str] = set()
        self.lost: set[str] = set()  # refused, withdrawn or ended of itself
        self.start()

    def start(self) -> None:
        """What the worker does after every change."""
        for service_id in rules.ready(self.parts):
            self.parts = rules.move(self.parts, service_id, PartState.FILED)
            self.filed.add(service_id)

    def state(self, service_id: str) -> PartState:
        return rules.part_of(self.parts, service_id).state

    def some(self, data: Any, *states: PartState) -> str | None:
        found = [part.service_id for part in self.parts if part.state in states]
        return data.draw(st.sampled_from(found)) if found else None

    @precondition(lambda self: hasattr(self, "parts"))
    @rule(data=st.data(), good=st.booleans())
    def conclude(self, data: Any, good: bool) -> None:
        one = self.some(data, PartState.FILED)
        if one is None:
            return
        self.parts = rules.move(self.parts, one, PartState.ISSUED if good else PartState.REFUSED)
        (self.issued if good else self.lost).add(one)
        self.start()

    @rule(data=st.data())
    def appeal_won_or_filed_again(self, data: Any) -> None:
        one = self.some(data, PartState.REFUSED)
        if one is None:
            return
        again = data.draw(st.booleans())
        self.parts = rules.move(self.parts, one, PartState.FILED if again else PartState.ISSUED)
        self.lost.discard(one)
        (self.filed if again else self.issued).add(one)
        self.start()

    @rule(data=st.data())
    def withdraw(self, data: Any) -> None:
        one = self.some(data, PartState.FILED, PartState.WAITING, PartState.BLOCKED, PartState.REFUSED)
        if one is None:
            return
        self.parts = rules.move(self.parts, one, PartState.WITHDRAWN)
        self.lost.add(one)
        self.start()

    @rule(data=st.data())
    def news_arrives_twice(self, data: Any) -> None:
        one = data.draw(st.sampled_from([part.service_id for part in self.parts]))
        assert rules.move(self.parts, one, self.state(one)) == self.parts

    @invariant()
    def a_part_never_starts_before_its_needs(self) -> None:
        for one in getattr(self, "filed", ()):
            assert self.needs[one] <= self.issued

    @invariant()
    def blocked_is_exactly_what_needs_something_lost(self) -> None:
        for part in getattr(self, "parts", ()):
            if part.service_id in self.lost | self.filed | self.issued:
                continue
            hopeless = bool(self.needs[part.service_id] & self.lost)
            assert part.state is (PartState.BLOCKED if hopeless else PartState.WAITING)

    @invariant()
    def the_whole_is_open_while_anything_moves(self) -> None:
        if not hasattr(self, "parts"):
            return
        moving = any(part.state in rules.MOVING for part in self.parts)
        assert (rules.overall(self.parts) is rules.SubmissionState.FILED) == moving
        line = rules.next_line([Standing(part) for part in self.parts])
        assert (line.kind == "office") == moving
        assert (line.kind == "done") == all(part.state in MET for part in self.parts)


WholeSubmission.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
TestWholeSubmission = WholeSubmission.TestCase
