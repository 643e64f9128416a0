"""An officer's program does what the desk's buttons do, as the officer whose step it is and nobody else."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings as django_settings
from django.core import signing
from django.test import Client, override_settings
from ninja.throttling import AnonRateThrottle

from pendopo.agencies.api import employ
from pendopo.applications import api as applications
from pendopo.catalogue.api import get_service
from pendopo.config.tokens import token_for
from pendopo.identity.api import SYSTEM, Actor, Role
from pendopo.kernel import clock
from tests import factories
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house", "unhurried")]

SIP = "dpmptsp-sip-perawat"


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests ask more often than people."""
    monkeypatch.setattr(AnonRateThrottle, "allow_request", lambda *_: True)


def act(case: str, actor: Actor, token: str = "", **given: Any) -> Any:
    body = {"step": "completeness", "verb": "complete", **given}
    headers = {"authorization": f"Bearer {token or token_for(actor)}"}
    path = f"/api/v1/applications/{case}/acts"
    return Client().post(path, json.dumps(body), content_type="application/json", headers=headers)


def filed_by(actor: Actor) -> str:
    answers = factories.valid_answers(get_service(SIP), actor)
    return str(applications.file(service_id=SIP, answers=answers, key="kunci-12345", by=actor)[0])


def test_an_officer_acts_by_program_as_by_button(city: Cast) -> None:
    case = filed_by(city.siti.actor)
    answer = act(case, city.officer.actor, note="Lengkap.\r\n", revision=1)
    assert (answer.status_code, answer.json()) == (200, {"id": case, "state": "in_process"})
    last = applications.timeline(UUID(case))[-1]
    assert (last.verb, last.actor, last.data["note"]) == ("complete", city.officer.actor.ref, "Lengkap.")


def test_an_act_sent_twice_happens_once(city: Cast) -> None:
    case = filed_by(city.siti.actor)
    assert act(case, city.officer.actor, revision=1).status_code == 200
    again = act(case, city.officer.actor, revision=1)
    assert (again.status_code, again.json()["error"]) == (409, "stale")
    assert len(applications.timeline(UUID(case))) == 2


def test_an_act_is_refused_to_whoever_does_not_hold_the_step(city: Cast) -> None:
    case = filed_by(city.siti.actor)
    assert act(case, city.siti.actor).status_code == 401
    assert act(case, city.stranger.actor).status_code == 404
    assert act(case, city.signatory.actor).json()["error"] == "not_your_step"
    assert act(str(uuid4()), city.officer.actor).status_code == 404
    assert act(case, city.officer.actor, verb="settle").status_code == 422
    assert act(case, city.officer.actor, verb="return", note="\0").json()["error"] == "remarks_needed"
    assert len(applications.timeline(UUID(case))) == 1


def test_a_token_outlives_no_duty(city: Cast) -> None:
    case = filed_by(city.siti.actor)
    officer = factories.staff(
        "sementara@dpmptsp.id", "Pegawai Sementara", "dpmptsp-batam", Role.FRONT_OFFICER
    )
    token = token_for(officer.actor)
    yesterday = clock.today() - timedelta(days=1)
    employ(
        user=officer.user, agency_id="dpmptsp-batam", roles=["front_officer"], ends_on=yesterday, by=SYSTEM
    )
    assert act(case, officer.actor, token).status_code == 401


def test_staff_get_a_token_with_their_second_factor_only(city: Cast) -> None:
    browser = Client()
    browser.force_login(city.officer.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    assert browser.post("/api/v1/token").json()["error"] == "identity_needed"
    session = browser.session
    session["demo_person"] = "petugas"
    session.save()
    with override_settings(DEMO=True):
        token = browser.post("/api/v1/token").json()["access_token"]
    assert signing.loads(token, salt="pendopo.api.v1")["s"] == str(city.officer.user.id)
