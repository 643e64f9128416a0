"""Services that end and agencies that leave: said beforehand, closed on the day, followed by what replaces them, never with work lost."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client

from pendopo.catalogue import api
from pendopo.catalogue.actions import check, load
from pendopo.catalogue.models import Agency, Register, Service
from pendopo.catalogue.rules.presence import after_endings, followed
from pendopo.kernel import clock
from pendopo.kernel.errors import Invalid, NotFound
from tests.catalogue import city as small

IZIN, SEHAT = "agencies/dinas-izin.yaml", "agencies/dinas-sehat.yaml"
LAST = "  sla_minutes: 30\n"
PRESENT = "presence:\n  status: confirmed-mpp\n  source: contoh\n"


def tomorrow() -> AbstractContextManager[clock.Clock]:
    """The day after, for everything inside."""
    return clock.use(clock.FixedClock(clock.now() + timedelta(days=1)))


def ends(folder: Path, on: date, heir: str = "laik-sehat") -> None:
    """The health certificate ends on that day."""
    followed_by = f"  replaced_by: {heir}\n" if heir else ""
    small.edit(folder, SEHAT, LAST, f"{LAST}  ends_on: '{on.isoformat()}'\n{followed_by}")


@pytest.mark.parametrize(
    ("heir", "words"),
    [("laik-x", "no other service 'laik-x'"), ("surat-sehat", "no other service"), ("", "")],
)
def test_what_replaces_a_service_exists(folder: Path, heir: str, words: str) -> None:
    ends(folder, date(2027, 1, 1), heir)
    assert [p.message for p in check(folder) if words in p.message] == [p.message for p in check(folder)]
    assert bool(check(folder)) == bool(words)


def test_a_replacement_needs_a_last_day_and_must_outlive_it(folder: Path) -> None:
    small.edit(folder, SEHAT, LAST, f"{LAST}  replaced_by: laik-sehat\n")
    assert "no last day" in check(folder)[0].message
    small.edit(
        folder, SEHAT, "  replaced_by: laik-sehat\n", "  replaced_by: laik-sehat\n  ends_on: '2027-01-01'\n"
    )
    assert check(folder) == []
    small.edit(folder, SEHAT, "  sla_working_days: 3\n", "  sla_working_days: 3\n  ends_on: '2026-12-31'\n")
    assert "ends no later" in check(folder)[0].message


def test_goals_follow_a_service_that_ended() -> None:
    bundles = {
        "g": {"services": [{"id": "lama", "after": ["lama", "lain"]}], "instead": [{"service": "lama"}]},
        "say": ["lama"],
    }
    assert followed(bundles, {"lama": "baru"}) == {
        "g": {"services": [{"id": "baru", "after": ["baru", "lain"]}], "instead": [{"service": "baru"}]},
        "say": ["lama"],
    }


@pytest.mark.django_db
def test_open_until_its_last_day_and_not_a_day_longer(folder: Path, client: Client) -> None:
    today = clock.today()
    ends(folder, today)
    load(folder, by="test")
    assert api.get_service("surat-sehat").number == 1
    page = client.get("/layanan/surat-sehat/").content.decode()
    assert "akan berakhir" in page
    assert "/layanan/laik-sehat/" in page
    with tomorrow():
        with pytest.raises(NotFound):
            api.get_service("surat-sehat")
        gone = client.get("/layanan/surat-sehat/")
        assert gone.status_code == 410
        assert "/layanan/laik-sehat/" in gone.content.decode()
        assert (api.close_ended(), api.close_ended()) == (1, 0)
        assert "surat-sehat" not in {card.id for card in api.list_cards()}
        load(folder, by="test")
        ending = api.get_ending("surat-sehat")
        assert ending is not None
        assert (ending.ended, ending.replaced_by) == (True, "laik-sehat")
        assert not Service.objects.get(pk="surat-sehat").is_active


@pytest.mark.django_db
def test_on_the_day_after_it_is_gone_from_every_list_before_anybody_closed_it(
    folder: Path, client: Client
) -> None:
    """At midnight, not when the hourly task comes round; and a process that has read the catalogue before knows it too."""
    small.edit(
        folder,
        "bundles.yaml",
        "    services:\n    - id: laik-sehat\n",
        "    services:\n    - id: surat-sehat\n",
    )
    ends(folder, clock.today())
    load(folder, by="test")

    def seen() -> dict[str, bool]:
        goal = api.get_goal("buka-warung")
        page = client.get("/layanan/?q=surat+sehat", headers={"accept-language": "id"}).content.decode()
        return {
            "list": "surat-sehat" in {card.id for card in api.list_cards(agency="dinas-sehat")},
            "pages": "surat-sehat" in {card.id for card in api.list_page()[0]},
            "links": "surat-sehat" in api.cards_of(["surat-sehat"]),
            "search": "surat-sehat" in {card.id for card in api.search("surat sehat")},
            "suggest": "surat-sehat" in {card.id for card in api.suggest("surat sehat")},
            "page": "/layanan/surat-sehat/" in page,
            "agency": api.get_agency("dinas-sehat").services == 2,
            "category": {c.id: c.services for c in api.categories()}["health"] == 2,
            "plan": "surat-sehat" in api.atlas().nodes,
            "goal": "surat-sehat" in str(goal),
        }

    assert seen() == dict.fromkeys(seen(), True)
    before = api.atlas().mark
    with tomorrow():
        assert seen() == dict.fromkeys(seen(), False)
        assert "laik-sehat" in str(api.get_goal("buka-warung"))
        by_day = api.atlas().mark
        assert by_day != before
        assert api.close_ended() == 1
        assert seen() == dict.fromkeys(seen(), False)
        assert "laik-sehat" in str(api.get_goal("buka-warung"))
        assert api.atlas().mark == by_day


def test_goals_go_on_with_the_last_of_those_that_followed() -> None:
    held = {"bundles": '{"g": {"services": [{"id": "a"}, {"id": "b"}]}}', "mark": "m", "usual": {}}
    made = after_endings(held, {"a": "b", "b": "c"})
    assert made["bundles"] == '{"g": {"services": [{"id": "c"}, {"id": "c"}]}}'
    assert made["mark"] != "m"
    assert after_endings(held, {"b": "c", "a": "b"})["mark"] == made["mark"]


@pytest.mark.django_db
def test_closing_makes_plans_read_anew(folder: Path) -> None:
    ends(folder, clock.today())
    load(folder, by="test")
    before = Register.objects.get(pk="planning").data["mark"]
    with tomorrow():
        api.close_ended()
    assert Register.objects.get(pk="planning").data["mark"] != before


@pytest.mark.django_db
def test_an_agency_with_open_work_leaves_only_with_a_successor(folder: Path) -> None:
    load(folder, by="test")
    asked: list[str] = []

    def open_work(agencies: Iterator[str]) -> dict[str, int]:
        asked.extend(agencies)
        return {"dinas-sehat": 3}

    small.edit(folder, SEHAT, PRESENT, "presence:\n  status: left\n")
    with pytest.raises(Invalid) as refused:
        load(folder, by="test", open_work=open_work)
    assert asked == ["dinas-sehat"]
    (where,) = refused.value.errors
    assert where == f"{SEHAT}:{small.line_of(folder, SEHAT, 'presence')}"
    assert "3 open applications" in refused.value.errors[where]
    assert Agency.objects.get(pk="dinas-sehat").is_active
    small.edit(folder, SEHAT, "status: left\n", "status: left\n  successor: dinas-izin\n")
    report = load(folder, by="test", open_work=open_work)
    assert set(report.retired) == {"laik-sehat", "surat-sehat"}
    assert not Agency.objects.get(pk="dinas-sehat").is_active


@pytest.mark.django_db
def test_an_agency_whose_file_is_gone_has_left_too(folder: Path) -> None:
    small_one = folder / "agencies/dinas-lain.yaml"
    small_one.write_text(
        "id: dinas-lain\nname: Dinas Lain\nname_en: Other Office\nlevel: city\nservices: []\n"
    )
    load(folder, by="test")
    small_one.unlink()
    with pytest.raises(Invalid) as refused:
        load(folder, by="test", open_work=lambda agencies: dict.fromkeys(agencies, 1))
    assert list(refused.value.errors) == ["agencies:1"]
    load(folder, by="test", open_work=lambda _agencies: {})
    assert not Agency.objects.get(pk="dinas-lain").is_active
