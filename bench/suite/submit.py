"""Filing an application over HTTP, against the database doing only what filing writes."""

from bench import load, pgbench
from bench.harness import Result, alternate, at_least, bench, compared
from bench.place import SERVICE, Place

CLIENTS, SECONDS = 16, 4


@bench("submit", "applications filed a second over HTTP by 16 clients", at_least(0.15))
def submit(place: Place) -> Result:
    port = place.web
    from pendopo.config.rest import token_for

    with pgbench.recorded() as sent:
        place.file()
    filing = [statement for statement in sent if "application_submit" in statement.sql]
    script = pgbench.Script(filing, instead={0: "gen_random_uuid()"})
    body = {"service": SERVICE, "answers": place.answers}

    def floor() -> float:
        return pgbench.run(place.database_url, [script], clients=CLIENTS, seconds=SECONDS).tps

    times: list[float] = []

    def product() -> float:
        headers = {"Authorization": f"Bearer {token_for(place.citizen)}", "Idempotency-Key": load.KEY}
        request = load.post_json(port, "/api/v1/applications", body, **headers)
        served = load.drive(port, [request], clients=CLIENTS, seconds=SECONDS, expect=201)
        times.append(served.at(95))
        return served.per_second

    base, reached = alternate(floor, product)
    return compared(
        "submit", reached, "applications/s", base, service=SERVICE, answers=len(place.answers), clients=CLIENTS,
        rounds=f"3 of {SECONDS} s each, in turns, medians", p95_ms=round(sorted(times[1:])[1], 1),
        floor_is="pgbench -M prepared, 16 clients, the product's own statement and payload, fresh ids",
        product_is="POST /api/v1/applications, keep-alive, granian as the supervisor starts it (2 processes, 4 threads each)",
        durable="fsync on", left_out="the worker that takes the outbox is not running, for neither side",
    )  # fmt: skip
