"""Plans are exact: every property the citizen relies on, over random catalogues and over every goal of the reference city."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as checked
from hypothesis import strategies as st

from pendopo.catalogue.connectors.folder import client
from pendopo.catalogue.rules import planning
from pendopo.catalogue.rules.content import assemble
from pendopo.catalogue.rules.planning import (
    Ask,
    Atlas,
    HeldPaper,
    Holdings,
    How,
    Need,
    Node,
    Plan,
    PlannedService,
    plan,
)
from pendopo.catalogue.rules.planning.drawing import BOX, direct
from pendopo.kernel.errors import Denied
from pendopo.region.api import Calendar, DayKind, due_on, working_days_between

ON = date(2026, 11, 20)  # a Friday
CALENDAR = Calendar({date(2026, 12, 25): (DayKind.HOLIDAY, "Natal")}, 2026, 2028)
NOBODY = UUID(int=0)


def node(name: str, *needs: Need, days: int | None = 1, about: str = "applicant", **more: Any) -> Node:
    return Node(
        name, NOBODY, name, name, f"agency-{len(name)}", days, about, needs, fee={"type": "free"}, **more
    )


def need(paper: str, issuer: str = "", *, required: bool = True, subject: str = "applicant") -> Need:
    return Need(paper, paper, paper, "document", How.BRING, required, subject, issuer)


def atlas_of(*nodes: Node, **more: Any) -> Atlas:
    return Atlas({one.service_id: one for one in nodes}, **more)


def planned(atlas: Atlas, *goals: str, holdings: Holdings = planning.NOTHING, **answers: str) -> Plan:
    return plan(atlas, goals, holdings=holdings, answers=answers, on=ON, calendar=CALENDAR)


# --- random catalogues ------------------------------------------------------------------------------------------------


@st.composite
def catalogues(draw: st.DrawFn) -> tuple[Atlas, list[str]]:
    """Services that need papers of earlier ones, papers of nobody and other people's papers; and some of them as goals."""
    random = Random(draw(st.integers(0, 2**32)))
    count = draw(st.integers(1, 12))
    nodes = []
    for i in range(count):
        issuers = random.sample(range(i), min(i, random.randint(0, 3)))
        needs = [
            need(
                f"paper-{j}",
                f"s{j}",
                required=random.random() < 0.8,
                subject=random.choice(["applicant", "applicant", "child"]),
            )
            for j in issuers
        ]
        needs += [need(f"own-{random.randint(0, 3)}")] if random.random() < 0.5 else []
        asks = tuple(
            Ask(f"person.f{k}", f"f{k}", "T", "T", True, True, ()) for k in random.sample(range(6), 2)
        )
        asks += (Ask(f"field_{i % 3}", f"field_{i % 3}", "T", "T", False, False, ()),)
        about = random.choice(["applicant", "applicant", "applicant", "child"])
        days = random.choice([None, 0, 1, 3, 10, "every"])
        time = {"days": None, "calendar_days": random.randint(1, 12)} if days == "every" else {"days": days}
        nodes.append(node(f"s{i}", *needs, about=about, asks=asks, **time))
    goals = draw(
        st.lists(st.sampled_from([one.service_id for one in nodes]), min_size=1, max_size=4, unique=True)
    )
    return atlas_of(*nodes), goals


def papers(draw: st.DrawFn, atlas: Atlas) -> Holdings:
    names = sorted({one.requirement for n in atlas.nodes.values() for one in n.needs})
    ends = st.one_of(st.none(), st.integers(0, 40).map(lambda days: ON + timedelta(days=days)))
    held = [
        HeldPaper(name, valid_until=draw(ends), source=draw(st.sampled_from(["declared", "document:1"])))
        for name in names
        if draw(st.booleans())
    ]
    facts = {f"person.f{k}": "dukcapil" for k in range(6) if draw(st.booleans())}
    return Holdings(tuple(held), facts)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Atlas, list[str], Holdings]:
    atlas, goals = draw(catalogues())
    return atlas, goals, papers(draw, atlas)


def check_never_asks_twice(made: Plan) -> None:
    keys = [question.key for question in made.questions]
    assert len(keys) == len(set(keys))
    asked = [field for question in made.questions for field in question.asked_by]
    assert len(asked) == len(set(asked))
    ways = [(document.requirement, document.how) for document in made.documents]
    assert len(ways) == len(set(ways))


def check_order(made: Plan) -> None:
    place = {part.service_id: index for index, part in enumerate(made.parts)}
    assert len(place) == len(made.parts)
    for part in made.parts:
        for earlier in map(made.part, part.needs):
            assert place[earlier.service_id] < place[part.service_id]
            assert earlier.wave < part.wave
            assert earlier.due_on <= part.starts_on
        assert CALENDAR.kind(part.starts_on) == "working"
        if part.calendar_days is not None:
            assert part.due_on == part.starts_on + timedelta(days=part.calendar_days)
        else:
            assert due_on(part.starts_on, part.working_days or 0, CALENDAR) == part.due_on
    assert [service for wave in made.waves for service in wave] == list(place)


def is_spared(made: Plan, part: PlannedService, ask: Ask) -> bool:
    """A paper of the plan will say it: in time, or nobody insists; or only another kind of applicant has it and nobody insists."""
    others = ask.told.only_for in made.without
    papers = {ask.told.paper, ask.told.own_paper} if others else {ask.told.paper}
    earlier, rest = set(), list(part.needs)
    while rest:
        earlier.add(name := rest.pop())
        rest += made.part(name).needs
    told = {d.from_service for d in made.documents if d.how is How.PART and d.requirement in papers}
    return bool(told & earlier) or (not ask.required and bool(told or (others and not ask.told.own)))


def check_nothing_is_omitted(made: Plan, atlas: Atlas, instead: dict[str, str] | None = None) -> None:
    """Each mandatory requirement is issued before, held and valid on that day, brought, or asked in a form."""
    for part in made.parts:
        service = atlas.nodes[part.service_id]
        fields = {
            field
            for question in made.questions
            for name, field in question.asked_by
            if name == part.service_id
        }
        known = {ask.field for ask in service.asks if ask.finder in made.answers}  # told to the finder
        spared = {ask.field for ask in service.asks if is_spared(made, part, ask)}
        assert {ask.field for ask in service.asks} - known - spared == fields
        held = {h.requirement for h in made.held if part.service_id in h.used_by}
        told = {d.requirement: d for d in made.documents if part.service_id in d.asked_by}
        for one in service.needs:
            if not one.required:
                continue
            assert one.requirement in told or (one.kind == "data" and one.how is How.FORM)
            issuer = atlas.issuer(service, one, instead)
            assert not issuer or issuer in part.needs or one.requirement in held


def check_held_papers_are_valid(made: Plan) -> None:
    for held in made.held:
        for service in held.used_by:
            assert held.valid_until is None or held.valid_until >= made.part(service).starts_on


def check_critical_path(made: Plan) -> None:
    path = [made.part(service) for service in made.critical_path]
    first = made.part(made.critical_path[0]).starts_on
    assert path[0].begins == 0
    assert made.working_days == working_days_between(first, made.finish_on, CALENDAR)
    assert path[-1].due_on == made.finish_on == max(part.due_on for part in made.parts)
    assert all(a.ends == b.begins for a, b in itertools.pairwise(path))
    assert all(part.critical for part in path)
    assert all(a.service_id in b.needs for a, b in itertools.pairwise(path))


@checked(max_examples=150, deadline=None)
@given(cases())
def test_a_plan_is_exact(case: tuple[Atlas, list[str], Holdings]) -> None:
    atlas, goals, holdings = case
    made = planned(atlas, *goals, holdings=holdings)
    assert set(goals) <= {part.service_id for part in made.parts}
    check_never_asks_twice(made)
    check_order(made)
    check_nothing_is_omitted(made, atlas)
    check_held_papers_are_valid(made)
    check_critical_path(made)
    assert all(question.held == holdings.facts.get(question.key, "") for question in made.questions)


@checked(max_examples=150, deadline=None)
@given(cases(), st.randoms())
def test_removing_a_holding_never_shortens_a_plan(
    case: tuple[Atlas, list[str], Holdings], random: Random
) -> None:
    atlas, goals, holdings = case
    with_all = planned(atlas, *goals, holdings=holdings)
    fewer = Holdings(tuple(paper for paper in holdings.papers if random.random() < 0.6), {})
    without = planned(atlas, *goals, holdings=fewer)
    assert without.finish_on >= with_all.finish_on
    assert {part.service_id for part in without.parts} >= {part.service_id for part in with_all.parts}
    assert sum(not q.held for q in without.questions) >= sum(not q.held for q in with_all.questions)


@checked(max_examples=60, deadline=None)
@given(catalogues())
def test_a_picture_overlaps_nothing_and_loses_no_line(case: tuple[Atlas, list[str]]) -> None:
    made = planned(case[0], *case[1])
    picture = planning.draw(made.parts, {part.service_id: part.name for part in made.parts})
    boxes = [(box.x, box.y) for box in picture.boxes]
    assert len(boxes) == len(made.parts)
    assert all(x >= 0 and x + BOX[0] <= picture.width and y + BOX[1] <= picture.height for x, y in boxes)
    assert all(
        abs(a[0] - b[0]) >= BOX[0] or abs(a[1] - b[1]) >= BOX[1]
        for i, a in enumerate(boxes)
        for b in boxes[:i]
    )
    lines = direct(made.parts)
    reach: dict[str, set[str]] = {}
    for part in made.parts:
        above = {early for early, late in lines if late == part.service_id}
        reach[part.service_id] = above.union(*(reach[early] for early in above))
        assert set(part.needs) <= reach[part.service_id]


# --- by example -------------------------------------------------------------------------------------------------------


def test_a_held_paper_that_ends_before_its_use_is_planned_anew() -> None:
    atlas = atlas_of(
        node("skck", days=1),
        node("study", days=10),
        node("visa", need("skck", "skck"), need("study", "study")),
    )
    fresh = Holdings((HeldPaper("skck", valid_until=ON + timedelta(days=60), source="document:1"),))
    stale = Holdings((HeldPaper("skck", valid_until=ON + timedelta(days=3), source="document:1"),))
    assert [part.service_id for part in planned(atlas, "visa", holdings=fresh).parts] == ["study", "visa"]
    made = planned(atlas, "visa", holdings=stale)
    assert {part.service_id for part in made.parts} == {"skck", "study", "visa"}
    (paper,) = [d for d in made.documents if d.requirement == "skck"]
    assert (paper.how, paper.from_service, paper.expired_on) == (How.PART, "skck", ON + timedelta(days=3))
    assert not made.held


def test_the_renewal_of_one_paper_may_outlast_another() -> None:
    """Dropping one paper moves the day of use past the end of the next one: both are planned."""
    atlas = atlas_of(
        node("slow", days=10), node("quick", days=1), node("end", need("a", "slow"), need("b", "quick"))
    )
    papers = (
        HeldPaper("a", valid_until=ON - timedelta(days=1)),
        HeldPaper("b", valid_until=ON + timedelta(days=5)),
    )
    made = planned(atlas, "end", holdings=Holdings(papers))
    assert set(made.part("end").needs) == {"slow", "quick"}


@checked(max_examples=150, deadline=None)
@given(cases(), st.dates(ON, ON + timedelta(days=80)))
def test_one_more_holiday_never_makes_a_plan_earlier(
    case: tuple[Atlas, list[str], Holdings], free: date
) -> None:
    atlas, goals, holdings = case
    more = replace(CALENDAR, days={**CALENDAR.days, free: (DayKind.HOLIDAY, "Libur")})
    before = planned(atlas, *goals, holdings=holdings)
    after = plan(atlas, goals, holdings=holdings, on=ON, calendar=more)
    assert after.finish_on >= before.finish_on


def test_days_of_the_calendar_are_counted_as_such_and_what_waits_begins_on_a_working_day() -> None:
    """Filed on Friday 20 November: eight days are Saturday in a week; the next part begins on the Monday after."""
    atlas = atlas_of(
        node("location", days=None, calendar_days=8), node("permit", need("p", "location"), days=2)
    )
    alone = planned(atlas, "location")
    assert (alone.finish_on, alone.working_days, alone.is_estimate) == (date(2026, 11, 28), 5, False)
    made = planned(atlas, "permit")
    assert made.part("location").due_on == date(2026, 11, 28)
    assert made.part("permit").starts_on == date(2026, 11, 30)
    assert made.finish_on == date(2026, 12, 2)
    assert made.critical_path == ("location", "permit")
    picture = planning.draw(made.parts, {"location": "a", "permit": "b"})
    assert [line.critical for line in picture.lines] == [True]


def test_other_peoples_papers_make_no_circle_and_no_wait() -> None:
    """A birth certificate needs the parents' marriage book; a marriage needs one's own birth certificate."""
    birth = node("birth", need("marriage-book", "marriage", subject="parent"), about="child")
    marriage = node("marriage", need("birth-certificate", "birth"))
    child_card = node("child-card", need("birth-certificate", "birth", subject="child"))
    made = planned(atlas_of(birth, marriage, child_card), "child-card", "marriage")
    assert made.part("child-card").needs == ("birth",)
    assert made.part("marriage").needs == ()
    assert {d.requirement: d.how for d in made.documents if "marriage" in d.asked_by} == {
        "birth-certificate": How.BRING
    }


def test_a_real_circle_is_refused_with_its_way() -> None:
    atlas = atlas_of(node("a", need("x", "b")), node("b", need("y", "c")), node("c", need("z", "a")))
    with pytest.raises(Denied, match="b -> c -> a -> b") as refused:
        planned(atlas, "b")
    assert refused.value.code == "plan_cycle"


def test_optional_papers_are_offered_and_wait_for_nothing() -> None:
    made = planned(atlas_of(node("a", days=20), node("b", need("x", "a", required=False))), "b")
    assert [part.service_id for part in made.parts] == ["b"]
    assert [(d.how, d.required, d.from_service) for d in made.documents] == [(How.BRING, False, "a")]


def test_usual_papers_count_as_held_unless_one_lacks_them_or_is_about_to_get_them() -> None:
    atlas = atlas_of(node("id-card"), node("licence", need("ktp", "id-card")), usual={"ktp": "id-card"})
    assert [p.service_id for p in planned(atlas, "licence").parts] == ["licence"]
    assert [h.source for h in planned(atlas, "licence").held] == ["usual"]
    assert planned(atlas, "licence", tanpa="ktp").part("licence").needs == ("id-card",)
    assert planned(atlas, "licence", "id-card").part("licence").needs == ("id-card",)


def test_what_somebody_says_to_have_is_brought_and_not_obtained() -> None:
    atlas = atlas_of(node("tax-number"), node("licence", need("npwp", "tax-number")))
    made = planned(atlas, "licence", punya="npwp")
    assert [p.service_id for p in made.parts] == ["licence"]
    assert [d.how for d in made.documents] == [
        How.BRING
    ]  # only what the mall itself issued need not be brought


def test_a_paper_of_ones_own_says_nothing_about_a_child() -> None:
    atlas = atlas_of(
        node("birth", about="child"), node("card", need("certificate", "birth", subject="child"))
    )
    mine = Holdings((HeldPaper(service_id="birth", source="document:1"),))
    assert planned(atlas, "card", holdings=mine).part("card").needs == ("birth",)


def test_fees_that_depend_on_unanswered_questions_are_said_to_be_unknown() -> None:
    fee = {
        "type": "formula",
        "amount_idr": None,
        "note": None,
        "confidence": "sourced",
        "lines": [
            {
                "id": "flat",
                "name": "Tetap",
                "name_en": "Flat",
                "formula": "5000",
                "legal_basis": "Perda 1/2026",
            },
            {"id": "area", "name": "Luas", "name_en": "Area", "formula": "answers.area * 10"},
        ],
    }
    ask = Ask("area", "area", "Luas", "Area", True, False, ())
    one = Node("a", NOBODY, "a", "a", "x", 1, "applicant", (), (ask,), fee, legal_basis="UU 1/2022")
    made = planned(atlas_of(one), "a")
    assert [(f.amount_idr, f.legal_basis, f.depends_on) for f in made.fee_lines] == [
        (5000, "Perda 1/2026", ()),
        (None, "UU 1/2022", ("area",)),
    ]
    assert (made.total_idr, made.open_fees) == (5000, 1)
    known = plan(atlas_of(one), ["a"], answers={"area": 30}, on=ON, calendar=CALENDAR)
    assert (known.total_idr, known.open_fees) == (5300, 0)


def test_a_year_without_a_calendar_gives_an_estimate() -> None:
    atlas = atlas_of(node("patent", days=800))
    made = planned(atlas, "patent")
    assert made.is_estimate
    assert not planned(atlas_of(node("card", days=3)), "card").is_estimate
    assert planned(atlas_of(node("card", days=None)), "card").is_estimate


def test_what_is_no_goal_is_refused() -> None:
    with pytest.raises(Denied) as refused:
        planned(atlas_of(node("a")), "b")
    assert refused.value.code == "goal_unknown"


# --- the reference city -----------------------------------------------------------------------------------------------


@cache
def batam() -> Atlas:
    city, problems = client.read(Path(settings.ROOT) / "cities/batam")
    assert not problems
    bundles = city.part("bundles")
    return Atlas(
        nodes={p.data["id"]: planning.node_of(assemble(p, city), NOBODY) for p in city.placed()},
        goals=planning.goals_of(bundles),
        agencies={key: (a["name"], a["name_en"]) for key, a in city.agencies.items()},
        usual={
            k: r.get("from_service") or "" for k, r in city.part("requirements").items() if r.get("usual")
        },
    )


def ways(goal: planning.Goal, limit: int = 12) -> Iterator[dict[str, str]]:
    """Some of the sets of answers that contradict nothing, spread over all of them."""
    sound = [
        answers for answers in planning.combinations(goal.questions) if not planning.faults(goal, answers)
    ]
    yield from sound[:: max(1, len(sound) // limit)]


def test_there_are_goals_enough() -> None:
    assert len(batam().goals) >= 25


def test_every_goal_is_planned_exactly_whatever_is_answered() -> None:
    atlas = batam()
    for goal in atlas.goals.values():
        for answers in ways(goal):
            made = planned(atlas, goal.id, **answers)
            check_never_asks_twice(made)
            check_order(made)
            check_nothing_is_omitted(made, atlas, dict(planning.choose([goal], answers).instead))
            check_critical_path(made)
            assert all(line.legal_basis or line.confidence != "sourced" for line in made.fee_lines)


def test_all_services_at_once_are_planned() -> None:
    atlas = batam()
    made = planned(atlas, *atlas.nodes)
    assert len(made.parts) == len(atlas.nodes)
    check_order(made)
    check_nothing_is_omitted(made, atlas)


CAFE = {"pelaku": "perorangan", "pekerja": "tidak", "merek": "tidak"}


@pytest.mark.parametrize(
    ("district", "on", "agency"),
    [
        ("batam-kota", date(2026, 11, 20), "bp-batam"),
        ("galang", date(2026, 11, 20), "dpmptsp-batam"),
        ("batam-kota", date(2025, 1, 6), "dpmptsp-batam"),  # before the law
    ],
)
def test_place_and_date_say_who_is_competent(district: str, on: date, agency: str) -> None:
    calendar = Calendar({}, 2024, 2028)
    made = plan(
        batam(), ["buka-kedai-kopi"], answers=CAFE | {"kecamatan": district}, on=on, calendar=calendar
    )
    part = made.part("dpmptsp-sppl")
    assert part.agency_id == agency
    assert ("PP 25/2025" in part.competence) is (agency == "bp-batam")


def test_a_baby_needs_no_wedding() -> None:
    made = planned(batam(), "bayi-lahir", kartu_anak="ya")
    assert {"pencatatan-nikah", "dukcapil-kk-baru"}.isdisjoint(part.service_id for part in made.parts)
    assert made.part("dukcapil-akta-kelahiran").wave < made.part("dukcapil-kia-baru").wave


def test_answers_that_contradict_each_other_are_said_to_be() -> None:
    goal = batam().goals["bangun-hotel"]
    answers = {"kecamatan": "galang", "pelaku": "perorangan", "tanah": "alokasi", "kamar": "kecil"}
    found = planning.faults(goal, answers)
    assert [fault.code for fault in found] == ["contradiction", "contradiction"]
    assert all(fault.says and fault.says_en and fault.question for fault in found)
    assert [f.code for f in planning.faults(goal, answers | {"kamar": "seribu"})] == ["unknown_option"]
    assert [f.question for f in planning.faults(goal, {})] == ["kecamatan", "pelaku", "tanah", "kamar"]


@pytest.mark.parametrize(
    ("words", "goal"),
    [
        ("mau buka warung kopi", "buka-kedai-kopi"),
        ("bayi lahir", "bayi-lahir"),
        ("nikah", "menikah"),
        ("ktp hilang", "dompet-hilang"),
        ("beli mobil bekas", "beli-mobil-bekas"),
        ("ekspor ikan ke singapura", "ekspor-ikan"),
        ("haji", "naik-haji"),
        ("open a pharmacy", "buka-apotek"),
    ],
)
def test_goals_are_found_by_citizens_words(words: str, goal: str) -> None:
    assert planning.matching(batam().goals.values(), words)[0].id == goal


@pytest.mark.parametrize("words", ["", "xyzzy", "\x00", "a" * 5000, "?? !!"])
def test_odd_words_find_no_goal(words: str) -> None:
    assert planning.matching(batam().goals.values(), words) == []
