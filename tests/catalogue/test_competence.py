"""Who decides, by place and date: the same pure function for plans and filings, and what `catalogue check` says of broken rules."""

from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from pendopo.catalogue.actions import check
from pendopo.catalogue.connectors.folder import client
from pendopo.catalogue.rules import planning
from pendopo.catalogue.rules.content import assemble
from pendopo.catalogue.rules.planning import Competence, competent, competent_for
from pendopo.region.api import Calendar
from tests.catalogue import city
from tests.catalogue.test_planning import NOBODY

FIRST, LAST = date(2025, 5, 21), date(2027, 12, 31)
DAY = timedelta(days=1)
BUNDLES = "bundles.yaml"


def rule(agency: str, when: str = "", first: date | None = None, last: date | None = None) -> Competence:
    return Competence(agency, agency, agency, f"UU {agency}", when, first, last)


ISLAND = rule("badan", 'answers.tempat != "hinterland"', FIRST, LAST)
SECTOR = rule("provinsi", 'answers.bidang == "tambang"')


@pytest.mark.parametrize("place", ["pulau", "hinterland", "", None])
@pytest.mark.parametrize("sector", ["tambang", "dagang", None])
@pytest.mark.parametrize("on", [FIRST - DAY, FIRST, LAST, LAST + DAY])
def test_the_first_rule_that_holds_decides_and_never_on_a_guess(
    place: str | None, sector: str | None, on: date
) -> None:
    answers = {k: v for k, v in (("tempat", place), ("bidang", sector)) if v is not None}
    found = competent([ISLAND, SECTOR], answers, on)
    if FIRST <= on <= LAST and not place:
        expected = None  # the first rule cannot be told: the second must not jump in
    elif FIRST <= on <= LAST and place == "pulau":
        expected = "badan"
    else:
        expected = "provinsi" if sector == "tambang" else None
    assert (found.agency_id if found else None) == expected


def test_what_is_no_text_answers_nothing() -> None:
    assert competent([SECTOR], {"bidang": {"sealed": "00"}}, FIRST) is None
    assert competent([rule("badan")], {}, FIRST) is not None


def content(*rules: Competence, asks: tuple[str, ...] = ("tempat",)) -> dict[str, Any]:
    stored = [
        {
            "agency": one.agency_id, "name": one.name, "name_en": one.name_en, "legal_basis": one.legal_basis, "when": one.when,
            "valid_from": one.valid_from and one.valid_from.isoformat(), "valid_to": one.valid_to and one.valid_to.isoformat(),
            "is_confirmed": False,
        }
        for one in rules
    ]  # fmt: skip
    return {
        "agency": {"id": "dinas"},
        "form": {"schema": {"properties": {name: {} for name in asks}}},
        "competence": stored,
    }


def decides(content: dict[str, Any], answers: dict[str, str], issued_by: str = "") -> str:
    found = competent_for(content, answers, FIRST, issued_by)
    return found.agency_id if found else "dinas"


def test_a_copy_is_made_by_whoever_issued_the_original() -> None:
    """Its own form asks nothing about the place."""
    copy = content(ISLAND, asks=())
    assert [decides(copy, {}, who) for who in ("badan", "dinas", "lain")] == ["badan", "dinas", "dinas"]
    asked = content(ISLAND)
    assert decides(asked, {"tempat": "hinterland"}, "badan") == "dinas"
    assert decides(asked, {"tempat": "pulau"}, "dinas") == "badan"


def test_a_rule_may_leave_the_catalogues_agency_in_charge() -> None:
    both = content(rule("dinas", 'answers.tempat == "pasar"'), rule("badan"))
    assert [decides(both, {"tempat": place}) for place in ("pasar", "jalan")] == ["dinas", "badan"]


# --- the reference city -----------------------------------------------------------------------------------------------


@cache
def batam() -> dict[str, dict[str, Any]]:
    folder, problems = client.read(Path(settings.ROOT) / "cities/batam")
    assert not problems
    contents = {placed.data["id"]: assemble(placed, folder) for placed in folder.placed()}
    return {key: found for key, found in contents.items() if found.get("competence")}


def test_every_form_asks_what_competence_needs() -> None:
    assert set(batam()) == {"dpmptsp-sppl", "dpmptsp-ukl-upl", "dpmptsp-amdal", "kepri-iup-batuan"}
    for found in batam().values():
        schema = found["form"]["schema"]
        assert schema["properties"]["kecamatan"]["x-question"] == "kecamatan"
        assert len(schema["properties"]["kecamatan"]["enum"]) == 12
        assert "kecamatan" in schema["required"]


HINTERLAND = {"belakang-padang", "bulang", "galang"}


def test_a_plan_and_a_filing_name_the_same_agency() -> None:
    calendar = Calendar({}, 2024, 2028)
    for key, found in batam().items():
        atlas = planning.Atlas({key: planning.node_of(found, NOBODY)})
        districts = found["form"]["schema"]["properties"]["kecamatan"]["enum"]
        for district, on in product(districts, [date(2025, 5, 20), date(2025, 5, 21), date(2026, 11, 23)]):
            answers = {"kecamatan": district}
            made = planning.plan(atlas, [key], answers=answers, on=on, calendar=calendar).part(key)
            other = competent_for(found, answers, made.starts_on)
            assert made.agency_id == (other.agency_id if other else found["agency"]["id"])
            assert (made.agency_id == "bp-batam") is (
                made.starts_on >= date(2025, 5, 21) and district not in HINTERLAND
            )


def test_a_plan_does_not_ask_again_what_the_finder_was_told() -> None:
    found = batam()["dpmptsp-sppl"]
    atlas = planning.Atlas({"dpmptsp-sppl": planning.node_of(found, NOBODY)})
    calendar = Calendar({}, 2024, 2028)
    asked = [
        {question.key for question in planning.plan(atlas, ["dpmptsp-sppl"], answers=answers, on=FIRST, calendar=calendar).questions}
        for answers in ({}, {"kecamatan": "bulang"})
    ]  # fmt: skip
    assert asked[0] - asked[1] == {"kecamatan"}


# --- what check says --------------------------------------------------------------------------------------------------

RULE = "- {agency: dinas-sehat, services: [izin-dagang], when: 'answers.tempat != \"rumah\"', legal_basis: UU 1}\n"
LEFT = ("agencies/dinas-sehat.yaml", "status: confirmed-mpp", "status: left")
BROKEN = [
    ("dinas-sehat, services", "dinas-x, services", "no agency 'dinas-x'"),
    ("services: [izin-dagang], when", "services: [izin-x], when", "no service 'izin-x'"),
    ("when: 'answers.tempat !=", "when: 'answers.luas !=", "looks at luas, which is no question"),
    ("when: 'answers.tempat !=", "when: 'answers.tempat +", "competence of dinas-sehat"),
    ("legal_basis: UU 1", "valid_from: '2026-02-01', valid_to: '2026-01-01', legal_basis: UU 1", "ends before it begins"),
]  # fmt: skip


@pytest.fixture
def ruled(folder: Path) -> Path:
    """The small city in which the health office decides about stalls in markets."""
    city.edit(folder, BUNDLES, "goals:\n", f"competence:\n{RULE}goals:\n")
    assert check(folder) == []
    return folder


@pytest.mark.parametrize(("old", "new", "words"), BROKEN, ids=[words for *_more, words in BROKEN])
def test_a_broken_rule_is_reported_at_its_line(ruled: Path, old: str, new: str, words: str) -> None:
    city.edit(ruled, BUNDLES, old, new)
    line = city.line_of(ruled, BUNDLES, "- {agency:")
    found = [(p.path, p.line) for p in check(ruled) if words in p.message]
    assert (BUNDLES, line) in found


def test_an_agency_that_left_cannot_decide(ruled: Path) -> None:
    city.edit(ruled, *LEFT)
    found = [p.message for p in check(ruled) if p.path == BUNDLES]
    assert "competence of dinas-sehat: it has left the mall: name another" in found


def test_whoever_decides_must_have_something_to_do(ruled: Path) -> None:
    text = (ruled / "procedures.yaml").read_text()
    (ruled / "procedures.yaml").write_text(text.replace("agency: service", "agency: dinas-izin"))
    assert any("nobody of the deciding agency acts" in p.message for p in check(ruled))


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("", "competence needs the field 'tempat'"),
        ("tempat: {type: string, enum: [pasar], x-options: {pasar: {name: P, name_en: P}}, title: T, x-title-en: T, x-question: tempat}", "options of bundles"),
        ("tempat: {type: string, enum: [pasar, rumah], x-options: {pasar: {name: P, name_en: P}, rumah: {name: R, name_en: R}}, title: T, x-title-en: T, x-question: tempat}", "to be required"),
    ],
)  # fmt: skip
def test_a_form_made_by_hand_asks_it_too(ruled: Path, field: str, words: str) -> None:
    (ruled / "forms").mkdir()
    form = city.FORM.replace("  declaration:", f"  {field}\n  declaration:") if field else city.FORM
    (ruled / "forms/izin-dagang.yaml").write_text(form)
    found = [p for p in check(ruled) if words in p.message]
    assert [p.path for p in found] == ["forms/izin-dagang.yaml"]
