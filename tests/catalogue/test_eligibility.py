"""Who may apply: rules judged for a day, proved before they are loaded, shown and said in their own words."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from pendopo.catalogue import api
from pendopo.catalogue.actions import check
from pendopo.catalogue.rules import eligibility
from pendopo.catalogue.rules.eligibility import in_force, judge, months_between
from tests.catalogue import city as small

SEHAT = "agencies/dinas-sehat.yaml"
AGE = "years(facts.person.birth_date) >= 17"


def rule(when: str, **more: Any) -> dict[str, Any]:
    plain = {
        "id": "r",
        "says": "Paling sedikit 17 tahun.",
        "says_en": "At least 17.",
        "legal_basis": "UU 1/2020",
    }
    return plain | {"when": when, "valid_from": "2020-01-01"} | more


def says(when: str, *, on: date = date(2026, 7, 1), **known: Any) -> bool | None:
    facts, answers, refs = known.get("facts", {}), known.get("answers", {}), known.get("refs", {})
    counted = lambda first, last: max(0, (last - first).days)  # noqa: E731 - every day works here
    (found,) = judge([rule(when)], on=on, facts=facts, answers=answers, refs=refs, working_days=counted)
    return found.holds


# --- judging ----------------------------------------------------------------------------------------------------------


@given(st.dates(date(1930, 1, 1), date(2026, 1, 1)), st.dates(date(2026, 1, 2), date(2030, 12, 31)))
def test_a_year_older_on_the_birthday_and_not_before(born: date, on: date) -> None:
    """Against a walk over birthdays: 29 February comes of age on 1 March where the year has none."""
    years = sum(
        1
        for year in range(born.year + 1, on.year + 1)
        if (year, born.month, born.day) <= (on.year, on.month, on.day)
    )
    assert says(
        f"years(facts.person.birth_date) == {years}", on=on, facts={"person.birth_date": born.isoformat()}
    )


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(0, 400))
def test_months_grow_by_one_at_most_from_day_to_day(start: date, days: int) -> None:
    on = start + timedelta(days=days)
    grown = months_between(start, on + timedelta(days=1)) - months_between(start, on)
    assert grown in {0, 1}


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), max_size=5), st.integers(-5, 100))
def test_only_rules_of_the_day_of_filing_are_asked(spans: list[tuple[int, int]], at: int) -> None:
    day0 = date(2026, 1, 1)
    rules = [
        rule("true", valid_from=(day0 + timedelta(days=first)).isoformat(),
             valid_until=(day0 + timedelta(days=first + length)).isoformat())
        for first, length in spans
    ]  # fmt: skip
    on = day0 + timedelta(days=at)
    assert len(in_force(rules, on)) == sum(first <= at <= first + length for first, length in spans)


def test_what_is_not_known_never_refuses() -> None:
    assert says(AGE) is None
    assert says(AGE, facts={"person.birth_date": "kemarin"}) is None
    assert says(AGE, facts={"person.birth_date": "2010-07-01"}) is False
    assert says(AGE, facts={"person.birth_date": "2009-07-01"}) is True
    assert says(f"{AGE} || facts.person.sex == 'P'", facts={"person.sex": "P"}) is True
    assert says(
        "answers.n <= refs.t[answers.k].value", answers={"n": 3, "k": "A"}, refs={"t": {"A": {"value": 3}}}
    )
    assert says("answers.n <= refs.t[answers.k].value", answers={"n": 3, "k": "B"}, refs={"t": {}}) is None


def test_verified_facts_win_over_what_is_typed() -> None:
    schema = {
        "properties": {
            "person_birth_date": {"x-fact": "person.birth_date"},
            "child_birth_date": {"x-fact": "person.sex", "x-person": "child"},
        }
    }
    answers = {"person_birth_date": "1990-01-01", "child_birth_date": "P"}
    assert eligibility.told_facts(schema, answers, {}) == {"person.birth_date": "1990-01-01"}
    verified = {"person.birth_date": "2012-01-01"}
    assert eligibility.told_facts(schema, answers, verified) == verified


# --- checking ---------------------------------------------------------------------------------------------------------

RULE = """\
  eligibility:
  - id: usia
    when: years(facts.person.birth_date) >= 17
    says: Usia paling sedikit 17 tahun pada hari ini.
    says_en: At least 17 years old on this day.
    valid_from: '2020-01-01'
    legal_basis: UU 1/2020
"""


@pytest.fixture
def ruled(folder: Path) -> Path:
    """The small city, whose health certificate is only for those who are 17."""
    small.edit(folder, SEHAT, "  sla_minutes: 30\n", f"  sla_minutes: 30\n{RULE}")
    return folder


def test_a_rule_that_lets_some_in_is_sound(ruled: Path) -> None:
    assert check(ruled) == []


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("birth_date) >= 17", "birth_date) >=", "when:", "does not compile"),
        ("birth_date) >= 17", "birth_date) >= -1000", "when:", "lets everybody in"),
        ("birth_date) >= 17", "birth_date) >= 1000", "when:", "lets nobody in"),
        ("years(facts", "tahun(facts", "when:", "calls tahun"),
        ("years(facts.person.birth_date) >= 17", "usia >= 17", "when:", "names usia"),
        ("facts.person.birth_date", "facts.person.shoe", "when:", "'person.shoe', which is not in facts.yaml"),
        ("facts.person.birth_date", "facts.business.nib", "when:", "cannot be worked out"),
        ("years(facts.person.birth_date) >= 17", "answers.umur >= 17", "when:", "the answer 'umur'"),
        (">= 17", ">= refs.usia.A.value", "when:", "neither in references.yaml nor a table"),
        ("Usia paling sedikit 17 tahun pada", "answers.umur >= 17 pada", "when:", "says must be plain words"),
        ("valid_from: '2020-01-01'", "valid_from: 2020-13-01", "valid_from", "valid_from"),
        ("    legal_basis: UU 1/2020\n", "", "- id: usia", "legal_basis"),
        ("valid_from: '2020-01-01'", "valid_from: '2020-01-01'\n    valid_until: '2019-01-01'", "valid_until", "ends before"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_reported_at_its_line(
    ruled: Path, old: str, new: str, where: str, words: str
) -> None:
    small.edit(ruled, SEHAT, old, new)
    found = check(ruled)
    assert any(words in p.message and p.line == small.line_of(ruled, SEHAT, where) for p in found), found


def test_one_rule_may_change_by_date_but_not_hold_twice(ruled: Path) -> None:
    again = RULE.replace("  eligibility:\n", "").replace("2020-01-01", "2025-01-01").replace(">= 17", ">= 18")
    small.edit(ruled, SEHAT, "    legal_basis: UU 1/2020\n", f"    legal_basis: UU 1/2020\n{again}")
    (problem,) = check(ruled)
    assert "holds twice from 2025-01-01 on" in problem.message
    small.edit(
        ruled, SEHAT, "valid_from: '2020-01-01'", "valid_from: '2020-01-01'\n    valid_until: '2024-12-31'"
    )
    assert check(ruled) == []


def test_the_form_asks_what_a_rule_must_know(ruled: Path) -> None:
    """The hygiene certificate of a business asks for no birth date by itself."""
    path = ruled / SEHAT
    path.write_text(
        path.read_text()
        .replace(RULE, "")
        .replace("  sla_working_days: 3\n", f"  sla_working_days: 3\n{RULE}")
    )
    assert check(ruled) == []


# --- the city of this installation ------------------------------------------------------------------------------------

ON = date(2026, 11, 23)


def refused(service: str, verified: dict[str, Any], on: date = ON, **answers: Any) -> dict[str, str]:
    return api.refusals(api.get_service(service), verified=verified, answers=answers, on=on)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("service", "group", "ages"),
    [
        ("sim-a-baru", "a", {"A": 17, "A_UMUM": 20}),
        ("sim-b1-baru", "b1", {"BI": 20, "BI_UMUM": 22}),
        ("sim-b2-baru", "b2", {"BII": 21, "BII_UMUM": 23}),
        ("sim-c-baru", "c", {"C": 17, "CI": 18, "CII": 19}),
        ("sim-d-baru", "d", {"D": 17, "DI": 17}),
    ],
)
def test_the_age_for_each_licence(city: Any, service: str, group: str, ages: dict[str, int]) -> None:
    held = {f"golongan_sim_{group}_previous_issued_on": "2020-01-01"}
    for wanted, years in ages.items():
        birthday = ON.replace(year=ON.year - years)
        answers = {f"golongan_sim_{group}_class": wanted, **held}
        assert refused(service, {"person.birth_date": birthday.isoformat()}, **answers) == {}, wanted
        young = {"person.birth_date": (birthday + timedelta(days=1)).isoformat()}
        (message,) = refused(service, young, **answers).values()
        assert "Usia paling sedikit" in message
        assert "Perpol 5/2021" in message


@pytest.mark.django_db
def test_the_larger_motorcycle_needs_a_year_with_the_smaller(city: Any) -> None:
    grown, on = {"person.birth_date": "1990-01-01"}, "golongan_sim_c_previous_issued_on"
    assert refused("sim-c-baru", grown, golongan_sim_c_class="C") == {}
    assert "12 bulan" in refused("sim-c-baru", grown, golongan_sim_c_class="CI")["golongan_sim_c_class"]
    assert refused("sim-c-baru", grown, golongan_sim_c_class="CI", **{on: "2025-11-23"}) == {}
    assert refused("sim-c-baru", grown, golongan_sim_c_class="CI", **{on: "2025-11-24"}) != {}


@pytest.mark.django_db
def test_the_job_seekers_card_is_for_batam_since_march_2026(city: Any) -> None:
    batam, medan = {"person.regency": "KOTA BATAM"}, {"person.regency": "KOTA MEDAN"}
    before, since = date(2026, 2, 28), date(2026, 3, 1)
    assert refused("disnaker-ak1", batam, before) == refused("disnaker-ak1", batam, since) == {}
    assert refused("disnaker-ak1", medan, before) != {}
    assert refused("disnaker-ak1", medan, before, file_surat_keterangan_domisili="x") == {}
    assert (
        "Surat Edaran"
        in refused("disnaker-ak1", medan, since, file_surat_keterangan_domisili="x")["person_regency"]
    )


@pytest.mark.django_db
def test_other_rules_of_the_city(city: Any) -> None:
    assert refused("skck-baru", {}, status_jkn_status="CICILAN_REHAB") == {}
    assert "status_jkn_status" in refused("skck-baru", {}, status_jkn_status="TIDAK_AKTIF")
    assert refused("skck-baru", {}, date(2024, 7, 31), status_jkn_status="TIDAK_AKTIF") == {}
    child, married = {"person.birth_date": "2012-01-01"}, {"person.marital_status": "KAWIN_TERCATAT"}
    assert refused("paspor-biasa-baru", child, masa_berlaku_paspor_years="5") == {}
    assert refused("paspor-biasa-baru", child | married, masa_berlaku_paspor_years="10") == {}
    single = child | {"person.marital_status": "BELUM_KAWIN"}
    assert refused("paspor-biasa-baru", single, masa_berlaku_paspor_years="10") != {}
    assert refused("dukcapil-ktp-el-baru", single) != {}
    assert refused("dukcapil-ktp-el-baru", child | married) == {}
    assert refused("pengesahan-rptka", {}, jangka_rptka_kind="SEMENTARA", jangka_rptka_months=7) != {}
    assert refused("pengesahan-rptka", {}, jangka_rptka_kind="KEK", jangka_rptka_months=60) == {}


@pytest.mark.django_db
@pytest.mark.parametrize(("scale", "days"), [("KOTA", 14), ("NASIONAL", 21), ("INTERNASIONAL", 30)])
def test_a_public_event_is_announced_in_time(city: Any, scale: str, days: int) -> None:
    from pendopo.region.api import calendar, due_on

    on = date(2026, 8, 3)
    in_time = due_on(on, days, calendar())
    asked = {"rencana_keramaian_scale": scale}
    assert refused("izin-keramaian", {}, on, rencana_keramaian_held_on=in_time.isoformat(), **asked) == {}
    late = {"rencana_keramaian_held_on": due_on(on, days - 1, calendar()).isoformat()}
    assert "hari kerja" in refused("izin-keramaian", {}, on, **late, **asked)["rencana_keramaian_scale"]


@pytest.mark.django_db
def test_the_page_says_who_may_apply(city: Any, client: Client) -> None:
    page = client.get("/layanan/disnaker-ak1/").content.decode()
    assert "KTP dan Kartu Keluarga Kota Batam." in page
    assert "surat domisili (tinggal" not in page  # the rule that ended in February
