"""What the benches of life cycles send and run, once: each ends where it should. Nothing here measures."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from ninja.throttling import AnonRateThrottle

from bench import load, spiff
from bench.crowds import SERVICE
from bench.harness import Both, Result, Target
from bench.place import Crowds
from bench.samples import paper, sample
from bench.suite.lifecycle import STEPS, story
from pendopo.catalogue.api import get_service
from pendopo.config.tokens import token_for
from pendopo.identity.api import Role
from tests import factories
from tests.factories import Cast


@pytest.mark.django_db
@pytest.mark.usefixtures("house")
def test_the_story_goes_from_submit_to_granted(city: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AnonRateThrottle, "allow_request", lambda *_: True)
    tokens = {"citizen": token_for(city.siti.actor)}
    for role in {role for _, _, role in STEPS}:
        agency = "perkimtan-batam" if role == Role.TECHNICAL_TEAM else "dpmptsp-batam"
        tokens[role] = token_for(factories.staff(f"{role}@contoh.id", role, agency, Role(role)).actor)
    answers = sample(get_service(SERVICE).content["form"]["schema"], paper(city.siti.actor))
    crowds = Crowds(1, 2, {1: 80, 2: 80}, {"tokens": tokens, "answers": answers})
    said, application_id = {}, ""
    for request in story(crowds, 80):
        head, _, body = (
            request.replace(load.KEY, uuid4().hex).replace(load.ID, application_id).partition("\r\n\r\n")
        )
        path, headers = head.split()[1], dict(line.split(": ", 1) for line in head.split("\r\n")[2:])
        said = _post(path, body, headers)
        application_id = application_id or said["id"]
    assert said == {"id": application_id, "state": "approved"}


def _post(path: str, body: str, headers: dict[str, str]) -> dict[str, Any]:
    answer = Client().post(path, body, content_type="application/json", headers=headers)
    assert answer.status_code in {200, 201}, answer.content
    told: dict[str, Any] = answer.json()
    return told


class _Desk(BaseHTTPRequestHandler):
    """Gives an id to whoever files, and takes acts on ids it gave."""

    protocol_version = "HTTP/1.1"
    given: set[str] = set()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        filed = self.path == "/file"
        known = filed or self.path.removeprefix("/act/") in self.given
        said = json.dumps({"id": uuid4().hex} if filed else {}).encode()
        if filed:
            self.given.add(json.loads(said)["id"])
        self.send_response(201 if filed else 200 if known else 404)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_args: Any) -> None:
        """Silent."""


def test_clients_carry_the_id_through_their_story() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Desk)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    act = load.post_json(port, f"/act/{load.ID}", {})
    try:
        told = load.tell(
            port, [[load.post_json(port, "/file", {}), act, act]], clients=3, seconds=0.2, expect={200, 201}
        )
        with pytest.raises(RuntimeError, match="404"):
            load.tell(port, [[act]], clients=1, seconds=0.1, expect={200})
    finally:
        server.shutdown()
        server.server_close()
    assert len(told.asked_ms) == 3 * len(told.times_ms) > 0


def test_spiffworkflow_takes_six_steps_and_saves_each(monkeypatch: pytest.MonkeyPatch) -> None:
    class Kept:
        """Remembers what would be saved."""

        def __init__(self) -> None:
            self.states: list[str] = []

        def execute(self, statement: str, values: list[Any]) -> "Kept":
            if not statement.startswith("SELECT"):
                self.states.append(values[1] if statement == spiff.FIRST else values[0])
            return self

        def fetchone(self) -> tuple[Any]:
            return (json.loads(self.states[-1]),)

    for restored in (False, True):
        kept = Kept()
        monkeypatch.setattr(spiff, "_connection", lambda _url, kept=kept: kept)
        spiff.runner("", {"a": 1}, restored=restored)(None)
        assert len(kept.states) == 7


def test_both_promises_must_be_kept() -> None:
    both = Both(Target("value", ">=", 100), Target("ratio", ">=", 0.8))
    assert str(both) == "value >= 100, ratio >= 0.8"
    assert both.is_met(Result("x", 100, "", 120, 0.83))
    assert not both.is_met(Result("x", 100, "", 140, 0.71))
    assert not both.is_met(Result("x", 99, "", 99, 1.0))
