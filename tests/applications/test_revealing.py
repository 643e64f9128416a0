"""A NIK is shown whole only to an officer at work on the file, for one reply, and the applicant can read that it was."""

from uuid import UUID

import pytest

from pendopo.applications import api
from pendopo.applications.rules import Verb
from pendopo.catalogue.api import get_service
from pendopo.identity.api import list_accesses, mask_nik
from tests import factories
from tests.applications.conftest import SIP, Browser
from tests.factories import NIK, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]


@pytest.fixture
def file(city: Cast) -> UUID:
    application = factories.file(get_service(SIP), city.siti.actor)
    factories.act(application, Verb.COMPLETE)
    return application


def seen(application: UUID) -> list[str]:
    return [entry.actor for entry in api.timeline(application) if entry.verb == "nik_shown"]


def test_the_officer_at_work_sees_it_once_and_the_applicant_reads_of_it(
    city: Cast, signed_in: Browser, file: UUID
) -> None:
    officer = signed_in(city.officer)
    before = officer.get(f"/kerja/{file}/").content.decode()
    assert mask_nik(NIK) in before
    assert NIK not in before
    assert "Tampilkan NIK" in before
    answer = officer.post(f"/kerja/{file}/nik/")
    assert answer.status_code == 200
    assert NIK in answer.content.decode()
    assert "Tampilkan NIK" not in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    assert NIK not in officer.get(f"/kerja/{file}/").content.decode()
    assert officer.get(f"/kerja/{file}/nik/").headers["location"] == f"/kerja/{file}/"
    assert seen(file) == [city.officer.actor.ref]
    assert "Petugas melihat NIK lengkap" in officer.get(f"/kerja/{file}/").content.decode()
    assert city.siti.actor.id is not None
    assert [a.fields for a in list_accesses(city.siti.actor.id) if a.purpose.startswith("Melihat NIK lengkap")] == [
        ["person_nik"]
    ]  # fmt: skip
    citizen = signed_in(city.siti)
    assert "Melihat NIK lengkap pada permohonan" in citizen.get("/saya/data/").content.decode()
    history = citizen.get(f"/permohonan/{file}/").content.decode()
    assert "Petugas melihat NIK lengkap" in history
    assert city.officer.actor.name in history
    officer.post(f"/kerja/{file}/nik/")
    assert len(seen(file)) == 2


def test_who_is_not_at_work_on_the_file_does_not_see_it(city: Cast, signed_in: Browser, file: UUID) -> None:
    signatory, stranger = signed_in(city.signatory), signed_in(city.stranger)
    assert "Tampilkan NIK" not in signatory.get(f"/kerja/{file}/").content.decode()
    for client, status in (
        (signatory, 403),
        (stranger, 404),
        (signed_in(city.siti), 403),
        (signed_in(None), 302),
    ):
        answer = client.post(f"/kerja/{file}/nik/")
        assert answer.status_code == status
        assert NIK not in answer.content.decode()
    assert seen(file) == []
