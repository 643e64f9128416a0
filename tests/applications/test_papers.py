"""A document this mall has issued answers the next application's file field; nobody else's, nor one that ended, does."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.test import Client

from pendopo.applications.models import Application
from pendopo.applications.queries import file_fields, list_usable, prefill
from pendopo.catalogue.api import get_service
from pendopo.documents.api import Signatory, issue, list_held
from pendopo.identity.api import SYSTEM, Actor, User
from pendopo.kernel import clock
from pendopo.kernel.errors import Invalid
from tests import factories
from tests.documents.conftest import body_of
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]


def needing() -> tuple[str, str, str]:
    """A service that wants, as a file, a document of another service open to people: (service, field, issuer)."""
    for service_id in ("dpmptsp-pbg-rumah", "dpmptsp-sip-perawat"):
        version = get_service(service_id)
        for field, issuer in file_fields(version).items():
            if get_service(issuer).content["applicant"] != "business":
                return service_id, field, issuer
    raise AssertionError("no such service")


def issued(by: Actor, service_id: str, **changed: Any) -> Any:
    """A document as the mall issues it."""
    application = factories.file(get_service(service_id), by)
    told: dict[str, Any] = {
        "subject": f"application:{application}", "kind": service_id, "title": "Dokumen", "template": "default",
        "service_id": service_id, "service_name": "Layanan", "agency_id": "dpmptsp-batam", "agency_name": "DPMPTSP",
        "holder_name": by.name, "holder_ref": by.ref, "rows": [], "legal_basis": [], "reasons": [],
        "signatory": Signatory(name="Reza", title="Kepala", nip=""), "valid_from": clock.today(), "valid_until": None, "by": SYSTEM,
    }  # fmt: skip
    return issue(**told | changed)


def test_a_held_document_is_filled_in_by_itself_and_can_be_filed(city: Cast) -> None:
    siti = city.siti.actor
    service_id, field, issuer = needing()
    version = get_service(service_id)
    paper = issued(siti, issuer)
    answers, sources = prefill(version, siti, None)
    assert answers[field] == str(paper.id)
    assert sources[field]["source"] == f"document:{paper.number}"
    application = factories.file(version, siti, **{field: answers[field]})
    officer = factories.holder_of(factories.open_step(application))  # type: ignore[arg-type]
    client = Client(headers={"accept-language": "id"})
    client.force_login(_user(officer), backend=django_settings.AUTHENTICATION_BACKENDS[0])
    Authenticator.objects.get_or_create(
        user=_user(officer), type=Authenticator.Type.TOTP, defaults={"data": {}}
    )
    page = client.get(f"/kerja/{application}/").content.decode()
    assert f"Sudah ada: {paper.number}" in page
    opened = client.get(f"/kerja/{application}/berkas/{field}/")
    assert opened["content-type"] == "application/pdf"
    assert body_of(opened)


def _user(officer: Actor) -> Any:
    return User.objects.get(id=officer.id)


def test_only_ones_own_paper_that_holds_is_accepted(city: Cast) -> None:
    siti, budi = city.siti.actor, city.budi.actor
    service_id, field, issuer = needing()
    version = get_service(service_id)
    yesterday = clock.today() - timedelta(days=1)
    others = issued(budi, issuer)
    ended = issued(siti, issuer, valid_from=yesterday - timedelta(days=9), valid_until=yesterday)
    refusal = issued(siti, issuer, kind="rejection", reasons=[("Di luar zona.", "Perda")])
    for paper in (others, ended, refusal):
        with pytest.raises(Invalid) as refused:
            factories.file(version, siti, **{field: str(paper.id)})
        assert set(refused.value.errors) == {field}
    assert list_usable(siti, None, [issuer]) == {}
    good = issued(siti, issuer)
    assert list_usable(siti, None, [issuer])[issuer].id == good.id


def test_a_companys_paper_is_not_filled_into_its_owners_private_application(city: Cast) -> None:
    siti = city.siti.actor
    _service, _field, issuer = needing()
    paper = issued(siti, issuer)
    Application.objects.filter(id=UUID(paper.subject.removeprefix("application:"))).update(
        business_id=city.company
    )
    assert list_usable(siti, None, [issuer]) == {}
    assert list_usable(siti, city.company, [issuer])[issuer].id == paper.id
    assert list_held(siti.ref)[0].id == paper.id
