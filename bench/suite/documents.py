"""Papers: typeset and signed by one core, beside signing a digest with the same kind of key and nothing else."""

import time
from collections.abc import Callable

from bench.harness import ROUNDS, Result, alternate, bench, compared
from bench.place import Place

SECONDS = 3


def _rate(do: Callable[[], object]) -> float:
    """How often a second of this process's own CPU time."""
    count, started = 0, time.process_time()
    while (spent := time.process_time() - started) < SECONDS:
        do()
        count += 1
    return count / spent


@bench("documents", "PDFs typeset and signed a second by one core, beside ECDSA alone")
def documents(place: Place) -> Result:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    _ = place.citizen
    from pendopo.documents.connectors.pades import client as pades
    from pendopo.documents.connectors.typst import client as typst
    from pendopo.kernel import clock

    key = ec.generate_private_key(ec.SECP256R1())
    number = 0

    def paper() -> bytes:
        nonlocal number
        number += 1
        page = _page(number) | {"certificate_issuer": pades.issuer_name()}
        made = typst.typeset("default", page, at=clock.now())
        return pades.sign_pdf(made.pdf, name="Kepala Dinas", reason=f"Penerbitan {number}", location="Batam")

    def signature() -> bytes:
        return key.sign(b"0" * 32, ec.ECDSA(utils.Prehashed(hashes.SHA256())))

    base, reached = alternate(lambda: _rate(signature), lambda: _rate(paper))
    return compared(
        "documents", reached, "PDFs/s/core", base, size_kB=round(len(paper()) / 1000, 1),
        rounds=f"{ROUNDS} of {SECONDS} s CPU time, in turns, medians",
        value_is="typeset (PDF/A + PDF/UA, QR) and signed (PAdES) with the demo's key; row, file and event not included",
        floor_is="one ECDSA P-256 signature by OpenSSL",
    )  # fmt: skip


def _page(number: int) -> dict[str, object]:
    """What a business licence says; every page has another number and code."""
    address = f"https://mpp.batam.example/v/{number:016d}/"
    rows = [
        ("Nomor permohonan", "2171-261123-000001"),
        ("Nama pemohon", "Siti Rahmawati"),
        ("Kegiatan usaha", "Warung makan"),
    ]
    return {
        "title": "Nomor Induk Berusaha", "service_name": "Nomor Induk Berusaha (NIB)", "agency_name": "DPMPTSP Kota Batam",
        "holder_name": "Siti Rahmawati", "rows": [{"label": label, "value": value} for label, value in rows],
        "legal_basis": ["PP 28/2025"], "reasons": [], "validity": "Berlaku sejak 23 November 2026", "issued_on": "23 November 2026",
        "signatory": {"name": "Reza Mahendra", "title": "Kepala Dinas", "rank": "", "nip": ""}, "demo": True,
        "number": f"503/{number}/2026", "code_shown": f"{number:016d}", "verify_url": address, "qr": typst_qr(address),
    }  # fmt: skip


def typst_qr(address: str) -> str:
    from pendopo.documents.connectors.typst.client import qr_svg

    return qr_svg(address)
