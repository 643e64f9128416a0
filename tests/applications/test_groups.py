"""Sheets of many people on real PostgreSQL: filed once each, faults named by cell, whatever is sent and whenever the worker dies."""

import csv
import io
import tracemalloc
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from openpyxl import load_workbook

from pendopo.applications import api
from pendopo.applications.actions import groups_filing
from pendopo.applications.models import Application, GroupFiling, GroupRow
from pendopo.applications.rules.groups import columns_of
from pendopo.catalogue.api import get_service
from pendopo.identity.api import (
    SYSTEM,
    Actor,
    ActorKind,
    Role,
    accept_mandate,
    facts_of,
    give_mandate,
    names_of,
    record_facts,
    revoke_mandate,
)
from pendopo.kernel import clock, tasks
from pendopo.kernel.errors import Denied, Invalid, NotFound
from pendopo.kernel.events import history
from tests import factories
from tests.factories import OTHER_NIK

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
    return api.upload_group(data=data, **{"common": {"declaration": True}} | given | changed)


def work() -> None:
    while api.work_on_groups():
        pass


def faults(group: GroupFiling) -> list[tuple[int, list[str]]]:
    return [
        (row.line, [f"{place} {message}" for place, message in row.faults]) for row in api.list_faults(group)
    ]


def counts(group: GroupFiling) -> tuple[str, int, int, int, int]:
    group.refresh_from_db()
    return group.state, group.total, group.filed, group.bad, group.again


def test_good_rows_go_on_and_bad_ones_come_back_with_the_cell_named(city: Any) -> None:
    group = send(
        city,
        sheet(
            person(1),
            person(2, **{"Tanggal lahir": "31-02-1995", "Nomor ponsel": "12"}),
            person(1, **{"Nama lengkap": "Orang lain"}),
            ["", "  "],
            person(3, NIK="2171012233"),
            person(4, Kecamatan="=1+1"),
            person(5, NIK=""),
        ),
    )
    assert counts(group) == ("reading", 0, 0, 0, 0)
    work()
    assert counts(group) == ("finished", 6, 1, 5, 0)
    told = faults(group)
    assert [line for line, _said in told] == [3, 4, 6, 7, 8]
    assert told[0][1][0].startswith("3 ")
    assert told[0][1][1].startswith("6 ")
    assert told[1][1] == ["0 NIK ini sudah ada di baris 2."]
    assert told[2][1][0].startswith("0 NIK terdiri dari 16 angka")
    assert "rumus" in told[3][1][0]
    assert told[4][1][0].startswith("0 ")
    assert group.sheet_sealed is None


def test_everybody_sees_their_own_application_and_who_filed_it(city: Any) -> None:
    group = send(city, sheet(person(1), person(2)))
    work()
    row = Application.objects.filter(typed_by=group.owner).order_by("number").first()
    assert row is not None
    worker = Actor(ActorKind.PERSON, row.applicant_id)
    shown, _steps, history = api.get_status(row.id, worker)
    assert (shown.number, api.typist(shown)) == (row.number, "PT Laut Jaya Sejahtera")
    first = history[0]
    assert (first.actor, first.on_behalf_of, first.data["by_name"]) == (
        group.owner,
        worker.ref,
        "PT Laut Jaya Sejahtera",
    )
    assert api.open_answers(row.answers)["person_nik"] == nik(1)
    assert nik(1) not in str(row.answers)
    with pytest.raises(NotFound):
        api.get_status(row.id, city.siti.actor)
    assert GroupRow.objects.filter(cells_sealed__isnull=False).count() == 0
    while tasks.relay():
        pass
    tasks.drain()
    assert facts_of(person_id=row.applicant_id) == {}  # what an employer says is not the person's own word


def test_known_people_stay_as_they_are_and_nothing_of_them_is_told(city: Any) -> None:
    budi = city.budi.actor
    record_facts(
        person_id=budi.id, facts={"person.phone": "0811111111"}, source="dukcapil", verified=True, by=SYSTEM
    )
    group = send(
        city, sheet(person(1, NIK=OTHER_NIK, **{"Nama lengkap": "Nama Lain", "Nomor ponsel": ""}), person(2))
    )
    work()
    assert counts(group) == ("finished", 2, 1, 1, 0)  # a known number does not fill the empty cell
    assert "0811111111" not in str(faults(group))
    assert names_of([budi.id])[budi.id] == "Budi Santoso"


def test_the_same_sheet_twice_files_nobody_twice(city: Any) -> None:
    data = sheet(person(1), person(2))
    first = send(city, data)
    assert send(city, data).id == first.id
    work()
    again = send(city, data)
    assert again.id != first.id
    more = send(city, sheet(person(2), person(3)))
    work()
    assert counts(again) == ("finished", 2, 0, 0, 2)
    assert counts(more) == ("finished", 2, 1, 0, 1)
    assert "Sudah Anda ajukan dengan nomor" in str(faults(again))
    assert Application.objects.filter(typed_by=first.owner).count() == 3


def test_who_was_refused_may_be_filed_again(city: Any) -> None:
    data = sheet(person(1))
    send(city, data)
    work()
    row = Application.objects.get(typed_by=f"business:{city.company}")
    api.withdraw(application_id=row.id, by=Actor(ActorKind.PERSON, row.applicant_id))
    second = send(city, data)
    work()
    assert counts(second) == ("finished", 1, 1, 0, 0)


def test_killed_at_any_moment_nothing_is_lost_or_done_twice(
    city: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies before each commit in turn, at every statement of a batch; then it goes on."""
    monkeypatch.setattr(groups_filing, "BATCH", 2)
    group = send(city, sheet(*(person(n) for n in range(5))))
    for place in (0, 1, 3, 6, 10):
        left = [place]

        def die(run: Any, sql: str, *rest: Any, left: list[int] = left) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            return run(sql, *rest)

        with connection.execute_wrapper(die), pytest.raises(KeyboardInterrupt), transaction.atomic():
            api.work_on_groups()
        api.work_on_groups()
    work()
    assert counts(group) == ("finished", 5, 5, 0, 0)
    assert Application.objects.filter(typed_by=group.owner).count() == 5
    assert GroupRow.objects.filter(group=group, state="filed").values("application").distinct().count() == 5


def test_a_row_that_cannot_be_stored_comes_back_and_the_others_go_on(
    city: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = groups_filing.prepare

    def fails(which: Any, version: Any, answers: dict[str, Any], *rest: Any, **more: Any) -> Any:
        if answers["person_full_name"] == "Pekerja 3":
            raise RuntimeError("cannot be stored")
        return right(which, version, answers, *rest, **more)

    monkeypatch.setattr(groups_filing, "prepare", fails)
    group = send(city, sheet(*(person(n) for n in range(6))))
    work()
    assert counts(group) == ("finished", 6, 5, 1, 0)
    assert faults(group)[0][0] == 5


def test_too_many_rows_are_refused_with_nothing_filed(city: Any, settings: Any) -> None:
    settings.GROUP_MAX_ROWS = 3
    group = send(city, sheet(*(person(n) for n in range(4))))
    work()
    assert counts(group)[:3] == ("refused", 0, 0)
    assert "terlalu banyak" in group.problem
    assert GroupRow.objects.filter(group=group).count() == 0


def test_a_hundred_thousand_rows_are_refused_in_little_memory(city: Any, settings: Any) -> None:
    settings.GROUP_MAX_ROWS = 500
    line = ";".join(person(1)).encode() + b"\r\n"
    data = b"\xef\xbb\xbf" + ";".join(HEAD).encode() + b"\r\n" + line * 100_000
    tracemalloc.start()
    group = send(city, data)
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counts(group)[:3] == ("refused", 0, 0)
    assert peak < 6 * len(data)


def test_wrong_headings_and_no_rows_are_told_at_once(city: Any) -> None:
    with pytest.raises(Denied) as headings:
        send(city, sheet(person(1), head=["Nomor", *HEAD[1:]]))
    assert (headings.value.code, str(headings.value)) == ("sheet_headings", "NIK")
    group = send(city, sheet())
    work()
    assert counts(group)[0] == "refused"
    assert GroupFiling.objects.count() == 1


CLEANERS = "bpjstk-perlindungan-petugas-kebersihan"


def test_a_declaration_and_common_files_are_needed(city: Any) -> None:
    with pytest.raises(Invalid) as missing:
        send(city, sheet(person(1)), service_id=CLEANERS, common={})
    assert set(missing.value.errors) == {"file_surat_kerja_sama_pemkot", "declaration"}
    foreign = {
        "declaration": True,
        "file_surat_kerja_sama_pemkot": factories.upload(city.budi.actor, "surat"),
    }
    with pytest.raises(Invalid) as others:
        send(city, sheet(person(1)), service_id=CLEANERS, common=foreign)
    assert set(others.value.errors) == {"file_surat_kerja_sama_pemkot"}


def test_ak1_for_the_graduates_of_a_school(city: Any, house: None) -> None:
    """Each under the rules of the card: since March 2026 only for those of Batam, in the rule's own words."""
    columns = columns_of(get_service("disnaker-ak1").content["form"]["schema"])

    def graduate(number: int, regency: str = "Kota Batam") -> list[Any]:
        known = dict(zip(HEAD, person(number), strict=True)) | {"Kabupaten/kota": regency}
        return [
            known.get(column.title) or (column.options[0][1] if column.options else "lulusan@contoh.id")
            for column in columns
        ]

    data = sheet(
        graduate(1), graduate(2), graduate(3, "Kabupaten Bintan"), head=[column.title for column in columns]
    )
    group = send(city, data, service_id="disnaker-ak1")
    work()
    assert counts(group) == ("finished", 3, 2, 1, 0)
    ((line, (said,)),) = faults(group)
    assert line == 4
    assert "KTP dan Kartu Keluarga Kota Batam" in said


def test_the_city_insures_its_street_cleaners(city: Any, house: None) -> None:
    """An officer of the environment office files for people of their own, at another agency."""
    officer = factories.staff("kebersihan@dlh.id", "Rudi", "dlh-batam", Role.FRONT_OFFICER).actor
    common = {
        "file_surat_kerja_sama_pemkot": factories.upload(officer, "surat-kerja-sama-pemkot"),
        "declaration": True,
    }
    group = send(
        city,
        sheet(person(1), person(2)),
        service_id=CLEANERS,
        owner="agency:dlh-batam",
        by=officer,
        common=common,
    )
    work()
    assert (counts(group), faults(group)) == (("finished", 2, 2, 0, 0), [])
    row = Application.objects.filter(typed_by="agency:dlh-batam").first()
    assert row is not None
    assert api.typist(row) == "Dinas Lingkungan Hidup Kota Batam"


def test_only_who_represents_the_employer_sends_and_sees(city: Any) -> None:
    group = send(city, sheet(person(1)))
    for stranger in (city.budi.actor, city.officer.actor, city.stranger.actor, SYSTEM):
        with pytest.raises(NotFound):
            api.get_group(group.id, stranger)
        with pytest.raises((NotFound, Denied)):
            send(city, sheet(person(2)), by=stranger)
    acting = replace(city.siti.actor, hand=city.budi.actor.ref)
    with pytest.raises(NotFound):
        send(city, sheet(person(2)), by=acting)
    with pytest.raises(Denied) as company:
        send(city, sheet(person(2)), service_id="bpjstk-daftar-penerima-upah")
    assert company.value.code == "group_not_offered"
    assert [found.id for found in api.list_groups(city.siti.actor)] == [group.id]


def test_a_mandate_that_ends_stops_the_sheet_between_two_batches(
    city: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups_filing, "BATCH", 2)
    clerk, today = city.budi.actor, clock.today()
    offer, code = give_mandate(
        agent_nik=OTHER_NIK, agent_name="Budi", reach=["category:labour"], valid_from=today, valid_until=None, purpose="Pekerja",
        by=city.siti.actor, business_id=city.company,
    )  # fmt: skip
    accept_mandate(code=code, by=clerk)
    group = send(city, sheet(*(person(n) for n in range(5))), by=clerk)
    for _step in range(2):  # read, then two rows
        api.work_on_groups()
    revoke_mandate(mandate_id=offer.id, by=city.siti.actor)
    work()
    assert counts(group)[:3] == ("stopped", 5, 2)
    assert "tidak lagi mewakili" in group.problem
    with pytest.raises(NotFound):
        api.get_group(group.id, clerk)


def test_what_comes_back_can_be_sent_again(client: Any, city: Any) -> None:
    client.force_login(city.siti.user)
    group = send(city, sheet(person(1), person(2, **{"Nomor ponsel": "12", "Alamat": "=HYPERLINK(1)"})))
    work()
    page = client.get(f"/kelompok/{group.id}/")
    assert "Baris 3, kolom F (Alamat)" in page.content.decode()
    assert "Refresh" not in page
    back = client.get(f"/kelompok/{group.id}/perbaikan/")
    rows = list(csv.reader(io.StringIO(b"".join(back.streaming_content).decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == [*HEAD, "Kesalahan"]
    assert rows[1][0] == nik(2)
    assert rows[1][5] == ""
    assert "rumus" in rows[1][-1]
    rows[1][5], rows[1][6] = "Jalan Melati 1", "'+6281234567890"
    second = send(city, sheet(*rows[1:], head=rows[0]))
    work()
    assert counts(second) == ("finished", 1, 1, 0, 0)


def test_rows_that_came_back_go_after_ninety_days_and_filed_ones_stay(client: Any, city: Any) -> None:
    client.force_login(city.siti.user)
    group = send(city, sheet(person(1), person(2, **{"Nomor ponsel": "12"})))
    young = send(city, sheet(person(4, **{"Nomor ponsel": "12"})))
    work()
    GroupFiling.objects.filter(id=young.id).update(finished_at=clock.now() + timedelta(days=1))
    with clock.use(clock.FixedClock(clock.now() + timedelta(days=89))):
        assert api.purge_groups() == 0
    with clock.use(clock.FixedClock(clock.now() + timedelta(days=90, minutes=1))):
        assert (api.purge_groups(), api.purge_groups()) == (1, 0)
    assert [row.state for row in GroupRow.objects.filter(group=group)] == ["filed"]
    assert [row.state for row in GroupRow.objects.filter(group=young)] == ["bad"]
    assert counts(group) == ("finished", 2, 1, 1, 0)
    told = client.get(f"/kelompok/{group.id}/").content.decode()
    assert "disimpan 90 hari dan sudah dihapus" in told
    assert "/perbaikan/" not in told
    assert client.get(f"/kelompok/{group.id}/perbaikan/").status_code == 404
    assert client.get(f"/kelompok/{young.id}/perbaikan/").status_code == 200
    assert [event.verb for event in history(f"group:{group.id}")][-1] == "group_purged"


def test_a_sheet_that_stopped_is_purged_of_rows_nobody_filed(city: Any) -> None:
    group = send(city, sheet(person(1), person(2)))
    api.work_on_groups()
    GroupFiling.objects.filter(id=group.id).update(
        state="stopped", finished_at=clock.now() - timedelta(days=91)
    )
    assert GroupRow.objects.filter(group=group).count() == 2
    api.purge_groups()
    assert not GroupRow.objects.filter(group=group).exists()


def test_the_pages_from_template_to_progress(client: Any, city: Any) -> None:
    here = f"/kelompok/baru/{SERVICE}/"
    assert "/akun/login/" in client.get(here)["Location"]
    client.force_login(city.budi.user)
    assert client.get(here).status_code == 403  # represents nobody
    assert "/kelompok/" not in client.get("/saya/").content.decode(), "and is not led there"
    client.force_login(city.siti.user)
    assert 'href="/kelompok/"' in client.get("/saya/").content.decode()
    assert client.get("/kelompok/").status_code == 200
    book = b"".join(client.get(f"{here}templat.xlsx").streaming_content)
    sheets = load_workbook(io.BytesIO(book))
    assert [cell.value for cell in sheets["Isian"][1]] == HEAD
    assert sheets["Petunjuk"].max_row == len(HEAD) + 1
    assert b"".join(client.get(f"{here}templat.csv").streaming_content).decode(
        "utf-8-sig"
    ).strip() == ";".join(HEAD)
    assert client.get(f"{here}templat.exe").status_code == 404
    assert client.get("/kelompok/baru/bpjstk-daftar-penerima-upah/").status_code == 403
    owner = f"business:{city.company}"
    nothing = client.post(here, {"owner": owner, "declaration": "on"})
    assert nothing.status_code == 422
    assert "Pilih lembar" in nothing.content.decode()
    wrong = SimpleUploadedFile("a.xlsx", b"MZ\x90\x00" * 100)
    assert (
        "bukan lembar Excel"
        in client.post(here, {"owner": owner, "declaration": "on", "sheet": wrong}).content.decode()
    )
    unticked = SimpleUploadedFile("a.csv", sheet(person(1)))
    assert (
        "Centang pernyataan ini." in client.post(here, {"owner": owner, "sheet": unticked}).content.decode()
    )
    good = SimpleUploadedFile("a.csv", sheet(person(1)))
    sent = client.post(here, {"owner": owner, "declaration": "on", "sheet": good})
    assert sent.status_code == 302
    waiting = client.get(sent["Location"])
    assert waiting["Refresh"] == "3"
    assert "Lembar sedang dibaca" in waiting.content.decode()
    work()
    done = client.get(sent["Location"]).content.decode()
    assert "1 orang diajukan" in done
    client.force_login(city.budi.user)
    assert client.get(sent["Location"]).status_code in {403, 404}
