"""One answer for each application, and nothing in it that leads back to who gave it."""

from decimal import Decimal
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from pendopo.catalogue.api import get_service
from pendopo.feedback import api
from pendopo.feedback.models import Survey
from pendopo.identity.api import Actor
from pendopo.kernel import events
from pendopo.kernel.errors import Denied, NotFound
from tests import factories
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
SERVICE = "kel-domisili"
GOOD = dict.fromkeys(api.ELEMENTS, 4)
TYPED = dict.fromkeys(api.ELEMENTS, "3")


@pytest.fixture
def siti(city: Cast) -> Actor:
    return city.siti.actor


@pytest.fixture
def done(siti: Actor) -> UUID:
    application_id = factories.file(get_service(SERVICE), siti)
    assert factories.conclude(application_id) == "completed"
    return application_id


@pytest.fixture
def client(city: Cast) -> Client:
    browser = Client()
    browser.force_login(city.siti.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return browser


def test_an_opinion_counts_once(done: UUID, siti: Actor) -> None:
    assert api.index_of(SERVICE) is None
    for scores in (GOOD, dict.fromkeys(api.ELEMENTS, 1)):
        api.answer_survey(application_id=done, scores=scores, comment="Cepat", by=siti)
    assert api.is_answered(done)
    assert api.index_of(SERVICE) == Decimal("100.00")
    assert [entry.verb for entry in events.history(f"service:{SERVICE}")] == ["surveyed"]


def test_nothing_leads_back_to_who_answered(done: UUID, siti: Actor) -> None:
    api.answer_survey(application_id=done, scores=GOOD, comment="", by=siti)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(s)::text FROM feedback_survey s")
        ((row,),) = cursor.fetchall()
    for trace in (str(done), done.hex, str(siti.id), siti.name):
        assert trace not in row
    (told,) = events.history(f"service:{SERVICE}")
    assert (told.actor, told.data) == ("public", {})


def test_only_the_applicant_answers_and_only_after_the_decision(city: Cast, done: UUID, siti: Actor) -> None:
    for stranger in (city.budi.actor, city.officer.actor):
        with pytest.raises(NotFound):
            api.answer_survey(application_id=done, scores=GOOD, comment="", by=stranger)
    early = factories.file(get_service(SERVICE), siti)
    with pytest.raises(Denied) as refused:
        api.answer_survey(application_id=early, scores=GOOD, comment="", by=siti)
    assert refused.value.code == "survey_too_early"
    factories.conclude(early, approve=False)
    api.answer_survey(application_id=early, scores=GOOD, comment="", by=siti)
    assert Survey.objects.count() == 1


def test_the_page_asks_thanks_and_does_not_ask_again(client: Client, done: UUID) -> None:
    page = f"/survei/{done}/"
    assert client.get(page).content.decode().count('type="radio"') == 36
    missing = client.post(page, {**TYPED, "fee": "5", "time": "", "comment": "Baik sekali"})
    assert missing.status_code == 422
    assert "Baik sekali" in missing.content.decode()
    assert missing.content.decode().count('id="e-') == 2
    assert client.post(page, {**TYPED, "comment": "Te\0rima \u202ekasih" + "!" * 2000}).status_code == 200
    comment = Survey.objects.get().comment
    assert comment.startswith("Terima kasih!")
    assert len(comment) == 1000
    assert client.post(page, TYPED).status_code == 200
    assert Survey.objects.count() == 1


def test_strangers_have_no_survey(city: Cast, done: UUID) -> None:
    assert Client().get(f"/survei/{done}/")["location"] == f"/akun/login/?next=/survei/{done}/"
    stranger = Client()
    stranger.force_login(city.budi.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert stranger.get(f"/survei/{done}/").status_code == 404
    assert stranger.post(f"/survei/{done}/", TYPED).status_code == 404
