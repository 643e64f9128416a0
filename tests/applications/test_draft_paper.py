"""Whoever signs or initials sees the paper first: marked as a draft, without number and signature, kept nowhere."""

import subprocess
from pathlib import Path
from shutil import which
from typing import Any
from uuid import UUID

import pytest

from pendopo.applications import api
from pendopo.applications.rules import StepKind
from pendopo.catalogue.api import get_service
from pendopo.documents.api import verify_pdf
from pendopo.documents.connectors.typst import client as typst
from pendopo.documents.models import Document, NumberSeries
from pendopo.identity.api import Role, list_accesses
from tests import factories
from tests.applications.conftest import SIP, Browser
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]


def reach(application_id: UUID, kind: StepKind) -> str:
    """Address of the open step of that kind."""
    while (step := factories.open_step(application_id)) and step.kind is not kind:
        factories.proceed(application_id, step)
    assert step is not None
    return f"/kerja/{application_id}/{step.key}/konsep.pdf"


@pytest.fixture
def typeset(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was handed to the typesetter; the paper is typeset all the same."""
    seen: list[dict[str, Any]] = []
    really = typst.typeset

    def watched(template: str, data: Any, **more: Any) -> typst.Typeset:
        seen.append(dict(data))
        return really(template, data, **more)

    monkeypatch.setattr(typst, "typeset", watched)
    return seen


def test_who_signs_sees_the_paper_first(
    city: Cast, signed_in: Browser, typeset: list[dict[str, Any]], tmp_path: Path
) -> None:
    application_id = factories.file(get_service(SIP), city.siti.actor)
    address = reach(application_id, StepKind.SIGNING)
    before = (Document.objects.count(), NumberSeries.objects.count(), len(api.timeline(application_id)))
    desk = signed_in(city.signatory)
    assert f'href="{address}"' in desk.get(f"/kerja/{application_id}/").content.decode()
    answer = desk.get(address)
    assert answer.status_code == 200
    assert answer["content-type"] == "application/pdf"
    assert "no-store" in answer["cache-control"]
    assert answer.content.startswith(b"%PDF-")
    assert not verify_pdf(answer.content).signed
    (data,) = typeset
    assert data["draft"] is True
    assert not {"number", "code_shown", "verify_url", "qr"} & data.keys()
    assert data["signatory"]["name"] == "Reza Mahendra"
    assert "Siti Rahmawati" in str(data["rows"])
    assert before == (
        Document.objects.count(),
        NumberSeries.objects.count(),
        len(api.timeline(application_id)),
    )
    if which("pdftotext"):
        path = tmp_path / "konsep.pdf"
        path.write_bytes(answer.content)
        text = subprocess.run(
            ["pdftotext", str(path), "-"], capture_output=True, text=True, check=True
        ).stdout
        assert "KONSEP" in text
        assert "belum ditandatangani" in text
        assert "Nomor:" not in text


def test_the_draft_says_what_the_paper_will(
    city: Cast, signed_in: Browser, typeset: list[dict[str, Any]]
) -> None:
    application_id = factories.file(get_service(SIP), city.siti.actor)
    signed_in(city.signatory).get(reach(application_id, StepKind.SIGNING))
    factories.proceed(application_id, factories.open_step(application_id))  # type: ignore[arg-type] # the signing step
    factories.conclude(application_id)
    draft, paper = typeset[0], typeset[-1]
    for part in ("title", "rows", "legal_basis", "validity", "holder_name", "agency_name", "service_name"):
        assert draft[part] == paper[part], part


def test_nobody_else_sees_a_draft(city: Cast, signed_in: Browser) -> None:
    application_id = factories.file(get_service(SIP), city.siti.actor)
    early = f"/kerja/{application_id}/signing/konsep.pdf"
    assert signed_in(city.signatory).get(early).status_code in {403, 409}, "the step is not open yet"
    address = reach(application_id, StepKind.SIGNING)
    assert signed_in(city.stranger).get(address).status_code == 404
    assert signed_in(city.officer).get(address).status_code == 403
    assert signed_in(city.siti).get(address).status_code == 403
    assert signed_in(city.signatory).get(address.replace("signing", "completeness")).status_code == 404
    assert address not in signed_in(city.officer).get(f"/kerja/{application_id}/").content.decode()


def test_who_initials_sees_it_too(city: Cast, signed_in: Browser) -> None:
    head = factories.staff("yuliana@dpmptsp.id", "Yuliana", "dpmptsp-batam", Role.SECTION_HEAD)
    application_id = factories.file(get_service(SIP), city.siti.actor)
    assert signed_in(head).get(reach(application_id, StepKind.INITIALS)).status_code == 200
    assert city.siti.actor.id is not None
    (read,) = list_accesses(city.siti.actor.id)
    assert (read.reader_name, "konsep" in read.purpose) == ("Yuliana", True)
