"""What must happen to applications by itself: objections that nobody answers are granted by silence."""

from django.db import connection
from procrastinate.contrib.django import app

from pendopo.applications.api import sweep_appeals


@app.periodic(cron="11 * * * *")
@app.task(name="sweep_appeals", queue="news")
def sweep(timestamp: int) -> None:  # noqa: ARG001 - periodic tasks are told their moment
    """Once an hour."""
    try:
        while sweep_appeals():
            pass
    finally:
        connection.close()
