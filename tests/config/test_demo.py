"""The people of the demo, and the door that makes one of them of you: open in the demo, and nowhere else."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from pendopo.agencies.queries import actor_of
from pendopo.catalogue.api import list_agencies
from pendopo.config import demo
from pendopo.identity.api import ActorKind, User, list_businesses, person_of_user
from tests.factories import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(city: Cast) -> None:
    demo.create_people()


@pytest.fixture(autouse=True)
def _other_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The NIKs of the demo belong to the tests' cast already."""
    citizens = tuple(replace(c, nik=c.nik[:-4] + "0777") if c.nik else c for c in demo.CITIZENS)
    monkeypatch.setattr(demo, "CITIZENS", citizens)


def test_everybody_is_made_once(people: None) -> None:
    before = User.objects.count()
    printed = demo.create_people()
    assert User.objects.count() == before
    assert {email for _name, email, _part in printed} <= set(User.objects.values_list("email", flat=True))


def test_citizens_have_identities_staff_have_duties_and_one_is_new(people: None) -> None:
    actors = {c.email: actor_of(User.objects.get(email=c.email)) for c in demo.characters()}
    assert {actor.kind for actor in actors.values()} == {ActorKind.PERSON, ActorKind.STAFF, ActorKind.PUBLIC}
    assert actors["baru@demo.local"].kind is ActorKind.PUBLIC
    served = {agency for actor in actors.values() for agency in actor.duties}
    assert served >= {agency.id for agency in list_agencies()}
    owner = person_of_user(User.objects.get(email="mei@demo.local"))
    assert owner is not None
    assert len(list_businesses(owner.id)) == 1


def test_in_the_demo_one_click_is_enough(people: None, settings: Any) -> None:
    settings.DEMO = True
    client = Client()
    page = client.get("/demo/").content.decode()
    assert "Siti Rahmawati" in page
    assert client.post("/demo/", {"who": "siti@demo.local"})["location"] == "/"
    assert client.get("/saya/").status_code == 200
    assert client.post("/demo/", {"who": "loket@dpmptsp.demo.local"})["location"] == "/kerja/"
    assert client.get("/kerja/").status_code == 200


@pytest.mark.parametrize("who", ["", "tidak-ada@demo.local", "petugas@dpmptsp.id", "\0"])
def test_nobody_else_can_be_become(people: None, settings: Any, who: str) -> None:
    settings.DEMO = True
    assert Client().post("/demo/", {"who": who}).status_code == 404


def test_outside_the_demo_there_is_no_such_door(people: None, settings: Any) -> None:
    settings.DEMO = False
    assert Client().get("/demo/").status_code == 404
    assert Client().post("/demo/", {"who": "siti@demo.local"}).status_code == 404
