"""Who is told what when something happens to an application: through the outbox, on real PostgreSQL, each event once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from pendopo.agencies.api import ANYWHERE, appoint_deputy, holders_of
from pendopo.applications import api
from pendopo.applications.models import Appeal, Application, Recount
from pendopo.applications.rules import Act, Remark, StepKind, Verb
from pendopo.catalogue.api import get_service
from pendopo.config.wiring import dispatch
from pendopo.documents.api import sweep_standing
from pendopo.identity.api import Actor, Role
from pendopo.kernel import clock, events, tasks
from pendopo.kernel.errors import NotFound
from pendopo.kernel.models import Outbox
from pendopo.notices.api import Told, list_told, send_mails
from pendopo.notices.models import Notice
from pendopo.payments.api import get_bill
from pendopo.region import api as region
from pendopo.region.api import DayKind, Entry
from pendopo.web.news import said_of
from tests import factories
from tests.applications.conftest import Browser
from tests.factories import Account, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house", "silent_bank")]

SIP, HOUSE = "dpmptsp-sip-perawat", "dpmptsp-pbg-rumah"
AGENCY = "dpmptsp-batam"
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
FLOOD = Entry(date(2026, 11, 25), DayKind.LOCAL_HOLIDAY, "Banjir")


@pytest.fixture(autouse=True)
def at(city: Cast) -> Iterator[clock.FixedClock]:
    """A Monday morning, a calendar nobody has edited, and nothing told yet."""
    region.forget()
    with clock.use(clock.FixedClock(MONDAY)) as still:
        assert isinstance(still, clock.FixedClock)
        yield still
    region.forget()


def told(who: Account) -> list[Told]:
    return list_told(who.user.id)


def topics(who: Account) -> list[str]:
    return [one.topic for one in reversed(told(who))]


def twice() -> None:
    """Deliver everything in the outbox, each piece two times, as after a worker that was killed before it could say so."""
    rows = list(Outbox.objects.order_by("id").values_list("topic", "payload"))
    tasks.drain()
    for topic, payload in rows:
        dispatch(topic, payload)
    tasks.drain()


def reach(application_id: UUID, kind: StepKind) -> None:
    """Walk the open steps until one of this kind is open."""
    while (step := factories.open_step(application_id)) is not None and step.kind is not kind:
        factories.proceed(application_id, step)


# Applicants


def test_a_permit_is_told_from_correction_to_document_each_once(city: Cast) -> None:
    application_id = factories.file(get_service(SIP), city.siti.actor)
    factories.act(application_id, Verb.COMPLETE)
    remarks = (Remark("str_file", "unreadable", "Foto STR kabur"),)
    factories.act(application_id, Verb.REQUEST_CORRECTION, Act(remarks=remarks))
    twice()
    (first,) = told(city.siti)
    assert (first.topic, first.link) == ("correction_requested", f"/permohonan/{application_id}/")
    assert "Foto STR" not in str(first.about)
    api.resubmit(application_id=application_id, by=city.siti.actor)
    factories.act(application_id, Verb.REQUEST_CORRECTION, Act(remarks=remarks))
    twice()
    assert topics(city.siti) == ["correction_requested"] * 2, "another round is another event"
    api.resubmit(application_id=application_id, by=city.siti.actor)
    factories.conclude(application_id)
    dispatch("application_decided", {"application": str(application_id)})
    row = Application.objects.get(id=application_id)
    newest = told(city.siti)[0]
    assert (newest.topic, newest.link) == ("decided", f"/dokumen/{row.document_id}/")
    assert topics(city.siti).count("decided") == 1
    assert told(city.budi) == []


def test_a_refusal_is_told_with_the_page_where_one_can_object(city: Cast) -> None:
    application_id = factories.file(get_service(SIP), city.siti.actor)
    factories.conclude(application_id, approve=False)
    twice()
    (one,) = told(city.siti)
    assert (one.topic, one.about["state"], one.link) == (
        "decided",
        "rejected",
        f"/permohonan/{application_id}/",
    )
    assert factories.REFUSAL.reason not in str(one.about)


def test_bills_and_visits_are_told_and_the_place_of_a_visit_is_not(city: Cast) -> None:
    application_id = factories.file(get_service(HOUSE), city.siti.actor)
    reach(application_id, StepKind.PAYMENT)
    twice()
    bill = get_bill(f"application:{application_id}")
    found = {one.topic: one for one in told(city.siti)}
    assert {"inspection_scheduled", "bill_raised"} <= set(found)
    assert found["bill_raised"].about["amount_idr"] == bill.total_idr
    assert datetime.fromisoformat(found["bill_raised"].about["due_at"]) == bill.due_at
    assert found["bill_raised"].link == f"/tagihan/{bill.id}/"
    assert found["inspection_scheduled"].about["at"]
    assert "Di lokasi" not in str(found["inspection_scheduled"].about)
    assert len(topics(city.siti)) == len(set(topics(city.siti)))


def test_a_bill_and_its_notice_come_together_or_not_at_all(city: Cast) -> None:
    application_id = factories.file(get_service(HOUSE), city.siti.actor)

    def killed(execute: Any, sql: Any, *rest: Any) -> Any:
        done = execute(sql, *rest)
        if "INSERT INTO notices_notice" in str(sql):
            raise KeyboardInterrupt
        return done

    with connection.execute_wrapper(killed), pytest.raises(KeyboardInterrupt):
        reach(application_id, StepKind.PAYMENT)
    step = factories.open_step(application_id)
    assert step is not None
    assert step.kind is not StepKind.PAYMENT
    assert told(city.siti) == []
    with pytest.raises(NotFound):
        get_bill(f"application:{application_id}")
    factories.proceed(application_id, step)
    assert topics(city.siti) == ["bill_raised"]


def test_holders_hear_that_a_paper_ends_and_appellants_the_answer(
    city: Cast, at: clock.FixedClock, permit: Any
) -> None:
    Notice.objects.all().delete()
    at.at = datetime.combine(permit.valid_until, datetime.min.time(), UTC) - timedelta(days=29)
    sweep_standing()
    twice()
    (ending,) = told(city.siti)
    assert (ending.topic, ending.link) == ("document_expiring", f"/dokumen/{permit.id}/")
    assert ending.about["valid_until"] == permit.valid_until.isoformat()


def test_the_answer_to_an_objection_is_told(city: Cast, at: clock.FixedClock) -> None:
    application_id = factories.file(get_service(SIP), city.siti.actor)
    factories.conclude(application_id, approve=False)
    appeal_id = api.object_to_refusal(
        application_id=application_id, grounds="Zonanya sudah berubah.", by=city.siti.actor
    )
    at.move(days=60)
    api.sweep_appeals()
    assert Appeal.objects.get(id=appeal_id).state == "granted"
    twice()
    one = next(one for one in told(city.siti) if one.topic == "appeal_decided")
    assert (one.about["state"], one.link) == ("granted", f"/keberatan/{appeal_id}/")
    assert topics(city.siti).count("appeal_decided") == 1


# The calendar


def filed(by: Actor, service: str = SIP) -> UUID:
    application_id = factories.file(get_service(service), by)
    factories.act(application_id, Verb.COMPLETE)
    return application_id


def test_a_moved_deadline_is_told_with_the_day_that_moved_it(city: Cast, signed_in: Browser) -> None:
    mine, theirs = filed(city.siti.actor), filed(city.budi.actor)
    tasks.drain()
    Notice.objects.all().delete()
    before = Application.objects.get(id=mine).due_on
    elsewhere = Entry(FLOOD.on + timedelta(days=1), FLOOD.kind, "Pindah kantor", "imigrasi-batam")
    api.change_calendar(enter=[FLOOD, elsewhere], withdraw=[], source="SE 7/2026", by=city.operator.actor)
    api.recount(patience_seconds=0)
    twice()
    (one,) = told(city.siti)
    assert before is not None
    assert (one.topic, one.link) == ("deadline_moved", f"/permohonan/{mine}/perhitungan/")
    assert (one.about["was_on"], one.about["due_on"]) == (
        before.isoformat(), (before + timedelta(days=1)).isoformat(),
    )  # fmt: skip
    assert [day["name"] for day in one.about["days"]] == ["Banjir"], "not what another agency did"
    assert [one.link for one in told(city.budi)] == [f"/permohonan/{theirs}/perhitungan/"]
    page = signed_in(city.siti).get("/kabar/").content.decode()
    assert "SE 7/2026" in page
    assert "Banjir, Rabu, 25 November 2026" in page
    send_mails()
    assert sorted(str(sent.to) for sent in mail.outbox) == ["['budi@contoh.id']", "['siti@contoh.id']"]


def test_a_withdrawn_day_is_told_as_such(city: Cast) -> None:
    filed(city.siti.actor)
    api.change_calendar(enter=[FLOOD], withdraw=[], source="SE 7/2026", by=city.operator.actor)
    api.recount(patience_seconds=0)
    region.forget()
    (day,) = region.list_days(2026)
    api.change_calendar(enter=[], withdraw=[day.id], source="SE 8/2026", by=city.operator.actor)
    api.recount(patience_seconds=0)
    tasks.drain()
    assert told(city.siti)[0].about["days"] == [
        {"on": "2026-11-25", "name": "Banjir", "agency": "", "withdrawn": True}
    ]


def test_a_batch_of_moved_deadlines_costs_the_same_statements_whatever_its_size(city: Cast) -> None:
    costs = []
    for count in (1, 5):
        ids = [str(filed(city.siti.actor)) for _ in range(count)]
        Outbox.objects.all().delete()
        entry = Entry(FLOOD.on + timedelta(days=count), FLOOD.kind, "Banjir")
        number = api.change_calendar(enter=[entry], withdraw=[], source="SE", by=city.operator.actor)
        api.recount(patience_seconds=0)
        region.forget()
        (news,) = Outbox.objects.filter(topic="deadlines_moved")
        assert set(ids) <= set(news.payload["applications"])
        with CaptureQueriesContext(connection) as seen:
            dispatch(news.topic, news.payload)
        assert Notice.objects.filter(key__startswith=f"moved:{number}:").count() == len(
            news.payload["applications"]
        )
        costs.append(len(seen))
    assert costs == [3, 3]
    assert Recount.objects.count() == 2


# Officers


def test_warnings_go_up_the_ladder_one_for_all_cases_and_also_to_deputies(
    city: Cast, at: clock.FixedClock
) -> None:
    head = factories.staff("kabid@dpmptsp.id", "Hasan", AGENCY, Role.SECTION_HEAD)
    mayor = factories.staff("wali@batam.id", "Amelia", "setda-batam", Role.MAYOR)
    deputy = factories.staff("wakil@dpmptsp.id", "Rina", AGENCY, Role.CASHIER)
    appoint_deputy(
        staff_id=city.officer.user.id, agency_id=AGENCY, deputy_id=deputy.user.id, reason="leave",
        starts_on=clock.today(), ends_on=clock.today() + timedelta(days=3), by=city.officer.actor,
    )  # fmt: skip
    ids = [filed(city.siti.actor) for _ in range(3)]
    step = factories.open_step(ids[0])
    assert step is not None
    assert step.role in {Role.FRONT_OFFICER, Role.BACK_OFFICER}
    Outbox.objects.all().delete()
    for day in (25, 26, 27, 30):
        at.at = datetime(2026, 11, day, 2, tzinfo=UTC)
        api.warn_deadlines()
        twice()
    for who, levels in (
        (city.officer, ["officer"]),
        (deputy, ["officer"]),
        (head, ["head"]),
        (mayor, ["mayor"]),
    ):
        assert [one.about["level"] for one in told(who)] == levels
        assert told(who)[0].about["count"] == 3
        assert told(who)[0].link == "/kerja/peringatan/"
    assert told(city.stranger) == []
    assert told(city.siti) == [], "the applicant sees it on the timeline"


def warned() -> tuple[str, dict[str, Any]]:
    """Warn now, and keep back the one piece of news that says so."""
    Outbox.objects.all().delete()
    api.warn_deadlines()
    found = Outbox.objects.filter(topic="deadlines_warned")
    (news,) = found.values_list("topic", "payload")
    found.delete()
    return news


def test_a_case_that_ended_meanwhile_takes_no_warning_from_the_others(
    city: Cast, at: clock.FixedClock
) -> None:
    head = factories.staff("kabid@dpmptsp.id", "Hasan", AGENCY, Role.SECTION_HEAD)
    ended, refused, still = (filed(city.siti.actor) for _ in range(3))
    at.at = datetime(2026, 11, 25, 2, tzinfo=UTC)
    officers = warned()
    factories.conclude(refused, approve=False)
    api.advance(application_id=ended, verb=Verb.WITHDRAW, by=city.siti.actor)
    dispatch(*officers)
    at.at = datetime(2026, 11, 27, 2, tzinfo=UTC)
    heads = warned()
    api.advance(application_id=still, verb=Verb.WITHDRAW, by=city.siti.actor)
    dispatch(*heads)
    assert told(head) == []
    (one,) = told(city.officer)
    assert (one.about["count"], one.link) == (1, f"/kerja/{still}/")
    assert one.about["due_on"]


def test_a_single_case_is_named_and_an_assigned_one_warns_only_who_holds_it(
    city: Cast, at: clock.FixedClock
) -> None:
    ayu = factories.staff("ayu@dpmptsp.id", "Ayu", AGENCY, Role.BACK_OFFICER)
    head = factories.staff("kabid@dpmptsp.id", "Hasan", AGENCY, Role.SECTION_HEAD)
    application_id = filed(city.siti.actor)
    step = factories.open_step(application_id)
    assert step is not None
    give = Act(details={"to": str(ayu.user.id)})
    api.advance(application_id=application_id, verb=Verb.REASSIGN, by=head.actor, step_key=step.key, act=give)
    twice()
    (given,) = told(ayu)
    assert (given.topic, given.link) == ("step_reassigned", f"/kerja/{application_id}/")
    at.at = datetime(2026, 11, 25, 2, tzinfo=UTC)
    api.warn_deadlines()
    twice()
    assert told(ayu)[0].topic == "deadline_warned"
    assert told(ayu)[0].about["number"] == Application.objects.get(id=application_id).number
    assert told(ayu)[0].link == f"/kerja/{application_id}/"
    assert told(city.officer) == []


def test_holders_are_active_staff_of_today(city: Cast) -> None:
    mayor = factories.staff("wali@batam.id", "Amelia", "setda-batam", Role.MAYOR)
    assert mayor.user.id in {one.user_id for one in holders_of([(ANYWHERE, Role.MAYOR)])}
    assert mayor.user.id not in {one.user_id for one in holders_of([(AGENCY, Role.MAYOR)])}
    mayor.user.is_active = False
    mayor.user.save()
    assert mayor.user.id not in {one.user_id for one in holders_of([(ANYWHERE, Role.MAYOR)])}
    assert holders_of([]) == []


def test_the_owner_hears_of_a_stopped_rule_and_of_an_overridden_decision(city: Cast) -> None:
    head = factories.staff("kabid@camat.id", "Hasan", "kecamatan-batam", Role.SECTION_HEAD)
    application_id = factories.file(get_service(SIP), city.siti.actor)
    Application.objects.filter(id=application_id).update(agency_id="kecamatan-batam")
    Outbox.objects.all().delete()
    events.emit(
        "rule_switched_off", rule="x", service=SIP, agency="kecamatan-batam", reason="2 dari 20 tinjauan memutus lain",
        since="2026-11-23", overridden=2, reviewed=20,
    )  # fmt: skip
    events.emit(
        "automatic_overridden",
        application=str(application_id),
        document="",
        decision=7,
        rule="x",
        reason="Rahasia",
    )
    twice()
    stopped, overridden = reversed(told(head))
    assert (stopped.topic, stopped.link) == ("rule_stopped", "/kerja/tinjauan/")
    assert stopped.about["reason"] == "2 dari 20 tinjauan memutus lain"
    with override("en"):
        assert "2 of 20 reviews decided otherwise" in said_of(stopped.topic, stopped.about)[1]
    assert (overridden.topic, overridden.link) == ("automatic_overridden", f"/kerja/{application_id}/")
    assert "Rahasia" not in str(overridden.about)
    assert told(city.stranger) == []


def test_the_status_page_costs_no_statement_more(city: Cast, signed_in: Browser) -> None:
    application_id = filed(city.siti.actor)
    browser = signed_in(city.siti)
    browser.get(f"/permohonan/{application_id}/")
    costs = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as seen:
            page = browser.get(f"/permohonan/{application_id}/").content.decode()
        costs.append(len(seen))
        factories.act(
            application_id, Verb.REQUEST_CORRECTION, Act(remarks=(Remark("str_file", "unreadable"),))
        )
        tasks.drain()
        api.resubmit(application_id=application_id, by=city.siti.actor)
    assert costs == [2, 2], "session with its account, status"
    assert "Kabar (1 baru)" in page
