"""Pure decisions: forms, fees, words, what to bring. No database."""

import contextlib
import math
from typing import Any

import jsonschema_rs
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from pendopo.catalogue.connectors.folder import client
from pendopo.catalogue.rules import fees, words
from pendopo.catalogue.rules.content import assemble, digest, merged_requirements
from pendopo.catalogue.rules.forms import (
    FIELDS_A_PAGE,
    NIK_PATTERN,
    derive_form,
    even_parts,
    named_options,
    needs_file,
)
from pendopo.catalogue.rules.forms_check import faults
from pendopo.catalogue.rules.inventory import missing
from pendopo.catalogue.rules.shown import AgencyCard, ServiceCard
from pendopo.catalogue.rules.standard import shown_steps, standard_of, what_to_bring
from pendopo.kernel.errors import Denied

CITY, _ = client.read(settings.CITY_DIR)
PLACED = {placed.data["id"]: placed for placed in CITY.placed()}
FACTS = {
    "person.nik": {"name": "NIK", "name_en": "NIK", "type": "string", "max_length": 16},
    "person.full_name": {"name": "Nama", "name_en": "Name", "type": "string", "max_length": 120},
    "business.name": {"name": "Usaha", "name_en": "Business", "type": "string"},
    "business.nib": {"name": "NIB", "name_en": "NIB", "type": "string", "pattern": "^[0-9]{13}$"},
    "child.birth_date": {"name": "Lahir", "name_en": "Born", "type": "date", "subject": "child"},
}
BASE = {"person": ["person.nik", "person.full_name"], "business": ["business.name", "business.nib"]}


def requirement(name: str, kind: str = "document", **more: Any) -> dict[str, Any]:
    plain = {"optional": False, "from_service": None, "held_by": None, "facts": [], "digital": False}
    return plain | {"id": name, "name": name, "name_en": name, "kind": kind} | more


def form(*requirements: dict[str, Any], applicant: str = "person") -> dict[str, Any]:
    service = {"name": "Layanan", "name_en": "Service", "applicant": applicant}
    return derive_form(service, requirements, FACTS, BASE)


# --- forms ------------------------------------------------------------------------------------------------------------


def test_every_service_of_the_city_gets_a_valid_form() -> None:
    registry = CITY.part("requirements")
    for placed in PLACED.values():
        requirements = merged_requirements(placed.data, registry)
        derived = derive_form(placed.data, requirements, CITY.facts, CITY.base_form)
        assert list(faults(derived, compiled=False)) == [], placed.data["id"]
        assert derived["additionalProperties"] is False
        assert max(len(page["fields"]) for page in derived["x-pages"]) <= FIELDS_A_PAGE
        assert derived["x-pages"][-1]["fields"] == ["declaration"]
        files = {
            prop["x-requirement"] for prop in derived["properties"].values() if prop["x-widget"] == "file"
        }
        assert files == {r["id"] for r in requirements if needs_file(r)}
        for prop in derived["properties"].values():
            assert prop["type"] != "string" or prop["maxLength"]
            assert prop["x-widget"] != "nik" or prop["pattern"] == NIK_PATTERN


def test_a_fact_is_asked_once_and_named_after_its_key() -> None:
    derived = form(requirement("a", "data", facts=["person.nik", "child.birth_date"]))
    assert [name for name in derived["properties"] if name.endswith("nik")] == ["person_nik"]
    born = derived["properties"]["child_birth_date"]
    assert born["x-person"] == "child"
    assert born["x-max"] == "today"
    assert "child_birth_date" in derived["required"]


def test_a_digital_document_asks_its_facts_and_no_file() -> None:
    derived = form(
        requirement("ktp", digital=True, facts=["child.birth_date"]),
        requirement("formulir", replaced_by="form"),
    )
    assert "child_birth_date" in derived["properties"]
    assert not any(name.startswith("file_") for name in derived["properties"])


def test_a_paper_of_someone_else_says_nothing_about_the_applicant() -> None:
    derived = form(requirement("buku", digital=True, facts=["child.birth_date"], held_by="orang tua"))
    assert "child_birth_date" not in derived["properties"]


@pytest.mark.parametrize(
    ("more", "asked", "required"),
    [
        ({}, True, True),
        ({"optional": True}, True, False),
        ({"when_proxy": True}, True, False),
        ({"kind": "payment"}, False, False),
        ({"kind": "payment", "from_service": "bayar"}, True, True),
    ],
)
def test_which_papers_are_uploaded(more: dict[str, Any], asked: bool, required: bool) -> None:
    derived = form(requirement("surat-x", **more))
    assert ("file_surat_x" in derived["properties"]) is asked
    assert ("file_surat_x" in derived["required"]) is required


def test_data_without_fields_or_facts_is_one_question() -> None:
    assert form(requirement("akun-x", "data"))["properties"]["akun_x"]["maxLength"] == 300


def test_fields_of_data_carry_their_limits() -> None:
    field = {
        "id": "luas",
        "title": "Luas",
        "title_en": "Area",
        "type": "number",
        "minimum": 1,
        "maximum": 9,
        "unit": "m2",
    }
    prop = form(requirement("data-x", "data", fields=[field]))["properties"]["data_x_luas"]
    assert (prop["type"], prop["minimum"], prop["maximum"], prop["x-unit"]) == ("number", 1, 9, "m2")


def test_applicant_both_may_name_a_business() -> None:
    derived = form(applicant="both")
    assert "business_nib" in derived["properties"]
    assert "business_nib" not in derived["required"]
    assert "business_nib" in form(applicant="business")["required"]


def test_options_in_every_spelling() -> None:
    want = {"A": {"name": "A", "name_en": "A"}}
    assert named_options(["A"]) == want
    assert named_options({"A": {"name": "A"}}) == want
    assert named_options([{"value": "A", "name": "A", "name_en": "A"}]) == want


@pytest.mark.parametrize(
    ("nik", "fits"),
    [
        ("2171011708900001", True),
        ("2171015708900001", True),  # a woman: day + 40
        ("2171013202900001", False),  # the 32nd of February
        ("2171013002900001", False),
        ("2171017002900001", False),
        ("2171013106900001", False),
        ("2171011713900001", False),
        ("2171011708900000", False),
        ("217101170890000", False),
        ("21710117089000011", False),
        ("217101170890000a", False),
    ],
)
def test_a_nik_has_a_day_that_exists(nik: str, fits: bool) -> None:
    validator = jsonschema_rs.Draft202012Validator({"pattern": NIK_PATTERN})
    assert validator.is_valid(nik) is fits


@given(st.lists(st.text(max_size=3), max_size=60), st.integers(1, 9))
def test_parts_are_even_and_lose_nothing(items: list[str], most: int) -> None:
    parts = even_parts(items, most)
    assert [item for part in parts for item in part] == items
    assert all(1 <= len(part) <= most for part in parts)
    assert not parts or max(map(len, parts)) - min(map(len, parts)) <= 1


# --- fees -------------------------------------------------------------------------------------------------------------

REFS = {"tarif": {"name": "Tarif", "name_en": "Rate", "value": 1500, "unit": "Rp/m2"}}


def fee(formula: str, **more: Any) -> dict[str, Any]:
    line = {
        "id": "l",
        "name": "Luas kali tarif",
        "name_en": "Area",
        "formula": formula,
        "legal_basis": ["Perda"],
        **more,
    }
    return {"type": "formula", "lines": [line]}


def test_fees_without_rules() -> None:
    assert fees.fee_lines({"type": "free"}, {}, {}, {}) == []
    assert fees.fee_lines({"type": "by-regulation"}, {}, {}, {}) is None
    assert fees.fee_lines({"type": "formula", "lines": []}, {}, {}, {}) is None
    assert fees.fee_lines({"type": "fixed", "amount_idr": None}, {}, {}, {}) is None
    (line,) = fees.fee_lines({"type": "fixed", "amount_idr": 25000, "note": "Perda"}, {}, {}, {}) or []
    assert (line.amount_idr, line.legal_basis) == (25000, "Perda")


def test_a_formula_shows_how_it_was_reached() -> None:
    titles = {"luas": {"title": "Luas", "x-title-en": "Area", "x-unit": "m2"}}
    (line,) = fees.fee_lines(fee("answers.luas * refs.tarif.value"), REFS, {"luas": 90}, titles) or []
    assert line.amount_idr == 135000
    assert line.legal_basis == "Perda"
    assert line.explanation == "Luas: 90 m²; Tarif: Rp1.500/m²"
    assert line.explanation_en == "Area: 90 m²; Rate: Rp1.500/m²"


def test_named_terms_explain_a_long_formula() -> None:
    long = fee("answers.luas * refs.tarif.value") | {
        "terms": [
            {"id": "luas", "name": "Luas", "name_en": "Area", "unit": "m2", "formula": "answers.luas / 8"}
        ]
    }
    (line,) = fees.fee_lines(long, REFS, {"luas": 90}, {}) or []
    assert line.explanation == "Luas: 11,25 m²"
    assert line.explanation_en == "Area: 11.25 m²"


def test_a_line_with_a_condition_is_left_out_when_it_does_not_hold() -> None:
    assert fees.fee_lines(fee("1", when="answers.luas > 100"), REFS, {"luas": 90}, {}) == []


def test_a_missing_answer_is_never_nothing() -> None:
    with pytest.raises(fees.BadExpression):
        fees.fee_lines(fee("answers.luas * 2"), REFS, {}, {})


@pytest.mark.parametrize(
    ("formula", "amount"),
    [("10000", 10000), ("2.5", 3), ("0.5", 1), ("1.4999", 1), ("10 / 4", 3), ("ceil(1.1) * 1000", 1000 * 2), ("max(1, 2)", 2),
     ('answers.kind == "A1" ? 1 : 2', 1), ('"x" in answers ? answers.x : 7', 7)],
)  # fmt: skip
def test_numbers_of_a_formula_are_decimal_and_money_is_whole(formula: str, amount: int) -> None:
    assert fees.amount(formula, {"kind": "A1"}, {}) == amount


@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_whole_products_are_exact(area: int, rate: int) -> None:
    assert (
        fees.amount("answers.a * refs.r.value", {"a": area}, {"r": {"value": rate}}) == area * rate
        or area * rate > 2**53
    )


@given(st.text(max_size=40))
def test_no_text_breaks_the_evaluator(text: str) -> None:
    with contextlib.suppress(fees.BadExpression):
        assert fees.amount(text, {}, {}) >= 0


def test_conditions_are_true_false_or_refused() -> None:
    assert fees.condition("fee_idr > 0 && inspection", {"fee_idr": 1, "inspection": True}) is True
    for broken in ("fee_idr", "nothing > 1", "1 +"):
        with pytest.raises(Denied):
            fees.condition(broken, {"fee_idr": 1})


def test_the_levy_of_a_house_is_shown_storey_by_storey() -> None:
    content = assemble(PLACED["dpmptsp-pbg-rumah"], CITY)
    answers = {
        "floor_1_area_m2": 80,
        "storeys": 1,
        "complexity": "SEDERHANA",
        "permanence": "PERMANEN",
        "work_kind": "BARU",
    }
    titles = content["form"]["schema"]["properties"]
    (line,) = fees.fee_lines(content["fee"], content["refs"], answers, titles) or []
    assert line.amount_idr > 0
    assert line.explanation.startswith("Luas lantai 1: 80 m²; ")
    assert "Harga bangunan menurut standar kota (SHST): Rp5.000.000/m²" in line.explanation
    assert "(indeks lokalitas): 0,005;" in line.explanation
    assert "(locality index): 0.005;" in line.explanation_en
    two = answers | {"storeys": 2, "floor_2_area_m2": 36.5}
    first, second = fees.fee_lines(content["fee"], content["refs"], two, titles) or []
    assert "lantai 2" not in first.explanation
    assert second.explanation.startswith("Luas lantai 2: 36,5 m²; ")
    assert second.explanation_en.startswith("Area of storey 2: 36.5 m²; ")
    assert "lantai 1" not in second.explanation


# --- content ----------------------------------------------------------------------------------------------------------


def test_content_holds_all_an_application_needs() -> None:
    content = assemble(PLACED["dpmptsp-sip-perawat"], CITY)
    agencies = {step["agency"] for step in content["procedure"]["steps"]}
    assert agencies <= CITY.agencies.keys()
    assert "dinkes-batam" in agencies
    assert math.isclose(
        sum(step["share_of_deadline"] for step in content["procedure"]["steps"]), 1, abs_tol=0.001
    )
    assert digest(content) == digest(assemble(PLACED["dpmptsp-sip-perawat"], CITY))


def test_what_to_bring_and_what_not() -> None:
    content = {
        "requirements": [requirement("a", optional=True), requirement("b"), requirement("c", digital=True),
                         requirement("d", "data"), requirement("e", "payment")],
    }  # fmt: skip
    groups = {name: [r["id"] for r in group] for name, group in what_to_bring(content).items()}
    assert groups == {"bring": ["b", "a"], "tell": ["d"], "pay": ["e"], "ready": ["c"]}


def test_a_free_service_shows_no_payment_step() -> None:
    free = assemble(PLACED["dukcapil-akta-kelahiran"], CITY)
    paid = assemble(PLACED["dpmptsp-pbg-rumah"], CITY)
    assert "payment" not in {step["kind"] for step in shown_steps(free)}
    assert {"payment", "inspection"} <= {step["kind"] for step in shown_steps(paid)}
    assert "fee_assessment" not in {step["kind"] for step in shown_steps(paid)}


def test_the_standard_has_the_six_published_components() -> None:
    standard = standard_of(assemble(PLACED["skck-baru"], CITY))
    components = {
        "persyaratan",
        "sistem_mekanisme_prosedur",
        "jangka_waktu",
        "biaya_tarif",
        "produk",
        "penanganan_pengaduan",
    }
    assert components <= standard.keys()


def test_inventory_names_what_is_missing() -> None:
    agency = AgencyCard("a", "A", "A", "city", "assumed", 1, {})
    card = ServiceCard(
        "s",
        "S",
        "S",
        "tax",
        "a",
        "A",
        "A",
        "permit",
        "person",
        "online",
        1,
        None,
        "formula",
        None,
        "x",
        "sourced",
        ("sla",),
        False,
    )
    assert missing(agency, card) == ("requirements", "fee", "fee_rule", "presence")


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "telling"),
    [
        ("cara bikin KTP di Batam", ["ktp"]),
        ("kartu AK-1", ["kartu", "ak", "1"]),
        ("Ijin mendirikan bangunan", ["izin", "mendirikan", "bangunan"]),
        ("mall", ["mal"]),
        ("saya mau", ["saya", "mau"]),
        ("", []),
        ("\u202e\u200bpaspor\u0000", ["paspor"]),
        ("akté", ["akta"]),
    ],
)
def test_words_are_folded_and_filler_falls_away(typed: str, telling: list[str]) -> None:
    assert words.terms(typed) == telling


@given(st.text(max_size=400))
def test_terms_are_few_and_plain(text: str) -> None:
    found = words.terms(text)
    assert len(found) <= words.MAX_TERMS
    assert all(word.isascii() and word.isalnum() for word in found)


def test_a_phrase_never_stands_for_its_own_words() -> None:
    assert words.stands_for(["orang asing"], "orang asing wna") == [("orang asing", "wna")]
