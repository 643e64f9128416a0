"""Deciding without people on the real catalogue: every rule to the issued document, second looks, stopping, replay."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pendopo.applications import api
from pendopo.applications.models import Application, AutoDecision, RuleStanding
from pendopo.applications.rules import StepKind, Verb
from pendopo.applications.rules import automatic as rules
from pendopo.catalogue.api import ServiceVersion, automatic_rules, facts, get_service, provable_fields
from pendopo.catalogue.models import Service
from pendopo.catalogue.models import ServiceVersion as VersionRow
from pendopo.config import decisions
from pendopo.documents import api as documents
from pendopo.identity.api import Actor, ActorKind, Role, register_business
from pendopo.kernel import clock, tasks
from pendopo.kernel.errors import Denied, NotFound
from pendopo.kernel.models import Outbox
from pendopo.payments import api as payments
from simulators.oss import Oss
from simulators.oss import business as at_oss
from tests import factories
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]

DOMICILE = "kel-domisili"
PRINT = "dukcapil-kk-hilang-rusak"
RATNA = "2171105708950077"
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
    by = factories.citizen("aturan@contoh.id", "Ratna Dewi", RATNA).actor
    assert by.id is not None
    return Person(by, register_business(name="PT Ratna", nib="8120207730077", person_id=by.id, by=by).id)


def rules_of_city() -> list[dict[str, Any]]:
    return automatic_rules()


def head_of(agency: str) -> Actor:
    return Actor(ActorKind.STAFF, uuid4(), "Kepala Seksi", {agency: frozenset({Role.SECTION_HEAD})})


@pytest.mark.slow
def test_every_rule_leads_to_the_document_without_a_person_and_stops_at_a_typed_fact(
    warga: Person, silent_bank: Any, oss: Oss
) -> None:
    oss.control({"register": at_oss("8120207730078", "PT Dewi", "123456789012345", RATNA)})
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
    version = get_service(service_id)
    step_id = next(step["id"] for step in version.content["procedure"]["steps"] if step.get("auto"))
    spec = rules.rule_of(version.content, step_id)
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

    row = conclude(file(service_id, warga.by, warga.company))  # last: who has a NIB files for no second one
    said = AutoDecision.objects.get(application_id=row.id)
    assert (said.rule, said.complete, said.step_key) == (rule, True, step_id), said.result
    assert row.state == "completed", row.state
    assert row.document_id is not None
    paper = documents.get_document(row.document_id, warga.by)
    assert paper.title == get_service(service_id).content["output"]["document"]
    assert (paper.signatory_name, paper.signatory_title) == (paper.agency_name, "Segel elektronik")
    assert not any(entry.actor.startswith("staff:") for entry in api.timeline(row.id))
    assert api.replay(said.id).difference == ""


# Filing


def test_what_was_typed_goes_to_a_person_and_the_officer_sees_why(warga: Person) -> None:
    row = file(DOMICILE, warga.by, typed="person_regency")
    (said,) = api.decisions_of(row.id)
    assert (said.complete, said.result["reason"]) == (False, "unverified")
    assert said.inputs["verified"]["person_regency"] is False
    assert factories.open_step(row.id) is not None
    assert factories.conclude(row.id) == "completed"


def test_a_fact_that_speaks_against_the_rule_goes_to_a_person(warga: Person) -> None:
    row = file(DOMICILE, warga.by, person_regency="Kabupaten Bintan")
    (said,) = api.decisions_of(row.id)
    assert (said.complete, said.result["reason"]) == (False, "not_met")
    assert row.state == "in_process"


def test_a_stale_fact_is_no_proof(warga: Person) -> None:
    row = api.start(service_id=DOMICILE, by=warga.by)
    answers, sources = told(get_service(DOMICILE), warga.by)
    Application.objects.filter(id=row.id).update(answers=answers, sources=sources)
    with clock.use(clock.FixedClock(clock.now() + timedelta(days=181))):
        api.submit(application_id=row.id, by=warga.by)
    (said,) = api.decisions_of(row.id)
    assert said.result["reason"] == "unverified"


def test_who_wants_a_person_gets_one(warga: Person) -> None:
    row = api.start(service_id=DOMICILE, by=warga.by)
    answers, sources = told(get_service(DOMICILE), warga.by)
    Application.objects.filter(id=row.id).update(answers=answers, sources=sources)
    api.want_person(application_id=row.id, wants=True, by=warga.by)
    api.submit(application_id=row.id, by=warga.by)
    (said,) = api.decisions_of(row.id)
    assert (said.result["holds"], said.result["reason"]) == (True, "person_wanted")
    assert factories.open_step(row.id) is not None


def test_a_service_without_rules_asks_the_database_nothing_more(warga: Person) -> None:
    """With rules it is one statement, in one transaction with the application itself."""

    def statements(service_id: str) -> list[str]:
        version = get_service(service_id)
        answers = factories.valid_answers(version, warga.by, optional=False)
        with CaptureQueriesContext(connection) as seen:
            api.file(service_id=service_id, answers=answers, key=str(uuid4()), by=warga.by)
        return [query["sql"] for query in seen.captured_queries]

    _warm = statements(NO_RULE), statements(DOMICILE)  # what papers carry is read once a version
    plain, ruled = statements(NO_RULE), statements(DOMICILE)
    assert not any("rulestanding" in sql or "SAVEPOINT" in sql for sql in plain)
    assert ["rulestanding" in sql for sql in ruled[-3:]] == [False, True, False]
    assert [sql.split()[0] for sql in (ruled[1], ruled[-1])] == ["SAVEPOINT", "RELEASE"]
    assert len(ruled) == 5, "the service, the two ends of a transaction, the application, what the rule said"


def with_rule_at(service_id: str, step_key: str, spec: dict[str, Any]) -> ServiceVersion:
    """The service as its agency would change it: a rule at a step in the middle."""
    version = get_service(service_id)
    steps = [
        {**step, "auto": spec} if step["id"] == step_key else step
        for step in version.content["procedure"]["steps"]
    ]
    procedure = {**version.content["procedure"], "steps": steps}
    row = VersionRow.objects.create(
        id=uuid4(),
        service_id=service_id,
        version=version.number + 1,
        digest=uuid4().hex * 2,
        content={**version.content, "procedure": procedure},
        created_at=clock.now(),
    )
    Service.objects.filter(pk=service_id).update(current_version=row)
    return get_service(service_id)


@pytest.mark.parametrize("is_on", [True, False])
def test_a_step_in_the_middle_completes_itself_when_its_turn_comes(warga: Person, is_on: bool) -> None:
    spec = {
        "rule": "pindah-dalam",
        "when": "all_verified",
        "says": "Cocok.",
        "says_en": "So.",
        "sample_rate": 0.1,
    }
    with_rule_at("dukcapil-pindah-dalam-kota", "verification", spec)
    if not is_on:
        RuleStanding.objects.create(
            rule="pindah-dalam",
            service_id="x",
            agency_id="y",
            is_on=False,
            since=clock.now(),
            reason="z",
            by="system",
        )
    row = file("dukcapil-pindah-dalam-kota", warga.by)
    assert api.decisions_of(row.id) == [], "its turn has not come"
    factories.act(row.id, Verb.COMPLETE)
    (said,) = api.decisions_of(row.id)
    assert said.complete is is_on
    step = factories.open_step(row.id)
    assert step is not None
    assert step.kind is (StepKind.INITIALS if is_on else StepKind.VERIFICATION), "nobody signs but people"
    assert factories.conclude(row.id) == "completed"
    document_id = Application.objects.get(id=row.id).document_id
    assert document_id is not None
    assert documents.get_document(document_id, warga.by).signatory_title != "Segel elektronik"


# Second looks


def test_after_issue_a_section_head_looks_again(warga: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn(monkeypatch)
    row = conclude(file(DOMICILE, warga.by))
    assert row.state == "completed"
    head = head_of(row.agency_id)
    (waiting,) = api.list_reviews(head)
    assert waiting.sample == "after"
    assert api.list_reviews(head_of("imigrasi-batam")) == []
    with pytest.raises(NotFound):
        api.review(decision_id=waiting.id, agrees=True, reason="", by=head_of("imigrasi-batam"))
    with pytest.raises(NotFound):
        api.review(decision_id=waiting.id, agrees=True, reason="", by=warga.by)
    with pytest.raises(Denied, match="reason missing"):
        api.review(decision_id=waiting.id, agrees=False, reason=" ", by=head)
    api.review(decision_id=waiting.id, agrees=False, reason="Alamatnya sudah dibongkar.", by=head)
    with pytest.raises(Denied, match="already reviewed"):
        api.review(decision_id=waiting.id, agrees=True, reason="", by=head)
    news = Outbox.objects.get(topic="automatic_overridden").payload
    assert (news["application"], news["rule"]) == (str(row.id), "domisili-batam")
    assert news["document"] == str(row.document_id)
    assert api.timeline(row.id)[-1].verb == "review_overridden"
    assert Application.objects.get(id=row.id).state == "completed", "what follows is for the law of the paper"
    assert api.figures()["domisili-batam"] == api.Figures(decided=1, reviewed=1, overridden=1)


def test_before_issue_a_person_decides_with_the_proposal_in_sight(
    warga: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn(monkeypatch)
    approved, rejected, withdrawn = (file("dukcapil-pindah-keluar", warga.by) for _ in range(3))
    (said,) = api.decisions_of(approved.id)
    assert (said.sample, said.result["reason"], said.review) == ("before", "sampled", "waiting")
    assert api.list_reviews(head_of(approved.agency_id)) == [], "it lies on the desk of the step itself"
    assert factories.conclude(approved.id) == "completed"
    assert factories.conclude(rejected.id, approve=False) == "rejected"
    api.withdraw(application_id=withdrawn.id, by=warga.by)
    tasks.drain()
    reviews = [api.decisions_of(row.id)[0].review for row in (approved, rejected, withdrawn)]
    assert reviews == ["agreed", "overridden", "none"]
    assert api.decisions_of(rejected.id)[0].reason == factories.REFUSAL.reason
    assert api.figures()["pindah-keluar"] == api.Figures(decided=0, reviewed=2, overridden=1)


def test_the_applicant_may_object_to_what_a_rule_decided(city: Cast, warga: Person) -> None:
    row = conclude(file(DOMICILE, warga.by))
    with pytest.raises(NotFound):
        api.ask_person(application_id=row.id, by=city.budi.actor)
    for _twice in range(2):
        api.ask_person(application_id=row.id, by=warga.by)
    assert [entry.verb for entry in api.timeline(row.id)].count("ask_person") == 1
    (waiting,) = api.list_reviews(head_of(row.agency_id))
    assert waiting.asked_by_applicant
    api.review(decision_id=waiting.id, agrees=True, reason="Cocok.", by=head_of(row.agency_id))
    with pytest.raises(Denied, match="already reviewed"):
        api.ask_person(application_id=row.id, by=warga.by)
    other = file(NO_RULE, warga.by)
    api.ask_person(application_id=other.id, by=warga.by)
    assert Application.objects.get(id=other.id).wants_person
    factories.conclude(other.id)
    with pytest.raises(Denied, match="no automatic decision"):
        api.ask_person(application_id=other.id, by=warga.by)


# Stopping


def overridden(by: Actor, times: int, agreed: int, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """Past second looks at the domicile rule: ``agreed`` yes, then ``times`` no."""
    drawn(monkeypatch)
    row = file(DOMICILE, by)
    (first,) = AutoDecision.objects.filter(application_id=row.id)
    head = head_of(row.agency_id)
    past = [
        AutoDecision(
            **{f.attname: getattr(first, f.attname) for f in AutoDecision._meta.concrete_fields}
            | {"id": None}
        )
        for _ in range(agreed + times - 1)
    ]
    AutoDecision.objects.bulk_create(past)
    waiting = api.list_reviews(head, limit=agreed + times)
    for number, one in enumerate(waiting):
        api.review(decision_id=one.id, agrees=number < agreed, reason="Salah alamat.", by=head)
    return head


def test_a_rule_that_errs_too_often_stops_tells_its_owner_and_goes_on_only_with_a_reason(
    warga: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = overridden(warga.by, times=1, agreed=19, monkeypatch=monkeypatch)
    assert api.list_stopped(head) == [], "one of twenty is the bound itself"
    overridden(warga.by, times=1, agreed=0, monkeypatch=monkeypatch)
    (standing,) = api.list_stopped(head)
    assert (standing.rule, standing.is_on) == ("domisili-batam", False)
    assert Outbox.objects.filter(topic="rule_switched_off", payload__agency=standing.agency_id).count() == 1
    monkeypatch.setattr(rules, "draw", lambda *_: 0.999999)
    row = file(DOMICILE, warga.by)
    (said,) = api.decisions_of(row.id)
    assert (said.complete, said.result["reason"]) == (False, "switched_off")
    assert factories.open_step(row.id) is not None
    assert not api.figures()["domisili-batam"].is_on
    with pytest.raises(Denied, match="wrong role"):
        api.switch_rule(rule="domisili-batam", on=True, reason="x", by=head_of("imigrasi-batam"))
    with pytest.raises(Denied, match="reason missing"):
        api.switch_rule(rule="domisili-batam", on=True, reason="  ", by=head)
    with pytest.raises(NotFound):
        api.switch_rule(rule="tidak-ada", on=True, reason="x", by=head)
    api.switch_rule(rule="domisili-batam", on=True, reason="Data alamat sudah diperbarui.", by=head)
    assert file(DOMICILE, warga.by).state in {"approved", "completed"}
    overridden(warga.by, times=1, agreed=0, monkeypatch=monkeypatch)
    assert api.list_stopped(head) == [], "what was reviewed before no longer counts"


def test_few_reviews_do_not_stop_a_rule(warga: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    head = overridden(warga.by, times=19, agreed=0, monkeypatch=monkeypatch)
    assert api.list_stopped(head) == []
    assert RuleStanding.objects.get(rule="domisili-batam").is_on


def test_a_rule_is_the_catalogue_s_agency_s_also_when_another_was_competent(
    warga: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn(monkeypatch)
    row = file("dpmptsp-sppl", warga.by, kecamatan="sekupang")
    (decision,) = AutoDecision.objects.filter(application_id=row.id)
    assert decision.agency_id == row.agency_id == "bp-batam"
    api.review(decision_id=decision.id, agrees=False, reason="Salah alamat.", by=head_of("bp-batam"))
    standing = RuleStanding.objects.get(rule=decision.rule)
    assert standing.agency_id == "dpmptsp-batam"
    with pytest.raises(Denied, match="wrong role"):
        api.switch_rule(rule=decision.rule, on=False, reason="x", by=head_of("bp-batam"))
    api.switch_rule(rule=decision.rule, on=False, reason="Diperiksa dahulu.", by=head_of("dpmptsp-batam"))
    assert not RuleStanding.objects.get(rule=decision.rule).is_on


# Replay


def test_the_command_works_a_decision_out_again(warga: Person) -> None:
    row = file(DOMICILE, warga.by)
    said = AutoDecision.objects.get(application_id=row.id)
    lines: list[str] = []
    assert decisions.replay(said.id, lines.append) == 0
    AutoDecision.objects.filter(id=said.id).update(inputs=said.inputs.replace("Kota Batam", "Kota Medan"))
    assert decisions.replay(said.id, lines.append) == 1
    assert decisions.replay(10**9, lines.append) == 2
    assert [line.split(")")[-1].split(":")[0].strip() for line in lines[:2]] == [
        "is the same",
        "differs at byte 12",
    ]
    lines.clear()
    assert decisions.show(5, lines.append) == 0
    assert f"{row.number}  {DOMICILE}  domisili-batam  decided" in lines[0]
