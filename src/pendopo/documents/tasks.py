"""What must happen to files by itself: uploads that were never finished go after two days."""

from django.db import connection
from procrastinate.contrib.django import app

from pendopo.documents.api import sweep_uploads


@app.periodic(cron="17 * * * *")
@app.task(name="sweep_uploads", queue="news")
def sweep(timestamp: int) -> None:  # noqa: ARG001 - periodic tasks are told their moment
    """Once an hour."""
    try:
        sweep_uploads()
    finally:
        connection.close()
