"""Dated tables: what holds on a day, what is wrong with a table, what fees and pages make of it."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from pendopo.catalogue import api
from pendopo.catalogue.actions import check
from pendopo.catalogue.connectors.folder import client as folder_client
from pendopo.catalogue.rules import fees, references
from pendopo.catalogue.rules.content import assemble
from tests.catalogue import city

TABLE = """\
name: Tarif sampah
name_en: Waste rate
unit: Rp
services: [laik-sehat]
rows:
- {key: MAKANAN, name: Makanan, name_en: Food, value: 1000, valid_from: '2024-01-01', valid_until: '2025-12-31', legal_basis: Perda 1/2023, confidence: sourced}
- {key: MAKANAN, name: Makanan, name_en: Food, value: 1500, valid_from: '2026-01-01', legal_basis: Perda 9/2025, confidence: sourced}
- {key: MINUMAN, name: Minuman, name_en: Drinks, value: 700, valid_from: '2024-01-01', legal_basis: Perda 1/2023, confidence: general-knowledge}
"""
PATH, IZIN = "references/sampah.yaml", "agencies/dinas-izin.yaml"
FORMULA = "answers.data_warung_area_m2 * refs.tarif_m2.value"


@pytest.fixture
def dated(folder: Path) -> Path:
    """The small city with a table that its trade licence bills by."""
    (folder / "references").mkdir()
    (folder / PATH).write_text(TABLE)
    city.edit(folder, IZIN, FORMULA, f"{FORMULA} + refs.sampah[answers.data_warung_kind].value")
    return folder


def row(key: str, first: int, last: int | None = None) -> dict[str, Any]:
    day = date(2026, 1, 1)
    until = (day + timedelta(days=last)).isoformat() if last is not None else None
    return {"key": key, "valid_from": (day + timedelta(days=first)).isoformat(), "valid_until": until}


# --- looking up -------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 30), min_size=2, max_size=8, unique=True), st.integers(-5, 40))
def test_at_most_one_row_holds_and_a_gap_gives_none(cuts: list[int], at: int) -> None:
    """Rows cut from sorted days never overlap: the look-up must agree with the day-by-day truth."""
    cuts = sorted(cuts)
    table = {"rows": [row("a", first, last - 1) for first, last in zip(cuts[::2], cuts[1::2], strict=False)]}
    on = date(2026, 1, 1) + timedelta(days=at)
    truth = [r for r in table["rows"] if r["valid_from"] <= on.isoformat() <= r["valid_until"]]
    assert references.reference(table, "a", on) == (truth[0] if truth else None)
    assert references.reference(table, "b", on) is None
    in_gap = any(first <= on.isoformat() <= (last or "9") for _key, first, last in references.gaps(table))
    begun = on.isoformat() >= table["rows"][0]["valid_from"]
    assert in_gap == (begun and not truth)


def test_gaps_are_between_rows_and_after_the_last() -> None:
    table = {"rows": [row("a", 0, 9), row("a", 12, 20), row("b", 0)]}
    assert sorted(references.gaps(table)) == [("a", "2026-01-11", "2026-01-12"), ("a", "2026-01-22", "")]


# --- checking ---------------------------------------------------------------------------------------------------------


def test_a_city_with_a_table_is_sound_and_says_its_gaps(dated: Path) -> None:
    assert check(dated) == []
    assert api.notes(dated) == []
    city.edit(dated, PATH, "valid_until: '2025-12-31'", "valid_until: '2025-11-30'")
    (note,) = api.notes(dated)
    assert (note.path, note.line) == (PATH, city.line_of(dated, PATH, "value: 1000"))
    assert "no value from 2025-12-01 until 2025-12-31" in note.message


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("valid_until: '2025-12-31'", "valid_until: '2026-01-01'", "value: 1500", "overlaps the row of 2024-01-01"),
        ("valid_until: '2025-12-31'", "valid_until: '2023-12-31'", "value: 1000", "ends before it begins"),
        ("valid_from: '2026-01-01'", "valid_from: '2026-02-30'", "value: 1500", "valid_from"),
        ("services: [laik-sehat]", "services: [laik-x]", "services:", "no service 'laik-x'"),
        ("key: MINUMAN", "key: MINUM", "", "no row 'MINUMAN' for 'data_warung_kind'"),
        ("value: 700", "value: banyak", "value: banyak", "value"),
    ],
)  # fmt: skip
def test_a_broken_table_is_reported_at_its_line(
    dated: Path, old: str, new: str, where: str, words: str
) -> None:
    city.edit(dated, PATH, old, new)
    found = [problem for problem in check(dated) if words in problem.message]
    assert found, check(dated)
    if where:
        assert (PATH, city.line_of(dated, PATH, where)) in [(p.path, p.line) for p in found]


def test_a_formula_may_only_name_rows_that_exist(dated: Path) -> None:
    for formula, words in (
        ("refs.sampah.PASIR.value", "no row 'PASIR'"),
        ("refs.sampah.value", "no row 'value'"),
        ("refs.pasir.A.value", "neither in references.yaml nor a table"),
        ("refs.sampah[answers.data_warung_area_m2].value", "no choice from a list"),
    ):
        city.edit(dated, IZIN, "refs.sampah[answers.data_warung_kind].value", formula)
        assert any(words in p.message and p.path == IZIN for p in check(dated)), check(dated)
        city.edit(dated, IZIN, formula, "refs.sampah[answers.data_warung_kind].value")


def test_a_table_nobody_needs_and_a_name_taken_twice(folder: Path) -> None:
    (folder / "references").mkdir()
    (folder / "references/tarif_m2.yaml").write_text(TABLE.replace("services: [laik-sehat]\n", ""))
    assert any("stands in references.yaml too" in p.message for p in check(folder))
    (folder / "references/tarif_m2.yaml").rename(folder / PATH)
    (problem,) = check(folder)
    assert (problem.path, "no service uses it" in problem.message) == (PATH, True)


# --- fees -------------------------------------------------------------------------------------------------------------


def lines_on(folder: Path, on: date, kind: str = "MAKANAN") -> list[fees.FeeLine] | None:
    read, _ = folder_client.read(folder)
    placed = next(p for p in read.placed() if p.data["id"] == "izin-dagang")
    content = assemble(placed, read)
    refs = {**content["refs"], **references.resolved(content["tables"], on)}
    answers = {"data_warung_area_m2": 10, "data_warung_kind": kind}
    return fees.fee_lines(content["fee"], refs, answers, content["form"]["schema"]["properties"])


def test_the_day_of_filing_decides_and_the_line_says_which_row(dated: Path) -> None:
    city.edit(dated, IZIN, "      legal_basis: Perda 1/2026\n", "")
    (before,), (after,) = lines_on(dated, date(2025, 12, 31)) or (), lines_on(dated, date(2026, 1, 1)) or ()
    assert (before.amount_idr, after.amount_idr) == (16_000, 16_500)
    assert (before.legal_basis, after.legal_basis) == ("Perda 1/2023", "Perda 9/2025")
    assert "Makanan: Rp1.500 (berlaku sejak 1 Januari 2026)" in after.explanation
    assert "Rp1.500 (in force since 1 January 2026)" in after.explanation_en


def test_a_day_without_a_row_is_never_guessed(dated: Path) -> None:
    with pytest.raises(fees.BadExpression):
        lines_on(dated, date(2023, 12, 31))


def test_a_version_carries_only_the_rows_it_can_meet(dated: Path) -> None:
    city.edit(dated, IZIN, "refs.sampah[answers.data_warung_kind].value", "refs.sampah.MINUMAN.value")
    read, _ = folder_client.read(dated)
    content = assemble(next(p for p in read.placed() if p.data["id"] == "izin-dagang"), read)
    assert [r["key"] for r in content["tables"]["sampah"]["rows"]] == ["MINUMAN"]


# --- the city of this installation ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_batam_pays(city: Any) -> None:
    on = date(2026, 11, 22)
    assert api.get_reference("umk", "batam", on).value == 5_357_982
    assert {api.get_reference("umsk", kbli, on).value for kbli in ("30111", "30112")} == {5_374_672}
    assert api.get_reference("dkptka", "jabatan_orang_bulan", on).figure == "USD 100"
    assert api.get_reference("iuran_penerima_upah", "jkp", date(2025, 2, 6)).figure == "0,46% upah"
    assert api.get_reference("iuran_penerima_upah", "jkp", date(2025, 2, 7)).figure_en == "0.36% of wage"
    (line,) = api.fee_lines(api.get_service("sim-c-perpanjangan"), {}, on) or ()
    assert (line.amount_idr, line.legal_basis) == (75_000, "PP 76/2020")
    assert api.fee_lines(api.get_service("sim-c-perpanjangan"), {}, date(2016, 1, 1)) is None


@pytest.mark.django_db
def test_the_pages_show_what_holds_with_its_history(city: Any, client: Client) -> None:
    assert "/acuan/umk/" in client.get("/acuan/").content.decode()
    page = client.get("/acuan/umk/").content.decode()
    assert "Rp5.357.982/bulan" in page
    assert "Rp4.989.600/bulan" in page
    assert "/layanan/disnaker-info-upah/" in page
    assert "Rp75.000" in client.get("/layanan/sim-c-perpanjangan/").content.decode()
    assert "/acuan/umsk/" in client.get("/layanan/disnaker-info-upah/").content.decode()
    assert client.get("/acuan/tidak_ada/").status_code == 404
