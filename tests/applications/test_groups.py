"""Sheets of many people on real PostgreSQL: filed once each, faults named by cell, whatever is sent and whenever the worker dies."""

import csv
import io
import time
from typing import Any

import pytest

from pendopo.applications import api
from pendopo.applications.models import Application, GroupFiling, GroupRow

pytestmark = pytest.mark.django_db
SERVICE = "bpjstk-daftar-bpu"
HEAD = [
    "NIK", "Nama lengkap", "Tempat lahir", "Tanggal lahir", "Jenis kelamin", "Alamat", "Nomor ponsel", "Alamat surel", "RT", "RW",
    "Kelurahan/desa", "Kecamatan",
]  # fmt: skip


def nik(number: int) -> str:
    return f"2171{number // 8999 % 9 + 1:02d}170895{number % 8999 + 1:04d}"


def person(number: int, **changed: Any) -> list[Any]:
    row = {
        "NIK": nik(number), "Nama lengkap": f"Pekerja {number}", "Tempat lahir": "Batam", "Tanggal lahir": "17-08-1995",
        "Jenis kelamin": "Laki-laki", "Alamat": "Jalan Melati 1", "Nomor ponsel": "081234567890", "Alamat surel": "a@contoh.id", "RT": "001",
        "RW": "002", "Kelurahan/desa": "Tanjung Uma", "Kecamatan": "Lubuk Baja",
    } | changed  # fmt: skip
    return [row[name] for name in HEAD]


def sheet(
    *rows: list[Any], head: list[str] = HEAD, delimiter: str = ";", encoding: str = "utf-8-sig"
) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def send(city: Any, data: bytes, **changed: Any) -> GroupFiling:
    given = {
        "service_id": SERVICE,
        "owner": f"business:{city.company}",
        "file_name": "pekerja.csv",
        "by": city.siti.actor,
    }
    return api.upload_group(data=data, common={"declaration": True}, **given | changed)


def work() -> None:
    while api.work_on_groups():
        pass


def test_speed(city: Any) -> None:
    began = time.monotonic()
    group = send(city, sheet(*(person(n) for n in range(5000))))
    print("upload", time.monotonic() - began)
    began = time.monotonic()
    api.work_on_groups()
    print("read", time.monotonic() - began)
    began = time.monotonic()
    import cProfile
    import pstats

    pr = cProfile.Profile()
    pr.enable()
    work()
    pr.disable()
    pstats.Stats(pr).sort_stats("cumulative").print_stats(45)
    print("file", time.monotonic() - began)
    group.refresh_from_db()
    print(
        group.state,
        group.problem,
        group.total,
        group.filed,
        group.bad,
        GroupRow.objects.filter(state="bad").values_list("faults")[:2],
    )
    assert Application.objects.filter(typed_by=group.owner).count() == 5000
