"""What the catalogue does by itself: services whose last day is past are closed."""

from django.db import connection
from procrastinate.contrib.django import app

from pendopo.catalogue.api import close_ended


@app.periodic(cron="3 * * * *")
@app.task(name="close_ended", queue="news")
def close(timestamp: int) -> None:  # noqa: ARG001 - periodic tasks are told their moment
    """Once an hour; the day itself is asked at every filing."""
    try:
        close_ended()
    finally:
        connection.close()
