import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pendopo.agencies.connectors.dukcapil import client, mapping
from pendopo.identity.rules import read_nik
from pendopo.kernel.errors import Denied, Unavailable
from simulators import people

from .conftest import Control

ROOT = Path(__file__).resolve().parents[2]
CAST = {
    person["key"]: person
    for person in json.loads((ROOT / "simulators/cast.json").read_text(encoding="utf-8"))["people"]
}
BUDI = CAST["citizen"]["NIK"]
VOCABULARY: dict[str, dict[str, Any]] = yaml.safe_load(
    (ROOT / "cities/batam/facts.yaml").read_text(encoding="utf-8")
)["facts"]
FROM_REGISTRY = {key: fact for key, fact in VOCABULARY.items() if fact.get("registry") == "dukcapil"}


def test_facts_of_a_known_person(dukcapil: Control) -> None:
    record = client.fetch(BUDI)
    assert record is not None
    facts = mapping.facts(record)
    assert facts["person.full_name"] == "Budi Santoso"
    assert facts["person.birth_date"] == "1995-08-17"
    assert facts["person.sex"] == "LAKI_LAKI"
    assert facts["person.district"] == "Batam Kota"
    assert "person.marriage_date" not in facts


@pytest.mark.parametrize("person", CAST.values(), ids=CAST)
def test_the_cast_has_sound_numbers(dukcapil: Control, person: dict[str, str]) -> None:
    reading = read_nik(person["NIK"])
    assert reading.female == (person["JENIS_KLMIN"] == "Perempuan")
    assert person["TGL_LHR"][2:] == f"{reading.born_year_2:02}-{reading.born_month:02}-{reading.born_day:02}"
    record = client.fetch(person["NIK"])
    assert record is not None
    assert mapping.facts(record)["person.full_name"] == person["NAMA_LGKP"]


def test_nobody_has_this_number(dukcapil: Control) -> None:
    for nik in ("3174011708950001", "2171993112990001", "2171103002990001", "9" * 16, ""):
        assert client.fetch(nik) is None


def test_mapping_and_vocabulary_agree() -> None:
    told = {fact: field for field, (fact, _) in mapping.FACTS.items()}
    assert told == {key: fact["registry_field"] for key, fact in FROM_REGISTRY.items()}


NIKS = st.builds(
    "2171{:02}{:02}{:02}{:02}{:04}".format,
    st.integers(1, 12),
    st.integers(1, 71),
    st.integers(1, 12),
    st.integers(0, 99),
    st.integers(1, 9999),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NIKS)
def test_every_sound_number_is_somebody_whose_facts_fit_the_vocabulary(dukcapil: Control, nik: str) -> None:
    record = client.fetch(nik)
    try:
        reading = read_nik(nik)
    except Denied:
        assert record is None
        return
    if record is None:  # the day exists in the other century only, in the future
        assert people.born(nik) is None
        return
    assert client.fetch(nik) == record
    facts = mapping.facts(record)
    assert facts["person.nik"] == nik
    assert (facts["person.sex"] == "PEREMPUAN") == reading.female
    assert (
        facts["person.birth_date"][2:]
        == f"{reading.born_year_2:02}-{reading.born_month:02}-{reading.born_day:02}"
    )
    for key, value in facts.items():
        fits(FROM_REGISTRY[key], value)


def fits(fact: dict[str, Any], value: str) -> None:
    import re

    assert value in fact.get("options", {value: None})
    assert len(value) <= fact.get("max_length", 200)
    assert re.search(fact.get("pattern", ""), value)


# when it misbehaves


def test_a_slow_registry_is_unavailable_for_now(dukcapil: Control) -> None:
    dukcapil("slow", delay_s=1.2)
    with pytest.raises(Unavailable) as refusal:
        client.fetch(BUDI)
    assert not refusal.value.permanent
    assert BUDI not in str(refusal.value)


@pytest.mark.parametrize("status", [500, 503, 429, 0])
def test_a_registry_that_stumbles_twice_is_asked_again(dukcapil: Control, status: int) -> None:
    dukcapil("fail", status=status, times=2)
    assert client.fetch(BUDI) is not None


def test_a_registry_that_stays_down_is_unavailable_for_now(dukcapil: Control) -> None:
    dukcapil("fail")
    with pytest.raises(Unavailable) as refusal:
        client.fetch(BUDI)
    assert not refusal.value.permanent
    assert dukcapil()["calls"] == 3


def test_nobody_listens(settings: Any) -> None:
    settings.DUKCAPIL_URL = "http://127.0.0.1:9"
    with pytest.raises(Unavailable) as refusal:
        client.fetch(BUDI)
    assert not refusal.value.permanent


def test_a_refused_token_is_not_tried_again(dukcapil: Control, settings: Any) -> None:
    settings.DUKCAPIL_TOKEN = "wrong"
    with pytest.raises(Unavailable) as refusal:
        client.fetch(BUDI)
    assert refusal.value.permanent
    assert dukcapil()["calls"] == 1


def test_a_record_given_twice_is_one_record(dukcapil: Control) -> None:
    dukcapil("repeat")
    record = client.fetch(BUDI)
    assert record is not None
    assert record["NAMA_LGKP"] == "Budi Santoso"


def test_an_answer_to_somebody_elses_question_is_refused(dukcapil: Control) -> None:
    dukcapil("reorder")
    assert client.fetch(CAST["nurse"]["NIK"]) is None, (
        "the first answer is that nobody was asked about before"
    )
    with pytest.raises(Unavailable, match="somebody else"):
        client.fetch(BUDI)


def test_a_record_of_somebody_else_is_refused(dukcapil: Control) -> None:
    dukcapil("lie")
    with pytest.raises(Unavailable, match="somebody else") as refusal:
        client.fetch(BUDI)
    assert refusal.value.permanent


@pytest.mark.parametrize(
    ("field", "value", "fact"),
    [
        ("TGL_LHR", "1995-02-31", "person.birth_date"),
        ("TGL_LHR", "17 Agustus", "person.birth_date"),
        ("JENIS_KLMIN", "?", "person.sex"),
        ("AGAMA", "Lainnya", "person.religion"),
        ("NO_RT", "3A", "person.rt"),
        ("NAMA_LGKP", "  ", "person.full_name"),
        ("NO_AKTA_LHR", "Tidak Ada", "person.birth_certificate_no"),
    ],
)
def test_what_is_not_understood_is_left_out(dukcapil: Control, field: str, value: str, fact: str) -> None:
    dukcapil("lie", field=field, value=value)
    record = client.fetch(BUDI)
    assert record is not None
    assert fact not in mapping.facts(record)


def test_both_ways_to_write_a_date() -> None:
    for written in ("1995-08-17", "17-08-1995", "17/08/1995", "1995-08-17 00:00:00"):
        assert mapping.facts({"TGL_LHR": written}) == {"person.birth_date": "1995-08-17"}


@pytest.mark.parametrize(
    "answer", [None, [], {}, {"content": []}, {"content": "x"}, {"content": [1]}, {"content": [{"A": 1}]}]
)
def test_an_answer_of_the_wrong_shape_is_not_understood(answer: object) -> None:
    with pytest.raises(mapping.NotUnderstood):
        mapping.record_of(answer, BUDI)


def test_two_different_records_are_not_understood() -> None:
    with pytest.raises(mapping.NotUnderstood, match="two different"):
        mapping.record_of({"content": [{"NIK": BUDI, "A": "1"}, {"NIK": BUDI, "A": "2"}]}, BUDI)


def test_checking_says_which_fields_agree(dukcapil: Control) -> None:
    told = client.verify(BUDI, {"NAMA_LGKP": "budi  SANTOSO", "TGL_LHR": "1995-08-18", "NO_SUCH": "x"})
    assert told == {"NAMA_LGKP": True, "TGL_LHR": False}
    assert client.verify("3174011708950001", {"NAMA_LGKP": "x"}) is None
