"""Several at the same moment, and the real worker: committed to the city's database, by people of their own."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from pendopo.applications import api
from pendopo.applications.models import Application
from pendopo.applications.rules import Verb
from pendopo.catalogue.api import get_service
from pendopo.documents.api import list_held
from pendopo.identity.api import Actor, list_businesses, list_mandates_held
from pendopo.kernel import events
from pendopo.kernel.errors import Denied
from simulators.oss import Oss
from tests import factories
from tests.factories import Cast

pytestmark = [pytest.mark.usefixtures("house")]

SERVICE = "kel-domisili"
NIB = "dpmptsp-nib"
SIP = "dpmptsp-sip-perawat"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def committed(city: Cast, django_db_blocker: Any) -> Iterator[Cast]:
    """No transaction around the test; what it writes stays in the city's database."""
    with django_db_blocker.unblock():
        yield city
        connection.close()


@pytest.fixture
def person(committed: Cast) -> Actor:
    return newcomer()


_serial = iter(range(100, 9999))


def newcomer() -> Actor:
    serial = next(_serial)
    return factories.citizen(f"baru{serial}@contoh.id", f"Baru {serial}", f"217105200190{serial:04}").actor


def at_once(work: Callable[[int], Any], count: int) -> list[Any]:
    """Do the same thing ``count`` times at the same moment, each on a connection of its own."""
    gate = threading.Barrier(count)

    def one(number: int) -> Any:
        gate.wait()
        try:
            return work(number)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_five_identical_posts_make_one_application(person: Actor) -> None:
    answers = factories.valid_answers(get_service(SERVICE), person)
    results = at_once(lambda _: api.file(service_id=SERVICE, answers=answers, key="lima-kali", by=person), 5)
    assert len(set(results)) == 1, results
    assert [entry.verb for entry in api.timeline(results[0][0])] == ["submit"]


def test_the_same_key_of_two_people_makes_two_applications(person: Actor) -> None:
    people = [person, newcomer()]
    answers = [factories.valid_answers(get_service(SERVICE), by) for by in people]
    results = at_once(
        lambda n: api.file(service_id=SERVICE, answers=answers[n % 2], key="kunci-sama", by=people[n % 2]), 4
    )
    assert len(set(results)) == 2, results


def test_two_clicks_make_one_draft(person: Actor) -> None:
    rows = at_once(lambda _: api.start(service_id=SERVICE, by=person), 5)
    assert len({row.id for row in rows}) == 1, rows


def test_a_draft_sent_five_times_is_filed_once(person: Actor) -> None:
    row = api.start(service_id=SERVICE, by=person)
    api.save(application_id=row.id, answers=factories.valid_answers(get_service(SERVICE), person), by=person)
    numbers = at_once(lambda _: api.submit(application_id=row.id, by=person), 5)
    assert len(set(numbers)) == 1, numbers
    assert [entry.verb for entry in api.timeline(row.id)] == ["submit"]


def test_of_two_officers_one_wins(person: Actor) -> None:
    application_id = factories.file(get_service(SIP), person)
    step = factories.open_step(application_id)
    assert step is not None
    results = at_once(
        lambda _: api.advance(
            application_id=application_id,
            verb=Verb.COMPLETE,
            by=factories.holder_of(step),
            step_key=step.key,
        ),
        4,
    )
    lost = [result for result in results if isinstance(result, Denied)]
    assert results.count("in_process") == 1, results
    assert {denied.code for denied in lost} <= {"step_done", "not_in_this_state"}
    assert len(lost) == 3
    assert [entry.verb for entry in api.timeline(application_id)] == ["submit", "complete"]


def test_a_nib_granted_once_is_one_business_however_many_handle_it(person: Actor, oss: Oss) -> None:
    answers = factories.valid_answers(get_service(NIB), person, optional=False)
    application_id, _number = api.file(service_id=NIB, answers=answers, key="nib", by=person)
    while (step := factories.open_step(application_id)) is not None:
        factories.proceed(application_id, step)
    results = at_once(lambda _: api.on_decided(application=str(application_id)), 4)
    lost = [result for result in results if result is not None]
    assert all(isinstance(result, Denied) for result in lost), results
    api.on_decided(application=str(application_id))
    assert person.id is not None
    (firm,) = list_businesses(person.id)
    assert len(list_mandates_held(person.id)) == 1
    assert [entry.verb for entry in events.history(f"business:{firm.id}")].count("registered") == 1
    assert [entry.verb for entry in api.timeline(application_id)].count("issue") == 1
    assert [paper.number for paper in list_held(person.ref)] == [firm.nib]


@pytest.mark.parametrize(
    "sql",
    ["UPDATE kernel_event SET verb = 'lain'", "DELETE FROM kernel_event", "TRUNCATE kernel_event"],
)
def test_events_are_for_ever(committed: Cast, sql: str) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_a_forged_place_in_the_chain_is_numbered_anew(committed: Cast) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        events.record("test:forged", "first", actor="system")
        cursor.execute(
            "INSERT INTO kernel_event (subject, seq, verb, actor, on_behalf_of, data, at, hash)"
            " SELECT subject, 1, 'forged', actor, '', data, at, hash FROM kernel_event WHERE subject = 'test:forged'"
        )
        assert [(entry.seq, entry.verb) for entry in events.history("test:forged")] == [
            (1, "first"),
            (2, "forged"),
        ]
        cursor.execute(factories.BROKEN_CHAIN)
        assert cursor.fetchall() == []
        transaction.set_rollback(True)


def test_a_change_behind_the_chain_is_found(committed: Cast) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        events.record("test:chain", "first", actor="system", amount=1)
        events.record("test:chain", "second", actor="system")
        cursor.execute("ALTER TABLE kernel_event DISABLE TRIGGER event_append_only")
        cursor.execute(
            """UPDATE kernel_event SET data = '{"amount": 2}' WHERE subject = 'test:chain' AND seq = 1"""
        )
        cursor.execute(factories.BROKEN_CHAIN)
        assert cursor.fetchall() == [("test:chain", 1)]
        transaction.set_rollback(True)


# The worker


def address() -> str:
    """Where the city's database is, for another process."""
    place = connection.settings_dict
    return f"postgresql://{quote(place['USER'])}:{quote(place['PASSWORD'] or 'x')}@{place['HOST']}:{place['PORT'] or 5432}/{place['NAME']}"


def start_worker(settings: Any) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DATABASE_URL": address(),
        "PENDOPO_MODE": "test",
        "PENDOPO_FILES": str(settings.FILES_DIR),
        "PENDOPO_SIGNING": str(settings.SIGNING_DIR),
        "PYTHONPATH": str(ROOT / "src"),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "pendopo.config.worker"], env=environment, stderr=subprocess.PIPE
    )


def wait_for(ready: Callable[[], bool], seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if ready():
            return True
        time.sleep(0.1)
    return False


def has_document(application_id: UUID) -> bool:
    return Application.objects.filter(id=application_id, document_id__isnull=False).exists()


def signed(person: Actor) -> UUID:
    """An application whose decision nobody has heard of yet."""
    application_id = factories.file(get_service(SERVICE), person)
    step = factories.open_step(application_id)
    assert step is not None
    factories.proceed(application_id, step)
    assert not has_document(application_id)
    return application_id


@pytest.mark.slow
def test_the_worker_issues_what_was_decided_even_when_it_is_killed(person: Actor, settings: Any) -> None:
    first = signed(person)
    worker = start_worker(settings)
    try:
        assert wait_for(lambda: has_document(first)), _tail(worker)
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
        second = signed(person)  # nobody listens now
        worker.communicate()
        worker = start_worker(settings)
        assert wait_for(lambda: has_document(second)), _tail(worker)
        worker.send_signal(signal.SIGTERM)
        worker.wait(20)
        assert worker.returncode == 0, _tail(worker)
    finally:
        worker.kill()
        worker.communicate()
    for application_id in (first, second):
        assert api.load(application_id).case.state == "completed"
        assert [entry.verb for entry in api.timeline(application_id)].count("issue") == 1


def _tail(worker: subprocess.Popen[bytes]) -> str:
    worker.kill()
    return worker.communicate()[1].decode()[-3000:]
