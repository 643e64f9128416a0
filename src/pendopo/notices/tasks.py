"""What notices do by themselves: they are forgotten after two years."""

from django.db import connection
from procrastinate.contrib.django import app

from pendopo.notices.api import forget_old


@app.periodic(cron="53 3 * * *")
@app.task(name="forget_notices", queue="news")
def forget(timestamp: int) -> None:  # noqa: ARG001 - periodic tasks are told their moment
    """Once a night, a batch at a time."""
    try:
        while forget_old():
            pass
    finally:
        connection.close()
