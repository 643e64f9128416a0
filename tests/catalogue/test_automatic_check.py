"""A rule is proven before it is loaded: every mistake is found at its line, and a sound rule becomes part of the version."""

from pathlib import Path

import pytest

from pendopo.catalogue.actions import check
from pendopo.catalogue.connectors.folder import client
from pendopo.catalogue.rules.automatic import rule_list
from pendopo.catalogue.rules.content import assemble
from tests.catalogue import city

IZIN, SEHAT = "agencies/dinas-izin.yaml", "agencies/dinas-sehat.yaml"
RULE = """\
  procedure: short
  auto:
    check:
      rule: izin-kecil
      when: all_verified && verified.person_full_name && answers.data_warung_area_m2 <= 20
      says: Nama Anda cocok dengan Dukcapil dan luas warung paling besar 20 meter persegi.
      says_en: Your name agrees with the civil registry and the stall is no larger than 20 square metres.
      sample_rate: 0.1
"""
SECOND = """\
  auto:
    check:
      rule: RULE
      when: verified.file_izin_dagang
      says: Izin dagang yang Anda lampirkan diterbitkan oleh mal ini.
      says_en: The trade licence you attach was issued by this mall.
      sample_rate: 0.1
- id: surat-sehat
"""


@pytest.fixture
def ruled(folder: Path) -> Path:
    """The small city with one sound rule."""
    city.edit(folder, IZIN, "  procedure: short\n", RULE)
    city.edit(folder, "facts.yaml", "name: Nama lengkap", "name: Nama lengkap\n    registry: dukcapil")
    return folder


def test_a_sound_rule_stands_in_the_version(ruled: Path) -> None:
    assert check(ruled) == []
    read, _problems = client.read(ruled)
    contents = {placed.data["id"]: assemble(placed, read) for placed in read.placed()}
    steps = contents["izin-dagang"]["procedure"]["steps"]
    assert [step["id"] for step in steps if "auto" in step] == ["check"]
    assert rule_list(contents)["izin-dagang/check"]["rule"] == "izin-kecil"
    assert not any("auto" in step for step in contents["surat-sehat"]["procedure"]["steps"])


def test_a_rule_of_the_procedure_holds_for_its_services_and_theirs_wins(ruled: Path) -> None:
    plain = "after: []}\n"
    own = (
        "after: [], auto: {rule: semua, when: all_verified, says: Semua data Anda cocok dengan registrasi., "
        "says_en: All your details agree with the registries., sample_rate: 0.2}}\n"
    )
    city.edit(ruled, "procedures.yaml", plain, own)
    read, _problems = client.read(ruled)
    contents = {placed.data["id"]: assemble(placed, read) for placed in read.placed()}
    assert {one["service"]: one["rule"] for one in rule_list(contents).values()} == {
        "izin-dagang": "izin-kecil", "laik-sehat": "semua", "surat-sehat": "semua",
    }  # fmt: skip


BROKEN = [
    ("    check:\n", "    periksa:\n", "names the step 'periksa'"),
    ("    check:\n", "    sign:\n", "a step of kind signing is left to people"),
    ("    check:\n", "    pay:\n", "a step of kind payment is left to people"),
    ("when: all_verified && ", "when: semua && ", "the condition names semua"),
    ("<= 20\n", "<=\n", "does not compile"),
    ("<= 20\n", "+ 20\n", "cannot be worked out"),
    ("<= 20\n", '<= "20"\n', "cannot be worked out"),
    ("all_verified && verified.person_full_name && ", "", "holds although nothing is verified"),
    (
        "all_verified && verified.person_full_name",
        "all_verified || true",
        "holds although nothing is verified",
    ),
    ("answers.data_warung_area_m2 <= 20", "answers.luas <= 20", "which the form does not ask"),
    ("answers.data_warung_area_m2 <= 20", 'answers.person_nik == "1"', "no rule needs its digits"),
    (
        "answers.data_warung_area_m2 <= 20",
        'answers.person_birth_date > "2000"',
        "which no registry can prove",
    ),
    ("answers.data_warung_area_m2 <= 20", 'answers.business_name == "x"', "no registry can prove"),
    ("verified.person_full_name", "verified.person_birth_date", "which no registry and no paper can give"),
    ("answers.data_warung_area_m2 <= 20", "fee_idr < refs.tarif.value", "which is not in references.yaml"),
    ("paling besar 20 meter persegi.", "answers.area <= 20", "says must be plain words"),
    ("      says_en: Your", "      tells: Your", "unknown key 'tells'"),
    ("sample_rate: 0.1", "sample_rate: 0", "sample_rate"),
    ("sample_rate: 0.1", "sample_rate: 1.5", "sample_rate"),
    ("sample_rate: 0.1\n", "sample_rate: 0.1\n      sample: sometimes\n", "sample"),
    (
        "sample_rate: 0.1\n",
        "sample_rate: 0.1\n      riskier: {when: on.year, sample_rate: 1}\n",
        "cannot be worked out",
    ),
    (
        "says: Nama Anda cocok dengan Dukcapil dan luas warung paling besar 20 meter persegi.",
        "says: Cocok.",
        "says",
    ),
]


@pytest.mark.parametrize(("old", "new", "words"), BROKEN, ids=[words for _old, _new, words in BROKEN])
def test_a_broken_rule_is_reported(ruled: Path, old: str, new: str, words: str) -> None:
    city.edit(ruled, IZIN, old, new)
    found = check(ruled)
    assert [problem for problem in found if words in problem.message and problem.path == IZIN], found


def test_two_services_may_not_share_the_name_of_a_rule(ruled: Path) -> None:
    city.edit(ruled, SEHAT, "- id: surat-sehat\n", SECOND.replace("RULE", "laik-sehat"))
    assert check(ruled) == []
    city.edit(ruled, SEHAT, "rule: laik-sehat", "rule: izin-kecil")
    (problem,) = check(ruled)
    assert "stands already at izin-dagang" in problem.message
    assert problem.line == city.line_of(ruled, SEHAT, "rule: izin-kecil")


def test_a_city_says_which_steps_rules_may_complete(ruled: Path) -> None:
    with (ruled / "region.yaml").open("a") as region:
        region.write("automatic:\n  step_kinds: [verification]\n")
    (problem,) = check(ruled)
    assert "a step of kind completeness is left to people" in problem.message
    city.edit(ruled, "region.yaml", "[verification]", "[completeness, payment]")
    assert check(ruled) == []
    city.edit(ruled, IZIN, "    check:\n", "    pay:\n")
    assert ["kind payment" in problem.message for problem in check(ruled)] == [True]
