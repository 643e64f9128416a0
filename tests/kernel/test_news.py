"""From the outbox to the handlers: nothing lost, nothing for nobody."""

from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from pendopo.kernel import events, tasks
from pendopo.kernel.models import Outbox

pytestmark = pytest.mark.django_db


class Wiring:
    """Stands where config/wiring.py stands."""

    heard: list[tuple[str, dict[str, Any]]] = []
    fails = False


def dispatch(topic: str, payload: dict[str, Any]) -> None:
    if Wiring.fails:
        raise OSError("no disk")
    Wiring.heard.append((topic, payload))


HANDLERS = {"told": (dispatch,)}


@pytest.fixture(autouse=True)
def _wired(settings: Any) -> None:
    settings.WIRING = __name__
    Wiring.heard, Wiring.fails = [], False
    Outbox.objects.all().delete()


def jobs() -> list[dict[str, Any]]:
    return list(ProcrastinateJob.objects.order_by("id").values_list("args", flat=True))


def test_the_relay_turns_rows_into_jobs_in_order_and_drops_what_nobody_hears() -> None:
    before = len(jobs())
    for number in range(3):
        events.emit("told", number=number)
    events.emit("unheard", number=9)
    assert tasks.relay() == 4
    assert jobs()[before:] == [{"topic": "told", "payload": {"number": number}} for number in range(3)]
    assert Outbox.objects.count() == 0
    assert tasks.relay() == 0


def test_the_relay_takes_no_more_than_a_batch() -> None:
    for number in range(5):
        events.emit("told", number=number)
    assert [tasks.relay(batch=2) for _round in range(4)] == [2, 2, 1, 0]


def test_a_relay_that_dies_leaves_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    events.emit("told", number=1)

    def dies(*_jobs: Any) -> None:
        raise OSError("killed")

    monkeypatch.setattr(tasks.deliver, "batch_defer", dies)
    with pytest.raises(OSError, match="killed"):
        tasks.relay()
    assert Outbox.objects.count() == 1


def test_a_job_hands_its_news_to_the_wiring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "close", lambda: None)
    tasks.deliver(topic="told", payload={"number": 1})
    assert Wiring.heard == [("told", {"number": 1})]


def test_draining_delivers_everything_and_keeps_what_failed() -> None:
    events.emit("told", number=1)
    events.emit("told", number=2)
    Wiring.fails = True
    with pytest.raises(OSError, match="disk"):
        tasks.drain()
    assert Outbox.objects.count() == 2
    Wiring.fails = False
    assert tasks.drain() == 2
    assert [payload["number"] for _topic, payload in Wiring.heard] == [1, 2]
    assert tasks.drain() == 0


def test_events_are_numbered_for_each_subject() -> None:
    for subject in ("x:1", "x:2", "x:1"):
        events.record(subject, "happened", actor="system", on_behalf_of="business:1", amount=5)
    first, second = events.history("x:1")
    assert (first.seq, second.seq) == (1, 2)
    assert (first.actor, first.on_behalf_of, first.data) == ("system", "business:1", {"amount": 5})
    assert [entry.seq for entry in events.history("x:2")] == [1]
    assert events.history("x:3") == []
