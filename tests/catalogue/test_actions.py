"""Loading on real PostgreSQL: idempotent, immutable, all or nothing."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError

from pendopo.catalogue import api
from pendopo.catalogue.models import SearchMiss, ServiceVersion
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Invalid, NotFound
from tests.catalogue import city

pytestmark = pytest.mark.django_db
IZIN, SEHAT = "agencies/dinas-izin.yaml", "agencies/dinas-sehat.yaml"


def test_first_load_and_the_same_again(folder: Path) -> None:
    report = api.load(folder, by="system")
    assert set(report.new) == {"izin-dagang", "laik-sehat", "surat-sehat"}
    before = api.get_service("izin-dagang")
    again = api.load(folder, by="system")
    assert (again.new, again.changed, again.retired, again.unchanged) == ((), (), (), 3)
    assert api.get_service("izin-dagang") is before
    assert before.number == 1
    assert [entry.verb for entry in events.history("catalogue")] == ["catalogue_loaded"]


def test_a_change_is_a_new_version_and_the_old_one_stays(folder: Path) -> None:
    api.load(folder, by="system")
    old = api.get_service("izin-dagang")
    city.edit(folder, IZIN, "sla_working_days: 5", "sla_working_days: 4")
    report = api.load(folder, by="staff:1")
    assert (report.changed, report.unchanged) == (("izin-dagang",), 2)
    new = api.get_service("izin-dagang")
    assert (new.number, new.content["sla_working_days"]) == (2, 4)
    assert api.get_version(old.id).content["sla_working_days"] == 5
    assert events.history("catalogue")[-1].actor == "staff:1"


def test_a_change_of_a_shared_register_reaches_every_service_that_uses_it(folder: Path) -> None:
    api.load(folder, by="system")
    city.edit(folder, "references.yaml", "value: 1500", "value: 2000")
    assert api.load(folder, by="system").changed == ("izin-dagang",)
    city.edit(folder, "procedures.yaml", "name: Tanda tangan", "name: Penandatanganan")
    assert len(api.load(folder, by="system").changed) == 3


def test_a_service_that_is_gone_becomes_inactive_and_may_return(folder: Path) -> None:
    api.load(folder, by="system")
    text = (folder / SEHAT).read_text()
    (folder / SEHAT).write_text(text[: text.index("- id: surat-sehat")])
    version = api.get_service("surat-sehat")
    assert api.load(folder, by="system").retired == ("surat-sehat",)
    with pytest.raises(NotFound):
        api.get_service("surat-sehat")
    assert "surat-sehat" not in {card.id for card in api.search("surat sehat")}
    assert api.get_version(version.id).service_id == "surat-sehat"
    (folder / SEHAT).write_text(text)
    assert api.load(folder, by="system").unchanged == 3
    assert api.get_service("surat-sehat").number == 1


def test_a_broken_file_changes_nothing(folder: Path) -> None:
    api.load(folder, by="system")
    city.edit(folder, IZIN, "sla_working_days: 5", "sla_working_days: 4")
    city.edit(folder, SEHAT, "category: health\n  applicant: person", "category: sakit\n  applicant: person")
    with pytest.raises(Invalid) as refused:
        api.load(folder, by="system")
    assert [place.rpartition(":")[0] for place in refused.value.errors] == [SEHAT]
    assert api.get_service("izin-dagang").number == 1


@pytest.mark.parametrize(
    "sql", ["UPDATE catalogue_serviceversion SET version = 9", "DELETE FROM catalogue_serviceversion"]
)
def test_the_database_refuses_to_change_a_version(folder: Path, sql: str) -> None:
    api.load(folder, by="system")
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert ServiceVersion.objects.count() == 3


def test_misses_are_counted_without_numbers_that_may_be_a_nik() -> None:
    for query in ("  Zzqq  ", "zzqq", "2171011708900001 xyz\x00\u202e", "ab"):
        api.note_miss(query)
    rows = dict(SearchMiss.objects.values_list("query", "count"))
    assert rows == {"zzqq": 2, "xyz": 1}
    assert api.list_misses()[0].query == "zzqq"
    with clock.use(clock.FixedClock(clock.now() + timedelta(days=91))):
        api.note_miss("baru")
    assert [miss.query for miss in api.list_misses()] == ["baru"]


def test_export_writes_what_is_loaded(folder: Path, tmp_path: Path) -> None:
    api.load(folder, by="system")
    out = tmp_path / "out"
    assert api.export(out) == 3
    standard = yaml.safe_load((out / "standards/izin-dagang.yaml").read_text())
    assert standard["biaya_tarif"]["jenis"] == "dihitung"
    assert standard["jangka_waktu"] == {"nilai": 5, "satuan": "hari kerja"}
    assert len(json.loads((out / "standards.json").read_text())) == 3
    assert yaml.safe_load((out / "facts.yaml").read_text())["person.nik"]["name"] == "NIK"
