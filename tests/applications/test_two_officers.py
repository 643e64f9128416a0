"""Two officers on one step, and officers whose duties end while they work: clear words, nothing half done."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.test import Client

from pendopo.agencies.api import employ
from pendopo.applications import api
from pendopo.applications.rules import StepKind, Verb
from pendopo.catalogue.api import get_service
from pendopo.identity.api import SYSTEM, Role
from pendopo.kernel import clock
from tests import factories
from tests.factories import Account, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]

SERVICE = "dpmptsp-sip-perawat"
AGENCY = "dpmptsp-batam"


def at_desk(who: Account) -> Client:
    """A browser in which this officer has signed in with both factors."""
    client = Client(headers={"accept-language": "id"})
    client.force_login(who.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    Authenticator.objects.get_or_create(user=who.user, type=Authenticator.Type.TOTP, defaults={"data": {}})
    return client


def officer(name: str, *roles: Role) -> Account:
    return factories.staff(f"{name}@dua.id", name.title(), AGENCY, *roles)


def at_verification(city: Cast) -> str:
    """Address of a file whose verification is open."""
    application_id = factories.file(get_service(SERVICE), city.siti.actor)
    factories.act(application_id, Verb.COMPLETE)
    step = factories.open_step(application_id)
    assert step is not None
    assert step.kind is StepKind.VERIFICATION
    return f"/kerja/{application_id}/"


def history(file: str) -> list[str]:
    from uuid import UUID

    return [entry.verb for entry in api.timeline(UUID(file.split("/")[2]))]


def test_the_second_of_two_officers_is_told_so(city: Cast) -> None:
    file = at_verification(city)
    first, second = at_desk(officer("ani", Role.BACK_OFFICER)), at_desk(officer("beni", Role.BACK_OFFICER))
    assert first.get(file).status_code == second.get(file).status_code == 200
    assert first.post(f"{file}verification/verify/").status_code == 302
    before = history(file)
    late = second.post(f"{file}verification/verify/")
    assert late.status_code == 409
    assert "mungkin oleh rekan Anda" in late.content.decode()
    contrary = {"reason": "Alasan", "legal_basis": "Perda 1/2026"}
    assert second.post(f"{file}verification/reject/", contrary).status_code == 409
    assert history(file) == before


def test_who_loses_the_role_while_the_page_is_open_cannot_act(city: Cast) -> None:
    file = at_verification(city)
    who = officer("citra", Role.BACK_OFFICER)
    desk = at_desk(who)
    assert desk.get(file).status_code == 200
    employ(user=who.user, agency_id=AGENCY, roles=[Role.FRONT_OFFICER.value], by=SYSTEM)
    before = history(file)
    answer = desk.post(f"{file}verification/verify/")
    assert answer.status_code in {403, 422}
    assert "bukan untuk peran Anda" in answer.content.decode()
    assert history(file) == before


def test_whose_employment_ended_yesterday_finds_no_desk(city: Cast) -> None:
    file = at_verification(city)
    who = officer("dodi", Role.BACK_OFFICER)
    desk = at_desk(who)
    assert desk.get(file).status_code == 200
    yesterday = clock.today() - timedelta(days=1)
    employ(user=who.user, agency_id=AGENCY, roles=[Role.BACK_OFFICER.value], by=SYSTEM, ends_on=yesterday)
    before = history(file)
    assert desk.post(f"{file}verification/verify/").status_code in {403, 404}
    assert history(file) == before


def test_a_draft_of_a_service_that_ends_says_so(city: Cast) -> None:
    """And once it has ended the door leads to the page that names what follows."""
    from pendopo.catalogue.models import Service

    row = api.start(service_id=SERVICE, by=city.siti.actor)
    Service.objects.filter(pk=SERVICE).update(ends_on=clock.today(), replaced_by="dpmptsp-nib")
    siti = Client(headers={"accept-language": "id"})
    siti.force_login(city.siti.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    page = siti.get(f"/permohonan/{row.id}/periksa/").content.decode()
    assert "akan berakhir" in page
    assert "/layanan/dpmptsp-nib/" in page
    assert siti.get(f"/ajukan/{SERVICE}/").status_code == 200
    with clock.use(clock.FixedClock(clock.now() + timedelta(days=1))):
        late = siti.post(f"/permohonan/{row.id}/periksa/")
        assert late.status_code in {403, 409, 422}
        assert siti.get(f"/ajukan/{SERVICE}/")["location"] == f"/layanan/{SERVICE}/"
