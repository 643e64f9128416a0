"""Promises in days of the calendar: from the folder to cards, standards, purposes and the term of an application."""

from pathlib import Path

import pytest
from django.test import Client

from pendopo.applications.queries import term_of
from pendopo.catalogue import api
from pendopo.catalogue.actions import check
from pendopo.catalogue.rules import promises
from pendopo.catalogue.rules.purposes import plan_for, variant
from pendopo.catalogue.rules.standard import standard_of
from pendopo.region.api import Term, Unit
from tests.catalogue import city

SEHAT = "agencies/dinas-sehat.yaml"
PURPOSES = """\
renewal: {name: Perpanjangan, name_en: Renewal, asks: all, fields: []%s}
services:
  izin-dagang:
    renewal: {sla_working_days: 2%s}
"""


@pytest.fixture
def laik(folder: Path) -> api.ServiceVersion:
    city.edit(folder, SEHAT, "sla_working_days: 3", "sla_calendar_days: 10")
    api.load(folder, by="system")
    return api.get_service("laik-sehat")


@pytest.mark.django_db
def test_the_term_of_an_application_is_in_its_unit(laik: api.ServiceVersion) -> None:
    assert term_of(laik.id) == Term(10, Unit.CALENDAR)
    assert term_of(api.get_service("izin-dagang").id) == Term(5, Unit.WORKING)


@pytest.mark.django_db
def test_pages_say_the_unit(laik: api.ServiceVersion, client: Client) -> None:
    def page(path: str) -> str:
        return client.get(path, headers={"accept-language": "id"}).content.decode()

    assert page("/layanan/laik-sehat/").count("10 hari kalender") == 2
    assert "semua hari dihitung" in page("/layanan/laik-sehat/")
    assert "10 hari kalender" in page("/instansi/dinas-sehat/")
    assert "10 hari kalender" in page("/layanan/?q=laik+sehat")
    told = {card.id: card for card in api.search("laik sehat")}["laik-sehat"]
    assert (told.sla_calendar_days, told.sla_working_days, told.sla_minutes) == (10, None, None)


@pytest.mark.django_db
def test_the_published_standard_says_the_unit(laik: api.ServiceVersion) -> None:
    assert standard_of(laik.content)["jangka_waktu"] == {"nilai": 10, "satuan": "hari kalender"}


@pytest.mark.django_db
def test_versions_without_such_a_promise_stay_as_they_were(laik: api.ServiceVersion) -> None:
    assert "sla_calendar_days" not in api.get_service("izin-dagang").content


@pytest.mark.django_db
def test_the_time_of_a_purpose_wins_in_whatever_unit(laik: api.ServiceVersion) -> None:
    register = {
        "renewal": {
            "name": "Perpanjangan", "name_en": "Renewal", "asks": "all", "fields": [], "sla_working_days": 2
        }
    }  # fmt: skip
    plan = plan_for(register, "laik-sehat", "renewal")
    assert plan is not None
    made = variant(laik.content, plan, {}, {}, "")
    assert {name: made[name] for name in promises.FIELDS} == {
        "sla_working_days": 2, "sla_calendar_days": None, "sla_minutes": None
    }  # fmt: skip


@pytest.mark.parametrize(
    ("general", "own", "line"),
    [
        (", sla_minutes: 1", "", ""),
        (", sla_working_days: 1, sla_calendar_days: 2", "", "renewal: {name"),
        ("", ", sla_calendar_days: 2", "renewal: {sla"),
    ],
)
def test_a_purpose_states_one_time(folder: Path, general: str, own: str, line: str) -> None:
    (folder / "purposes.yaml").write_text(PURPOSES % (general, own))
    found = [p for p in check(folder) if "sla" in p.message]
    if line:
        assert [p.line for p in found] == [city.line_of(folder, "purposes.yaml", line)]
        assert "not both" in found[0].message
    else:
        assert "unknown key" in found[0].message
