"""What OSS's word is worth to whom, and by which number a business is asked for."""

import pytest

from pendopo.agencies.rules import Registered, check_responsible, whose_number
from pendopo.kernel.errors import Denied

OWNER, STRANGER = "2171105708950002", "2171101708950001"


def refusal(found: Registered | None, nik: str) -> str:
    with pytest.raises(Denied) as refused:
        check_responsible(found, nik)
    return refused.value.code


def test_only_whom_oss_names_may_act() -> None:
    firm = Registered("8120207730001", "PT Laut", "01", {OWNER: "Siti"})
    assert check_responsible(firm, OWNER) is firm
    assert refusal(firm, STRANGER) == "nib_not_yours"
    assert refusal(Registered("8120207730001", "PT Laut"), OWNER) == "nib_not_yours"
    assert refusal(None, OWNER) == "nib_unknown"


@pytest.mark.parametrize(
    ("status", "stands"),
    [("01", True), ("04", True), ("", True), ("05", False), ("06", False), ("99", False)],
)
def test_a_frozen_number_is_told_only_to_its_own(status: str, stands: bool) -> None:
    firm = Registered("8120207730001", "PT Laut", status, {OWNER: "Siti"})
    if stands:
        assert check_responsible(firm, OWNER) is firm
    else:
        assert refusal(firm, OWNER) == "nib_not_active"
    assert refusal(firm, STRANGER) == "nib_not_yours"


def test_a_person_is_known_by_nik_and_a_company_by_its_own_number() -> None:
    assert whose_number({}, OWNER) == OWNER
    assert whose_number({"business.npwp": "021234567215000"}, OWNER) == OWNER, (
        "no legal entity: their own business"
    )
    company = {"business.legal_entity_no": "AHU-1", "business.npwp": "0021234567215000"}
    assert whose_number(company, OWNER) == "0021234567215000"


@pytest.mark.parametrize("npwp", ["", None, "503/NPWP-BADAN/0001", "123", "12345678901234a"])
def test_a_company_without_a_taxpayer_number_is_never_taken_for_its_owner(npwp: object) -> None:
    with pytest.raises(Denied) as refused:
        whose_number({"business.legal_entity_no": "AHU-1", "business.npwp": npwp}, OWNER)
    assert refused.value.code == "company_npwp_needed"
