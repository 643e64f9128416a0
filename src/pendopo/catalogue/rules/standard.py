"""The published service standard: the six components that UU 25/2009 art. 21 and PermenPANRB 15/2014 want before the public's eyes."""

from collections.abc import Mapping
from typing import Any

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
