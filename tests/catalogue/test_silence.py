"""Who is granted by silence, and who never is, whatever anybody writes. No database."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from pendopo.catalogue.api import Regime, tacit
from pendopo.catalogue.connectors.folder import client
from pendopo.catalogue.rules import silence
from pendopo.catalogue.rules.city import City

BATAM = Path(__file__).resolve().parents[2] / "cities" / "batam"
PERMITS = {"default": "permits"}


def content(**said: Any) -> dict[str, Any]:
    return {
        "tacit_approval": said.get("says"),
        "kind": said.get("kind", "permit"),
        "procedure": {"id": said.get("procedure", "without-recommendation")},
        "output": {"document": said.get("document", "Izin reklame")},
        "sla_working_days": said.get("days", 5),
    }


@pytest.mark.parametrize(
    ("service", "policy", "expected"),
    [
        (content(), PERMITS, Regime.GENERAL),
        (content(), {"default": "none"}, None),
        (content(), {}, None),
        (content(says=True), {}, Regime.GENERAL),
        (content(says=False), PERMITS, None),
        (content(kind="non-permit"), PERMITS, None),
        (content(kind="non-permit", says=True), PERMITS, Regime.GENERAL),
        (content(procedure="oss-fed"), {}, Regime.OSS),
        (content(procedure="oss-fed", says=False), PERMITS, None),
        (content(procedure="oss-fed", days=None), {}, None),
        (content(procedure="oss-fed", days=None) | {"sla_calendar_days": 20}, {}, Regime.OSS),
        (content(procedure="pass-through", says=True), PERMITS, None),
        (content(document="SIM A", says=True), PERMITS, None),
        (content(document="Paspor elektronik RI", says=True), PERMITS, None),
        (content(document="KK dan KTP-el alamat baru", says=True), PERMITS, None),
        (content(document="KIA (sampai usia 5 atau 17 tahun)", says=True), PERMITS, None),
        (content(document="Laporan SIMPONI", says=True), PERMITS, Regime.GENERAL),
        (content(document="Akta", says=True), {"never": [{"documents": ["Akta"], "reason": "x"}]}, None),
    ],
)
def test_the_regime_follows_service_and_region(
    service: dict[str, Any], policy: dict[str, Any], expected: Regime
) -> None:
    assert tacit(service, policy) is expected


@pytest.fixture(scope="module")
def batam() -> City:
    city, found = client.read(BATAM)
    assert not found
    return city


def services(city: City) -> list[dict[str, Any]]:
    return [{**placed.data, "procedure": {"id": placed.data["procedure"]}} for placed in city.placed()]


def test_no_identity_card_passport_or_driving_licence_of_batam_is_granted_by_silence(batam: City) -> None:
    policy = yaml.safe_load((BATAM / "region.yaml").read_text())["tacit_approval"]
    proofs = [service for service in services(batam) if silence.never(service["output"]["document"], policy)]
    assert {"sim-a-baru", "paspor-anak", "dukcapil-ktp-el-baru", "dukcapil-kia-baru"} <= {
        one["id"] for one in proofs
    }
    for service in proofs:
        assert tacit({**service, "tacit_approval": True}, {"default": "permits"}) is None
    assert {"dpmptsp-pkkpr-berusaha"} <= {
        one["id"] for one in services(batam) if tacit(one, policy) is Regime.OSS
    }


@pytest.mark.parametrize(
    ("service", "why"),
    [("sim-a-baru", "prove a person"), ("paspor-anak", "prove a person"), ("itk-perpanjangan", "own system")],
)
def test_the_catalogue_is_refused_when_it_grants_what_may_not_be(batam: City, service: str, why: str) -> None:
    (placed,) = [placed for placed in batam.placed() if placed.data["id"] == service]
    before = placed.data["tacit_approval"]
    placed.data["tacit_approval"] = True  # type: ignore[index] # the folder's own dict, put back below
    found = [problem.message for problem in silence.problems(batam)]
    placed.data["tacit_approval"] = before  # type: ignore[index]
    assert [message for message in found if service in message and why in message] == found
    assert len(found) == 1


@pytest.mark.parametrize(
    "policy",
    [
        {"default": "all"},
        {"never": [{"documents": [], "reason": "x"}]},
        {"never": [{"documents": ["KTP"]}]},
        {"never": ["KTP"]},
        "permits",
    ],
)
def test_a_policy_nobody_can_read_is_refused(batam: City, policy: Any) -> None:
    sheet = replace(batam.sheets["region"], value={**batam.part("region"), "tacit_approval": policy})
    city = replace(batam, sheets={**batam.sheets, "region": sheet})
    assert [problem.message.split(":")[0].split(".")[0] for problem in silence.problems(city)] == [
        "tacit_approval"
    ]
