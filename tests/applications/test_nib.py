"""A NIB granted here: OSS gives the number, the business is registered once, and the parts of a bundle that need one start by themselves."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from pendopo.agencies.api import link_from_oss
from pendopo.agencies.connectors.oss import client
from pendopo.applications import api
from pendopo.applications.actions import issuing, reacting
from pendopo.applications.models import Application, Part, RegisterWait, Submission
from pendopo.applications.queries import list_usable, prefill
from pendopo.applications.rules.registering import (
    AWAY,
    gives_nib,
    is_about,
    needs_register,
    next_try,
    told_by_fact,
)
from pendopo.catalogue.api import get_service
from pendopo.documents.api import get_document, list_held, verify
from pendopo.documents.models import Document
from pendopo.identity.api import (
    SYSTEM,
    Actor,
    accept_mandate,
    acting_for,
    facts_of,
    give_mandate,
    list_businesses,
    mask_nik,
    represents,
)
from pendopo.identity.models import Fact, Mandate
from pendopo.kernel import clock, events, tasks
from pendopo.kernel.errors import Denied, NotFound
from simulators.oss import Oss, business
from tests import factories
from tests.applications.conftest import Browser
from tests.applications.test_submission import refused
from tests.factories import Account, Cast

NIB_SERVICE = "dpmptsp-nib"
COFFEE, FINDER = "buka-kedai-kopi", {
    "kecamatan": "batam-kota", "pelaku": "perorangan", "pekerja": "ya", "merek": "tidak",
}  # fmt: skip
COMPANYS = {"disnaker-wlkp", "bpjstk-daftar-penerima-upah", "jkn-pendaftaran-badan-usaha"}


# Rules


def test_only_a_first_nib_granted_to_somebody_without_one_asks_oss() -> None:
    carried = ["business.name", "business.nib"]
    assert gives_nib(carried)
    assert not gives_nib(["business.npwp"])
    asked: dict[str, Any] = {"for_business": False, "has_document": False}
    for state in ("approved", "deemed_approved"):
        assert needs_register(state, "new", carried, **asked)
    assert not needs_register("rejected", "new", carried, **asked)
    assert not needs_register("approved", "duplicate", carried, **asked)
    assert not needs_register("approved", "new", ["business.name"], **asked)
    assert not needs_register("approved", "new", carried, **asked | {"for_business": True})
    assert not needs_register("approved", "new", carried, **asked | {"has_document": True})


def test_what_is_told_is_of_the_applicant_alone() -> None:
    schema = {
        "properties": {
            "a": {"x-fact": "business.name"},
            "b": {"x-fact": "business.kbli"},
            "c": {"x-fact": "person.full_name", "x-person": "child"},
            "d": {},
        }
    }
    assert told_by_fact(schema, {"a": "Kopi", "b": "", "c": "Anak", "d": "x"}) == {"business.name": "Kopi"}


def test_a_register_that_is_away_is_asked_sooner_than_one_that_refuses() -> None:
    assert next_try(AWAY) < next_try("nib_not_yours")


# Alone

database = pytest.mark.django_db
house = pytest.mark.usefixtures("house")


def granted(by: Actor, **answers: Any) -> UUID:
    """A NIB application walked to its end."""
    application = factories.file(get_service(NIB_SERVICE), by, **answers)
    factories.conclude(application)
    return application


def own(by: Actor, **answers: Any) -> UUID:
    """The same for a person's own business: nothing of a company is answered."""
    version = get_service(NIB_SERVICE)
    application, _number = api.file(
        service_id=NIB_SERVICE,
        answers={**factories.valid_answers(version, by, optional=False), **answers},
        key=f"nib-{by.id}-{Application.objects.count()}",
        by=by,
    )
    factories.conclude(application)
    return application


@database
@house
def test_a_granted_nib_is_the_papers_number_and_registers_the_business(city: Cast, oss: Oss) -> None:
    budi = city.budi.actor
    assert budi.id is not None
    row = Application.objects.select_related("business").get(id=own(budi, business_name="Kopi Budi"))
    assert row.state == "completed"
    assert row.business is not None
    assert row.document_id is not None
    paper = get_document(row.document_id, SYSTEM)
    assert paper.number == row.business.nib
    assert len(paper.number) == 13
    assert str(verify(paper.code).standing) == "valid"
    assert paper.holder_ref == budi.ref
    shown = {line["label"]: line["value"] for line in paper.data["rows"]}
    assert shown["Bentuk usaha"] == "Usaha perseorangan"
    assert list(shown).count("Nama usaha atau badan") == 1
    assert represents(budi.id, row.business.id)
    known = facts_of(business_id=row.business.id)
    assert known["business.nib"].value == paper.number
    for key in ("business.nib", "business.name", "business.legal_form", "business.responsible_nik"):
        assert (known[key].source, known[key].verified) == (f"document:{paper.number}", True), key
    assert "business.npwp" not in known, "OSS keys people by NIK"
    kept = [*Fact.objects.values_list("value", flat=True), *Document.objects.values_list("data", flat=True)]
    assert factories.OTHER_NIK not in str(kept), "a paper shows its data and nothing else"
    assert [e.verb for e in events.history(f"business:{row.business.id}")].count("registered") == 1


@database
@house
def test_a_taxpayer_number_that_is_the_nik_is_remembered_sealed(
    city: Cast, oss: Oss, signed_in: Browser
) -> None:
    properties = get_service(NIB_SERVICE).content["form"]["schema"]["properties"]
    (field,) = [name for name, prop in properties.items() if prop.get("x-fact") == "person.npwp"]
    own(city.budi.actor, **{field: factories.OTHER_NIK})
    tasks.drain()
    fact = Fact.objects.get(person_id=city.budi.actor.id, key="person.npwp")
    assert factories.OTHER_NIK not in str(fact.value)
    known, _sources = prefill(get_service(NIB_SERVICE), city.budi.actor, None)
    assert known[field] == factories.OTHER_NIK, "and is not asked for again"
    page = signed_in(city.budi).get("/saya/data/").content.decode()
    assert mask_nik(factories.OTHER_NIK) in page
    assert factories.OTHER_NIK not in page


@database
@house
def test_handled_twice_is_once(city: Cast, oss: Oss) -> None:
    application = own(city.budi.actor)
    for _again in range(2):
        api.on_decided(application=str(application))
        api.on_concluded(application=str(application))
    assert Document.objects.filter(subject=f"application:{application}").count() == 1
    assert Mandate.objects.filter(agent_id=city.budi.actor.id).count() == 1
    assert not RegisterWait.objects.filter(application=application).exists()


@database
@house
@pytest.mark.parametrize("where", ["keep_registered", "advance"])
def test_killed_at_any_point_it_is_finished_once(
    city: Cast, oss: Oss, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Before the commit nothing is there; after it, the next run finds what is there and goes on."""
    version, by = get_service(NIB_SERVICE), city.budi.actor
    application, _number = api.file(
        service_id=NIB_SERVICE, answers=factories.valid_answers(version, by, optional=False), key=where, by=by
    )
    module = issuing if where == "keep_registered" else reacting
    real = getattr(module, where)

    class Killed(BaseException):
        pass

    def die(*_args: Any, **_more: Any) -> None:
        raise Killed

    step = factories.open_step(application)
    while step is not None:
        factories.proceed(application, step)
        step = factories.open_step(application)
    monkeypatch.setattr(module, where, die)
    with pytest.raises(Killed):
        api.on_decided(application=str(application))
    survived = where == "advance"
    assert Mandate.objects.filter(agent_id=by.id).exists() is survived
    assert Document.objects.filter(subject=f"application:{application}").exists() is survived
    monkeypatch.setattr(module, where, real)
    tasks.drain()
    row = Application.objects.get(id=application)
    assert row.state == "completed"
    assert Mandate.objects.filter(agent_id=by.id).count() == 1
    assert Document.objects.filter(subject=f"application:{application}").count() == 1
    assert "business.nib" in facts_of(business_id=row.business_id)


@database
@house
def test_who_has_a_nib_cannot_apply_for_a_second_one(city: Cast, oss: Oss, signed_in: Browser) -> None:
    budi = city.budi.actor
    first = Application.objects.get(id=own(budi))
    with pytest.raises(Denied) as refused:
        own(budi)
    assert refused.value.code == "already_has_nib"
    version, answers = get_service(NIB_SERVICE), factories.valid_answers(get_service(NIB_SERVICE), budi)
    with pytest.raises(Denied, match="already has nib"):
        api.file(service_id=NIB_SERVICE, answers=answers, key="firm", by=budi, business_id=first.business_id)
    draft = api.start(service_id=NIB_SERVICE, by=budi).id
    told = factories.valid_answers(version, budi, optional=False)
    api.save(application_id=draft, answers=told, by=budi)
    browser = signed_in(city.budi)
    page = browser.post(f"/permohonan/{draft}/periksa/", {"declared": "yes"})
    assert page.status_code == 409
    assert "Anda sudah punya NIB" in page.content.decode()
    assert Application.objects.filter(service_id=NIB_SERVICE, submitted_at__isnull=False).count() == 1


@database
@house
def test_who_linked_their_own_business_has_its_nib(city: Cast, oss: Oss) -> None:
    record = client.by_npwp(factories.OTHER_NIK)
    assert record is not None
    link_from_oss(nib=record["nib"], by=city.budi.actor)
    with pytest.raises(Denied, match="already has nib"):
        own(city.budi.actor)


@database
@house
def test_filing_the_same_again_after_the_nib_came_is_no_second_application(city: Cast, oss: Oss) -> None:
    version, by = get_service(NIB_SERVICE), city.budi.actor
    wish: dict[str, Any] = {
        "service_id": NIB_SERVICE, "answers": factories.valid_answers(version, by, optional=False), "key": "once", "by": by,
    }  # fmt: skip
    filed = api.file(**wish)
    factories.conclude(filed[0])
    assert api.file(**wish) == filed


@database
@house
def test_two_that_were_filed_before_the_first_was_granted_give_one_paper(
    city: Cast, oss: Oss, signed_in: Browser
) -> None:
    version, by = get_service(NIB_SERVICE), city.budi.actor
    answers = factories.valid_answers(version, by, optional=False)
    first, second = (
        api.file(service_id=NIB_SERVICE, answers=answers, key=key, by=by)[0] for key in ("first", "second")
    )
    factories.conclude(first)
    factories.conclude(second)
    row = Application.objects.get(id=second)
    assert (row.state, row.document_id, row.business_id) == ("approved", None, None)
    assert RegisterWait.objects.get(application=second).reason == "number_taken"
    papers = [paper.number for paper in list_held(by.ref) if paper.service_id == NIB_SERVICE]
    assert len(papers) == 1
    assert papers[0].isdigit()
    assert (
        "sudah ada pada dokumen yang terbit sebelumnya"
        in signed_in(city.budi).get(f"/permohonan/{second}/").content.decode()
    )


@pytest.mark.parametrize(
    ("known", "told", "same"),
    [
        ({"business.legal_form": "PERSEORANGAN"}, {}, True),
        ({"business.legal_form": "PERSEORANGAN", "business.responsible_nik": "2"}, {}, False),
        ({"business.legal_form": "PT", "business.npwp": "021234567215000"}, {}, False),
        ({"business.npwp": "021234567215000"}, {"business.npwp": "0021234567215000"}, True),
        ({"business.npwp": "021234567215000"}, {"business.npwp": "021234567215001"}, False),
        ({"business.legal_form": "PERSEORANGAN"}, {"business.npwp": "021234567215000"}, False),
    ],
)
def test_which_business_an_application_is_about(
    known: dict[str, str], told: dict[str, str], *, same: bool
) -> None:
    entity = {"business.legal_entity_no": "AHU-1"} if told else {}
    assert is_about({"business.responsible_nik": "1"} | known, told | entity, "1") is same


@database
@house
def test_a_person_and_their_company_are_two_businesses(city: Cast, oss: Oss) -> None:
    oss.control(
        {
            "register": business(
                "8120207788888", "PT Budi", "123456789012345", factories.OTHER_NIK, jenis_perseroan="01"
            )
        }
    )
    budi = city.budi.actor
    assert budi.id is not None
    alone = Application.objects.select_related("business").get(id=own(budi))
    company = Application.objects.select_related("business").get(id=granted(budi))
    assert alone.business is not None
    assert company.business is not None
    assert company.business.nib == "8120207788888"
    assert {one.id for one in list_businesses(budi.id)} == {alone.business.id, company.business.id}
    assert facts_of(business_id=company.business.id)["business.legal_form"].value == "PT"
    assert facts_of(business_id=alone.business.id)["business.legal_form"].value == "PERSEORANGAN"


# Somebody else's, and OSS away


@database
@house
def test_somebody_elses_company_is_not_given_and_nothing_is_half_done(
    city: Cast, oss: Oss, signed_in: Browser
) -> None:
    oss.control({"register": business(factories.NIB, "PT Laut", "123456789012345", factories.NIK)})
    application = granted(city.budi.actor)
    row = Application.objects.get(id=application)
    assert (row.state, row.document_id, row.business_id) == ("approved", None, None)
    assert RegisterWait.objects.get(application=application).reason == "nib_not_yours"
    assert city.budi.actor.id is not None
    assert list_businesses(city.budi.actor.id) == []
    assert not Document.objects.filter(subject=f"application:{application}").exists()
    page = signed_in(city.budi).get(f"/permohonan/{application}/").content.decode()
    assert "bukan penanggung jawab" in page
    assert signed_in(city.siti).get(f"/permohonan/{application}/").status_code == 404

    oss.control({"register": business(factories.NIB, "PT Laut", "123456789012345", factories.OTHER_NIK)})
    assert api.ask_registers() == 0, "what somebody must mend is not asked for every minute"
    with clock.use(clock.FixedClock(clock.now() + next_try("nib_not_yours"))):
        assert api.ask_registers() == 1
    tasks.drain()
    row.refresh_from_db()
    assert (row.state, row.business_id) == ("completed", city.company)
    assert city.siti.actor.id is not None
    assert represents(city.siti.actor.id, city.company), "who was there before stays"


@database
@house
def test_while_oss_is_away_the_paper_waits_and_comes_by_itself(
    city: Cast, oss: Oss, signed_in: Browser
) -> None:
    oss.control({"mode": "fail"})
    application = own(city.budi.actor)
    browser: Client = signed_in(city.budi)
    assert RegisterWait.objects.get(application=application).reason == AWAY
    assert "OSS sedang tidak menjawab" in browser.get(f"/permohonan/{application}/").content.decode()
    soon = clock.now() + next_try(AWAY)
    with clock.use(clock.FixedClock(soon)):
        assert api.ask_registers() == 1
        assert Application.objects.get(id=application).document_id is None
    oss.control({"mode": "ok"})
    with clock.use(clock.FixedClock(soon + next_try(AWAY))):
        assert api.ask_registers() == 1
        tasks.drain()
        assert Application.objects.get(id=application).state == "completed"
        assert "Dokumen Anda sudah terbit" in browser.get(f"/permohonan/{application}/").content.decode()
        api.ask_registers()
        assert not RegisterWait.objects.filter(application=application).exists()


@database
@house
def test_a_business_that_files_keeps_its_number_and_oss_is_not_asked(city: Cast, oss: Oss) -> None:
    version, siti = get_service(NIB_SERVICE), city.siti.actor
    application, _number = api.file(
        service_id=NIB_SERVICE, answers=factories.valid_answers(version, siti), key="firm", by=siti, business_id=city.company
    )  # fmt: skip
    factories.conclude(application)
    row = Application.objects.get(id=application)
    assert row.document_id is not None
    assert get_document(row.document_id, SYSTEM).number == factories.NIB
    assert oss.calls == 0


# In a bundle


def opened(by: Actor) -> Submission:
    """Somebody opens a coffee shop of their own with workers: filed, with every answer in place."""
    row = api.begin_submission(goals=[COFFEE], finder=FINDER, by=by)
    merged = api.bundle_form(row, api.list_parts(row.id))
    papers: dict[str, str] = {}
    answers = {
        name: factories.value_for(name, prop, by, papers)
        for name, prop in merged.schema["properties"].items()
        if name in merged.schema["required"]
    }
    assert "business_nib" not in answers, "nobody is asked for a number that does not exist yet"
    api.save_submission(submission_id=row.id, answers=answers, by=by)
    api.consent(submission_id=row.id, by=by)
    return api.file_submission(submission_id=row.id, by=by)


def states(row: Submission) -> dict[str, str]:
    return dict(Part.objects.filter(submission=row).values_list("service_id", "state"))


def to_the_end(row: Submission) -> None:
    for _wave in range(5):
        for part in api.list_parts(row.id):
            if part.state == "filed":
                assert part.application_id is not None
                factories.conclude(part.application_id)


@database
@house
@pytest.mark.usefixtures("silent_bank")
def test_a_coffee_shop_goes_from_the_nib_to_the_parts_for_businesses_by_itself(
    city: Cast, oss: Oss, signed_in: Browser
) -> None:
    budi = city.budi
    row = opened(budi.actor)
    assert {states(row)[one] for one in COMPANYS} == {"waiting"}
    for service_id in ("npwp-orang-pribadi", NIB_SERVICE):
        application = Part.objects.get(submission=row, service_id=service_id).application_id
        assert application is not None
        factories.conclude(application)
    row.refresh_from_db()
    nib = Application.objects.select_related("business").get(
        id=Part.objects.get(submission=row, service_id=NIB_SERVICE).application_id
    )
    assert nib.business is not None
    assert row.business_id == nib.business_id
    assert {states(row)[one] for one in COMPANYS} == {"filed"}, {
        part.service_id: (part.state, part.reason, part.because) for part in api.list_parts(row.id)
    }
    for service_id in COMPANYS:
        filed = Application.objects.get(
            id=Part.objects.get(submission=row, service_id=service_id).application_id
        )
        assert filed.business_id == nib.business_id
        assert filed.answers["business_nib"] == nib.business.nib
        assert filed.sources["business_nib"]["source"] == f"document:{nib.business.nib}"
        typed = events.history(f"application:{filed.id}")[0]
        assert (typed.actor, typed.on_behalf_of) == ("system", budi.actor.ref)
    usable = list_usable(budi.actor, nib.business_id, [NIB_SERVICE])
    assert usable[NIB_SERVICE].id == nib.document_id, "the NIB is a held document of that business"
    assert not list_usable(budi.actor, city.company, [NIB_SERVICE]), "and of no other"
    page = signed_in(budi).get(f"/pengajuan/{row.id}/").content.decode()
    assert "Usaha terdaftar lewat NIB" in page
    assert "Pilih usaha" not in page
    to_the_end(row)
    assert set(states(row).values()) == {"issued"}


@database
@house
@pytest.mark.usefixtures("silent_bank")
def test_one_person_s_bundle_never_touches_anothers(city: Cast, oss: Oss) -> None:
    rows = [opened(who.actor) for who in (city.budi, city.siti)]
    for row in rows:
        for service_id in ("npwp-orang-pribadi", NIB_SERVICE):
            application = Part.objects.get(submission=row, service_id=service_id).application_id
            assert application is not None
            factories.conclude(application)
    first, second = (Submission.objects.get(id=row.id).business_id for row in rows)
    assert first is not None
    assert second is not None
    assert len({first, second, city.company}) == 3, "Siti's older company is not taken for the new business"


@database
@house
def test_a_part_that_waits_for_a_business_shows_where_to_link_one(
    city: Cast, oss: Oss, signed_in: Browser
) -> None:
    budi: Account = city.budi
    service = "disnaker-lks-bipartit"
    row = api.begin_submission(goals=[service], finder={}, by=budi.actor)
    version = get_service(service)
    api.save_submission(
        submission_id=row.id,
        answers=factories.valid_answers(version, budi.actor, optional=False),
        by=budi.actor,
    )
    api.consent(submission_id=row.id, by=budi.actor)
    api.file_submission(submission_id=row.id, by=budi.actor)
    page = signed_in(budi).get(f"/pengajuan/{row.id}/").content.decode()
    assert f"/saya/usaha/?next=/pengajuan/{row.id}/" in page


def a_daughter(city: Cast) -> Actor:
    """Siti acts for Budi in everything of his."""
    today = clock.today()
    _offer, code = give_mandate(
        agent_nik=factories.NIK, agent_name="Siti", reach=["all"], valid_from=today, valid_until=today + timedelta(days=9),
        purpose="Perizinan", by=city.budi.actor,
    )  # fmt: skip
    return acting_for(city.siti.actor, accept_mandate(code=code, by=city.siti.actor).id)


@database
@house
def test_who_filed_a_nib_for_somebody_is_not_locked_out_when_it_is_granted(city: Cast, oss: Oss) -> None:
    hand = a_daughter(city)
    row = Application.objects.get(id=own(hand))
    assert row.business_id is not None
    assert row.document_id is not None
    assert api.get_own(row.id, hand).id == row.id
    assert api.get_status(row.id, hand)[0].id == row.id
    assert [one.id for one in api.list_own(hand)] == [row.id]
    assert get_document(row.document_id, hand).number
    with pytest.raises(NotFound):
        api.start(service_id="disnaker-lks-bipartit", by=hand, business_id=row.business_id)


@database
@house
def test_a_nib_filed_for_a_business_that_is_there_is_the_business_s(city: Cast, oss: Oss) -> None:
    siti = city.siti.actor
    application, _number = api.file(
        service_id=NIB_SERVICE, answers=factories.valid_answers(get_service(NIB_SERVICE), siti), key="firm", by=siti,
        business_id=city.company,
    )  # fmt: skip
    factories.conclude(application)
    today = clock.today()
    _offer, code = give_mandate(
        agent_nik=factories.OTHER_NIK, agent_name="Budi", reach=["all"], valid_from=today, valid_until=today,
        purpose="Perizinan", by=siti,
    )  # fmt: skip
    hand = acting_for(city.budi.actor, accept_mandate(code=code, by=city.budi.actor).id)
    paper = Application.objects.get(id=application).document_id
    assert paper is not None
    for look in (lambda: api.get_own(application, hand), lambda: get_document(paper, hand)):
        with refused("mandate_scope"):
            look()


@database
@house
@pytest.mark.usefixtures("silent_bank")
def test_a_bundle_stays_open_to_who_filed_it_but_not_what_it_filed_for_the_new_business(
    city: Cast, oss: Oss
) -> None:
    hand = a_daughter(city)
    row = opened(hand)
    for service_id in ("npwp-orang-pribadi", NIB_SERVICE):
        application = Part.objects.get(submission=row, service_id=service_id).application_id
        assert application is not None
        factories.conclude(application)
    assert api.get_submission(row.id, hand).business_id is not None
    assert [one.id for one in api.list_submissions(hand)] == [row.id]
    theirs = Part.objects.get(submission=row, service_id="disnaker-wlkp").application_id
    assert theirs is not None
    with refused("mandate_scope"):
        api.get_own(theirs, hand)
    assert api.get_own(theirs, city.budi.actor).business_id is not None
