"""The clock on real PostgreSQL: calendar edits that move deadlines, warnings, and what silence grants, each exactly once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from pendopo.applications import api
from pendopo.applications.actions.clock import _one_batch
from pendopo.applications.models import Application, DeadlineWarning, MovedDeadline, Recount, Step
from pendopo.applications.queries import clock as queries
from pendopo.applications.rules import Act, Remark, State, Verb
from pendopo.catalogue.api import Regime, get_service
from pendopo.documents.api import get_document
from pendopo.identity.api import SYSTEM, Actor
from pendopo.kernel import clock, tasks
from pendopo.kernel.errors import Denied
from pendopo.kernel.models import Outbox
from pendopo.region import api as region
from pendopo.region.api import DayKind, Entry
from tests import factories
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]

REKLAME = "dpmptsp-sip-perawat"  # a permit of the city, decided in the mall
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # 09.00 in Batam
FLOOD = Entry(date(2026, 11, 25), DayKind.LOCAL_HOLIDAY, "Banjir")


@pytest.fixture(autouse=True)
def at(city: Cast) -> Iterator[clock.FixedClock]:
    """A Monday morning, and a calendar nobody has edited."""
    region.forget()
    with clock.use(clock.FixedClock(MONDAY)) as still:
        assert isinstance(still, clock.FixedClock)
        yield still
    region.forget()


def filed(by: Actor, service: str = REKLAME) -> UUID:
    """An application found complete on the day it was filed."""
    application_id = factories.file(get_service(service), by)
    factories.act(application_id, Verb.COMPLETE)
    return application_id


def row(application_id: UUID) -> Application:
    return Application.objects.get(id=application_id)


def change(by: Actor, *enter: Entry, withdraw: tuple[int, ...] = ()) -> int:
    number = api.change_calendar(enter=enter, withdraw=withdraw, source="SE Wali Kota 7/2026", by=by)
    region.forget()
    return number


def until_overdue(at: clock.FixedClock, application_id: UUID) -> date:
    """The morning after the deadline."""
    due = row(application_id).due_on
    assert due is not None
    at.at = datetime(due.year, due.month, due.day, 2, tzinfo=UTC) + timedelta(days=1)
    return due


def owner(city: Cast) -> Client:
    """Siti's browser."""
    client = Client()
    client.force_login(city.siti.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


# --- calendar ---------------------------------------------------------------------------------------------------------


def test_a_new_free_day_moves_every_open_deadline_over_it_and_tells_everybody(city: Cast) -> None:
    application_id = filed(city.siti.actor)
    before = row(application_id)
    Outbox.objects.all().delete()
    number = change(city.operator.actor, FLOOD)
    assert api.recount(patience_seconds=0) >= 1
    after = row(application_id)
    assert before.due_on is not None
    assert after.due_on == before.due_on + timedelta(days=1)
    assert after.revision == before.revision + 1
    assert {step.due_on for step in Step.objects.filter(application_id=application_id, status="open")} == {
        after.due_on
    }
    last = api.timeline(application_id)[-1]
    assert (last.verb, last.data["source"], last.data["was_on"]) == (
        "deadline_moved",
        "SE Wali Kota 7/2026",
        before.due_on.isoformat(),
    )
    (batch,) = [news.payload for news in Outbox.objects.filter(topic="deadlines_moved")]
    assert batch["recount"] == number
    assert str(application_id) in batch["applications"]
    moved = MovedDeadline.objects.get(recount_id=number, application_id=application_id)
    assert (moved.was_on, moved.now_on) == (before.due_on, after.due_on)
    done = queries.get_recount(number)
    assert done.finished_at
    assert (done.seen >= done.moved > 0, done.by) == (True, city.operator.actor.ref)


def test_the_preview_says_who_would_move_and_moves_nobody(city: Cast) -> None:
    application_id = filed(city.siti.actor)
    due = row(application_id).due_on
    found = queries.preview_change([FLOOD], [], city.operator.actor)
    assert found.moved >= 1
    assert found.open >= found.moved
    assert any(
        str(row(application_id).number) in shift.numbers and shift.was_on == due for shift in found.shifts
    )
    assert row(application_id).due_on == due
    number = change(city.operator.actor, FLOOD)
    api.recount(patience_seconds=0)
    assert queries.get_recount(number).moved == found.moved


def test_a_holiday_withdrawn_moves_them_back_and_says_what_would_be_over_at_once(
    city: Cast, at: clock.FixedClock
) -> None:
    application_id = filed(city.siti.actor)
    due = row(application_id).due_on
    assert due is not None
    change(city.operator.actor, FLOOD)
    api.recount(patience_seconds=0)
    (day,) = region.list_days(2026)
    at.at = datetime(due.year, due.month, due.day, 2, tzinfo=UTC) + timedelta(days=1)
    assert queries.preview_change([], [day.id], city.operator.actor).over_at_once >= 1
    change(city.operator.actor, withdraw=(day.id,))
    api.recount(patience_seconds=0)
    assert row(application_id).due_on == due


def test_one_agencys_day_moves_only_its_own(city: Cast) -> None:
    mine, others = filed(city.siti.actor), filed(city.siti.actor, "cktr-krk")
    assert row(mine).agency_id != row(others).agency_id
    before = row(mine).due_on, row(others).due_on
    change(city.operator.actor, Entry(FLOOD.on, FLOOD.kind, "Pindah kantor", row(mine).agency_id))
    api.recount(patience_seconds=0)
    assert row(mine).due_on != before[0]
    assert row(others).due_on == before[1]


def test_what_waits_for_the_applicant_moves_too_and_what_is_decided_does_not(city: Cast) -> None:
    waiting, decided = filed(city.siti.actor), filed(city.siti.actor)
    factories.act(waiting, Verb.REQUEST_CORRECTION, Act(remarks=(Remark("str_file", "unreadable"),)))
    factories.act(decided, Verb.REJECT, factories.REFUSAL)
    before = row(waiting).due_on
    change(city.operator.actor, FLOOD)
    api.recount(patience_seconds=0)
    assert before is not None
    assert row(waiting).due_on == before + timedelta(days=1)
    assert not MovedDeadline.objects.filter(application_id=decided).exists()


def test_a_killed_recount_goes_on_where_it_stopped_and_moves_nobody_twice(city: Cast) -> None:
    ids = [filed(city.siti.actor) for _ in range(4)]
    number = change(city.operator.actor, FLOOD)
    _one_batch(2, {})
    assert not queries.get_recount(number).finished_at
    api.recount(batch=3, patience_seconds=0)
    assert queries.get_recount(number).finished_at
    for application_id in ids:
        assert [entry.verb for entry in api.timeline(application_id)].count("deadline_moved") == 1
    assert api.recount(patience_seconds=0) == 0


def test_a_deadline_beyond_the_calendar_stays_and_stops_nobody_elses(city: Cast) -> None:
    endless, plain = filed(city.siti.actor), filed(city.siti.actor)
    Application.objects.filter(id=endless).update(term={"days": 5000, "unit": "working"})
    before = row(endless).due_on, row(plain).due_on
    assert queries.preview_change([FLOOD], [], city.operator.actor).moved >= 1
    number = change(city.operator.actor, FLOOD)
    api.recount(patience_seconds=0)
    assert queries.get_recount(number).finished_at
    assert row(endless).due_on == before[0]
    assert row(plain).due_on != before[1]


def test_a_second_edit_waits_for_the_first_recount(city: Cast) -> None:
    change(city.operator.actor, FLOOD)
    with pytest.raises(Denied) as refused, transaction.atomic():
        change(city.operator.actor, Entry(date(2026, 11, 26), FLOOD.kind, "Banjir"))
    assert refused.value.code == "recount_running"
    assert len(region.list_days(2026)) == 1


def test_only_the_operator_edits_the_calendar(city: Cast) -> None:
    for stranger in (city.officer.actor, city.siti.actor, city.signatory.actor):
        with pytest.raises(Denied) as refused:
            change(stranger, FLOOD)
        assert refused.value.code == "wrong_role"
        with pytest.raises(Denied):
            queries.preview_change([FLOOD], [], stranger)
    assert not Recount.objects.exists()


def test_a_refused_edit_leaves_no_recount(city: Cast) -> None:
    with pytest.raises(Denied) as refused:
        api.change_calendar(enter=[FLOOD], withdraw=[], source=" ", by=city.operator.actor)
    assert refused.value.code == "calendar_source_missing"
    assert not Recount.objects.exists()


def test_the_derivation_of_a_case_ends_on_its_deadline(city: Cast) -> None:
    application_id = filed(city.siti.actor)
    derived = queries.derivation(application_id)
    assert derived.due_on == row(application_id).due_on
    assert derived.days[0].on == date(2026, 11, 23)


def test_what_is_sent_after_closing_counts_from_the_next_working_day(
    city: Cast, at: clock.FixedClock
) -> None:
    at.at = datetime(2026, 11, 27, 10, tzinfo=UTC)  # Friday, 17.00
    application_id = factories.file(get_service(REKLAME), city.siti.actor)
    assert row(application_id).clock[0][1] == "2026-11-30"


# --- warnings ---------------------------------------------------------------------------------------------------------


def warned(application_id: UUID) -> list[str]:
    return list(
        DeadlineWarning.objects.filter(application_id=application_id)
        .order_by("id")
        .values_list("level", flat=True)
    )


def test_officer_head_and_mayor_are_told_in_turn_and_once(city: Cast, at: clock.FixedClock) -> None:
    application_id = filed(city.siti.actor)
    due = row(application_id).due_on
    assert due == date(2026, 11, 30), "five working days"
    api.warn_deadlines()
    assert warned(application_id) == []
    for day, levels in (
        (25, ["officer"]),
        (26, ["officer"]),
        (27, ["officer", "head"]),
        (30, ["officer", "head", "mayor"]),
    ):
        at.at = datetime(2026, 11, day, 2, tzinfo=UTC)
        api.warn_deadlines()
        assert warned(application_id) == levels, day
        api.warn_deadlines()
        assert warned(application_id) == levels, day
    told = [entry.data["level"] for entry in api.timeline(application_id) if entry.verb == "deadline_warned"]
    assert told == ["officer", "head", "mayor"]


def test_a_moved_deadline_is_warned_of_anew(city: Cast, at: clock.FixedClock) -> None:
    application_id = filed(city.siti.actor)
    at.at = datetime(2026, 11, 27, 2, tzinfo=UTC)
    api.warn_deadlines()
    change(city.operator.actor, FLOOD, Entry(date(2026, 11, 26), FLOOD.kind, "Banjir"))
    api.recount(patience_seconds=0)
    api.warn_deadlines()
    assert warned(application_id) == ["officer", "head", "officer"]


def test_nobody_is_warned_of_what_waits_for_the_applicant(city: Cast, at: clock.FixedClock) -> None:
    application_id = filed(city.siti.actor)
    factories.act(application_id, Verb.REQUEST_CORRECTION, Act(remarks=(Remark("str_file", "unreadable"),)))
    at.move(days=7)
    api.warn_deadlines()
    assert warned(application_id) == []


# --- silence ----------------------------------------------------------------------------------------------------------


def test_silence_grants_numbers_seals_and_attaches_the_derivation(city: Cast, at: clock.FixedClock) -> None:
    application_id = filed(city.siti.actor)
    due = until_overdue(at, application_id)
    assert api.sweep_deadlines() >= 1
    granted = row(application_id)
    assert granted.state == State.DEEMED_APPROVED
    assert granted.decision["silence"] == Regime.GENERAL
    assert granted.decision["due_on"] == due.isoformat()
    assert granted.decision["derivation"][-1][:2] == [due.isoformat(), "counted"]
    tasks.drain()
    done = row(application_id)
    assert done.state == State.COMPLETED
    assert done.document_id
    document = get_document(done.document_id, city.siti.actor)
    assert document.by_silence
    assert document.signatory_name == SYSTEM.name
    assert document.data["annex"][-1] == {"on": "Senin, 30 November 2026", "what": "Hari kerja ke-5"}
    assert "tanpa keputusan pejabat" in document.data["silence"]
    events = [entry.verb for entry in api.timeline(application_id)]
    assert events.count("deem_approve") == 1
    for client, path, words in (
        (Client(), f"/v/{document.code}/", "Dokumen ini dikabulkan secara hukum."),
        (owner(city), f"/permohonan/{application_id}/", "Dikabulkan secara hukum"),
        (owner(city), f"/permohonan/{application_id}/perhitungan/", "dikabulkan secara hukum"),
    ):
        assert words in client.get(path).content.decode(), path
    assert api.sweep_deadlines() == 0


def test_a_file_nobody_opened_is_granted_too_and_says_so(city: Cast, at: clock.FixedClock) -> None:
    application_id = factories.file(get_service(REKLAME), city.siti.actor)
    until_overdue(at, application_id)
    assert api.sweep_deadlines() >= 1
    assert row(application_id).decision["derivation"][0] == ["2026-11-23", "start", 0, "", "unchecked", ""]


def test_on_the_last_day_itself_nothing_is_granted(city: Cast, at: clock.FixedClock) -> None:
    application_id = filed(city.siti.actor)
    until_overdue(at, application_id)
    at.move(hours=-3)  # 06.00 of the day after: past midnight already
    at.move(hours=-7)  # 23.00 of the last day
    assert api.sweep_deadlines() == 0
    assert row(application_id).state == State.IN_PROCESS


def test_what_may_not_be_granted_waits_for_a_person(
    city: Cast, at: clock.FixedClock, settings: Settings
) -> None:
    paused, refusing = filed(city.siti.actor), filed(city.siti.actor)
    factories.act(paused, Verb.REQUEST_CORRECTION, Act(remarks=(Remark("str_file", "unreadable"),)))
    until_overdue(at, refusing)
    settings.REGION = {**settings.REGION, "tacit_approval": {"default": "none"}}
    assert api.sweep_deadlines() == 0
    assert {row(paused).state, row(refusing).state} == {State.IN_CORRECTION, State.IN_PROCESS}


def test_no_driving_licence_comes_by_silence(city: Cast, at: clock.FixedClock) -> None:
    application_id = factories.file(get_service("sim-a-baru"), city.siti.actor)
    at.move(days=60)
    api.sweep_deadlines()
    assert row(application_id).state not in {State.DEEMED_APPROVED, State.COMPLETED}


def test_while_deadlines_are_counted_anew_nothing_is_granted(city: Cast, at: clock.FixedClock) -> None:
    application_id = filed(city.siti.actor)
    until_overdue(at, application_id)
    change(city.operator.actor, FLOOD)
    assert api.sweep_deadlines() == 0
    api.recount(patience_seconds=0)
    assert api.sweep_deadlines() == 0  # the free day has moved the deadline to today
    at.move(days=1)
    assert api.sweep_deadlines() >= 1
    assert row(application_id).state == State.DEEMED_APPROVED


def test_a_row_that_says_overdue_against_its_marks_is_not_granted(city: Cast, at: clock.FixedClock) -> None:
    application_id = filed(city.siti.actor)
    Application.objects.filter(id=application_id).update(due_on=date(2026, 11, 20))
    assert api.sweep_deadlines() == 0
    assert row(application_id).state == State.IN_PROCESS


def test_a_clock_that_jumps_forth_and_back_grants_once(city: Cast, at: clock.FixedClock) -> None:
    application_id = filed(city.siti.actor)
    until_overdue(at, application_id)
    at.move(days=300)
    assert api.sweep_deadlines() >= 1
    at.at = MONDAY
    assert api.sweep_deadlines() == 0
    at.move(days=400)
    assert api.sweep_deadlines() == 0
    assert [entry.verb for entry in api.timeline(application_id)].count("deem_approve") == 1
