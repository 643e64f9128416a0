"""Several workers at the same deadline, and one that is killed in the middle: what silence grants, it grants once. Committed for real."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from pendopo.applications import api
from pendopo.applications.actions import clock_silence
from pendopo.applications.models import Application, DeadlineWarning
from pendopo.applications.rules import State, Verb
from pendopo.catalogue.api import get_service
from pendopo.identity.api import Actor
from pendopo.kernel import clock
from pendopo.kernel.models import Outbox
from pendopo.region import api as region
from tests import factories
from tests.applications.test_at_once import at_once, newcomer
from tests.factories import Cast

pytestmark = [pytest.mark.usefixtures("house")]

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
CASES = 6


class Killed(BaseException):
    """What a killed process leaves behind: nothing is caught, the connection ends."""


@pytest.fixture
def overdue(city: Cast, django_db_blocker: Any) -> Iterator[list[UUID]]:
    """Cases whose deadline passed yesterday, committed to the city's database and put away afterwards."""
    with django_db_blocker.unblock():
        region.forget()
        with clock.use(clock.FixedClock(MONDAY)) as still:
            by: Actor = newcomer()
            ids = [factories.file(get_service("dpmptsp-sip-perawat"), by) for _ in range(CASES)]
            for application_id in ids:
                factories.act(application_id, Verb.COMPLETE)
            due = Application.objects.get(id=ids[0]).due_on
            assert due is not None
            assert isinstance(still, clock.FixedClock)
            still.at = datetime(due.year, due.month, due.day, 2, tzinfo=UTC) + timedelta(days=1)
            Application.objects.exclude(id__in=ids).filter(decided_at__isnull=True).update(due_on=None)
            yield ids
            Outbox.objects.all().delete()
        region.forget()
        connection.close()


def granted(ids: list[UUID]) -> list[int]:
    """How often each was granted, by its history."""
    return [[entry.verb for entry in api.timeline(one)].count("deem_approve") for one in ids]


def test_four_workers_grant_each_case_once(overdue: list[UUID]) -> None:
    results = at_once(lambda _n: api.sweep_deadlines(), 4)
    assert sum(results) == CASES, results
    assert granted(overdue) == [1] * CASES
    assert Outbox.objects.filter(topic="application_decided").count() == CASES


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(
    overdue: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = clock_silence.advance
    calls = iter(range(100))

    def advance(**what: Any) -> State:
        state = done(**what)
        if next(calls) == 2:
            raise Killed  # the third is written, and not committed
        return state

    monkeypatch.setattr(clock_silence, "advance", advance)
    with pytest.raises(Killed):
        api.sweep_deadlines()
    connection.close()
    assert sorted(granted(overdue)) == [0] * (CASES - 2) + [1, 1]
    monkeypatch.undo()
    assert api.sweep_deadlines() == CASES - 2
    assert granted(overdue) == [1] * CASES


def test_a_case_somebody_else_holds_is_left_to_them(overdue: list[UUID]) -> None:
    """While one worker works on a case, another passes it by and waits for nobody."""
    held, go = threading.Event(), threading.Event()

    def slow(_n: int) -> int:
        original = clock_silence._grant

        def grant(*what: Any) -> bool:
            held.set()
            go.wait(10)
            return original(*what)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(clock_silence, "_grant", grant)
            return api.sweep_deadlines(batch=1)

    worker = threading.Thread(target=lambda: at_once(slow, 1))
    worker.start()
    held.wait(10)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT id FROM applications_application WHERE id = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED) AS free",
            [overdue],
        )
        free = cursor.fetchone()[0]
    go.set()
    worker.join()
    assert free == CASES - 1
    api.sweep_deadlines()
    assert granted(overdue) == [1] * CASES


def test_four_workers_warn_each_level_once(overdue: list[UUID]) -> None:
    at_once(lambda _n: api.warn_deadlines(), 4)
    told = list(
        DeadlineWarning.objects.filter(application_id__in=overdue).values_list("application_id", "level")
    )
    assert len(told) == len(set(told)) == CASES * 3
