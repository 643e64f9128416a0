"""What happens to bills by itself: ask about payments whose news may be lost, let overdue bills end, forget forgeries."""

from procrastinate.contrib.django import app

from pendopo.payments import api


@app.periodic(cron="*/5 * * * *")
@app.task(name="sweep_bills", queue="news", queueing_lock="sweep_bills")
def sweep_bills(timestamp: int) -> None:
    """First ask, then let end: what was paid in the last minute is settled. ``timestamp`` is procrastinate's."""
    del timestamp
    api.reconcile_doubtful()
    while api.expire_overdue():
        pass
    api.forget_refused()
