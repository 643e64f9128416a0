"""An employer's sheet of 10,000 people, from the uploaded workbook to 10,000 filed applications, by the worker's own loop."""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.harness import Result, Target, bench
from bench.place import ROOT, Place

ROWS, FEWER = 10_000, 2_000
SERVICE = "bpjstk-daftar-bpu"
OWNER = "mei@demo.local"


@bench(
    "group",
    "people filed a second from one workbook of 10,000 rows, validation included",
    Target("value", ">=", 167),
)
def group(place: Place) -> Result:
    assert place.ready
    few, many = _in_a_process_of_its_own(FEWER, 1), _in_a_process_of_its_own(ROWS, 2)
    return Result(
        "group", ROWS / many["seconds"], "people/s", conditions={
            "service": SERVICE, "rows": ROWS, "seconds": round(many["seconds"], 1), "of_which_reading": round(many["reading"], 1),
            "workbook_MB": round(many["bytes"] / 1e6, 2), "peak_memory_MB": round(many["peak"]),
            f"peak_memory_with_{FEWER}_rows_MB": round(few["peak"]), "filed": many["filed"],
            "cpu_s_python": round(many["python_s"], 1), "cpu_s_postgres": round(many["postgres_s"], 1), "durable": "fsync on",
            "left_out": "the worker's jobs after filing; the browser's upload",
        },
    )  # fmt: skip


def _in_a_process_of_its_own(rows: int, series: int) -> dict[str, float]:
    """The peak of memory belongs to a process, so each size gets one."""
    command = [sys.executable, "-m", "bench.suite.group", str(rows), str(series)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-800:])
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def workbook(rows: int, series: int) -> bytes:
    """A sheet in which everybody is right."""
    from pendopo.applications.connectors.sheets import write_xlsx
    from pendopo.applications.rules.groups import columns_of, person_fields
    from pendopo.catalogue.api import get_service
    from pendopo.config.demo_sheet import sample_value

    schema = get_service(SERVICE).content["form"]["schema"]
    nik, name = person_fields(schema)
    columns = columns_of(schema)
    usual = {column.field: sample_value(column) for column in columns}

    def person(number: int) -> list[Any]:
        row = usual | {
            nik: f"21710{series}{number // 9000 % 28 + 1:02d}0195{number % 9000 + 1:04d}",
            name: f"Pekerja {number}",
        }
        return [row[column.field] for column in columns]

    with write_xlsx(
        [column.title for column in columns], (person(number) for number in range(rows))
    ) as stream:
        return stream.read()


def _cpu_of_the_server() -> float:
    """Seconds of CPU that our one connection's PostgreSQL process took: with Python's own, what a machine to itself would need."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        fields = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(rows: int, series: int) -> None:
    import django

    django.setup()
    from pendopo.applications.api import get_group, upload_group, work_on_groups
    from pendopo.identity.api import User, actor_of_person, list_businesses, person_of_user

    person = person_of_user(User.objects.get(email=OWNER))
    assert person is not None
    by = actor_of_person(person)
    data = workbook(rows, series)
    began = time.perf_counter()
    sent = upload_group(
        service_id=SERVICE, owner=f"business:{list_businesses(person.id)[0].id}", file_name="pekerja.xlsx", data=data,
        common={"declaration": True}, by=by,
    )  # fmt: skip
    work_on_groups()
    read = time.perf_counter()
    while work_on_groups():
        pass
    ended = time.perf_counter()
    found = get_group(sent.id, by)
    if (found.state, found.filed) != ("finished", rows):
        raise RuntimeError(f"{found.state}: {found.filed} of {rows} filed, {found.bad} bad. {found.problem}")
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "python_s": used.ru_utime + used.ru_stime,
        "postgres_s": _cpu_of_the_server(),
        "seconds": ended - began,
        "reading": read - began,
        "peak": used.ru_maxrss / 1024,
        "bytes": len(data),
        "filed": found.filed,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
