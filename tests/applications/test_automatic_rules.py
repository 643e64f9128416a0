"""Rules that decide, without a database: every rule of the city under generated cases, the draw, and when a rule must stop."""

import json
import random
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pendopo.applications.rules import Step, StepKind, StepStatus, open_steps
from pendopo.applications.rules import automatic as rules
from pendopo.catalogue.connectors.folder import client as folder
from pendopo.catalogue.rules import fees
from pendopo.catalogue.rules.automatic import provable_fields, verified_names
from pendopo.catalogue.rules.content import assemble
from pendopo.catalogue.rules.fees import names_in
from pendopo.kernel.errors import Denied

CITY = Path(__file__).parents[2] / "cities" / "batam"
TODAY = date(2026, 11, 23)
KEY = b"a key of this test"
OTHER_KEY = b"another key"
POOL = (
    "Kota Batam",
    "KOTA BATAM",
    "Kabupaten Bintan",
    "1995-08-17",
    "2020-02-29",
    12,
    501,
    7.5,
    6_000_000_000,
    True,
)


@cache
def ruled() -> list[tuple[str, dict[str, Any]]]:
    """Content of every service of the city that has a rule."""
    city, _problems = folder.read(CITY)
    contents = [
        (placed.data["id"], assemble(placed, city)) for placed in city.placed() if "auto" in placed.data
    ]
    assert len(contents) >= 40
    return contents


def says(expression: str, variables: Any) -> bool:
    return fees.condition(expression, variables)


def spec_of(content: dict[str, Any]) -> dict[str, Any]:
    return next(step["auto"] for step in content["procedure"]["steps"] if step.get("auto"))


def step_of(content: dict[str, Any]) -> Step:
    step = next(step for step in content["procedure"]["steps"] if step.get("auto"))
    return Step(step["id"], StepKind(step["kind"]), step["agency"], step["role"])


SOURCES = (
    None,
    {"source": "self", "at": "2026-11-20T03:00:00+00:00"},
    {"source": "upload", "at": "2026-11-20T03:00:00+00:00"},
    {"source": "account", "at": "2026-11-20T03:00:00+00:00"},
    {"source": "document:470/1/2026", "at": "2026-11-20T03:00:00+00:00"},
    {"source": "dukcapil", "at": "2001-01-01T03:00:00+00:00"},
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], rules.Facts]:
    """A service with a rule and a case of it: mostly proven, so that many rules hold."""
    _service, content = draw(st.sampled_from(ruled()))
    fields = provable_fields(content["form"]["schema"], content["facts"])
    named = names_in(spec_of(content)["when"])[0]
    answers: dict[str, Any] = {}
    sources: dict[str, Any] = {}
    for name in sorted({*fields, *named}):
        if name == "person_birth_date":
            answers[name] = draw(st.dates(date(1930, 1, 1), TODAY)).isoformat()
        elif draw(st.integers(0, 9)):
            answers[name] = "Kota Batam" if draw(st.booleans()) else draw(st.sampled_from(POOL))
        proof = {"source": fields.get(name) or "document:1/2026", "at": "2026-11-20T03:00:00+00:00"}
        source = draw(st.sampled_from(SOURCES)) if not draw(st.integers(0, 19)) else proof
        if source:
            sources[name] = source
    facts = rules.Facts(answers, sources, TODAY, draw(st.booleans()), not draw(st.integers(0, 9)))
    return content, facts


def verdict_of(content: dict[str, Any], facts: rules.Facts, **more: Any) -> Any:
    off = more.get("off", frozenset())
    found = rules.autos_of(more.get("application", "a"), content, facts, key=KEY, off=off, says=says)
    verdict = found(step_of(content), more.get("fee_idr", 0))
    assert verdict is not None
    return verdict


@given(cases(), st.sampled_from([None, 0, 50_000]))
@settings(max_examples=300, deadline=None)
def test_a_verdict_is_worked_out_again_byte_for_byte_from_what_is_kept(
    case: tuple[dict[str, Any], rules.Facts], fee_idr: int | None
) -> None:
    content, facts = case
    verdict = verdict_of(content, facts, fee_idr=fee_idr)
    kept = rules.canonical(dict(verdict.inputs))
    again = rules.judge(spec_of(content), json.loads(kept), says)
    assert rules.canonical(json.loads(kept)) == kept
    assert rules.canonical(again) == rules.canonical(dict(verdict.result))
    assert rules.difference(kept, rules.canonical(json.loads(kept))) == ""


@given(cases())
@settings(max_examples=400, deadline=None)
def test_nothing_completes_on_what_is_not_proven(case: tuple[dict[str, Any], rules.Facts]) -> None:
    content, facts = case
    spec, verdict = spec_of(content), verdict_of(content, facts, fee_idr=50_000)
    proof = rules.proven(content, facts)
    assert proof == verdict.inputs["verified"]
    used = (names_in(spec["when"])[0] & proof.keys()) | verified_names(spec["when"])
    if verdict.complete:
        assert all(proof[name] for name in used)
        assert not facts.wants_person
        if "all_verified" in spec["when"]:
            given_ones = [name for name in proof if facts.answers.get(name) not in (None, "")]
            assert all(proof[name] for name in given_ones)
    for name, is_proven in proof.items():
        if is_proven:
            said = facts.sources[name]["source"]
            assert said.startswith("document:") or said in {
                "dukcapil",
                "djp",
                "oss",
                "bpjs-kesehatan",
                "account",
            }


@given(cases())
@settings(max_examples=150, deadline=None)
def test_a_stopped_rule_and_a_wish_for_a_person_never_complete(
    case: tuple[dict[str, Any], rules.Facts],
) -> None:
    content, facts = case
    spec = spec_of(content)
    stopped = verdict_of(content, facts, fee_idr=50_000, off=frozenset({spec["rule"]}))
    assert not stopped.complete
    wished = rules.Facts(facts.answers, facts.sources, facts.on, facts.business, wants_person=True)
    assert not verdict_of(content, wished, fee_idr=50_000).complete


def test_every_rule_holds_for_somebody_and_taking_any_proof_away_ends_it() -> None:
    for service, content in ruled():
        spec = spec_of(content)
        fields = provable_fields(content["form"]["schema"], content["facts"])
        required = {name for name in fields if name in content["form"]["schema"]["required"]}
        named = names_in(spec["when"])[0]
        wanted = required | verified_names(spec["when"]) | (named & fields.keys())
        answers: dict[str, Any] = dict.fromkeys(wanted, "x") | dict.fromkeys(named - fields.keys(), 10)
        answers |= {"person_regency": "KOTA BATAM", "person_birth_date": "1995-08-17"}
        proof = {
            n: {"source": fields.get(n) or "document:1", "at": "2026-11-20T03:00:00+00:00"} for n in wanted
        }
        whole = rules.Facts(answers, proof, TODAY)
        inputs = rules.inputs_of(spec, content, whole, 50_000) | NOBODY
        assert rules.judge(spec, inputs, says)["complete"], service
        for name in verified_names(spec["when"]) | (wanted if "all_verified" in spec["when"] else set()):
            less = rules.Facts(answers, {n: s for n, s in proof.items() if n != name}, TODAY)
            inputs = rules.inputs_of(spec, content, less, 50_000) | NOBODY
            assert not rules.judge(spec, inputs, says)["complete"], f"{service} without proof of {name}"


NOBODY = {"wants_person": False, "switched_off": False, "sample": "none"}


# What is proven

FORM = {
    "procedure": {"steps": []},
    "facts": {
        "person.nik": {"registry": "dukcapil", "freshness_days": 3650},
        "person.address": {"registry": "dukcapil", "freshness_days": 180},
        "person.phone": {"registry": "self"},
    },
    "form": {
        "schema": {
            "required": [],
            "properties": {
                "person_nik": {"x-fact": "person.nik", "x-widget": "nik", "type": "string"},
                "person_address": {"x-fact": "person.address", "type": "string"},
                "person_phone": {"x-fact": "person.phone", "type": "string"},
                "file_kk": {"x-widget": "file", "type": "string"},
                "wish": {"type": "string"},
            },
        }
    },
}


def proof(**sources: dict[str, Any]) -> dict[str, bool]:
    return rules.proven(FORM, rules.Facts(dict.fromkeys(sources, "x"), sources, TODAY))


def at(days_ago: int) -> str:
    return f"{TODAY - timedelta(days=days_ago)}T05:00:00+00:00"


def test_only_a_registry_or_a_paper_of_the_mall_proves_and_only_while_fresh() -> None:
    assert proof(person_address={"source": "dukcapil", "at": at(180)})["person_address"]
    assert not proof(person_address={"source": "dukcapil", "at": at(181)})["person_address"]
    for source in ("self", "oss", "upload", "", "Dukcapil", "documents:1"):
        assert not proof(person_address={"source": source, "at": at(1)})["person_address"], source
    assert proof(file_kk={"source": "document:470/1", "at": at(999)})["file_kk"]
    assert not proof(file_kk={"source": "upload", "at": at(1)})["file_kk"]
    ended = {"source": "document:470/1", "at": at(9), "valid_until": str(TODAY - timedelta(days=1))}
    assert not proof(file_kk=ended)["file_kk"]
    assert proof(person_phone={"source": "self", "at": at(1)}).keys() == {
        "person_nik",
        "person_address",
        "file_kk",
    }
    empty = rules.Facts(
        {"person_address": ""}, {"person_address": {"source": "dukcapil", "at": at(1)}}, TODAY
    )
    assert not rules.proven(FORM, empty)["person_address"]


def test_the_accounts_own_number_is_proven_by_the_registrys_answer_about_it() -> None:
    account = {"source": "account", "at": at(900)}
    assert not proof(person_nik=account)["person_nik"]
    assert proof(person_nik=account, person_address={"source": "dukcapil", "at": at(1)})["person_nik"]
    assert not proof(person_nik=account, person_address={"source": "dukcapil", "at": at(200)})["person_nik"]
    assert not proof(person_nik=account, file_kk={"source": "document:1", "at": at(1)})["person_nik"]


def test_all_proven_is_not_said_of_nothing() -> None:
    assert not rules.all_proven({"person_nik": False}, {"wish": "x"})
    assert rules.all_proven({"person_nik": True, "file_kk": False}, {"person_nik": "1"})
    assert not rules.all_proven({"person_nik": True, "file_kk": False}, {"person_nik": "1", "file_kk": "u"})


def test_a_condition_that_cannot_be_worked_out_leaves_the_case_to_people() -> None:
    spec = {"rule": "r", "when": "answers.wish + 1 == 2", "sample_rate": 0.1}
    inputs = rules.inputs_of(spec, FORM | {"refs": {}}, rules.Facts({"wish": "x"}, {}, TODAY), 0) | NOBODY
    assert rules.judge(spec, inputs, says) == {"holds": False, "complete": False, "reason": "unverified"}
    with pytest.raises(Denied):
        says(spec["when"], inputs)


# The walk


def test_a_completed_step_opens_the_next_and_an_incomplete_one_lies_with_people() -> None:
    _service, content = next(one for one in ruled() if one[1]["procedure"]["id"] == "by-rule")
    steps = tuple(
        Step(s["id"], StepKind(s["kind"]), s["agency"], s["role"], tuple(s["after"]), s["when"] or "")
        for s in content["procedure"]["steps"]
    )
    for complete in (True, False):
        result = {"holds": True, "complete": complete, "reason": "complete"}
        auto = rules.AutoVerdict("verification", "r", True, complete, {}, result)
        walked, verdicts = open_steps(
            steps,
            0,
            lambda _when, _fee: False,
            lambda step, _fee, auto=auto: auto if step.key == "verification" else None,
        )
        assert verdicts == (auto,)
        status = {step.key: step.status for step in walked}
        assert status["verification"] is (StepStatus.DONE if complete else StepStatus.OPEN)
        assert status["numbering"] is (StepStatus.DONE if complete else StepStatus.WAITING)


# The draw


def ids(count: int) -> list[str]:
    dice = random.Random(7)
    return [str(UUID(int=dice.getrandbits(128))) for _ in range(count)]


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.25])
def test_the_sample_is_as_large_as_said_and_does_not_depend_on_order(rate: float) -> None:
    applications = ids(20_000)
    spec = {"rule": "r", "when": "true", "sample_rate": rate}

    def drawn(some: list[str], key: bytes = KEY) -> set[str]:
        return {a for a in some if rules.sample_of(spec, {}, rules.draw(key, a, "r"), says) == "after"}

    first = drawn(applications)
    spread = (20_000 * rate * (1 - rate)) ** 0.5
    assert abs(len(first) - 20_000 * rate) < 5 * spread
    shuffled = applications[:]
    random.Random(3).shuffle(shuffled)
    assert drawn(shuffled) == first
    assert drawn(applications[:1000]) == first & set(applications[:1000]), "earlier cases change nothing"
    guessed = drawn(applications, OTHER_KEY)
    assert abs(len(first & guessed) - 20_000 * rate**2) < 5 * (20_000 * rate**2) ** 0.5 + 1, (
        "without the key no better than chance"
    )


@given(st.text(max_size=40), st.text(max_size=20))
def test_a_draw_is_a_share(application: str, rule: str) -> None:
    assert 0 <= rules.draw(KEY, application, rule) < 1
    assert rules.draw(KEY, application, rule) == rules.draw(KEY, application, rule)


def test_riskier_cases_are_drawn_more_often_and_never_less() -> None:
    names = ("answers", "verified", "all_verified", "fee_idr", "inspection", "applicant", "on", "refs")
    spec = {"rule": "r", "when": "true", "sample_rate": 0.1, "sample": "before",
            "riskier": {"when": "fee_idr > 100", "sample_rate": 0.5}}  # fmt: skip
    cheap, dear = ({name: {} for name in names} | {"fee_idr": fee} for fee in (0, 200))
    for number in range(1000):
        drawn = rules.draw(KEY, str(number), "r")
        plain, risky = (rules.sample_of(spec, inputs, drawn, says) for inputs in (cheap, dear))
        assert plain in {"none", risky}
        assert (risky == "before") is (drawn < 0.5)


# When a rule must stop


@pytest.mark.parametrize(
    ("reviewed", "overridden", "stops"),
    [(0, 0, False), (19, 19, False), (20, 1, False), (20, 2, True), (100, 5, False), (100, 6, True)],
)
def test_a_rule_stops_beyond_its_bound_of_enough_reviews(reviewed: int, overridden: int, stops: bool) -> None:
    assert rules.must_stop({}, reviewed, overridden) is stops


def test_a_rule_may_have_a_bound_of_its_own() -> None:
    assert rules.must_stop({"bound": 0.0, "reviews": 1}, 1, 1)
    assert not rules.must_stop({"bound": 0.5}, 20, 10)


def test_the_difference_names_the_place() -> None:
    assert rules.difference("abc", "abc") == ""
    assert rules.difference("abc", "abd").startswith("at byte 2")
    assert rules.difference("abc", "abcd").startswith("at byte 3")
