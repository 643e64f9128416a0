"""What must happen by itself: unanswered objections are granted, steps of people who left are freed, registers asked again, rows of
sheets purged, ended sessions forgotten.
"""

from django.db import connection
from procrastinate.contrib.django import app

from pendopo.applications.api import ask_registers, purge_groups, release_steps, sweep_appeals
from pendopo.identity.api import forget_sessions


@app.periodic(cron="11 * * * *")
@app.task(name="sweep_appeals", queue="news")
def sweep(timestamp: int) -> None:  # noqa: ARG001 - periodic tasks are told their moment
    """Once an hour."""
    try:
        while sweep_appeals():
            pass
    finally:
        connection.close()


@app.periodic(cron="27 * * * *")
@app.task(name="release_steps", queue="news")
def release(timestamp: int) -> None:  # noqa: ARG001 - periodic tasks are told their moment
    """Once an hour."""
    try:
        release_steps()
    finally:
        connection.close()


@app.periodic(cron="* * * * *")
@app.task(name="ask_registers", queue="news", queueing_lock="ask_registers")
def registers(timestamp: int) -> None:  # noqa: ARG001 - periodic tasks are told their moment
    """Once a minute: of few rows, those whose time has come."""
    try:
        ask_registers()
    finally:
        connection.close()


@app.periodic(cron="41 3 * * *")
@app.task(name="purge_groups", queue="news")
def purge(timestamp: int) -> None:  # noqa: ARG001 - periodic tasks are told their moment
    """Once a night."""
    try:
        forget_sessions()
        while purge_groups():
            pass
    finally:
        connection.close()
