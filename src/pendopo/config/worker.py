"""The worker process: threads relay the outbox, watch the clock, file rows of sheets, send mails and run jobs.

Kill it at any moment: rows and jobs wait in the database.
"""

import logging
import os
import threading
import time
from collections.abc import Callable

log = logging.getLogger("pendopo.worker")

RELAY_PAUSE_SECONDS = 0.2
CLOCK_PAUSE_SECONDS, SHORTEST_PAUSE_SECONDS = 60.0, 0.5
GROUPS_PAUSE_SECONDS = 1.0
MAILS_PAUSE_SECONDS = 3.0


def _relay_for_ever(stop: threading.Event) -> None:
    from django.db import close_old_connections

    from pendopo.kernel.tasks import relay

    while not stop.is_set():
        try:
            if relay() == 0:
                stop.wait(RELAY_PAUSE_SECONDS)
        except Exception:
            log.exception("relay failed; trying again")
            close_old_connections()
            time.sleep(2)


def _watch_clock(stop: threading.Event) -> None:
    """Every minute of the instance's clock: deadlines to count anew, warnings to give, what silence grants."""
    from django.db import close_old_connections

    from pendopo.applications.api import recount, sweep_deadlines, warn_deadlines
    from pendopo.kernel import clock

    pause_seconds = max(CLOCK_PAUSE_SECONDS / clock.speed(), SHORTEST_PAUSE_SECONDS)
    while not stop.is_set():
        try:
            done = recount() + warn_deadlines() + sweep_deadlines()
        except Exception:
            log.exception("watching the clock failed; trying again")
            close_old_connections()
            done = 0
        stop.wait(SHORTEST_PAUSE_SECONDS if done else pause_seconds)


def _groups_for_ever(stop: threading.Event) -> None:
    """Sheets of employers, a batch at a time; the database remembers how far each has come."""
    from django.db import close_old_connections

    from pendopo.applications.api import work_on_groups

    while not stop.is_set():
        try:
            if not work_on_groups():
                stop.wait(GROUPS_PAUSE_SECONDS)
        except Exception:
            log.exception("working on sheets failed; trying again")
            close_old_connections()
            time.sleep(2)


def _mails_for_ever(stop: threading.Event) -> None:
    """Mails of notices in a thread of their own: a mail server that is slow or away holds up nothing else."""
    from django.db import close_old_connections

    from pendopo.notices.api import send_mails

    while not stop.is_set():
        try:
            if not send_mails():
                stop.wait(MAILS_PAUSE_SECONDS)
        except Exception:
            log.exception("sending mails failed; trying again")
            close_old_connections()
            stop.wait(MAILS_PAUSE_SECONDS)


def loops() -> tuple[Callable[[threading.Event], None], ...]:
    """What runs beside the jobs. Where no mail server is named, mails wait in their rows."""
    from django.conf import settings

    always = (_relay_for_ever, _watch_clock, _groups_for_ever)
    return (*always, _mails_for_ever) if settings.SENDS_MAILS else always


def main() -> None:
    """Run until told to stop (SIGTERM, SIGINT)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pendopo.config.settings")
    import django

    django.setup()
    from procrastinate.contrib.django import app

    stop = threading.Event()
    for loop in loops():
        threading.Thread(target=loop, args=(stop,), daemon=True).start()
    worker = app.with_connector(app.connector.get_worker_connector())
    worker.run_worker(
        queues=["news"], concurrency=2, fetch_job_polling_interval=0.5, delete_jobs="successful"
    )
    stop.set()


if __name__ == "__main__":
    main()
