"""OSS as its interface says it behaves, and our client against it, also when it misbehaves."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from pendopo.agencies.connectors.oss import client, mapping
from pendopo.kernel.errors import Unavailable
from simulators.oss import business

from .conftest import Control

ROOT = Path(__file__).resolve().parents[2]
NIB, OWNER, WARGA = "8120207730001", "2171064210850006", "2171101708950001"
VOCABULARY: dict[str, dict[str, Any]] = yaml.safe_load(
    (ROOT / "cities/batam/facts.yaml").read_text(encoding="utf-8")
)["facts"]


def test_a_business_by_its_number(licences: Control) -> None:
    record = client.by_nib(NIB)
    assert record is not None
    found = mapping.registered(record)
    assert (found.nib, found.name, found.status) == (NIB, "PT Laut Jaya Sejahtera", "01")
    assert found.responsible == {OWNER: "Ng Mei Ling"}
    assert found.facts == {
        "business.nib": NIB, "business.name": "PT Laut Jaya Sejahtera", "business.legal_form": "PT",
        "business.npwp": "021234567215000", "business.address": "Komplek Nagoya Baru Blok H Nomor 9", "business.scale": "MENENGAH",
        "business.phone": "0778421234", "business.email": "kantor@lautjaya.example", "business.kbli": "46206",
    }  # fmt: skip
    assert client.by_npwp("021234567215000") == record


def test_a_person_is_helped_once_and_has_one_number(licences: Control) -> None:
    record = client.by_npwp(WARGA)
    assert record is not None
    assert client.by_npwp(WARGA) == record == client.by_nib(record["nib"])
    found = mapping.registered(record)
    assert found.responsible == {WARGA: "Budi Santoso"}
    assert found.facts == {
        "business.nib": found.nib, "business.name": "Budi Santoso", "business.legal_form": "PERSEORANGAN", "business.kbli": "56303",
    }  # fmt: skip
    assert WARGA not in str(found.facts), "a NIK is no fact to be shown, whatever OSS keys people by"
    assert client.by_npwp(OWNER) != record


def test_nobody_has_this_number(licences: Control) -> None:
    assert client.by_nib("0000000000000") is None
    assert client.by_npwp("999999999999999") is None
    assert client.by_npwp("3174011708950001") is None


def test_facts_fit_the_vocabulary(licences: Control) -> None:
    import re

    for record in (client.by_nib(NIB), client.by_nib("9120104830002"), client.by_npwp(WARGA)):
        assert record is not None
        for key, value in mapping.registered(record).facts.items():
            fact = VOCABULARY[key]
            assert value in fact.get("options", {value: None})
            assert len(value) <= fact.get("max_length", 200)
            assert re.search(fact.get("pattern", ""), value)


@pytest.mark.parametrize("status", [500, 429, 0])
def test_oss_that_stumbles_is_asked_again(licences: Control, status: int) -> None:
    licences("fail", status=status, times=2)
    assert client.by_nib(NIB) is not None


@pytest.mark.parametrize(
    ("code", "permanent"), [(500, False), (504, False), (400, True), (401, True), (403, True)]
)
def test_codes_of_its_own(licences: Control, code: int, permanent: bool) -> None:
    licences("fail", code=code)
    with pytest.raises(Unavailable) as refusal:
        client.by_nib(NIB)
    assert refusal.value.permanent is permanent


def test_oss_that_is_slow_or_away_is_unavailable_for_now(licences: Control, settings: Any) -> None:
    licences("slow", delay_s=1.2)
    with pytest.raises(Unavailable) as slow:
        client.by_nib(NIB)
    settings.OSS_URL = "http://127.0.0.1:9"
    with pytest.raises(Unavailable) as away:
        client.by_npwp(WARGA)
    assert not slow.value.permanent
    assert not away.value.permanent
    assert WARGA not in str(away.value)


def test_a_refused_key_is_not_tried_again(licences: Control, settings: Any) -> None:
    settings.OSS_USER_KEY = "wrong"
    with pytest.raises(Unavailable) as refusal:
        client.by_nib(NIB)
    assert refusal.value.permanent
    assert licences()["calls"] == 1


def test_another_business_is_refused(licences: Control) -> None:
    licences("lie")
    with pytest.raises(Unavailable, match="another business"):
        client.by_nib("9120104830002")
    with pytest.raises(Unavailable, match="another business"):
        client.by_npwp(WARGA)
    licences("reorder")
    assert client.by_nib(NIB) is None, "the first answer is that nobody was asked about before"
    with pytest.raises(Unavailable, match="another business"):
        client.by_nib("9120104830002")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"responinqueryNIB": None},
        {"responinqueryNIB": {"kode": "x"}},
        {"responinqueryNIB": {"kode": 200}},
        {"responinqueryNIB": {"kode": 200, "dataNIB": {"nib": "123"}}},
        {"responinqueryNIB": {"kode": 200, "dataNIB": {"nib": "١٢٣٤٥٦٧٨٩٠١٢٣"}}},
    ],
)
def test_an_answer_of_the_wrong_shape_is_not_understood(answer: object) -> None:
    with pytest.raises(mapping.NotUnderstood):
        mapping.record_of(answer, nib=NIB)


@pytest.mark.parametrize(
    ("field", "value", "fact"),
    [
        ("jenis_perseroan", "99", "business.legal_form"),
        ("skala_usaha", "Besar sekali", "business.scale"),
        ("nomor_telpon_perseroan", "hubungi kantor", "business.phone"),
        ("email_perusahaan", "tidak ada", "business.email"),
        ("npwp_perseroan", "-", "business.npwp"),
        ("alamat_perseroan", "  ", "business.address"),
        ("data_proyek", [{"kbli": "56303"}, {"kbli": "10710"}], "business.kbli"),
        ("data_proyek", None, "business.kbli"),
        ("data_proyek", [{"kbli": "kopi"}], "business.kbli"),
    ],
)
def test_what_is_not_understood_is_left_out(field: str, value: object, fact: str) -> None:
    found = mapping.registered(business(NIB, "PT", "021234567215000", OWNER) | {field: value})
    assert fact not in found.facts


def test_who_is_named_by_a_passport_is_left_out() -> None:
    record = business(NIB, "PT", "", OWNER)
    record["penanggung_jwb"][0]["jns_identitas_penanggung_jwb"] = "02"
    assert mapping.registered(record).responsible == {}
    assert mapping.registered(record | {"penanggung_jwb": "x"}).responsible == {}


def test_a_companys_number_is_asked_for_as_oss_keeps_it() -> None:
    assert mapping.as_oss_writes("0021234567215000") == "021234567215000"
    assert mapping.as_oss_writes("021234567215000") == "021234567215000"
    assert mapping.as_oss_writes(WARGA) == WARGA
