"""Who may apply, from the first page to the filing: warned early by what is known, refused with the rule's own words."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.test import Client

from pendopo.applications import api
from pendopo.applications.models import Application
from pendopo.catalogue.api import get_service
from pendopo.identity.api import SYSTEM, record_facts
from pendopo.kernel.errors import Invalid
from tests import factories
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]

CARD, SIM = "disnaker-ak1", "sim-c-baru"
WORDS = "KTP dan Kartu Keluarga Kota Batam (Surat Edaran Wali Kota Batam 13/2026)."


def registered(person: UUID, **facts: Any) -> None:
    """The civil registry says this of a person."""
    named = {f"person.{name}": value for name, value in facts.items()}
    record_facts(
        person_id=person, facts=named, source="dukcapil", verified=True, by=SYSTEM, freshness_days={}
    )


@pytest.fixture
def budi(city: Cast) -> Client:
    client = Client(headers={"accept-language": "id"})
    client.force_login(city.budi.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return client


def drafted(city: Cast, service: str, **changed: Any) -> Application:
    """A whole draft of Budi's."""
    row = api.start(service_id=service, by=city.budi.actor)
    answers = factories.valid_answers(get_service(service), city.budi.actor) | changed
    api.save(application_id=row.id, answers=answers, by=city.budi.actor)
    return row


def test_what_is_verified_warns_before_the_first_question(budi: Client, city: Cast) -> None:
    assert city.budi.actor.id
    assert WORDS not in budi.get(f"/ajukan/{CARD}/").content.decode()
    registered(city.budi.actor.id, regency="KOTA MEDAN")
    page = budi.get(f"/ajukan/{CARD}/").content.decode()
    assert WORDS in page
    assert "Surat Edaran Wali Kota Batam 13/2026" in page


def test_a_filing_is_refused_beside_the_field(budi: Client, city: Cast) -> None:
    row = drafted(city, CARD, person_regency="Kota Medan")
    answer = budi.post(f"/permohonan/{row.id}/periksa/")
    assert answer.status_code == 422
    page = answer.content.decode()
    beside = page.index(WORDS, page.index("summary-error"))
    assert page.rindex("Kota Medan", 0, beside) > page.index("summary-error")
    assert api.get_own(row.id, city.budi.actor).state == "draft"
    api.save(application_id=row.id, answers={"person_regency": "Kota Batam"}, by=city.budi.actor)
    assert budi.post(f"/permohonan/{row.id}/periksa/")["location"].endswith("/tanda-terima/")


def test_typing_another_age_does_not_help_who_is_registered_as_young(city: Cast) -> None:
    assert city.budi.actor.id
    registered(city.budi.actor.id, birth_date="2012-02-02")
    row = drafted(city, SIM, person_birth_date="1990-01-01", golongan_sim_c_class="C")
    with pytest.raises(Invalid) as refused:
        api.submit(application_id=row.id, by=city.budi.actor)
    assert "17 tahun" in refused.value.errors["golongan_sim_c_class"]


def test_the_interface_refuses_the_same_and_files_nothing(city: Cast) -> None:
    version = get_service(SIM)
    answers = factories.valid_answers(version, city.siti.actor) | {"golongan_sim_c_class": "CI"}
    answers["golongan_sim_c_previous_issued_on"] = date.today().isoformat()  # noqa: DTZ011
    before = Application.objects.count()
    with pytest.raises(Invalid) as refused:
        api.file(service_id=SIM, answers=answers, key="ci-too-early", by=city.siti.actor)
    assert "12 bulan" in refused.value.errors["golongan_sim_c_class"]
    assert Application.objects.count() == before
