"""What stands on a paper: Indonesian figures, rows in the order of the form, an end only where there is one, and how to object."""

import html
from datetime import date
from typing import Any

import pytest

from pendopo.applications.actions.issuing import printed
from pendopo.applications.actions.positions import position_en
from pendopo.applications.models import Application
from pendopo.applications.queries.appeals import objection_until, rules_of_region
from pendopo.applications.rules.appeals import Terms
from pendopo.catalogue.api import get_service, in_order_of_pages
from pendopo.documents.api import Paper, get_document, history_of
from pendopo.documents.queries import list_documents
from pendopo.identity.api import SYSTEM
from pendopo.kernel import clock
from pendopo.region.api import Term, Unit
from tests import factories
from tests.applications.conftest import SIP, Browser
from tests.applications.test_measures import take
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
BIRTH = "dukcapil-akta-kelahiran"


def paper_of(city: Cast, service_id: str, *, approve: bool = True, **answers: Any) -> Paper:
    application = factories.file(get_service(service_id), city.siti.actor, **answers)
    factories.conclude(application, approve=approve)
    issued = Application.objects.get(id=application).document_id
    assert issued is not None
    return get_document(issued, SYSTEM)


@pytest.mark.parametrize(
    ("schema", "value", "said"),
    [
        ({"type": "number", "x-unit": "m2"}, 36.5, "36,5 m²"),
        ({"type": "number", "x-unit": "m2"}, 1250, "1.250 m²"),
        ({"type": "number"}, 1250.0, "1.250"),
        ({"type": "integer"}, 2026, "2026"),
        ({"type": "integer", "x-unit": "lantai"}, 2, "2 lantai"),
        ({"type": "integer", "x-widget": "currency"}, 5_000_000, "Rp5.000.000"),
        ({"type": "boolean"}, True, "Ya"),
        ({"type": "string", "format": "date"}, "2026-03-01", "1 Maret 2026"),
        ({"type": "string"}, "0812", "0812"),
        ({"x-options": {"1": {"name": "Baru"}}}, 1, "Baru"),
    ],
)
def test_an_answer_is_printed_as_indonesians_write_it(schema: dict[str, Any], value: Any, said: str) -> None:
    assert printed(schema, value) == said


def test_fields_come_as_the_pages_ask_them_and_what_no_page_names_comes_last() -> None:
    form = {"properties": {"c": {}, "a": {}, "b": {}}, "x-pages": [{"fields": ["b"]}, {"fields": ["a"]}]}
    assert in_order_of_pages(form) == ["b", "a", "c"]
    assert in_order_of_pages({"properties": {"z": {}, "a": {}}}) == ["z", "a"]


def test_a_birth_certificate_tells_of_the_child_the_parents_and_last_of_who_reported(city: Cast) -> None:
    paper = paper_of(city, BIRTH, child_full_name="Raka Putra Pratama")
    assert [row["label"] for row in paper.data["rows"]] == [
        "Nomor permohonan", "Nama anak", "Jenis kelamin", "Tempat lahir", "Tanggal lahir", "Anak ke", "Nama ayah", "Nama ibu", "Nama pemohon",
    ]  # fmt: skip
    assert paper.holder_name == "Raka Putra Pratama"


def test_only_a_paper_that_ends_speaks_of_its_validity(city: Cast) -> None:
    assert "validity" not in paper_of(city, BIRTH).data
    ends = paper_of(city, SIP)
    assert ends.valid_until is not None
    assert f"sampai dengan {ends.valid_until.day} " in ends.data["validity"]


def test_a_refusal_says_until_when_and_how_one_may_object(
    city: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    closing = paper_of(city, SIP, approve=False).data["closing"]
    terms, until = rules_of_region(), objection_until("dpmptsp-batam", clock.today())
    assert f"keberatan paling lambat {until.day} " in closing
    assert str(until.year) in closing
    assert f"({terms.file_within.days} hari kerja sejak keputusan ini)" in closing
    assert "buka permohonan nomor 2171-" in closing
    assert terms.legal_basis in closing
    other = Terms(Term(3, Unit.CALENDAR), Term(7, Unit.CALENDAR), legal_basis="Perda 9")
    monkeypatch.setattr("pendopo.applications.actions.objection_words.rules_of_region", lambda: other)
    monkeypatch.setattr("pendopo.applications.queries.appeals.rules_of_region", lambda: other)
    closing = paper_of(city, SIP, approve=False).data["closing"]
    assert "(3 hari kalender sejak keputusan ini)" in closing
    assert "paling lama 7 hari kalender. Dasar: Perda 9." in closing


def test_the_letter_of_a_sanction_says_it_too_and_that_of_a_reinstatement_does_not(
    city: Cast, signed_in: Browser, permit: Paper
) -> None:
    head = signed_in(city.signatory)
    take(head, permit, "suspend", until="2099-12-31", ground="danger")
    take(head, permit, "reinstate", ground="remedied")
    letters = {
        paper.kind: paper for paper in list_documents(f"measure:{done.id}" for done in history_of(permit.id))
    }
    until = objection_until(permit.agency_id, clock.today())
    assert isinstance(until, date)
    assert f"paling lambat {until.day} " in letters["suspension"].data["closing"]
    assert permit.number in letters["suspension"].data["closing"]
    assert "closing" not in letters["reinstatement"].data


def test_english_pages_call_a_paper_its_service_agency_and_signatory_in_english(
    city: Cast, signed_in: Browser, permit: Paper
) -> None:
    client = signed_in(city.siti)
    content = get_service(SIP).content
    page = client.get(f"/v/{permit.code}/", headers={"accept-language": "en"}).content.decode()
    for said in (
        content["output"]["document_en"],
        content["name_en"],
        content["agency"]["name_en"],
        "Head of agency, ",
    ):
        assert html.escape(said) in page
    for kept in (content["name"], content["agency"]["name"], "Kepala Dinas"):
        assert html.escape(kept) not in page.replace(html.escape(permit.holder_name), "").replace(
            html.escape(permit.signatory_name), ""
        )
    assert ">Service<" in page
    indonesian = client.get(f"/v/{permit.code}/").content.decode()
    assert html.escape(content["name"]) in indonesian
    assert "Kepala Dinas, " in indonesian
    take(signed_in(city.signatory), permit, "suspend", until="2099-12-31", ground="danger")
    (letter,) = list_documents(f"measure:{done.id}" for done in history_of(permit.id))
    assert (letter.title_en, letter.agency_name_en) == (
        "Decision on a suspension",
        content["agency"]["name_en"],
    )


def test_a_position_the_region_does_not_name_keeps_its_own_words() -> None:
    assert position_en("Kepala Dinas") == "Head of agency"
    assert position_en("Juru Bayar") == ""
