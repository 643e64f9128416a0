"""The published service standard: the six components that UU 25/2009 art. 21 and PermenPANRB 15/2014 want before the public's eyes."""

from collections.abc import Mapping
from typing import Any

from pendopo.catalogue.rules.fees import condition
from pendopo.catalogue.rules.forms import is_spare, needs_file
from pendopo.kernel.errors import Denied

Spec = Mapping[str, Any]


def standard_of(content: Spec) -> dict[str, Any]:
    """One service in the shape of the national register of standards: Indonesian component names, then our own facts."""
    return {
        "id": content["id"],
        "nama": content["name"],
        "penyelenggara": content["agency"]["name"],
        "persyaratan": [_requirement(requirement) for requirement in content["requirements"]],
        "sistem_mekanisme_prosedur": [step["name"] for step in content["procedure"]["steps"]],
        "jangka_waktu": _time(content),
        "biaya_tarif": _fee(content["fee"]),
        "produk": content["output"],
        "penanganan_pengaduan": "SP4N-LAPOR!",
        "dasar_hukum": content["legal_basis"],
        "status_data": {"keyakinan": content["confidence"], "bersumber": content["sourced_facets"]},
    }


def _requirement(requirement: Spec) -> dict[str, Any]:
    return {
        "id": requirement["id"],
        "nama": requirement["name"],
        "wajib": not requirement["optional"],
        "diterbitkan_oleh_layanan": requirement["from_service"],
        "sudah_digital": requirement["digital"],
    }


def _time(content: Spec) -> dict[str, Any] | None:
    if content["sla_working_days"] is not None:
        return {"nilai": content["sla_working_days"], "satuan": "hari kerja"}
    if content.get("sla_calendar_days") is not None:
        return {"nilai": content["sla_calendar_days"], "satuan": "hari kalender"}
    if content["sla_minutes"] is not None:
        return {"nilai": content["sla_minutes"], "satuan": "menit"}
    return None


def _fee(fee: Spec) -> dict[str, Any]:
    words = {
        "free": "tidak dipungut biaya",
        "fixed": "tetap",
        "formula": "dihitung",
        "by-regulation": "menurut peraturan",
    }
    return {
        "jenis": words[fee["type"]],
        "rupiah": fee["amount_idr"],
        "keterangan": fee["note"],
        "rincian": fee["lines"],
    }


def what_to_bring(content: Spec) -> dict[str, list[Spec]]:
    """Requirements by what the applicant has to do: ``bring`` a paper, ``ready`` (need not be brought), ``tell``, ``pay``."""
    groups: dict[str, list[Spec]] = {"bring": [], "tell": [], "pay": [], "ready": []}
    for requirement in sorted(content["requirements"], key=is_spare):
        groups[_group(requirement)].append(requirement)
    return groups


def _group(requirement: Spec) -> str:
    if needs_file(requirement):
        return "bring"
    if requirement.get("digital") or requirement.get("replaced_by"):
        return "ready"
    return "pay" if requirement["kind"] == "payment" else "tell"


def shown_steps(content: Spec) -> list[Spec]:
    """The steps an applicant may meet: without payment where the service is free, without inspection where there is none."""
    return [
        step
        for step in content["procedure"]["steps"]
        if not step.get("when") or _may_happen(step["when"], content)
    ]


def _may_happen(expression: str, content: Spec) -> bool:
    fee = content["fee"]
    known = (
        fee["type"] == "free"
        or bool(fee["lines"])
        or (fee["type"] == "fixed" and fee["amount_idr"] is not None)
    )
    amounts = (0,) if fee["type"] == "free" else (1,) if known else (-1, 1)
    try:
        return any(
            condition(expression, {"fee_idr": amount, "inspection": content["inspection"], "answers": {}})
            for amount in amounts
        )
    except Denied:  # it looks at answers nobody has given yet
        return True
