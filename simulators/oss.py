"""The national licensing system (OSS): one call, ``inqueryNIB``, tells the business with a NIB or a taxpayer number.

Field names, envelope and codes are those of the real interface; an unknown number is an answer (code 404), not an error.
A person of the civil registry who has no business here yet gets one when asked for by taxpayer number (their NIK), as if the desk
had just helped them through OSS: number, owner and one line of business (a café), the rest empty.
``POST /_control`` with ``{"register": {...}}`` adds a
record. Modes beside those of ``server``: ``lie`` (another business's record), ``reorder`` (the answer to the call before), and with
``{"mode": "fail", "code": 504}`` the failure is told inside the envelope, as the real one does.
"""

import hashlib
import hmac
import os
import sys
from typing import Any, Final

from simulators import people
from simulators.server import Answer, Call, Refuse, Simulator, arguments, as_json, serve

PATH: Final = "/v1/kl/rba/inqueryNIB"
NOBODY: Final = (404, "Data tidak ditemukan", None)
Reply = tuple[int, str, dict[str, Any] | None]


def business(nib: str, name: str, npwp: str, nik: str, **more: Any) -> dict[str, Any]:
    """A record with the fields this side is asked about; everything else is empty, as in the real thing."""
    owner = people.find(nik)
    return {
        "nib": nib, "tgl_pengajuan_nib": "", "tgl_terbit_nib": "", "oss_id": "", "jenis_pelaku_usaha": "01", "no_npp": "", "no_va": "",
        "no_wlkp": "", "versi_pia": "4.3.22", "skala_usaha": "", "npwp_perseroan": npwp, "nama_perseroan": name, "jenis_perseroan": "",
        "alamat_perseroan": "", "perseroan_daerah_id": "", "nomor_telpon_perseroan": "", "email_perusahaan": "", "flag_umk": "",
        "penanggung_jwb": [{
            "flag_asing": "N", "jns_identitas_penanggung_jwb": "01", "no_identitas_penanggung_jwb": nik,
            "nama_penanggung_jwb": owner["NAMA_LGKP"] if owner else "", "jabatan_penanggung_jwb": "",
        }],
        "data_proyek": [], "status_nib": "01", **more,
    }  # fmt: skip


def cast() -> list[dict[str, Any]]:
    """The businesses of the fixed cast."""
    return [
        business(
            "8120207730001", "PT Laut Jaya Sejahtera", "021234567215000", "2171064210850006", jenis_perseroan="01", skala_usaha="03",
            alamat_perseroan="Komplek Nagoya Baru Blok H Nomor 9", nomor_telpon_perseroan="0778-421234",
            email_perusahaan="kantor@lautjaya.example", data_proyek=[{"id_proyek": "1", "kbli": "46206"}],
        ),
        business(
            "9120104830002", "CV Bintan Karya Utama", "031234567215000", "2171120101800005", jenis_perseroan="02", skala_usaha="02",
            alamat_perseroan="Perumahan Buana Raya Blok D Nomor 3", nomor_telpon_perseroan="0778-431234",
            data_proyek=[{"id_proyek": "1", "kbli": "41011"}],
        ),
    ]  # fmt: skip


class Oss(Simulator):
    name = "oss"

    def __init__(self, user_key: str = "demo-oss") -> None:
        self.user_key = user_key
        super().__init__()

    def reset(self) -> None:
        super().reset()
        self.businesses = {record["nib"]: record for record in cast()}
        self.before: Reply = NOBODY

    def control(self, wish: dict[str, Any]) -> dict[str, Any]:
        record = wish.pop("register", None)
        shown = super().control(wish)
        if isinstance(record, dict):
            with self.lock:
                self.businesses[str(record["nib"])] = record
        return shown

    def _fails(self) -> int | None:
        """A failure with a code of OSS's own is told inside the envelope."""
        return None if "code" in self.options else super()._fails()

    def answer(self, call: Call) -> Answer:
        if call.path != PATH:
            raise Refuse(404, "no such call")
        if call.method != "POST":
            raise Refuse(405, "use POST")
        if not hmac.compare_digest(call.headers.get("user_key", "").encode(), self.user_key.encode()):
            raise Refuse(401, "user_key is not known")
        asked = call.json().get("INQUERYNIB")
        if not isinstance(asked, dict) or not (asked.get("nib") or asked.get("npwp")):
            raise Refuse(400, "nib or npwp is missing")
        with self.lock:
            code, why, record = self._behave(
                self._find(str(asked.get("nib", "")), str(asked.get("npwp", "")))
            )
        return as_json(
            {"responinqueryNIB": {"kode": code, "keterangan": why, **({"dataNIB": record} if record else {})}}
        )

    def _find(self, nib: str, npwp: str) -> Reply:
        if nib:
            record = self.businesses.get(nib)
        else:
            held = (one for one in self.businesses.values() if one["npwp_perseroan"] == npwp)
            record = next(held, None) or self._help(npwp)
        return (200, "Sukses", record) if record else NOBODY

    def _help(self, nik: str) -> dict[str, Any] | None:
        """Register the person with this number as a sole trader: same number, same NIB, on every machine."""
        person = people.find(nik)
        if person is None:
            return None
        nib = f"9{int.from_bytes(hashlib.sha256(nik.encode()).digest()[:6]) % 10**12:012}"
        self.businesses[nib] = business(
            nib, person["NAMA_LGKP"], nik, nik, jenis_pelaku_usaha="02", jenis_perseroan="17",
            data_proyek=[{"id_proyek": "1", "kbli": "56303"}],
        )  # fmt: skip
        return self.businesses[nib]

    def _behave(self, reply: Reply) -> Reply:
        if self.mode == "fail" and "code" in self.options:
            return int(self.options["code"]), "Gagal", None
        if self.mode == "lie":
            return 200, "Sukses", next(iter(self.businesses.values()))
        if self.mode == "reorder":
            self.before, reply = reply, self.before
        return reply


def main() -> int:
    parser = arguments("Simulator of the national licensing system (OSS).", 8103)
    parser.add_argument("--user-key", default=os.environ.get("PENDOPO_OSS_USER_KEY", "demo-oss"))
    chosen = parser.parse_args()
    return serve(Oss(chosen.user_key), chosen.port)


if __name__ == "__main__":
    sys.exit(main())
