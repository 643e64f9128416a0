"""The API does what the pages do, and what a hostile client sends never breaks it."""

import io
import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.core import signing
from django.test import Client
from ninja.throttling import AnonRateThrottle

from pendopo.applications import api as applications
from pendopo.catalogue.api import get_service
from pendopo.config import rest, tokens
from pendopo.documents.api import get_document
from pendopo.identity.api import Actor
from pendopo.kernel import tasks
from tests import factories
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house", "unhurried")]

SIP = "dpmptsp-sip-perawat"


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests ask more often than people."""
    monkeypatch.setattr(AnonRateThrottle, "allow_request", lambda *_: True)


def bearer(actor: Actor) -> dict[str, str]:
    return {"authorization": f"Bearer {rest.token_for(actor)}"}


def post(path: str, body: Any, actor: Actor | None = None, **headers: str) -> Any:
    raw = body if isinstance(body, bytes | str) else json.dumps(body)
    said = {**(bearer(actor) if actor else {}), **{k.replace("_", "-"): v for k, v in headers.items()}}
    return Client().post(f"/api/v1{path}", raw, content_type="application/json", headers=said)


def file(answers: Any, actor: Actor, key: str = "kunci-12345", **more: Any) -> Any:
    return post("/applications", {"service": SIP, "answers": answers, **more}, actor, idempotency_key=key)


def get(path: str, actor: Actor | None = None, **query: Any) -> Any:
    return Client().get(f"/api/v1{path}", query, headers=bearer(actor) if actor else {})


def test_the_catalogue_is_open_to_all(city: Cast) -> None:
    found = get("/services", q="surat izin perawat").json()
    assert SIP in [service["id"] for service in found]
    assert len(get("/services", limit=500).json()) == 441
    assert {s["agency"] for s in get("/services", agency="dpmptsp-batam").json()} == {"dpmptsp-batam"}
    service = get(f"/services/{SIP}").json()
    assert service["form"] == get_service(SIP).content["form"]["schema"]
    assert len(get("/agencies").json()) == 62
    assert get("/services/tidak-ada").status_code == 404


def test_from_token_to_document(city: Cast) -> None:
    siti = city.siti.actor
    browser = Client()
    browser.force_login(city.siti.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    token = browser.post("/api/v1/token").json()
    assert token["expires_in_seconds"] == 900
    headers = {"authorization": f"Bearer {token['access_token']}", "idempotency-key": "kunci-12345"}
    body = json.dumps({"service": SIP, "answers": factories.valid_answers(get_service(SIP), siti)})
    filed = Client().post("/api/v1/applications", body, content_type="application/json", headers=headers)
    assert filed.status_code == 201
    application_id = filed.json()["id"]
    assert get(f"/applications/{application_id}", siti).json()["state"] == "submitted"
    tasks.drain()
    factories.conclude(filed.json()["id"])
    status = get(f"/applications/{application_id}", siti).json()
    assert status["state"] == "completed"
    assert status["number"] == filed.json()["number"]
    assert status["events"][0]["verb"] == "submit"
    assert {step["status"] for step in status["steps"]} <= {"done", "skipped"}
    paper = get_document(status["document"], siti)
    verdict = get(f"/verify/{paper.code}").json()
    assert (verdict["standing"], verdict["number"]) == ("valid", paper.number)
    assert get("/verify/0000-0000-0000-0000").status_code == 404


def test_the_same_key_files_once(city: Cast) -> None:
    siti = city.siti.actor
    answers = factories.valid_answers(get_service(SIP), siti)
    first, second = file(answers, siti), file(answers, siti)
    assert first.json() == second.json()
    assert len(applications.list_own(siti)) == 1


def test_known_facts_may_be_left_out(city: Cast) -> None:
    siti = city.siti.actor
    answers = factories.valid_answers(get_service(SIP), siti)
    del answers["person_nik"]
    filed = file(answers, siti)
    assert filed.status_code == 201
    row = applications.get_own(filed.json()["id"], siti)
    assert applications.open_answers(row.answers)["person_nik"] == factories.NIK


def test_every_wrong_answer_has_its_sentence(city: Cast) -> None:
    answer = file({"person_nik": "1"}, city.siti.actor)
    assert answer.status_code == 422
    assert answer.json()["error"] == "invalid"
    assert "person_nik" in answer.json()["fields"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"service": "a"}',
        b'{"service": "a", "answers": []}',
        b'{"service": "a", "answers": {"x": NaN}}',
        b'{"service": "dpmptsp-sip-perawat", "answers": {"x": 1e999}}',
        b'{"service": "dpmptsp-sip-perawat", "answers": {"\\ud800": 1}}',
        b'{"service": "dpmptsp-sip-perawat", "answers": {"person_full_name": "\\ud800"}}',
        b'{"service": "dpmptsp-sip-perawat", "answers": {"person_full_name": "\\u0000"}}',
        b'{"service": "dpmptsp-sip-perawat", "answers": {"person_full_name": ' + b"9" * 400 + b"}}",
        b'{"service": "dpmptsp-sip-perawat", "answers": {"person_full_name": '
        + b"[" * 900
        + b"]" * 900
        + b"}}",
        b'{"service": "dpmptsp-sip-perawat", "answers": {"person_full_name": {"\\ud800": NaN}}}',
        b'{"service": "dpmptsp-sip-perawat", "answers": {"str_file": "x", "person_nik": [1]}}',
        b'{"service": "dpmptsp-sip-perawat", "answers": {}, "business": "x"}',
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_application_is_refused_in_json(city: Cast, body: bytes) -> None:
    answer = post("/applications", body, city.siti.actor, idempotency_key="kunci-12345")
    assert answer.status_code in {400, 404, 422}
    assert answer.json()["message"]
    assert "Traceback" not in answer.content.decode()


@pytest.mark.parametrize("key", ["", "pendek", "x" * 65, "spasi di dalam", "kunci\u00e9-12345"])
def test_a_key_has_a_shape(city: Cast, key: str) -> None:
    assert file({}, city.siti.actor, key=key).status_code == 422


def test_who_may(city: Cast) -> None:
    siti, budi = city.siti.actor, city.budi.actor
    application_id = file(factories.valid_answers(get_service(SIP), siti), siti).json()["id"]
    assert get(f"/applications/{application_id}").status_code == 401
    assert get(f"/applications/{application_id}", budi).status_code == 404
    assert get(f"/applications/{uuid4()}", siti).status_code == 404
    assert get("/applications/x", siti).status_code == 422
    assert post("/applications", {}).status_code == 401
    for token in ("x", "Bearer", signing.dumps({"p": "x"}, salt="lain"), rest.token_for(siti)[:-1]):
        answer = Client().get(
            f"/api/v1/applications/{application_id}", headers={"authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 401


def test_a_cookie_opens_nothing_but_the_token(city: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(city.siti.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    assert browser.get(f"/api/v1/applications/{uuid4()}").status_code == 401
    assert browser.post("/api/v1/token").status_code == 403
    assert Client().post("/api/v1/token").status_code == 401
    desk = Client()
    desk.force_login(city.officer.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    assert desk.post("/api/v1/token").status_code == 403


def test_old_tokens_end(city: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "TOKEN_SECONDS", -1)
    headers = bearer(city.siti.actor)
    assert Client().get(f"/api/v1/applications/{uuid4()}", headers=headers).status_code == 401


def test_too_many_questions_are_turned_away(city: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AnonRateThrottle, "allow_request", lambda *_: False)
    monkeypatch.setattr(AnonRateThrottle, "wait", lambda *_: 9)
    answer = get("/agencies")
    assert answer.status_code == 429
    assert answer.json()["message"]


def test_every_answer_says_how_long_it_took_in_here() -> None:
    from pendopo.config.wsgi import application

    said: list[Any] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/tidak-ada/",
        "HTTP_HOST": "127.0.0.1",
        "wsgi.input": io.BytesIO(),
    }
    answer = application(environ, lambda status, headers, *_: said.extend([status, dict(headers)]))
    answer.close()  # type: ignore[attr-defined]
    assert said[0] == "404 Not Found"
    assert re.fullmatch(r"app;dur=\d+\.\d\d", said[1]["Server-Timing"])
