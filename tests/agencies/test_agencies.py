"""Who works where, and what the civil registry says about somebody who allows it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import stamina
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import Client, RequestFactory

from pendopo.agencies import api
from pendopo.agencies.queries import actor_of, signatory_of
from pendopo.applications.api import start
from pendopo.config.middleware import DEMO_SESSION, ActorMiddleware
from pendopo.identity.api import (
    PUBLIC,
    SYSTEM,
    Actor,
    ActorKind,
    Role,
    User,
    facts_of,
    has_consent,
    open_account,
    record_facts,
)
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, Unavailable
from simulators.dukcapil import Dukcapil
from simulators.server import running
from tests import factories
from tests.factories import Account, Cast

pytestmark = pytest.mark.django_db


# Who works where


def test_an_account_is_staff_or_a_person_or_nobody_yet(city: Cast) -> None:
    assert actor_of(city.officer.user) == city.officer.actor
    assert actor_of(city.siti.user) == city.siti.actor
    assert actor_of(open_account(email="baru@contoh.id", password=None)) == PUBLIC
    assert actor_of(AnonymousUser()) == PUBLIC  # type: ignore[arg-type]
    assert actor_of(None) == PUBLIC


def test_employment_ends_on_its_day(city: Cast) -> None:
    user, today = open_account(email="lama@contoh.id", password=None, display_name="Lama"), clock.today()
    employ = {"user": user, "agency_id": "dinkes-batam", "roles": ["technical_team"], "by": SYSTEM}
    api.employ(**employ, ends_on=today)
    assert actor_of(user).has(Role.TECHNICAL_TEAM, "dinkes-batam")
    api.employ(**employ, ends_on=today - timedelta(days=1))
    assert actor_of(user) == PUBLIC
    assert [entry.verb for entry in events.history(f"staff:{user.id}")] == ["employed", "employed"]


def test_a_closed_account_is_nobody(city: Cast) -> None:
    city.officer.user.is_active = False
    assert actor_of(city.officer.user) == PUBLIC
    city.officer.user.is_active = True


def test_one_person_may_serve_two_agencies(city: Cast) -> None:
    account = factories.staff("dua@contoh.id", "", "dinkes-batam", Role.TECHNICAL_TEAM)
    factories.staff("dua@contoh.id", "", "cktr-batam", Role.SECTION_HEAD)
    actor = actor_of(account.user)
    assert actor.duties == {
        "dinkes-batam": frozenset({Role.TECHNICAL_TEAM}),
        "cktr-batam": frozenset({Role.SECTION_HEAD}),
    }
    assert actor.name == "dua@contoh.id"


def test_who_signs_has_a_title_at_their_own_agency_only(city: Cast) -> None:
    signatory = city.signatory.actor
    assert signatory_of(signatory, "dpmptsp-batam").title == "Kepala Dinas"
    assert signatory_of(signatory, "dinkes-batam").title == ""


# The second factor


def signed_in(user: User) -> dict[str, str]:
    """What a session says after a login."""
    backend = django_settings.AUTHENTICATION_BACKENDS[0]
    return {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: backend,
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }


def asked(account: Account | None, **session: str) -> Any:
    request = RequestFactory().get("/")
    request.session = SessionStore()
    request.session.update(session | (signed_in(account.user) if account else {}))
    ActorMiddleware(lambda _request: None)(request)  # type: ignore[arg-type,return-value]
    return request


def test_staff_without_a_second_factor_are_nobody(city: Cast, settings: Any) -> None:
    request = asked(city.officer)
    assert request.actor.kind is ActorKind.PUBLIC
    assert request.needs_second_factor
    Authenticator.objects.create(user=city.officer.user, type=Authenticator.Type.TOTP, data={})
    request = asked(city.officer)
    assert request.actor == city.officer.actor
    assert not request.needs_second_factor


def test_the_demos_door_counts_in_the_demo_only(city: Cast, settings: Any) -> None:
    settings.DEMO = True
    assert asked(city.stranger, **{DEMO_SESSION: "x"}).actor.kind is ActorKind.STAFF
    assert asked(city.stranger).actor.kind is ActorKind.PUBLIC
    settings.DEMO = False
    assert asked(city.stranger, **{DEMO_SESSION: "x"}).actor.kind is ActorKind.PUBLIC


def test_citizens_need_none_and_strangers_are_public(city: Cast) -> None:
    assert asked(city.siti).actor == city.siti.actor
    assert asked(None).actor.kind is ActorKind.PUBLIC


# The civil registry


@pytest.fixture
def dukcapil(settings: Any, outside: None) -> Iterator[Dukcapil]:
    """The real simulator on a free port; clients do not wait between tries."""
    simulator = Dukcapil(settings.DUKCAPIL_TOKEN)
    with running(simulator) as url, stamina.set_testing(True, attempts=2):
        settings.DUKCAPIL_URL = url
        yield simulator


def test_the_registry_fills_the_form_with_consent(city: Cast, dukcapil: Dukcapil) -> None:
    siti = city.siti.actor
    assert siti.id is not None
    record_facts(
        person_id=siti.id, facts={"person.birth_place": "Medan"}, source="self", verified=False, by=siti
    )
    assert api.fill_from_dukcapil(by=siti) > 10
    assert has_consent(siti.id, "dukcapil")
    known = facts_of(person_id=siti.id)
    assert (known["person.birth_place"].value, known["person.birth_place"].verified) == ("Batam", True)
    assert known["person.birth_date"].value == "1995-08-17"
    assert "person.nik" not in known
    assert all(fact.source == "dukcapil" for fact in known.values())
    row = start(service_id="dpmptsp-sip-perawat", by=siti)
    assert row.answers["person_birth_place"] == "Batam"
    assert row.sources["person_birth_place"]["source"] == "dukcapil"


def test_a_registry_that_is_down_keeps_nobody_from_the_form(city: Cast, dukcapil: Dukcapil) -> None:
    dukcapil.control({"mode": "fail"})
    with pytest.raises(Unavailable):
        api.fill_from_dukcapil(by=city.siti.actor)
    client = Client()
    client.force_login(city.siti.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    answer = client.post("/saya/dukcapil/", {"consent": "yes", "next": "/ajukan/dpmptsp-sip-perawat/"})
    assert answer.status_code == 503
    assert "mengisi sendiri" in answer.content.decode()
    assert "/ajukan/dpmptsp-sip-perawat/" in answer.content.decode()
    assert client.post("/ajukan/dpmptsp-sip-perawat/", {"business": ""}).status_code == 302


def test_a_record_about_somebody_else_never_reaches_a_form(city: Cast, dukcapil: Dukcapil) -> None:
    dukcapil.control({"mode": "lie"})
    with pytest.raises(Unavailable) as refused:
        api.fill_from_dukcapil(by=city.siti.actor)
    assert refused.value.permanent
    assert city.siti.actor.id is not None
    assert facts_of(person_id=city.siti.actor.id) == {}


def test_who_the_registry_does_not_know_is_told_so(city: Cast, dukcapil: Dukcapil) -> None:
    stranger = factories.citizen("asing@contoh.id", "Asing", "3273011001010099")
    with pytest.raises(Denied) as refused:
        api.fill_from_dukcapil(by=stranger.actor)
    assert refused.value.code == "nik_unknown_at_registry"
    client = Client()
    client.force_login(stranger.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    assert client.post("/saya/dukcapil/", {"consent": "yes"}).status_code == 503


def test_nobody_is_asked_about_without_an_identity(city: Cast, dukcapil: Dukcapil) -> None:
    for nobody in (PUBLIC, Actor(ActorKind.PERSON, None)):
        with pytest.raises(Denied) as refused:
            api.fill_from_dukcapil(by=nobody)
        assert refused.value.code == "identity_needed"
    assert dukcapil.calls == 0
