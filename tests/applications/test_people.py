"""People at work: steps change hands, deputies stand in, inspections are announced and leave a signed record."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from pendopo.agencies.api import account, actor_of, appoint_deputy, employ, end_deputy, signatory_of
from pendopo.applications import api
from pendopo.applications.rules import Act, StepKind, Verb
from pendopo.catalogue.api import get_service
from pendopo.documents.api import Standing, document_of, verify
from pendopo.identity.api import Actor, Role
from pendopo.kernel import clock, tasks
from pendopo.kernel.errors import Denied, NotFound
from tests import factories
from tests.factories import Cast

pytestmark = pytest.mark.django_db
AGENCY = "dpmptsp-batam"


@pytest.fixture
def waiting(city: Cast) -> UUID:
    """An application whose completeness is to be checked by the desk of the city's licensing office."""
    return factories.file(get_service("dpmptsp-sip-perawat"), city.siti.actor)


def numbers(actor: Actor) -> set[UUID]:
    return {row.application_id for row in api.inbox(actor)}


def hand_over(application_id: UUID, to: Actor, by: Actor) -> None:
    act = Act(details={"to": str(to.id)})
    api.advance(application_id=application_id, verb=Verb.REASSIGN, by=by, step_key="completeness", act=act)


def test_a_step_given_to_a_colleague_lies_on_their_desk_alone(city: Cast, waiting: UUID) -> None:
    ayu = factories.staff("ayu@dpmptsp.id", "Ayu Lestari", AGENCY, Role.FRONT_OFFICER).actor
    head = factories.staff("kabid@dpmptsp.id", "Hasan", AGENCY, Role.SECTION_HEAD).actor
    assert waiting in numbers(city.officer.actor) & numbers(ayu)
    hand_over(waiting, ayu, head)
    assert waiting in numbers(ayu)
    assert waiting not in numbers(city.officer.actor)
    with pytest.raises(Denied) as refused:
        factories.act(waiting, Verb.COMPLETE, by=city.officer.actor)
    assert refused.value.code == "assigned_to_other"
    factories.act(waiting, Verb.COMPLETE, by=ayu)
    assert [entry.verb for entry in api.timeline(waiting)][-2:] == ["reassign", "complete"]


def test_a_step_goes_to_nobody_who_could_not_do_it(city: Cast, waiting: UUID) -> None:
    for to in (city.stranger.actor, city.signatory.actor, city.siti.actor):
        with pytest.raises(Denied) as refused:
            hand_over(waiting, to, city.officer.actor)
        assert refused.value.code == "assignee_unknown"
    with pytest.raises(NotFound):
        hand_over(waiting, city.officer.actor, city.stranger.actor)


def away(city: Cast, absent: Any, deputy: Any, days: int = 5, **more: Any) -> Any:
    return appoint_deputy(
        staff_id=absent.user.id,
        agency_id=AGENCY,
        deputy_id=deputy.user.id,
        reason="leave",
        starts_on=clock.today(),
        ends_on=clock.today() + timedelta(days=days),
        by=more.get("by", absent.actor),
    )


def test_a_deputy_has_the_duties_while_the_absence_lasts_and_signs_as_one(city: Cast) -> None:
    deputy = factories.staff("wakil@dpmptsp.id", "Rina Wati", AGENCY, Role.SECTION_HEAD)
    row = away(city, city.signatory, deputy)
    now = actor_of(deputy.user)
    assert now.duties[AGENCY] == {Role.SECTION_HEAD, Role.SIGNATORY}
    assert signatory_of(now, AGENCY).title == "Plh. Kepala Dinas"
    end_deputy(deputy_id=row.id, by=city.signatory.actor)
    assert actor_of(deputy.user).duties[AGENCY] == {Role.SECTION_HEAD}


def test_a_deputy_takes_steps_that_were_given_to_the_absent_one(city: Cast, waiting: UUID) -> None:
    ayu = factories.staff("ayu@dpmptsp.id", "Ayu Lestari", AGENCY, Role.FRONT_OFFICER)
    deputy = factories.staff("wakil@dpmptsp.id", "Rina Wati", AGENCY, Role.CASHIER)
    hand_over(waiting, ayu.actor, city.officer.actor)
    away(city, ayu, deputy)
    found = account(deputy.user.id)
    assert found is not None
    assert waiting in numbers(found[1])
    factories.act(waiting, Verb.COMPLETE, by=found[1])


@pytest.mark.parametrize(
    ("days", "who", "code"),
    [
        (-1, "wakil", "deputy_dates"),
        (500, "wakil", "deputy_dates"),
        (3, "self", "deputy_unsuitable"),
        (3, "other", "deputy_unsuitable"),
    ],
)
def test_a_deputy_is_another_colleague_for_a_time_that_lies_ahead(
    city: Cast, days: int, who: str, code: str
) -> None:
    deputy = {
        "wakil": lambda: factories.staff("wakil@dpmptsp.id", "Rina", AGENCY, Role.CASHIER),
        "self": lambda: city.signatory,
        "other": lambda: city.stranger,
    }[who]()
    with pytest.raises(Denied) as refused:
        away(city, city.signatory, deputy, days)
    assert refused.value.code == code


def test_nobody_names_a_deputy_for_a_colleague_but_a_head(city: Cast) -> None:
    deputy = factories.staff("wakil@dpmptsp.id", "Rina", AGENCY, Role.CASHIER)
    with pytest.raises(Denied):
        away(city, city.signatory, deputy, by=city.officer.actor)
    away(city, city.officer, deputy, by=city.signatory.actor)


def test_an_inspection_is_announced_and_its_record_is_a_paper_anyone_can_verify(city: Cast) -> None:
    service = get_service("dpmptsp-pbg-rumah")
    application_id = factories.file(service, city.siti.actor)
    while (step := factories.open_step(application_id)) and step.kind is not StepKind.INSPECTION:
        factories.proceed(application_id, step)
    visit = {"at": clock.now().isoformat(), "place": "Jl. Kenanga 4"}
    factories.act(application_id, Verb.SCHEDULE, Act(details=visit, confirmed=True))
    steps = {row.key: row for row in api.get_status(application_id, city.siti.actor)[1]}
    assert steps["inspection"].result["appointment"]["place"] == "Jl. Kenanga 4"
    factories.act(application_id, Verb.INSPECT, Act(note="Sesuai gambar.", favourable=True))
    tasks.drain()
    record = document_of(f"application:{application_id}", api.minutes_kind("inspection"))
    assert record is not None
    assert verify(record.code).standing is Standing.VALID
    api.on_inspected(application=str(application_id), step="inspection")  # delivered twice, issued once


def test_the_page_of_deputies(signed_in: Any, city: Cast) -> None:
    deputy = factories.staff("wakil@dpmptsp.id", "Rina Wati", AGENCY, Role.CASHIER)
    client: Client = signed_in(city.signatory)
    typed = {
        "agency": AGENCY,
        "staff": city.signatory.user.id,
        "deputy": deputy.user.id,
        "reason": "leave",
        "starts_on": clock.today().isoformat(),
        "ends_on": "kapan-kapan",
    }
    assert client.post("/kerja/wakil/", typed).status_code == 422
    ends_on = (clock.today() + timedelta(days=3)).isoformat()
    assert client.post("/kerja/wakil/", {**typed, "ends_on": ends_on}).status_code == 302
    assert "Rina Wati" in client.get("/kerja/wakil/").content.decode()
    assert signed_in(city.siti).get("/kerja/wakil/").status_code == 403


def test_a_step_of_somebody_who_has_left_goes_back_to_all(city: Cast, waiting: UUID) -> None:
    ayu = factories.staff("ayu@dpmptsp.id", "Ayu Lestari", AGENCY, Role.FRONT_OFFICER)
    hand_over(waiting, ayu.actor, city.officer.actor)
    assert api.release_steps() == 0
    employ(user=ayu.user, agency_id=AGENCY, roles=[Role.CASHIER], by=city.signatory.actor)
    assert (api.release_steps(), api.release_steps()) == (1, 0)
    assert waiting in numbers(city.officer.actor)
    assert api.timeline(waiting)[-1].verb == "release"
