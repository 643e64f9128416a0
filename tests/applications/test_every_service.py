"""Every service of the city, filed and concluded: half approved, half rejected, through the same functions as the pages and the API."""

import hashlib
import time
from collections import Counter
from dataclasses import dataclass
from itertools import cycle, pairwise
from typing import Any, Self
from uuid import UUID

import pytest
from django.db import connection

from pendopo.applications import api as applications
from pendopo.applications.rules import StepKind, StepStatus
from pendopo.catalogue.api import ServiceVersion, get_service, list_cards
from pendopo.documents import api as documents
from pendopo.identity.api import Actor, register_business
from pendopo.kernel import tasks
from pendopo.kernel.errors import NotFound
from pendopo.payments import api as payments
from simulators.oss import Oss, business
from tests import factories
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("house", "silent_bank")]

SERVICES = 441
ARCHETYPES = {
    "by-rule",
    "counter-instant",
    "oss-fed",
    "pass-through",
    "recommendation-product",
    "with-recommendation",
    "without-recommendation",
}
WITH_FORMULA = "dpmptsp-pbg-rumah"
MAY_REJECT = (StepKind.VERIFICATION, StepKind.SIGNING)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies: a person, a company they may act for, and the papers they have sent before."""

    by: Actor
    company: UUID
    papers: dict[str, str]

    @classmethod
    def make(cls, serial: int) -> Self:
        by = factories.citizen(
            f"warga{serial}@contoh.id", f"Warga {serial}", f"217105150385{serial:04}"
        ).actor
        assert by.id is not None
        company = register_business(name=f"PT {serial}", nib=f"81202077{serial:05}", person_id=by.id, by=by)
        return cls(by, company.id, {})


def chance(text: str) -> int:
    """A number that is always the same for the same text."""
    return hashlib.sha256(text.encode()).digest()[0]


def test_every_service_is_filed_and_concluded(city: Cast, oss: Oss) -> None:
    oss.control({"register": everybodys_company()})
    began = time.perf_counter()
    ids = sorted(card.id for card in list_cards())
    assert len(ids) == SERVICES
    tally, faults = Counter[str](), dict[str, str]()
    applicants = cycle([Applicant.make(serial) for serial in range(1, 11)])
    for service_id, applicant in zip(ids, applicants, strict=False):
        version = get_service(service_id)
        try:
            tally.update(walk(version, applicant))
        except Exception as fault:  # noqa: BLE001 - one bad service must not hide the others
            faults[service_id] = f"{version.content['procedure']['id']}: {type(fault).__name__} {fault}"
    broken = [f"{subject} {seq}" for subject, seq in _rows(factories.BROKEN_CHAIN)]
    done, took = sum(tally[archetype] for archetype in ARCHETYPES), time.perf_counter() - began
    print(f"\n{done} of {len(ids)} services in {took:.0f} s: {dict(tally)}")  # noqa: T201
    assert not faults, f"{len(faults)} failed: {dict(list(faults.items())[:10])}"
    assert broken == []
    assert {a for a in ARCHETYPES if tally[a]} == ARCHETYPES
    assert tally["approved"] + tally["rejected"] == SERVICES
    assert min(tally["approved"], tally["rejected"]) > SERVICES * 0.4
    assert tally["paid"] > 0
    assert tally["assessed"] > 0
    assert tally["computed"] > 0


def everybodys_company() -> dict[str, Any]:
    """The company whose taxpayer number sample answers give: all who apply here answer for it."""
    record = business("8120207799999", "PT Bersama", "123456789012345", "2171051503850001")
    first = record["penanggung_jwb"][0]
    niks = [f"217105150385{serial:04}" for serial in range(1, 11)]
    return record | {"penanggung_jwb": [first | {"no_identitas_penanggung_jwb": nik} for nik in niks]}


def walk(version: ServiceVersion, applicant: Applicant) -> list[str]:
    """File and conclude one service and check what it left behind; returns what it was, for the tally."""
    approve = chance(version.service_id) % 2 == 0 or version.service_id == WITH_FORMULA
    kinds = {StepKind(step["kind"]) for step in version.content["procedure"]["steps"]}
    points = [kind for kind in MAY_REJECT if kind in kinds]
    reject_at = points[chance(version.service_id + "at") % len(points)]
    application_id = factories.file(version, applicant.by, applicant.company, applicant.papers)
    tasks.drain()
    state = factories.conclude(application_id, approve=approve, reject_at=reject_at)
    assert state == ("completed" if approve else "rejected")
    case = applications.load(application_id).case
    wanted = (
        {StepStatus.DONE, StepStatus.SKIPPED}
        if approve
        else {StepStatus.DONE, StepStatus.SKIPPED, StepStatus.CANCELLED}
    )
    assert {step.status for step in case.steps} <= wanted
    check_events(application_id, approve)
    check_paper(application_id, version, approve, applicant.by)
    tags = [version.content["procedure"]["id"], "approved" if approve else "rejected"]
    return tags + check_fee(application_id, case)


def check_events(application_id: UUID, approve: bool) -> None:
    history = applications.timeline(application_id)
    assert [entry.seq for entry in history] == list(range(1, len(history) + 1))
    assert history[0].verb == "submit"
    assert history[-1].verb == "issue"
    assert any(entry.verb == "reject" for entry in history) is not approve
    for before, after in pairwise(history[1:]):
        assert before.data["to"] == after.data["from"]


def check_paper(application_id: UUID, version: ServiceVersion, approve: bool, by: Actor) -> None:
    loaded = applications.load(application_id)
    assert loaded.document_id is not None
    paper = documents.get_document(loaded.document_id, by)
    assert paper.subject == f"application:{application_id}"
    assert paper.holder_ref == by.ref
    assert paper.title == version.content["output"]["document"] if approve else "Penolakan" in paper.title
    assert paper.number
    assert paper.is_refusal is not approve
    assert paper.signatory_name != "Pendopo", "a decision is signed by a human being"
    answer = documents.verify(paper.code)
    assert str(answer.standing) == "valid"
    file = documents.open_document(paper.id, by)
    assert file.path.read_bytes()[:5] == b"%PDF-"
    if chance(version.service_id) < 8:  # a sample: the signature is read by the library's own reader
        report = documents.verify_pdf(file.path.read_bytes())
        assert report.signed
        assert report.intact


def check_fee(application_id: UUID, case: applications.Case) -> list[str]:
    """A bill exactly where a payment step was passed, of exactly the sum of its lines."""
    loaded = applications.load(application_id)
    payment = next((step for step in case.steps if step.kind is StepKind.PAYMENT), None)
    assessed = any(s.kind is StepKind.FEE_ASSESSMENT and s.status is StepStatus.DONE for s in case.steps)
    if payment is None or payment.status is not StepStatus.DONE:
        with pytest.raises(NotFound):
            payments.get_bill(f"application:{application_id}")
        return ["without bill"]
    bill = payments.get_bill(f"application:{application_id}")
    assert bill.state is payments.BillState.PAID
    assert bill.total_idr == case.fee_idr == sum(line["amount_idr"] for line in loaded.fee_lines) > 0
    assert [line.amount_idr for line in bill.lines] == [
        line["amount_idr"] for line in loaded.fee_lines if line["amount_idr"]
    ]
    return ["paid", "assessed" if assessed else "computed"]


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
