"""What must happen to files and papers by itself: unfinished uploads go after two days, ends are told of."""

from django.db import connection
from procrastinate.contrib.django import app

from pendopo.documents.api import sweep_standing, sweep_uploads


@app.periodic(cron="17 * * * *")
@app.task(name="sweep_uploads", queue="news")
def sweep(timestamp: int) -> None:  # noqa: ARG001 - periodic tasks are told their moment
    """Once an hour."""
    try:
        sweep_uploads()
    finally:
        connection.close()


@app.periodic(cron="7 * * * *")
@app.task(name="sweep_standing", queue="news")
def sweep_papers(timestamp: int) -> None:  # noqa: ARG001 - periodic tasks are told their moment
    """Once an hour: reminders of papers that end, and suspensions whose last day is past."""
    try:
        while sweep_standing():
            pass
    finally:
        connection.close()
