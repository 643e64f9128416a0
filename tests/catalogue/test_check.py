"""Every kind of broken input is found, at its line, and nothing else is reported."""

import time
from pathlib import Path

import pytest
from django.conf import settings

from pendopo.catalogue.actions import check
from pendopo.catalogue.rules.city import Problem
from tests.catalogue import city

IZIN, SEHAT = "agencies/dinas-izin.yaml", "agencies/dinas-sehat.yaml"

# (file, the only occurrence of, replaced by, line that holds, words of the message)
BROKEN = [
    # references
    (IZIN, "- id: foto", "- id: tidak-ada", "id: tidak-ada", "no requirement 'tidak-ada'"),
    (IZIN, "procedure: short", "procedure: panjang", "procedure: panjang", "no procedure 'panjang'"),
    ("requirements.yaml", "from_service: izin-dagang", "from_service: izin-x", "from_service: izin-x", "no service 'izin-x'"),
    ("requirements.yaml", "[person.birth_date]", "[person.birth_date, person.shoe]", "person.shoe", "fact 'person.shoe'"),
    ("facts.yaml", "[person.nik, person.full_name]", "[person.nik, person.full_name, person.shoe]", "person.shoe", "'person.shoe'"),
    ("synonyms.yaml", "services: [izin-dagang]", "services: [izin-x]", "izin-x", "no service 'izin-x'"),
    ("region.yaml", "operator_agency: dinas-izin", "operator_agency: dinas-x", "dinas-x", "no agency 'dinas-x'"),
    ("requirements.yaml", "name: Foto warung", "name: izin Dagang", "name: izin Dagang", "'izin-dagang' has the same name"),
    # hours and free days
    ("region.yaml", "mon: ['07:30', '16:00', 60]", "mon: [7.30, '16:00', 60]", "open:", "times in quotes"),
    ("region.yaml", "mon: ['07:30', '16:00', 60]", "senin: ['07:30', '16:00']", "open:", "times in quotes"),
    ("region.yaml", "mon: ['07:30', '16:00', 60]", "mon: ['16:00', '07:30']", "open:", "ends before it begins"),
    ("region.yaml", "mon: ['07:30', '16:00', 60]", "mon: ", "open:", "without a day of service"),
    ("region.yaml", "to: 2026-03-20", "to: 2026-02-30", "2026-02-30", "two dates"),
    ("region.yaml", "to: 2026-03-20", "to: 2026-05-20", "2026-05-20", "more than forty days"),
    ("region.yaml", "on: 2026-12-09", "on: 9 Desember", "9 Desember", "a free day has a date"),
    ("region.yaml", "late_submissions: same_day", "late_submissions: besok", "besok", "one of next_working_day, same_day"),
    (SEHAT, "  procedure: short\n- id: surat", "  technical_agency: x-y\n  procedure: short\n- id: surat", "x-y", "no agency 'x-y'"),
    # unknown keys, wrong types, missing keys
    (IZIN, "channel_default: online", "chanel_default: online", "chanel_default", "unknown key 'chanel_default'"),
    (IZIN, "sla_working_days: 5", "sla_working_days: lima", "lima", "sla_working_days"),
    (IZIN, "category: business", "category: bisnis", "category: bisnis", "category"),
    (SEHAT, "  applicant: person\n", "", "- id: surat-sehat", '"applicant" is a required property'),
    ("facts.yaml", "type: date", "type: tanggal", "type: tanggal", "type"),
    ("facts.yaml", "pattern: ^[0-9]{13}$", "pattern: ^[0-9{13}$", "pattern:", "pattern"),
    ("procedures.yaml", "role: signatory", "role: kepala", "role: kepala", "role"),
    ("references.yaml", "value: 1500", "value: [1]", "value: [1]", "value"),
    ("synonyms.yaml", "- say: [bule]\n  words: dagang\n", "- say: [bule]\n", "- say: [bule]", "exactly one|oneOf|schemas"),
    # YAML
    (IZIN, "level: city", "level: city\n level: x", "level: x", "broken YAML"),
    (IZIN, "level: city", "level: city\nlevel: province", "level: province", "'level' stands twice"),
    ("region.yaml", "name: Kota Contoh", "name: &a Kota\n<<: {x: 1}", "<<:", "plain words"),
    ("references.yaml", "value: 1500", "value: 0x1F", "0x1F", "plain number"),
    # ids
    (SEHAT, "- id: surat-sehat", '- id: "izin-dagang"', '- id: "izin-dagang"', "stands already in"),
    (SEHAT, "id: dinas-sehat", "id: dinas-izin", "id: dinas-izin", "more than one file"),
    # procedures
    ("procedures.yaml", "after: [pay]", "after: [paid]", "after: [paid]", "'paid', which is no step"),
    ("procedures.yaml", "after: [check]", "after: [sign]", "- id: pay", "never reached"),
    ("procedures.yaml", "share_of_deadline: 0.5", "share_of_deadline: 0.4", "steps:", "make 0.9, not 1"),
    ("procedures.yaml", "    role: signatory\n", "", "- id: sign", "has no role"),
    ("procedures.yaml", "    agency: mall\n", "", "- id: pay", "has no agency"),
    ("procedures.yaml", "    share_of_deadline: 0.1\n", "", "- id: pay", "no share of the deadline"),
    ("procedures.yaml", "agency: mall", "agency: dinas-x", "agency: dinas-x", "no agency 'dinas-x'"),
    ("procedures.yaml", "fee_idr > 0", "fee_idr >", "fee_idr >", "does not compile"),
    ("procedures.yaml", "fee_idr > 0", "biaya > 0", "biaya > 0", "names biaya"),
    ("procedures.yaml", "fee_idr > 0", "fee_idr + 1", "fee_idr + 1", "cannot be worked out"),
    ("procedures.yaml", "kind: signing", "kind: drafting", "- id: sign", "cannot be the end"),
    ("procedures.yaml", "agency: mall", "agency: technical", "procedure: short", "needs a technical_agency"),
    # fees
    (IZIN, "_m2 * refs.tarif_m2", "_m2 * * refs.tarif_m2", "formula: answers", "does not compile"),
    (IZIN, "answers.data_warung_area_m2", "answers.luas", "formula: answers", "the answer 'luas'"),
    (IZIN, "      legal_basis: Perda 1/2026\n", "      legal_basis: Perda 1/2026\n      terms: [luas_x]\n", "terms: [luas_x]", "the term 'luas_x'"),
    (IZIN, "* refs.tarif_m2.value", "* refs.tarif_m3.value + refs.tarif_m2.value", "formula: answers", "reference 'tarif_m3'"),
    (IZIN, "_m2 * refs.tarif_m2.value", "_m2 > refs.tarif_m2.value", "formula: answers", "not a number"),
    (IZIN, "_m2 * refs.tarif_m2.value", "_m2 - refs.tarif_m2.value", "formula: answers", "less than nothing"),
    ("requirements.yaml", "    maximum: 1000\n    required: true", "    maximum: 1000\n    required: false", "formula:", "does not require"),
    (SEHAT, "{type: free, amount_idr: 0}", "{type: free, amount_idr: 5}", "amount_idr: 5", "free, yet"),
    (SEHAT, "sla_working_days: 3", "sla_working_days: 3\n  sla_minutes: 5", "sla_minutes: 5", "not both"),
    (SEHAT, "sla_working_days: 3", "sla_calendar_days: 3\n  sla_working_days: 5", "sla_calendar_days: 3", "not both"),
    (SEHAT, "sla_working_days: 3", "sla_calendar_days: 0", "sla_calendar_days: 0", "sla_calendar_days"),
    # nothing is asked that nothing uses
    ("requirements.yaml", "foto:\n", "lain:\n  name: Lain\n  kind: document\nfoto:\n", "lain:", "no service asks for it"),
    ("facts.yaml", "  business.name:\n", "  person.shoe: {name: S, name_en: S, type: string}\n  business.name:\n", "person.shoe", "asked or used by nothing"),
    ("references.yaml", "tarif_m2:\n", "lain: {value: 1, name: L, name_en: L}\ntarif_m2:\n", "lain:", "no fee uses it"),
]  # fmt: skip


def found(folder: Path) -> list[Problem]:
    return check(folder)


def test_the_small_city_is_sound(folder: Path) -> None:
    assert found(folder) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "words"), BROKEN, ids=[f"{b[0]}: {b[4]}" for b in BROKEN]
)
def test_broken_input_is_reported_at_its_line(
    folder: Path, name: str, old: str, new: str, where: str, words: str
) -> None:
    city.edit(folder, name, old, new)
    problems = found(folder)
    path = IZIN if where.startswith("formula:") else name
    if where == "procedure: short":
        path = IZIN
    line = city.line_of(folder, path, where)
    matching = [p for p in problems if any(w in p.message for w in words.split("|"))]
    assert (path, line) in [(p.path, p.line) for p in matching], [str(p) for p in problems]


def test_all_errors_come_at_once(folder: Path) -> None:
    city.edit(folder, IZIN, "procedure: short", "procedure: panjang")
    city.edit(folder, SEHAT, "category: health\n  applicant: person", "category: sakit\n  applicant: person")
    city.edit(folder, "references.yaml", "value: 1500", "value: [1]")
    (folder / "synonyms.yaml").write_text("- [")
    assert {problem.path for problem in found(folder)} >= {IZIN, SEHAT, "references.yaml", "synonyms.yaml"}


def test_a_broken_service_does_not_drag_others_along(folder: Path) -> None:
    city.edit(folder, IZIN, "sla_working_days: 5", "sla_working_days: lima")
    assert not [p for p in found(folder) if "laik-sehat" in p.message]


def test_a_circle_of_mandatory_requirements_is_printed(folder: Path) -> None:
    text = city.FILES["requirements.yaml"]
    more = "laik:\n  name: Laik sehat\n  kind: document\n  from_service: laik-sehat\n"
    (folder / "requirements.yaml").write_text(text + more)
    city.edit(folder, IZIN, "  - id: data-warung\n", "  - id: data-warung\n  - id: laik\n")
    (problem,) = found(folder)
    assert "izin-dagang -> (laik) laik-sehat -> (izin-dagang) izin-dagang" in problem.message
    city.edit(folder, IZIN, "  - id: laik\n", "  - id: laik\n    held_by: penjual\n")
    assert found(folder) == []


def test_branches_must_cover_every_input_once(folder: Path) -> None:
    branch = (
        "  - {{id: {0}, kind: drafting, name: B, name_en: B, agency: service, role: back_officer, "
        "share_of_deadline: 0, after: [pay], when: {1}}}\n"
    )
    both = branch.format("long", "fee_idr > 0") + branch.format("brief", "fee_idr <= 1")
    city.edit(folder, "procedures.yaml", "  - id: sign\n", f"{both}  - id: sign\n")
    city.edit(folder, "procedures.yaml", "    after: [pay]\n", "    after: [long, brief]\n")
    (problem,) = found(folder)
    assert "exactly one must" in problem.message
    city.edit(folder, "procedures.yaml", "fee_idr <= 1", "fee_idr <= 0")
    assert found(folder) == []


def test_a_procedure_needs_a_way_to_refuse(folder: Path) -> None:
    path = folder / "procedures.yaml"
    text = (
        path.read_text()
        .replace("kind: completeness", "kind: drafting")
        .replace("kind: signing", "kind: hand_over")
    )
    path.write_text(text)
    (problem,) = found(folder)
    assert "can be refused" in problem.message


RULE = 'x-rules: [{field: %s, when: "%s", says: Tidak bisa., says_en: Impossible.}]\n'


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("", "", ""),
        ("x-requirement: izin-dagang", "x-requirement: lain", "'izin-dagang' is not asked"),
        ("required: [person_full_name, bukti,", "required: [person_full_name,", "'izin-dagang' is not asked"),
        ("x-fact: person.full_name", "x-fact: person.shoe", "person.shoe"),
        ("fields: [person_full_name, bukti,", "fields: [person_full_name,", "'bukti' stands on 0 pages"),
        ("fields: [person_full_name,", "fields: [nama, person_full_name,", "'nama', which is no field"),
        ("maxLength: 120, ", "", "needs maxLength"),
        ("type: boolean,", "type: boolen,", "not a valid JSON Schema"),
        ("additionalProperties: false", "additionalProperties: true", "additionalProperties"),
        ("x-widget: file", "x-widget: laci", "unknown x-widget 'laci'"),
        ("x-title-en: Proof, ", "", "x-title-en is missing"),
        ("x-pages:", RULE % ("bukti", "answers.bukti == answers.lain") + "x-pages:", "'lain' is no field"),
        ("x-pages:", RULE % ("lain", "answers.bukti == 1") + "x-pages:", "'lain' is no field"),
        ("x-pages:", RULE % ("bukti", "answers.bukti ==") + "x-pages:", "does not compile"),
        ("x-pages:", RULE % ("bukti", "refs.umk == 1") + "x-pages:", "more than answers"),
        ("x-pages:", "x-rules: [{field: bukti}]\nx-pages:", "a rule has field"),
    ],
)
def test_hand_made_forms(folder: Path, old: str, new: str, words: str) -> None:
    (folder / "forms").mkdir()
    (folder / "forms/laik-sehat.yaml").write_text(city.FORM)
    if old:
        city.edit(folder, "forms/laik-sehat.yaml", old, new)
    problems = found(folder)
    assert bool(problems) == bool(old)
    assert not old or any(words in p.message and p.path == "forms/laik-sehat.yaml" for p in problems), (
        problems
    )


def test_missing_and_odd_files(tmp_path: Path, folder: Path) -> None:
    assert {p.message for p in check(tmp_path / "nowhere")} >= {"file is missing"}
    (folder / "facts.yaml").write_bytes(b"\xff\xfe\x00")
    (folder / "synonyms.yaml").write_text("")
    (folder / "references.yaml").write_text("a: " + "[" * 60 + "]" * 60)
    words = {p.path: p.message for p in found(folder)}
    assert "UTF-8" in words["facts.yaml"]
    assert words["synonyms.yaml"] == "file is empty"
    assert "nested deeper" in words["references.yaml"]


def test_the_city_of_this_installation_is_sound() -> None:
    check(settings.CITY_DIR)  # compiled schemas and a warm disk are not what is measured
    began = time.process_time()
    problems = check(settings.CITY_DIR)
    seconds = time.process_time() - began
    print(f"\ncheck of {settings.CITY_DIR.name}: {seconds:.2f} s of CPU")  # noqa: T201
    assert problems == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("field: cause", "field: sebab", "duplicate does not ask 'sebab'"),
        ("step: check", "step: lain", "the procedure of duplicate has no step 'lain'"),
        ("says_en: Received, ", "", "says_en"),
    ],
)
def test_what_an_officer_confirms_speaks_of_its_own_step_and_question(
    folder: Path, old: str, new: str, words: str
) -> None:
    text = (
        "duplicate:\n  name: Duplikat\n  name_en: Duplicate\n  asks: own\n  procedure: short\n  fields:\n"
        "  - {id: cause, title: Sebab, title_en: Cause, type: string}\n  confirms:\n"
        "  - {says: Diterima, says_en: Received, step: check, field: cause, is: lost}\n"
    )
    (folder / "purposes.yaml").write_text(text)
    assert found(folder) == []
    (folder / "purposes.yaml").write_text(text.replace(old, new))
    (problem,) = found(folder)
    assert words in problem.message
    assert problem.line == 9
