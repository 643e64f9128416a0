"""The worker process: one thread relays the outbox, one runs jobs. Kill it at any moment: rows and jobs wait in the database."""

import logging
import os
import threading
import time

log = logging.getLogger("pendopo.worker")

RELAY_PAUSE_SECONDS = 0.2


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


def main() -> None:
    """Run until told to stop (SIGTERM, SIGINT)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pendopo.config.settings")
    import django

    django.setup()
    from procrastinate.contrib.django import app

    stop = threading.Event()
    threading.Thread(target=_relay_for_ever, args=(stop,), daemon=True).start()
    worker = app.with_connector(app.connector.get_worker_connector())
    worker.run_worker(
        queues=["news"], concurrency=2, fetch_job_polling_interval=0.5, delete_jobs="successful"
    )
    stop.set()


if __name__ == "__main__":
    main()
