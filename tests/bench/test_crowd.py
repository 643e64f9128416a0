"""The crowd: cast from real applications, spread, sound in every chain and under every key."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from bench import crowd, moulds
from pendopo.applications.api import Act, Verb, advance, load
from pendopo.kernel import clock
from tests.factories import Cast

SERVICES = ["dpmptsp-nib", "dpmptsp-pemakaman", "dukcapil-ktp-el-hilang"]
COUNT = 90

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]


@contextmanager
def here() -> Iterator[Any]:
    """The test's own connection: nothing is committed."""
    connection.ensure_connection()
    yield connection.connection


def gathered(cast: Cast) -> list[moulds.Mould]:
    assert cast.siti.actor.id
    made = moulds.make(SERVICES, by=cast.siti.actor, today=clock.today())
    crowd.fill(here, made, COUNT, citizen=cast.siti.actor.id, workers=1, vacuum=False)
    return made


def rows(statement: str, *bound: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, bound)
        return cursor.fetchall()


def test_a_crowd_is_spread_chained_and_keyed(city: Cast) -> None:
    keys = rows(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2"
    )
    indexes = rows("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")
    made = gathered(city)
    assert rows("SELECT count(*) FROM applications_application") == [(COUNT + sum(1 for _ in all_moulds()),)]
    states = dict(rows("SELECT state, count(*) FROM applications_application GROUP BY 1"))
    assert states["completed"] > COUNT / 3
    assert len(states) > 2
    on_desk = rows("SELECT count(DISTINCT application_id) FROM applications_step WHERE on_desk")
    assert on_desk[0][0] >= COUNT // 6
    assert len(rows("SELECT DISTINCT service_id FROM applications_application")) == len(
        {m.service_id for m in made}
    )
    with here() as db:
        assert crowd.broken_links(db) == 0
    assert rows(
        "SELECT count(*) FROM applications_application a WHERE NOT EXISTS (SELECT FROM applications_step s WHERE s.application_id = a.id)"
    ) == [(0,)]
    assert keys == rows(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2"
    )
    assert indexes == rows("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")
    assert rows("SELECT tgenabled FROM pg_trigger WHERE tgname = 'event_chain'") == [("O",)]


def all_moulds() -> list[tuple[Any, ...]]:
    """Applications the product filed itself: their numbers have six digits."""
    return rows("SELECT id FROM applications_application WHERE length(number) = 18")


def test_whoever_is_cast_goes_on_like_a_real_one(city: Cast) -> None:
    gathered(city)
    waiting = rows(
        """SELECT a.id, s.key, s.agency_id, s.role FROM applications_application a JOIN applications_step s ON s.application_id = a.id
           WHERE a.state = 'submitted' AND s.on_desk AND length(a.number) = 19 LIMIT 1"""
    )
    application_id, key, agency, role = waiting[0]
    advance(
        application_id=application_id,
        verb=Verb.COMPLETE,
        by=moulds.holder(agency, role),
        step_key=key,
        act=Act(),
    )
    assert load(application_id).case.step(key).status == "done"
    with here() as db:
        assert crowd.broken_links(db) == 0


def test_a_changed_event_breaks_its_chain(city: Cast) -> None:
    gathered(city)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_event DISABLE TRIGGER event_append_only")
        cursor.execute(
            "UPDATE kernel_event SET actor = 'system' WHERE id = (SELECT max(id) FROM kernel_event WHERE actor <> 'system')"
        )
        cursor.execute("ALTER TABLE kernel_event ENABLE TRIGGER event_append_only")
    with here() as db:
        assert crowd.broken_links(db) == 1
