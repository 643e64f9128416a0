"""Writing on real PostgreSQL: once, in order, by the right person, and never lost."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import translation

from pendopo.applications import api
from pendopo.applications.models import Application, Step
from pendopo.applications.rules import Act, Remark, StepKind, Verb
from pendopo.catalogue.api import ServiceVersion, get_service, validate
from pendopo.catalogue.models import Service
from pendopo.catalogue.models import ServiceVersion as VersionRow
from pendopo.config import wiring
from pendopo.documents import api as documents
from pendopo.identity.api import SYSTEM, Actor, ActorKind, Role, facts_of, record_facts
from pendopo.kernel import clock, tasks
from pendopo.kernel.errors import Denied, Invalid, NotFound
from pendopo.kernel.models import Outbox
from pendopo.payments import api as payments
from tests import factories
from tests.factories import Cast

NOBODYS = "7b1c2f64-3d5e-4c80-9a1b-2f3e4d5c6b7a"  # an id that nothing has
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]

SIP = "dpmptsp-sip-perawat"
PBG, BIRTH = "dpmptsp-pbg-rumah", "dukcapil-akta-kelahiran"
COMPANYS = "disnaker-wlkp"
ASSESSED = "dinkes-surat-sehat"
SIX_MONTHS = "kel-domisili"
REMARKS = Act(remarks=(Remark("str_file", "unreadable", "Foto terlalu gelap"),))


@pytest.fixture
def sip(city: Cast) -> ServiceVersion:
    return get_service(SIP)


@pytest.fixture
def siti(city: Cast) -> Actor:
    return city.siti.actor


def draft(by: Actor, version: ServiceVersion, **changed: Any) -> Application:
    """A draft with every answer in place."""
    row = api.start(service_id=version.service_id, by=by)
    api.save(application_id=row.id, answers={**factories.valid_answers(version, by), **changed}, by=by)
    return row


def stored(application_id: UUID) -> Application:
    return Application.objects.get(id=application_id)


def until(application_id: UUID, kind: StepKind) -> None:
    """Walk to the step of this kind."""
    while (step := factories.open_step(application_id)) is not None and step.kind is not kind:
        factories.proceed(application_id, step)


def new_version(version: ServiceVersion, **changed: Any) -> ServiceVersion:
    """The service as its agency changed it today."""
    row = VersionRow.objects.create(
        id=uuid4(),
        service_id=version.service_id,
        version=version.number + 1,
        digest=uuid4().hex * 2,
        content={**version.content, **changed},
        created_at=clock.now(),
    )
    Service.objects.filter(pk=version.service_id).update(current_version=row)
    return get_service(version.service_id)


# Filing


def test_a_draft_is_found_again_and_filled_with_what_is_known(city: Cast, siti: Actor) -> None:
    row = api.start(service_id=SIP, by=siti)
    assert api.start(service_id=SIP, by=siti).id == row.id
    assert api.open_answers(row.answers)["person_nik"] == factories.NIK
    assert row.sources["person_nik"]["source"] == "account"
    assert api.start(service_id=SIP, by=city.budi.actor).id != row.id


def test_a_business_applies_only_where_businesses_may_and_by_its_own_people(city: Cast, siti: Actor) -> None:
    with pytest.raises(Denied, match="not for businesses"):
        api.start(service_id=SIP, by=siti, business_id=city.company)
    with pytest.raises(Denied, match="business needed"):
        api.start(service_id=COMPANYS, by=siti)
    with pytest.raises(NotFound):
        api.start(service_id=COMPANYS, by=city.budi.actor, business_id=city.company)
    assert api.start(service_id=COMPANYS, by=siti, business_id=city.company).business_id == city.company


def test_only_people_with_an_identity_file(city: Cast) -> None:
    for actor in (city.officer.actor, SYSTEM, Actor(ActorKind.PUBLIC)):
        with pytest.raises(Denied, match="identity needed"):
            api.start(service_id=SIP, by=actor)
        with pytest.raises(Denied, match="identity needed"):
            api.file(service_id=SIP, answers={}, key="k" * 8, by=actor)
    with pytest.raises(NotFound):
        api.start(service_id="tidak-ada", by=city.siti.actor)


def test_saving_keeps_wrong_answers_but_filing_refuses_them(sip: ServiceVersion, siti: Actor) -> None:
    row = draft(siti, sip, person_birth_date="2099-01-01", nurse_kind="DUKUN", tidak_ada="x")
    kept = api.open_answers(stored(row.id).answers)
    assert kept["nurse_kind"] == "DUKUN"
    assert "tidak_ada" not in kept
    with pytest.raises(Invalid) as refused:
        api.submit(application_id=row.id, by=siti)
    assert set(refused.value.errors) == {"person_birth_date", "nurse_kind"}
    assert stored(row.id).state == "draft"
    api.save(application_id=row.id, answers={"nurse_kind": None}, by=siti)
    assert "nurse_kind" not in stored(row.id).answers


@pytest.mark.parametrize("claimed", ["bukan-uuid", NOBODYS, "sealed"])
def test_a_file_that_is_not_there_is_asked_for_again(sip: ServiceVersion, siti: Actor, claimed: str) -> None:
    with pytest.raises(Invalid) as refused:
        factories.file(sip, siti, str_file=claimed)
    assert set(refused.value.errors) == {"str_file"}


def test_anothers_file_cannot_be_filed(city: Cast, sip: ServiceVersion, siti: Actor) -> None:
    theirs = factories.upload(city.budi.actor, "str")
    with pytest.raises(Invalid) as refused:
        factories.file(sip, siti, str_file=theirs)
    assert set(refused.value.errors) == {"str_file"}


@pytest.mark.parametrize("bad", ["Siti\0Rahmawati", "Siti \ud800"])
def test_what_cannot_be_stored_is_a_message(sip: ServiceVersion, siti: Actor, bad: str) -> None:
    with pytest.raises(Invalid) as refused:
        factories.file(sip, siti, person_full_name=bad)
    assert set(refused.value.errors) == {"person_full_name"}


def test_the_same_key_files_once_for_one_person(city: Cast, sip: ServiceVersion, siti: Actor) -> None:
    answers = factories.valid_answers(sip, siti)
    first = api.file(service_id=SIP, answers=answers, key="kunci-yang-sama", by=siti)
    assert api.file(service_id=SIP, answers=answers, key="kunci-yang-sama", by=siti) == first
    budi = city.budi.actor
    theirs = api.file(
        service_id=SIP, answers=factories.valid_answers(sip, budi), key="kunci-yang-sama", by=budi
    )
    assert theirs[0] != first[0]
    assert theirs[1] != first[1]
    assert [entry.verb for entry in api.timeline(first[0])] == ["submit"]


def test_filing_a_draft_again_gives_the_same_number(sip: ServiceVersion, siti: Actor) -> None:
    row = draft(siti, sip)
    number = api.submit(application_id=row.id, by=siti)
    assert number.startswith("2171-")
    assert api.submit(application_id=row.id, by=siti) == number
    assert Outbox.objects.filter(topic="application_submitted").count() == 1
    with pytest.raises(Denied, match="not editable"):
        api.save(application_id=row.id, answers={"person_address": "Lain"}, by=siti)


def test_a_withdrawn_draft_is_not_filed(sip: ServiceVersion, siti: Actor) -> None:
    row = draft(siti, sip)
    assert api.withdraw(application_id=row.id, by=siti) == "withdrawn"
    with pytest.raises(Denied) as refused:
        api.submit(application_id=row.id, by=siti)
    assert refused.value.code == "not_in_this_state"
    assert stored(row.id).number is None
    assert api.start(service_id=SIP, by=siti).id != row.id


# What is known


def test_a_second_application_asks_nothing_already_known(sip: ServiceVersion, siti: Actor) -> None:
    factories.file(sip, siti)
    tasks.drain()
    row = api.start(service_id="dpmptsp-sip-bidan", by=siti)
    version = get_service("dpmptsp-sip-bidan")
    answers = api.open_answers(row.answers)
    for name, prop in version.content["form"]["schema"]["properties"].items():
        if str(prop.get("x-fact", "")) in facts_of(person_id=siti.id):
            assert answers[name], name
            assert row.sources[name]["source"] == "self"
    assert row.sources["person_nik"]["source"] == "account"
    assert facts_of(person_id=siti.id)["person.address"].verified is False


def test_a_file_is_sent_once(sip: ServiceVersion, siti: Actor) -> None:
    factories.file(sip, siti)
    row = api.start(service_id=SIP, by=siti)
    assert row.sources["str_file"]["source"] == "upload"
    assert documents.get_upload(UUID(row.answers["str_file"]), siti).state == "complete"


def test_stale_facts_are_asked_again_and_typed_ones_lose_their_source(
    sip: ServiceVersion, siti: Actor
) -> None:
    assert siti.id is not None
    told = {"person.address": "Jalan Lama 1", "person.birth_place": "Batam"}
    record_facts(
        person_id=siti.id,
        facts=told,
        source="dukcapil",
        verified=True,
        by=SYSTEM,
        freshness_days={"person.address": 1},
    )
    with clock.use(clock.FixedClock(clock.now() + timedelta(days=2))):
        row = api.start(service_id=SIP, by=siti)
        assert "person_address" not in row.answers
        assert row.sources["person_birth_place"]["source"] == "dukcapil"
        same = {"person_birth_place": "Batam"}
        api.save(application_id=row.id, answers=same, by=siti)
        assert "person_birth_place" in stored(row.id).sources
        api.save(application_id=row.id, answers={"person_birth_place": "Medan"}, by=siti)
        assert "person_birth_place" not in stored(row.id).sources


def test_facts_of_a_company_are_its_own_and_its_directors_number_is_sealed(city: Cast, siti: Actor) -> None:
    version = get_service("disnaker-peraturan-perusahaan")
    factories.file(version, siti, city.company)
    tasks.drain()
    known = facts_of(business_id=city.company)
    assert known["business.responsible_nik"].value.keys() == {"sealed"}
    again = api.start(service_id=version.service_id, by=siti, business_id=city.company)
    assert api.open_answers(again.answers)["business_responsible_nik"] == factories.OTHER_NIK
    assert "business.name" not in facts_of(person_id=siti.id)


def test_no_nik_stands_in_plain_in_any_table(sip: ServiceVersion, siti: Actor) -> None:
    application_id = factories.file(sip, siti)
    tasks.drain()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT answers::text || sources::text FROM applications_application WHERE id = %s",
            [application_id],
        )
        (row,) = cursor.fetchone()
        cursor.execute("SELECT coalesce(string_agg(value::text || key, ' '), '') FROM identity_fact")
        (known,) = cursor.fetchone()
        cursor.execute("SELECT string_agg(data::text, ' ') FROM kernel_event")
        (told,) = cursor.fetchone()
    for text in (row, known, told):
        assert factories.NIK not in text
        assert factories.OTHER_NIK not in text
    assert api.open_answers(stored(application_id).answers)["person_nik"] == factories.NIK


def test_a_text_that_looks_sealed_is_a_text(sip: ServiceVersion, siti: Actor) -> None:
    application_id = factories.file(sip, siti, person_address="sealed:00ff")
    assert api.open_answers(stored(application_id).answers)["person_address"] == "sealed:00ff"


# A service changes


def test_a_draft_follows_its_service_and_keeps_what_was_typed(sip: ServiceVersion, siti: Actor) -> None:
    row = draft(siti, sip)
    schema = sip.content["form"]["schema"]
    asked = {**schema["properties"], "vaccinated": {"type": "boolean", "title": "Sudah divaksin"}}
    del asked["practice_hours"]
    required = [name for name in schema["required"] if name != "practice_hours"] + ["vaccinated"]
    pages = [
        {**page, "fields": [f for f in page["fields"] if f != "practice_hours"]} for page in schema["x-pages"]
    ]
    form = {"schema": {**schema, "properties": asked, "required": required, "x-pages": pages}}
    changed = new_version(sip, form=form)
    with pytest.raises(Invalid) as refused:
        api.submit(application_id=row.id, by=siti)
    assert set(refused.value.errors) == {"vaccinated"}
    moved = stored(row.id)
    assert moved.version_id == changed.id
    assert "practice_hours" not in moved.answers
    assert api.open_answers(moved.answers)["person_full_name"]
    api.save(application_id=row.id, answers={"vaccinated": True}, by=siti)
    assert api.submit(application_id=row.id, by=siti)
    assert api.start(service_id=SIP, by=siti).version_id == changed.id


def test_a_filed_application_stays_under_its_version(sip: ServiceVersion, siti: Actor) -> None:
    application_id = factories.file(sip, siti)
    new_version(sip, sla_working_days=1)
    assert api.load(application_id).version_id == sip.id
    assert factories.conclude(application_id) == "completed"


def test_a_closed_service_takes_no_drafts_and_finishes_what_it_has(sip: ServiceVersion, siti: Actor) -> None:
    filed, row = factories.file(sip, siti), draft(siti, sip)
    Service.objects.filter(pk=SIP).update(is_active=False)
    with pytest.raises(NotFound):
        api.start(service_id=SIP, by=siti)
    with pytest.raises(Denied) as refused:
        api.submit(application_id=row.id, by=siti)
    assert refused.value.code == "service_closed"
    assert factories.conclude(filed, approve=False) == "rejected"


# Who may


def test_anothers_application_does_not_exist(city: Cast, sip: ServiceVersion, siti: Actor) -> None:
    application_id, budi = factories.file(sip, siti), city.budi.actor
    mine = draft(siti, sip)
    for refused in (
        lambda: api.get_own(application_id, budi),
        lambda: api.get_own(application_id, city.officer.actor),
        lambda: api.withdraw(application_id=application_id, by=budi),
        lambda: api.resubmit(application_id=application_id, by=budi),
        lambda: api.submit(application_id=mine.id, by=budi),
        lambda: api.save(application_id=mine.id, answers={}, by=budi),
        lambda: api.get_for_staff(application_id, budi),
        lambda: api.load(uuid4()),
    ):
        with pytest.raises(NotFound):
            refused()
    assert api.list_own(budi) == []


def test_another_agency_sees_and_does_nothing(city: Cast, sip: ServiceVersion, siti: Actor) -> None:
    application_id, stranger = factories.file(sip, siti), city.stranger.actor
    step = factories.open_step(application_id)
    assert step is not None
    with pytest.raises(NotFound):
        api.get_for_staff(application_id, stranger)
    with pytest.raises(NotFound):
        api.advance(application_id=application_id, verb=Verb.COMPLETE, by=stranger, step_key=step.key)
    assert api.inbox(stranger) == []
    assert api.count_inbox(stranger) == 0
    assert api.get_for_staff(application_id, city.officer.actor).id == application_id


def test_the_mall_does_not_read_what_it_only_collects_money_for(city: Cast, siti: Actor) -> None:
    application_id = factories.file(get_service(ASSESSED), siti)
    assert "dpmptsp-batam" in {step.agency_id for step in api.load(application_id).case.steps}
    with pytest.raises(NotFound):
        api.get_for_staff(application_id, city.officer.actor)


def test_a_draft_is_nobody_elses_business(city: Cast, sip: ServiceVersion, siti: Actor) -> None:
    row = draft(siti, sip)
    with pytest.raises(NotFound):
        api.get_for_staff(row.id, city.officer.actor)


def test_the_wrong_role_and_the_wrong_step(city: Cast, sip: ServiceVersion, siti: Actor) -> None:
    application_id = factories.file(sip, siti)
    step = factories.open_step(application_id)
    assert step is not None
    officer = city.officer.actor
    for by, verb, key, code in (
        (city.signatory.actor, Verb.COMPLETE, step.key, "not_your_step"),
        (officer, Verb.SIGN, step.key, "not_in_this_state"),
        (officer, Verb.COMPLETE, "tidak-ada", "no_such_step"),
        (officer, Verb.COMPLETE, "signing", "step_not_open"),
        (siti, Verb.COMPLETE, step.key, "not_your_step"),
        (officer, Verb.SETTLE, step.key, "not_in_this_state"),
    ):
        with pytest.raises(Denied) as refused:
            api.advance(application_id=application_id, verb=verb, by=by, step_key=key)
        assert refused.value.code == code, (verb, key)
    assert [entry.verb for entry in api.timeline(application_id)] == ["submit"]


def test_what_is_done_is_not_done_again(sip: ServiceVersion, siti: Actor) -> None:
    application_id = factories.file(sip, siti)
    step = factories.open_step(application_id)
    assert step is not None
    factories.act(application_id, Verb.COMPLETE)
    with pytest.raises(Denied) as refused:
        api.advance(
            application_id=application_id,
            verb=Verb.COMPLETE,
            by=factories.holder_of(step),
            step_key=step.key,
        )
    assert refused.value.code in {"not_in_this_state", "step_done"}


# The inbox


def test_the_inbox_shows_what_breaks_first_and_pages_by_key(city: Cast, sip: ServiceVersion) -> None:
    siti, officer = city.siti.actor, city.officer.actor
    papers: dict[str, str] = {}
    ids = [factories.file(sip, siti, papers=papers) for _ in range(4)]
    verified = ids[2]
    factories.act(verified, Verb.COMPLETE)
    Step.objects.filter(application_id=ids[3]).update(due_on=clock.today() - timedelta(days=1))
    first, *others = api.inbox(officer)
    assert first.application_id == ids[3]
    assert first.applicant == "Siti Rahmawati"
    assert {row.application_id for row in others} == set(ids[:3])
    assert api.count_inbox(officer) == 4
    seen, after = [], ("-infinity", 0)
    while rows := api.inbox(officer, after=after, limit=3):
        seen += [row.application_id for row in rows]
        after = (str(rows[-1].due_on or "infinity"), rows[-1].step_id)
    assert sorted(seen) == sorted(ids)
    front = replace(officer, duties={"dpmptsp-batam": frozenset({Role.FRONT_OFFICER})})
    assert verified not in {row.application_id for row in api.inbox(front)}


# Corrections


def test_only_what_was_remarked_changes(sip: ServiceVersion, siti: Actor) -> None:
    application_id = factories.file(sip, siti)
    due = stored(application_id).due_on
    until(application_id, StepKind.VERIFICATION)
    assert factories.act(application_id, Verb.REQUEST_CORRECTION, REMARKS) == "in_correction"
    row = stored(application_id)
    assert row.remarks == [{"field": "str_file", "reason": "unreadable", "note": "Foto terlalu gelap"}]
    assert row.clock[-1] == ["pause", clock.today().isoformat(), "correction", "str_file"]
    fresh = factories.upload(siti, "str")
    typed = {"str_file": fresh, "person_full_name": "Orang Lain"}
    api.save(application_id=application_id, answers=typed, by=siti)
    assert api.resubmit(application_id=application_id, by=siti) == "in_process"
    row = stored(application_id)
    assert row.answers["str_file"] == fresh
    assert row.answers["person_full_name"] != "Orang Lain"
    assert (row.remarks, row.rounds, row.clock[-1][0]) == ([], 1, "resume")
    assert row.due_on >= due
    assert factories.conclude(application_id) == "completed"


def test_a_correction_must_be_right_before_it_is_sent(sip: ServiceVersion, siti: Actor) -> None:
    application_id = factories.file(sip, siti)
    factories.act(application_id, Verb.RETURN, REMARKS)
    api.save(application_id=application_id, answers={"str_file": "bukan-berkas"}, by=siti)
    with pytest.raises(Invalid) as refused:
        api.resubmit(application_id=application_id, by=siti)
    assert set(refused.value.errors) == {"str_file"}
    api.save(application_id=application_id, answers={"str_file": None}, by=siti)
    with pytest.raises(Invalid):
        api.resubmit(application_id=application_id, by=siti)
    assert stored(application_id).state == "returned"


def test_rounds_of_correction_end(sip: ServiceVersion, siti: Actor) -> None:
    application_id = factories.file(sip, siti)
    for _round in range(3):
        factories.act(application_id, Verb.RETURN, REMARKS)
        api.resubmit(application_id=application_id, by=siti)
    with pytest.raises(Denied) as refused:
        factories.act(application_id, Verb.RETURN, REMARKS)
    assert refused.value.code == "rounds_used_up"


# Money


@pytest.fixture
def waiting_for_money(city: Cast, siti: Actor, silent_bank: Any) -> UUID:
    application_id = factories.file(get_service(PBG), siti)
    until(application_id, StepKind.PAYMENT)
    assert stored(application_id).state == "awaiting_payment"
    return application_id


def test_withdrawing_cancels_the_bill(waiting_for_money: UUID, siti: Actor) -> None:
    subject = f"application:{waiting_for_money}"
    assert payments.get_bill(subject).open
    assert api.withdraw(application_id=waiting_for_money, by=siti) == "withdrawn"
    bill = payments.get_bill(subject)
    assert bill.state is payments.BillState.CANCELLED
    assert not any(payments.balance(bill.id).values())
    with pytest.raises(Denied):
        api.withdraw(application_id=waiting_for_money, by=siti)


def test_news_of_a_payment_may_come_twice_and_too_late(waiting_for_money: UUID, siti: Actor) -> None:
    bill = payments.get_bill(f"application:{waiting_for_money}")
    assert factories.settle(bill) is payments.Outcome.SETTLED
    for _again in range(2):
        api.on_bill_settled(bill=str(bill.id), subject=bill.subject)
    assert [entry.verb for entry in api.timeline(waiting_for_money)].count("settle") == 1
    with pytest.raises(Denied) as refused:
        payments.cancel(bill_id=bill.id, by=SYSTEM)
    assert refused.value.code == "already_paid"


def test_withdrawing_what_was_just_paid_keeps_the_money_on_the_books(
    waiting_for_money: UUID, siti: Actor
) -> None:
    subject = f"application:{waiting_for_money}"
    factories.settle(payments.get_bill(subject))
    assert api.withdraw(application_id=waiting_for_money, by=siti) == "withdrawn"
    tasks.drain()  # the news of the payment comes only now
    assert stored(waiting_for_money).state == "withdrawn"
    assert payments.get_bill(subject).state is payments.BillState.PAID


def test_an_expired_bill_gets_a_new_day(waiting_for_money: UUID, siti: Actor, city: Cast) -> None:
    subject = f"application:{waiting_for_money}"
    with clock.use(clock.FixedClock(clock.now() + timedelta(days=60))):
        payments.expire_overdue()
        assert payments.get_bill(subject).state is payments.BillState.EXPIRED
        with pytest.raises(NotFound):
            api.renew_bill(application_id=waiting_for_money, by=city.budi.actor)
        api.renew_bill(application_id=waiting_for_money, by=siti)
        assert payments.get_bill(subject).open
    draft_id = draft(siti, get_service(SIP)).id
    with pytest.raises(Denied):
        api.renew_bill(application_id=draft_id, by=siti)


def test_an_empty_fee_form_is_no_free_permit(city: Cast, siti: Actor) -> None:
    application_id = factories.file(get_service(ASSESSED), siti)
    until(application_id, StepKind.FEE_ASSESSMENT)
    for lines in ((), ({"name": "x", "amount_idr": -1},), ({"name": "x", "amount_idr": "1"},)):
        with pytest.raises(Denied) as refused:
            factories.act(application_id, Verb.ASSESS_FEE, Act(fee_lines=lines))
        assert refused.value.code == "fee_invalid"
    free = Act(fee_lines=({"name": "Dibebaskan", "amount_idr": 0},))
    assert factories.act(application_id, Verb.ASSESS_FEE, free) == "approved"
    tasks.drain()
    with pytest.raises(NotFound):
        payments.get_bill(f"application:{application_id}")


# Documents


def test_a_decision_heard_twice_issues_once(sip: ServiceVersion, siti: Actor) -> None:
    application_id = factories.file(sip, siti)
    factories.conclude(application_id)
    row = stored(application_id)
    for _again in range(2):
        wiring.dispatch("application_decided", {"application": str(application_id)})
    assert stored(application_id).document_id == row.document_id
    assert [entry.verb for entry in api.timeline(application_id)].count("issue") == 1


def test_a_document_ends_with_its_validity(city: Cast, siti: Actor) -> None:
    application_id = factories.file(get_service(SIX_MONTHS), siti)
    assert factories.conclude(application_id) == "completed"
    document_id = stored(application_id).document_id
    assert document_id is not None
    paper = documents.get_document(document_id, siti)
    assert paper.valid_until is not None
    assert documents.verify(paper.code).standing is documents.Standing.VALID
    with clock.use(clock.FixedClock(clock.now() + timedelta(days=200))):
        assert documents.verify(paper.code).standing is documents.Standing.EXPIRED


def test_a_bad_recommendation_binds_the_signatory(sip: ServiceVersion, siti: Actor) -> None:
    application_id = factories.file(sip, siti)
    until(application_id, StepKind.RECOMMENDATION)
    factories.act(application_id, Verb.RECOMMEND, Act(note="Tidak layak", favourable=False))
    until(application_id, StepKind.SIGNING)
    with pytest.raises(Denied) as refused:
        factories.act(application_id, Verb.SIGN)
    assert refused.value.code == "recommendation_unfavourable"
    for empty in (Act(), Act(reason="Tidak layak"), Act(legal_basis="Perda")):
        with pytest.raises(Denied) as refused:
            factories.act(application_id, Verb.REJECT, empty)
        assert refused.value.code == "legal_reason_needed"
    assert factories.act(application_id, Verb.REJECT, factories.REFUSAL) == "rejected"


def test_news_without_a_document_is_not_lost(
    sip: ServiceVersion, siti: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    application_id = factories.file(sip, siti)
    tasks.drain()
    until(application_id, StepKind.SIGNING)
    factories.act(application_id, Verb.SIGN)

    def broken(*_args: Any, **_more: Any) -> None:
        raise OSError("disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("pendopo.applications.actions.issuing.issue", broken)
        with pytest.raises(OSError, match="disk"):
            tasks.drain()
    assert Outbox.objects.filter(topic="application_decided").count() == 1
    tasks.drain()
    assert stored(application_id).state == "completed"


def test_who_is_always_too_slow_is_told_so(
    sip: ServiceVersion, siti: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    application_id = factories.file(sip, siti)
    monkeypatch.setattr("pendopo.applications.actions.acting._execute", lambda _arguments: False)
    with pytest.raises(Denied) as refused:
        factories.act(application_id, Verb.COMPLETE)
    assert refused.value.code == "stale"
    assert stored(application_id).state == "submitted"


@pytest.mark.parametrize(("storeys", "asked"), [(1, set()), (2, {2}), (3, {2, 3})])
def test_every_storey_of_a_house_says_its_area(siti: Actor, storeys: int, asked: set[int]) -> None:
    errors = validate(get_service(PBG), {"storeys": storeys, "floor_1_area_m2": 60})
    assert {n for n in (2, 3) if f"floor_{n}_area_m2" in errors} == asked
    assert "floor_2_area_m2" in validate(get_service(PBG), {"storeys": 2, "floor_2_area_m2": 0})


def contradicting(service_id: str, field: str, **answers: Any) -> str:
    """What stands beside a field for answers that cannot be true together."""
    return validate(get_service(service_id), answers).get(field, "")


@pytest.mark.parametrize(
    ("complexity", "storeys", "areas", "field", "words"),
    [
        ("SEDERHANA", 3, {}, "storeys", "paling banyak dua lantai"),
        ("SEDERHANA", 2, {}, "storeys", ""),
        ("TIDAK_SEDERHANA", 3, {}, "storeys", ""),
        ("SEDERHANA", "tiga", {}, "storeys", "angka bulat"),
        ("SEDERHANA", 1, {"floor_2_area_m2": 40.0}, "floor_2_area_m2", "satu lantai"),
        ("SEDERHANA", 1, {"floor_2_area_m2": 40}, "floor_2_area_m2", "satu lantai"),
        ("SEDERHANA", 2, {"floor_2_area_m2": 40.0}, "floor_2_area_m2", ""),
        ("SEDERHANA", 2, {"floor_2_area_m2": 40.0, "floor_3_area_m2": 9.0}, "floor_3_area_m2", "lantai tiga"),
    ],
)
def test_a_house_that_contradicts_itself_is_refused(
    siti: Actor, complexity: str, storeys: Any, areas: dict[str, Any], field: str, words: str
) -> None:
    said = contradicting(PBG, field, complexity=complexity, storeys=storeys, **areas)
    assert words in said if words else not said


@pytest.mark.parametrize(
    ("name", "words"),
    [("Bintang", "paling sedikit dua kata"), ("Bintang Kecil", ""), ("", "belum diisi"), (7, "belum benar")],
)
def test_a_childs_name_has_two_words(siti: Actor, name: Any, words: str) -> None:
    """Permendagri 73/2022 art. 4."""
    said = contradicting(BIRTH, "child_full_name", child_full_name=name)
    assert words in said if words else not said


def test_two_witnesses_are_two_people(siti: Actor) -> None:
    same = {"witness1_nik": factories.NIK, "witness2_nik": factories.NIK}
    assert "orang lain" in contradicting(BIRTH, "witness2_nik", **same)
    assert not contradicting(BIRTH, "witness1_nik", **same)
    assert not contradicting(BIRTH, "witness2_nik", **same | {"witness2_nik": factories.OTHER_NIK})
    with translation.override("en"):
        assert "somebody else" in contradicting(BIRTH, "witness2_nik", **same)
