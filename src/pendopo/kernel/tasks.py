"""From the outbox to jobs: a relay moves rows in batches, one job hands each to its listeners.

The relay commits the move and the deletion together, so nothing is lost between them; a job may run twice and its handlers must not mind.
"""

import logging
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

log = logging.getLogger(__name__)

_TAKE = """
DELETE FROM kernel_outbox WHERE id = ANY (ARRAY(SELECT id FROM kernel_outbox ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED))
RETURNING id, topic, payload::json
"""
"""An array is gathered once. A plan may run what stands behind IN again for every row, and take more than the batch."""


def _dispatch(topic: str, payload: dict[str, Any]) -> None:
    import_string(f"{settings.WIRING}.dispatch")(topic, payload)


@app.task(name="deliver", queue="news", retry=RetryStrategy(max_attempts=12, exponential_wait=2))
def deliver(topic: str, payload: dict[str, Any]) -> None:
    """Hand one piece of news to whoever ``config/wiring.py`` lists. Runs in a thread of the worker."""
    try:
        _dispatch(topic, payload)
    except Exception:
        log.exception("delivering %s %s failed; it is tried again", topic, payload)
        raise
    finally:
        connection.close()  # back to the pool: threads of the worker come and go


def _take(batch: int) -> list[tuple[int, str, dict[str, Any]]]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [batch])
        return sorted(cursor.fetchall(), key=lambda row: int(row[0]))


def relay(batch: int = 200) -> int:
    """Turn up to ``batch`` outbox rows into jobs; rows nobody listens to are dropped. Returns how many rows it took."""
    heard = import_string(f"{settings.WIRING}.HANDLERS")
    with transaction.atomic():
        rows = _take(batch)
        jobs = [{"topic": topic, "payload": payload} for _, topic, payload in rows if topic in heard]
        if jobs:
            deliver.batch_defer(*jobs)
    return len(rows)


def drain() -> int:
    """Deliver everything in the outbox here and now, without the queue: tests and one-off commands. Returns how many rows.

    A row is gone only when its handlers have returned.
    """
    total = 0
    while True:
        with transaction.atomic():
            rows = _take(1)
            for _, topic, payload in rows:
                _dispatch(topic, payload)
        if not rows:
            return total
        total += len(rows)
