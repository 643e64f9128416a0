"""A business linked by its NIB: only by whom OSS names, once, with its facts; and in words when it cannot be."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from pendopo.agencies import api
from pendopo.identity.api import (
    Actor,
    ActorKind,
    accept_mandate,
    facts_of,
    give_mandate,
    has_consent,
    list_businesses,
    list_mandates_given,
    represents,
)
from pendopo.identity.models import Business, Mandate
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, Unavailable
from simulators.oss import Oss, business
from tests import factories
from tests.factories import Account, Cast

pytestmark = pytest.mark.django_db
NIB = "9120104830002"
PAGE = "/saya/usaha/"


@pytest.fixture
def hendra(city: Cast) -> Account:
    """OSS names him for the CV with ``NIB``."""
    return factories.citizen("hendra@contoh.id", "Hendra Gunawan", "2171120101800005")


def browser(who: Account) -> Client:
    client = Client(headers={"accept-language": "id"})
    client.force_login(who.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return client


def test_whom_oss_names_is_linked_once_with_facts_and_consent(hendra: Account, oss: Oss) -> None:
    by = hendra.actor
    assert by.id is not None
    firm = api.link_from_oss(nib=NIB, by=by)
    assert api.link_from_oss(nib=NIB, by=by) == firm
    assert [one.id for one in list_businesses(by.id)] == [firm.id]
    assert Mandate.objects.filter(business=firm).count() == 1
    assert [e.verb for e in events.history(f"business:{firm.id}")].count("registered") == 1
    assert has_consent(by.id, "oss")
    known = facts_of(business_id=firm.id)
    assert (known["business.nib"].value, known["business.nib"].source) == (NIB, "oss")
    assert known["business.name"].value == "CV Bintan Karya Utama"
    assert known["business.responsible_name"].value == "Hendra Gunawan"
    assert "2171120101800005" not in str(known["business.responsible_nik"].value), "a NIK is kept sealed"
    assert all(fact.verified for fact in known.values())
    assert facts_of(person_id=by.id) == {}


@pytest.mark.parametrize(
    ("nib", "code"),
    [("912010483000", "nib_format"), ("９120104830002", "nib_format"), ("1111111111111", "nib_unknown")],
)
def test_numbers_that_are_nobodys(hendra: Account, oss: Oss, nib: str, code: str) -> None:
    with pytest.raises(Denied) as refused:
        api.link_from_oss(nib=nib, by=hendra.actor)
    assert refused.value.code == code


def test_a_stranger_gets_nothing_and_nothing_is_half_done(city: Cast, oss: Oss) -> None:
    with pytest.raises(Denied) as refused:
        api.link_from_oss(nib=NIB, by=city.budi.actor)
    assert refused.value.code == "nib_not_yours"
    assert not Business.objects.filter(nib=NIB).exists()
    answer = browser(city.budi).post(PAGE, {"nib": NIB})
    assert answer.status_code == 422
    assert "bukan penanggung jawab" in answer.content.decode()
    assert NIB in answer.content.decode(), "what was typed stays"


def test_a_number_known_here_is_shared_by_all_whom_oss_names(city: Cast, oss: Oss) -> None:
    """Siti's company is known; OSS names somebody else: he acts for it too, and she is not put out."""
    record = business(factories.NIB, "PT Lain Nama", "", factories.OTHER_NIK)
    oss.control({"register": record})
    firm = api.link_from_oss(nib=factories.NIB, by=city.budi.actor)
    assert firm.id == city.company
    assert city.siti.actor.id is not None
    assert represents(city.siti.actor.id, firm.id)
    assert firm.name == "PT Laut Jaya Sejahtera"


def test_the_registers_word_takes_the_place_of_a_mandate_given(city: Cast, oss: Oss) -> None:
    budi = city.budi.actor
    assert budi.id is not None
    mandate, code = give_mandate(
        agent_nik=factories.OTHER_NIK, agent_name="Budi", reach=["category:labour"], valid_from=clock.today(), valid_until=None,
        purpose="", by=city.siti.actor, business_id=city.company,
    )  # fmt: skip
    accept_mandate(code=code, by=budi)
    assert not represents(budi.id, city.company)
    oss.control({"register": business(factories.NIB, "PT Laut", "", factories.OTHER_NIK)})
    api.link_from_oss(nib=factories.NIB, by=budi)
    assert represents(budi.id, city.company)
    mandate.refresh_from_db()
    assert (mandate.revoked_at is not None, mandate.revoked_by) == (True, budi.ref)


def test_who_is_linked_may_let_others_act(hendra: Account, oss: Oss) -> None:
    firm = api.link_from_oss(nib=NIB, by=hendra.actor)
    give_mandate(
        agent_nik=factories.OTHER_NIK, agent_name="Budi", reach=["all"], valid_from=clock.today(), valid_until=None, purpose="",
        by=hendra.actor, business_id=firm.id,
    )  # fmt: skip
    assert hendra.actor.id is not None
    assert len(list_mandates_given(hendra.actor.id)) == 1


def test_oss_away_says_try_later_and_links_nothing(hendra: Account, oss: Oss) -> None:
    oss.control({"mode": "fail"})
    with pytest.raises(Unavailable):
        api.link_from_oss(nib=NIB, by=hendra.actor)
    answer = browser(hendra).post(PAGE, {"nib": "9120 1048 30002"})
    assert answer.status_code == 503
    assert "tidak menjawab" in answer.content.decode()
    assert "9120 1048 30002" in answer.content.decode()
    assert not Business.objects.filter(nib=NIB).exists()


def test_nobody_is_asked_about_without_an_identity(city: Cast, oss: Oss) -> None:
    with pytest.raises(Denied) as refused:
        api.link_from_oss(nib=NIB, by=Actor(ActorKind.PERSON, None))
    assert refused.value.code == "identity_needed"
    assert oss.calls == 0


def test_the_page_links_and_goes_back_where_one_came_from(hendra: Account, oss: Oss) -> None:
    client = browser(hendra)
    service = "/ajukan/disnaker-wlkp/"
    assert client.get(service)["location"] == f"{PAGE}?next={service}"
    sheet = client.get(f"{PAGE}?next={service}").content.decode()
    assert "Hubungkan usaha Anda" in sheet
    assert f'value="{service}"' in sheet
    answer = client.post(PAGE, {"nib": "9120.1048.30002", "next": service})
    assert answer["location"] == service
    assert "CV Bintan Karya Utama" in client.get(service).content.decode()
    assert "CV Bintan Karya Utama" in client.get("/saya/data/").content.decode()
    assert client.post(PAGE, {"nib": NIB, "next": "https://jahat.example/"})["location"] == "/saya/data/"
    assert "Link your business" in client.get(PAGE, headers={"accept-language": "en"}).content.decode()


def test_staff_and_hands_link_nothing(city: Cast, oss: Oss, hendra: Account) -> None:
    assert browser(city.officer).get(PAGE).status_code in {302, 403}
    assert Client().get(PAGE)["location"].startswith("/akun/login/")
    client = browser(city.budi)
    _mandate, code = give_mandate(
        agent_nik=factories.OTHER_NIK, agent_name="Budi", reach=["all"], valid_from=clock.today(), valid_until=clock.today(), purpose="",
        by=hendra.actor,
    )  # fmt: skip
    held = accept_mandate(code=code, by=city.budi.actor)
    client.post(f"/saya/kuasa/{held.id}/pakai/")
    refused: Any = client.post(PAGE, {"nib": NIB})
    assert refused.status_code == 403
    assert not Business.objects.filter(nib=NIB).exists()
