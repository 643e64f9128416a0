"""Deciding without people on the real catalogue: every rule to the issued document, second looks, stopping, replay."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from pendopo.applications import api
from pendopo.applications.models import Application, AutoDecision
from pendopo.applications.rules import StepKind
from pendopo.applications.rules import automatic as rules
from pendopo.catalogue.api import ServiceVersion, automatic_rules, facts, get_service, provable_fields
from pendopo.documents import api as documents
from pendopo.identity.api import Actor, ActorKind, Role, register_business
from pendopo.kernel import clock, tasks
from pendopo.payments import api as payments
from tests import factories
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]

DOMICILE = "kel-domisili"
PRINT = "dukcapil-kk-hilang-rusak"
NO_RULE = "kel-keterangan-usaha"
VALUES = {
    "person_regency": "Kota Batam",
    "person_birth_date": "1995-08-17",
    "data_usaha_activity_floor_area_m2": 60,
}


@pytest.fixture(autouse=True)
def _never_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is drawn for a second look unless a test says so."""
    monkeypatch.setattr(rules, "draw", lambda *_: 0.999999)


def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "draw", lambda *_: 0.0)


def told(version: ServiceVersion, by: Actor) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answers of which every provable one is proven, and their sources; wishes are typed."""
    schema, content = version.content["form"]["schema"], version.content
    named = " ".join(step["auto"]["when"] for step in content["procedure"]["steps"] if step.get("auto"))
    fields = provable_fields(schema, facts())
    wanted = {name for name in fields if name in schema["required"] or name in named}
    answers = factories.valid_answers(version, by, optional=False) | {
        name: factories.value_for(name, schema["properties"][name], by, {}) for name in wanted
    }
    answers |= {name: value for name, value in VALUES.items() if name in answers}
    now = clock.now().isoformat()
    sources = {
        name: {"source": fields[name] or "document:470/1/2026", "at": now}
        for name in wanted
        if name in answers
    }
    return answers, {
        name: {**said, "source": "account"} if name == "person_nik" else said
        for name, said in sources.items()
    }


def file(
    service_id: str, by: Actor, company: UUID | None = None, typed: str = "", **changed: Any
) -> Application:
    """File with everything proven, except the field ``typed``."""
    version = get_service(service_id)
    answers, sources = told(version, by)
    business = company if version.content["applicant"] == "business" else None
    row = api.start(service_id=service_id, by=by, business_id=business)
    Application.objects.filter(id=row.id).update(
        answers={**answers, **changed},
        sources={name: source for name, source in sources.items() if name != typed},
    )
    api.submit(application_id=row.id, by=by)
    return Application.objects.get(id=row.id)


def conclude(row: Application) -> Application:
    """Pay if money is waited for; let the worker do its part. Nobody acts."""
    tasks.drain()
    if Application.objects.get(id=row.id).state == "awaiting_payment":
        factories.settle(payments.get_bill(f"application:{row.id}"))
    tasks.drain()
    return Application.objects.get(id=row.id)


@dataclass(frozen=True)
class Person:
    by: Actor
    company: UUID


@pytest.fixture
def warga(city: Cast) -> Person:
    by = factories.citizen("aturan@contoh.id", "Ratna Dewi", "2171105708950077").actor
    assert by.id is not None
    return Person(by, register_business(name="PT Ratna", nib="8120207730077", person_id=by.id, by=by).id)


def rules_of_city() -> list[dict[str, Any]]:
    return automatic_rules()


def head_of(agency: str) -> Actor:
    return Actor(ActorKind.STAFF, uuid4(), "Kepala Seksi", {agency: frozenset({Role.SECTION_HEAD})})


@pytest.mark.slow
def test_every_rule_leads_to_the_document_without_a_person_and_stops_at_a_typed_fact(
    warga: Person, silent_bank: Any
) -> None:
    found = rules_of_city()
    assert len(found) >= 40
    faults = {}
    for one in found:
        try:
            walk(one["service"], one["rule"], warga)
        except AssertionError as fault:
            faults[one["service"]] = str(fault).splitlines()[0]
    assert faults == {}


def walk(service_id: str, rule: str, warga: Person) -> None:
    row = conclude(file(service_id, warga.by, warga.company))
    said = AutoDecision.objects.get(application_id=row.id)
    assert (said.rule, said.complete) == (rule, True), said.result
    assert row.state == "completed", row.state
    assert row.document_id is not None
    paper = documents.get_document(row.document_id, warga.by)
    assert paper.title == get_service(service_id).content["output"]["document"]
    assert not any(entry.actor.startswith("staff:") for entry in api.timeline(row.id))
    assert api.replay(said.id).difference == ""

    version = get_service(service_id)
    spec = rules.rule_of(version.content, said.step_key)
    assert spec is not None
    fields = set(rules.proven(version.content, rules.Facts({}, {}, clock.today())))
    named = sorted(name for name in fields if f".{name}" in spec["when"]) or ["person_full_name"]
    by_hand = file(service_id, warga.by, warga.company, typed=named[0])
    refused = AutoDecision.objects.get(application_id=by_hand.id)
    assert not refused.complete, f"typed {named[0]}"
    assert '"reason":"unverified"' in refused.result
    step = factories.open_step(by_hand.id)
    assert step is not None, "nobody got it"
    assert step.kind is StepKind.VERIFICATION
    assert api.replay(refused.id).difference == ""
