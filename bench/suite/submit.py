"""Filing an application over HTTP, against the database doing only what filing writes."""

from bench import load, pgbench
from bench.harness import ROUNDS, Result, at_least, bench
from bench.place import SERVICE, Place
from bench.turns import in_turns, rates

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

    def floor() -> pgbench.Measured:
        return pgbench.run(place.database_url, [script], clients=CLIENTS, seconds=SECONDS)

    def product() -> load.Served:
        headers = {"Authorization": f"Bearer {token_for(place.citizen)}", "Idempotency-Key": load.KEY}
        request = load.post_json(port, "/api/v1/applications", body, **headers)
        return load.drive(port, [request], clients=CLIENTS, seconds=SECONDS, expect=201)

    return rates(
        "submit", "applications/s", *in_turns(floor, product), service=SERVICE, answers=len(place.answers), clients=CLIENTS,
        rounds=f"{ROUNDS} of {SECONDS} s each, in turns, medians",
        floor_is="pgbench -M prepared, 16 clients, the product's own statement and payload, fresh ids",
        product_is="POST /api/v1/applications, keep-alive, granian as the supervisor starts it",
        durable="fsync on", left_out="the worker that takes the outbox is not running, for neither side",
    )  # fmt: skip
