"""Files reach the agency that is competent by place and date, and nobody else: on the loaded city and on PostgreSQL."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from pendopo.applications import api
from pendopo.applications.models import Application, AutoDecision, Part
from pendopo.catalogue.api import agencies_of, get_service
from pendopo.catalogue.models import Agency
from pendopo.config.tokens import token_for
from pendopo.documents.api import get_document, history_of, within_reach
from pendopo.identity.api import SYSTEM, Actor, ActorKind, Role, counter_reach, list_consents
from pendopo.kernel import clock, events, tasks
from pendopo.kernel.errors import NotFound
from pendopo.payments.api import get_bill, get_bill_for
from pendopo.region.api import Hours, Span, change_hours
from pendopo.region.models import ServiceHours
from pendopo.region.queries import forget
from pendopo.web.environment import day
from tests import factories
from tests.applications.test_actions import new_version
from tests.applications.test_measures import take
from tests.applications.test_submission import refused
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]

SPPL, UKL = "dpmptsp-sppl", "dpmptsp-ukl-upl"
CITY, BP, DLH = "dpmptsp-batam", "bp-batam", "dlh-batam"
HEIR = "disperindag-batam"
BEFORE = datetime(2025, 5, 19, 3, tzinfo=UTC)  # a Monday, two days before the law
CAFE = {"pelaku": "perorangan", "pekerja": "tidak", "merek": "tidak"}


def officer(agency: str, *roles: Role) -> Actor:
    return Actor(ActorKind.STAFF, uuid4(), "Petugas", {agency: frozenset(roles or Role)})


def filed(city: Cast, service: str, district: str) -> UUID:
    return factories.file(get_service(service), city.siti.actor, city.company, kecamatan=district)


def desks(application: UUID) -> set[str]:
    return {step.agency_id for step in api.list_steps(application)}


def in_inbox(application: UUID, agency: str) -> bool:
    return application in {row.application_id for row in api.inbox(officer(agency), limit=500)}


@pytest.mark.parametrize(
    ("district", "early", "agency"),
    [("batam-kota", False, BP), ("bulang", False, CITY), ("batam-kota", True, CITY)],
)
def test_place_and_date_choose_the_inbox(city: Cast, district: str, early: bool, agency: str) -> None:
    with clock.use(clock.FixedClock(BEFORE) if early else clock.FixedClock(clock.now())):
        application = filed(city, SPPL, district)
        other = CITY if agency == BP else BP
        assert Application.objects.get(id=application).agency_id == agency
        assert desks(application) == {agency}
        assert (in_inbox(application, agency), in_inbox(application, other)) == (True, False)
    told = events.history(f"application:{application}")[0].data
    assert told.get("competence", {}).get("agency", CITY) == agency
    assert ("PP 25/2025" in json.dumps(told)) is (agency == BP)


def test_who_is_not_competent_neither_sees_nor_acts(city: Cast, signed_in: Callable[..., Client]) -> None:
    application = filed(city, SPPL, "sekupang")
    step = factories.open_step(application)
    assert step is not None
    stranger = officer(CITY)
    with pytest.raises(NotFound):
        api.get_for_staff(application, stranger)
    with pytest.raises(NotFound):
        api.advance(application_id=application, verb=api.Verb.VERIFY, by=stranger, step_key=step.key)
    page = signed_in(city.officer)
    assert page.get(f"/kerja/{application}/").status_code == 404
    assert page.post(f"/kerja/{application}/{step.key}/verify/").status_code == 404
    bearer = {"authorization": f"Bearer {token_for(city.officer.actor)}"}
    refused = Client().post(
        f"/api/v1/applications/{application}/acts",
        data={"step": step.key, "verb": "verify"},
        content_type="application/json",
        headers=bearer,
    )
    assert refused.status_code == 404
    assert Application.objects.get(id=application).state == "in_process"


def test_other_offices_keep_their_steps(city: Cast) -> None:
    application = filed(city, UKL, "nongsa")
    own = {step.key: step.agency_id for step in api.list_steps(application)}
    assert {own.pop("inspection"), own.pop("recommendation")} == {DLH}
    assert set(own.values()) == {BP}
    assert desks(filed(city, UKL, "galang")) == {CITY, DLH}


def test_the_document_is_the_deciding_agency_s(city: Cast) -> None:
    application = filed(city, SPPL, "sekupang")
    factories.conclude(application)
    row = Application.objects.get(id=application)
    assert row.document_id is not None
    paper = get_document(row.document_id, SYSTEM)
    assert paper.agency_id == BP
    assert paper.agency_name.startswith("Badan Pengusahaan")
    assert "BP-BATAM" in paper.number
    assert any("PP 25/2025" in law for law in paper.data["legal_basis"])
    assert row.decision["by"] == factories.holder_of(api.load(application).case.steps[0]).ref
    assert set(
        AutoDecision.objects.filter(application_id=application).values_list("agency_id", flat=True)
    ) == {BP}


def test_a_duplicate_goes_to_who_issued_the_original(city: Cast) -> None:
    application = filed(city, SPPL, "sekupang")
    factories.conclude(application)
    paper = Application.objects.get(id=application).document_id
    assert paper is not None
    siti = city.siti.actor
    draft = api.begin_purpose(document_id=paper, purpose=api.Purpose.DUPLICATE, by=siti)
    answers = {"duplicate_cause": "lost", "police_report": "SK/1", "declaration": True}
    api.save(application_id=draft.id, answers=answers, by=siti)
    api.submit(application_id=draft.id, by=siti)
    assert Application.objects.get(id=draft.id).agency_id == BP
    assert desks(draft.id) == {BP}


def test_pages_say_who_decides_and_by_which_law(city: Cast, signed_in: Callable[..., Client]) -> None:
    siti = signed_in(city.siti)
    assert "Yang berwenang dapat juga" in siti.get(f"/layanan/{SPPL}/").content.decode()
    assert "PP 25/2025" in siti.get(f"/ajukan/{SPPL}/").content.decode()
    application = filed(city, SPPL, "sekupang")
    for address in (f"/permohonan/{application}/", "/saya/", f"/permohonan/{application}/tanda-terima/", f"/permohonan/{application}/periksa/"):  # fmt: skip
        page = siti.get(address).content.decode()
        assert "(BP Batam)" in page, address
    status = siti.get(f"/permohonan/{application}/").content.decode()
    assert "Yang berwenang atas permohonan ini: Badan Pengusahaan" in status
    assert "PP 25/2025" in status
    desk = signed_in(factories.staff("bp@contoh.id", "Petugas BP", BP, *Role))
    assert (
        "Yang berwenang atas permohonan ini: Badan Pengusahaan"
        in desk.get(f"/kerja/{application}/").content.decode()
    )
    away = siti.get(f"/permohonan/{filed(city, SPPL, 'bulang')}/").content.decode()
    assert "Yang berwenang atas" not in away


def test_the_api_says_where_a_file_lies(city: Cast) -> None:
    bearer = {"authorization": f"Bearer {token_for(city.siti.actor)}"}
    application = filed(city, SPPL, "sekupang")
    told = Client().get(f"/api/v1/applications/{application}", headers=bearer).json()
    assert told["agency"] == BP


def test_a_corrected_place_moves_the_file(city: Cast) -> None:
    application = filed(city, UKL, "nongsa")
    remark = api.Act(remarks=(api.Remark("kecamatan", "missing"),))
    factories.act(application, api.Verb.RETURN, remark)
    api.save(application_id=application, answers={"kecamatan": "bulang"}, by=city.siti.actor)
    assert api.resubmit(application_id=application, by=city.siti.actor) == "submitted"
    assert Application.objects.get(id=application).agency_id == CITY
    assert desks(application) == {CITY, DLH}
    assert (in_inbox(application, CITY), in_inbox(application, BP)) == (True, False)
    with pytest.raises(NotFound):
        api.get_for_staff(application, officer(BP))
    told = [entry for entry in events.history(f"application:{application}") if "competence" in entry.data]
    assert [(entry.verb, entry.data["competence"]["agency"]) for entry in told] == [
        ("submit", BP),
        ("competence_followed", CITY),
    ]


def left(agency: str, heir: str) -> None:
    """The agency leaves the mall and what it had open goes to another."""
    row = Agency.objects.get(id=agency)
    row.is_active, row.data = False, {**row.data, "presence": {"status": "left", "successor": heir}}
    row.save()
    api.hand_over_work(agency_id=agency, to=heir, by=SYSTEM)


@pytest.mark.parametrize(
    ("first", "corrected", "gone", "owner"),
    [
        ("galang", "bulang", CITY, HEIR),  # stays with whoever took it over
        ("nongsa", "bulang", CITY, HEIR),  # comes back to whoever follows the catalogue's agency
        ("nongsa", "sekupang", BP, HEIR),  # stays with whoever follows the competent agency
        ("nongsa", "bulang", BP, CITY),  # and leaves it when the place says so
        ("galang", "nongsa", CITY, BP),
    ],
)
def test_a_corrected_place_never_sends_work_to_an_agency_that_left(
    city: Cast, first: str, corrected: str, gone: str, owner: str
) -> None:
    application = filed(city, UKL, first)
    factories.act(application, api.Verb.RETURN, api.Act(remarks=(api.Remark("kecamatan", "missing"),)))
    left(gone, HEIR)
    api.save(application_id=application, answers={"kecamatan": corrected}, by=city.siti.actor)
    api.resubmit(application_id=application, by=city.siti.actor)
    assert Application.objects.get(id=application).agency_id == owner
    assert desks(application) == {owner, DLH}
    told = [entry.data["competence"] for entry in events.history(f"application:{application}") if entry.verb == "competence_followed"]  # fmt: skip
    assert {one["agency"] for one in told} <= {owner}
    assert all(one["name"] == agencies_of([owner])[owner]["name"] for one in told)


def test_mandates_speak_of_the_catalogue_s_agency_whichever_issued_the_paper(
    city: Cast, signed_in: Callable[..., Client]
) -> None:
    """The counter that may file a service may touch what comes of it, although another agency decided and fined."""
    application = filed(city, SPPL, "sekupang")
    factories.conclude(application)
    paper_id = Application.objects.get(id=application).document_id
    assert paper_id is not None
    paper = get_document(paper_id, SYSTEM)
    head = signed_in(factories.staff("kepala@bp.id", "Kepala BP", BP, Role.SIGNATORY))
    assert "sudah terbit" in take(head, paper, "fine", amount="1.500.000")
    (fine,) = history_of(paper.id)
    bill = get_bill(f"measure:{fine.id}")

    def at_counter(agency: str) -> Actor:
        reach = counter_reach({agency: frozenset({Role.FRONT_OFFICER})})
        return replace(city.siti.actor, hand=f"staff:{uuid4()}", hand_name="Petugas", reach=reach)

    assert get_document(paper.id, at_counter(CITY)) == paper
    assert within_reach([paper], at_counter(CITY)) == [paper]
    assert get_bill_for(bill.id, at_counter(CITY)).id == bill.id
    assert within_reach([paper], at_counter(BP)) == []
    for look in (get_document, get_bill_for):
        with refused("mandate_scope"):
            look(paper.id if look is get_document else bill.id, at_counter(BP))


def test_what_was_not_about_the_place_stays_where_it_is(city: Cast) -> None:
    application = filed(city, UKL, "nongsa")
    factories.act(application, api.Verb.RETURN, api.Act(remarks=(api.Remark("file_pkkpr", "missing"),)))
    api.resubmit(application_id=application, by=city.siti.actor)
    assert Application.objects.get(id=application).agency_id == BP


# --- in a submission ---------------------------------------------------------------------------------------------------


def begun(by: Actor, district: str, goal: str = "buka-kedai-kopi") -> Any:
    finder = {} if goal == SPPL else CAFE | {"kecamatan": district}
    row = api.begin_submission(goals=[goal], finder=finder, by=by)
    merged = api.bundle_form(row, api.list_parts(row.id))
    papers: dict[str, str] = {}
    answers = {
        name: factories.value_for(name, prop, by, papers)
        for name, prop in merged.schema["properties"].items()
        if name in merged.schema["required"]
    }
    if "kecamatan" in answers:
        answers["kecamatan"] = district
    api.save_submission(submission_id=row.id, answers=answers, by=by)
    return api.get_submission(row.id, by)


@pytest.mark.parametrize(("district", "agency"), [("batam-kota", BP), ("galang", CITY)])
def test_a_part_goes_where_the_plan_said(
    city: Cast, signed_in: Callable[..., Client], district: str, agency: str
) -> None:
    siti = city.siti.actor
    row = begun(siti, district)
    assert "kecamatan" not in api.bundle_form(row, api.list_parts(row.id)).schema["properties"]
    planned = {part["service_id"]: part["agency_id"] for part in row.plan["parts"]}
    assert planned[SPPL] == agency
    sheet = api.consent_sheet(row, api.list_parts(row.id))
    assert SPPL in {service["id"] for service in sheet[agency]["services"]}
    api.consent(submission_id=row.id, by=siti)
    assert agency in {consent.registry for consent in list_consents(siti.id)}  # type: ignore[arg-type]
    page = signed_in(city.siti)
    review = page.get(f"/pengajuan/{row.id}/periksa/").content.decode()
    assert "Dari rencana Anda" in review
    assert ("(BP Batam)" in review) is (agency == BP)
    api.file_submission(submission_id=row.id, by=siti)
    for _round in range(10):
        part = Part.objects.get(submission=row, service_id=SPPL)
        if part.application_id:
            break
        for running in Part.objects.filter(submission=row, state="filed"):
            factories.conclude(running.application_id)
        tasks.drain()
    assert part.application_id is not None, (part.state, part.reason)
    filed_part = Application.objects.get(id=part.application_id)
    assert filed_part.agency_id == agency
    assert api.open_answers(filed_part.answers)["kecamatan"] == district
    assert desks(filed_part.id) == {agency}
    status = page.get(f"/pengajuan/{row.id}/").content.decode()
    assert ("(BP Batam)" in status) is (agency == BP)


def test_another_place_asks_for_consent_anew(city: Cast) -> None:
    """Nobody planned with the finder: the form asks, and the answer says who will see it."""
    siti = city.siti.actor
    row = api.begin_submission(goals=[SPPL], finder={}, by=siti)
    assert "kecamatan" in api.bundle_form(row, api.list_parts(row.id)).schema["required"]
    assert set(api.consent_sheet(row, api.list_parts(row.id))) == {CITY}  # never on a guess
    for district, agency in (("nongsa", BP), ("sekupang", BP), ("bulang", CITY)):
        before = api.get_submission(row.id, siti).consented_at
        api.save_submission(submission_id=row.id, answers={"kecamatan": district}, by=siti)
        row = api.get_submission(row.id, siti)
        assert set(api.consent_sheet(row, api.list_parts(row.id))) == {agency}
        assert row.consented_at == (before if district == "sekupang" else None)
        api.consent(submission_id=row.id, by=siti)
        assert agency in {consent.registry for consent in list_consents(row.applicant_id)}


def test_a_part_has_one_deadline_on_its_page(city: Cast, signed_in: Callable[..., Client]) -> None:
    siti = city.siti.actor
    row = begun(siti, "nongsa", goal=SPPL)
    api.consent(submission_id=row.id, by=siti)
    api.file_submission(submission_id=row.id, by=siti)
    morning = Span(time(8), time(10, 10))
    hours = Hours("Pagi saja", (*(morning,) * 5, None, None), clock.today(), None, BP)
    change_hours(enter=[hours], withdraw=[], source="SE Kepala BP 1/2026", by="staff:x")
    forget()
    try:
        page = signed_in(city.siti).get(f"/pengajuan/{row.id}/").content.decode()
    finally:
        ServiceHours.objects.all().delete()
        forget()
    due = Application.objects.get(submission_id=row.id).due_on
    assert due is not None
    assert page.count("pukul 10.10") == 2
    whole = f"{day(due)}, dihitung saat dikirim"  # of all parts together
    assert page.count(whole) == 1
    assert day(due) not in page.replace(f"{day(due)} pukul 10.10", "").replace(whole, "")


# --- moving ------------------------------------------------------------------------------------------------------------


def test_handing_over_and_newer_versions_leave_the_competent_agency_its_files(
    city: Cast,
) -> None:
    mine, theirs = filed(city, UKL, "nongsa"), filed(city, UKL, "galang")
    new_version(get_service(UKL))
    list(api.migrate_cases(by=SYSTEM, service_id=UKL))
    current = get_service(UKL).id
    assert {Application.objects.get(id=one).version_id for one in (mine, theirs)} == {current}
    assert (desks(mine), desks(theirs)) == ({BP, DLH}, {CITY, DLH})
    assert Application.objects.get(id=mine).agency_id == BP
    assert api.hand_over_work(agency_id=BP, to=CITY, by=SYSTEM) >= 1
    assert desks(mine) == {CITY, DLH}
    new_version(get_service(UKL))
    list(api.migrate_cases(by=SYSTEM, service_id=UKL))
    assert (desks(mine), Application.objects.get(id=mine).agency_id) == ({CITY, DLH}, CITY)
