"""Whole life cycles over HTTP, from submit to the signature that grants, beside an archive of ten thousand and of a million.

Published, for context only (other software on another machine): an Indian platform made for this, on 16 cores, tells of 37 life cycles
a second at up to 100,000 applications and of 6.3 at 1,000,000.
"""

from functools import partial

from bench import load
from bench.crowd import broken_links
from bench.crowds import SERVICE
from bench.harness import ROUNDS, Both, Result, Target, at_most, bench
from bench.place import Crowds, Place
from bench.turns import in_turns, machine, rates

CLIENTS, SECONDS = 16, 6
PAGE_SECONDS = 3
STEPS = (  # (step, verb, whose), in the order of the procedure
    ("completeness", "complete", "front_officer"), ("verification", "verify", "back_officer"),
    ("recommendation", "recommend", "technical_team"), ("fee-assessment", "assess_fee", "back_officer"),
    ("initials", "initial", "section_head"), ("signing", "sign", "signatory"),
)  # fmt: skip
NO_FEE = [{"name": "Retribusi", "amount_idr": 0, "legal_basis": "UU 1/2022"}]


def story(crowds: Crowds, port: int) -> list[str]:
    """Filing, then one request an act, each by the officer whose step it is; revisions make sure that none is lost or doubled."""
    tokens = crowds.told["tokens"]

    def bearer(who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {tokens[who]}"}

    body = {"service": SERVICE, "answers": crowds.told["answers"]}
    headers = {**bearer("citizen"), "Idempotency-Key": load.KEY}
    requests = [load.post_json(port, "/api/v1/applications", body, **headers)]
    for revision, (step, verb, who) in enumerate(STEPS, start=1):
        act = {"step": step, "verb": verb, "revision": revision, "note": "Lengkap dan benar."}
        act |= {"fee_lines": NO_FEE} if verb == "assess_fee" else {}
        requests.append(load.post_json(port, f"/api/v1/applications/{load.ID}/acts", act, **bearer(who)))
    return requests


@bench(
    "lifecycle",
    "applications taken from submit to granted a second over HTTP, 16 clients, 1,000,000 stored; ratio to 10,000 stored",
    Both(Target("value", ">=", 100), Target("ratio", ">=", 0.8)),
)
def lifecycle(place: Place) -> Result:
    crowds = place.crowds
    few, many = crowds.ports[crowds.few], crowds.ports[crowds.many]

    def told(port: int) -> load.Told:
        return load.tell(port, [story(crowds, port)], clients=CLIENTS, seconds=SECONDS, expect={200, 201})

    return rates(
        "lifecycle", "life cycles/s", *in_turns(lambda: told(few), lambda: told(many)), stored=crowds.many, floor_stored=crowds.few,
        service=SERVICE, requests_each=1 + len(STEPS), clients=CLIENTS, rounds=f"{ROUNDS} of {SECONDS} s each, in turns, medians",
        value_is="POST /applications, then POST /applications/{id}/acts six times, keep-alive, granian as the supervisor starts it",
        floor_is="the same, with few applications stored", durable="fsync on, synchronous_commit on",
        left_out="the worker: rendering, signing and recording the document (see bench documents) and other news",
        filling_seconds=crowds.told["seconds"], moulds=crowds.told["moulds"],
        published_elsewhere="37/s at 100,000 and 6.3/s at 1,000,000 on 16 cores: another product and machine, context only",
    )  # fmt: skip


@bench(
    "lifecycle-pages",
    "the slowest of inbox, status and plan page: p95 with 1,000,000 stored over p95 with 10,000",
    at_most(1.2),
)
def pages(place: Place) -> Result:
    crowds = place.crowds
    measured = {}
    for name in ("inbox", "status", "plan"):
        few, many = in_turns(
            partial(_page, crowds, crowds.few, name), partial(_page, crowds, crowds.many, name)
        )
        measured[name] = {
            "few_p95_ms": round(few.at(95), 2), "many_p95_ms": round(many.at(95), 2), "ratio": round(many.at(95) / few.at(95), 3),
            "few_cpu_ms": round(few.cpu_ms, 2), "many_cpu_ms": round(many.cpu_ms, 2),
        }  # fmt: skip
    worst = max(measured, key=lambda name: measured[name]["ratio"])
    return Result(
        "lifecycle-pages", measured[worst]["ratio"], "of p95", conditions={
            "worst": worst, "pages": measured, "stored": crowds.many, "few_stored": crowds.few, "clients": CLIENTS,
            "rounds": f"{ROUNDS} of {PAGE_SECONDS} s each, in turns, medians", "machine": machine(),
        },
    )  # fmt: skip


def _page(crowds: Crowds, size: int, name: str) -> load.Served:
    port, told = crowds.ports[size], crowds.told
    if name == "status":
        requests = [
            load.get(port, f"/permohonan/{own}/", Cookie=told["citizen"]) for own in told["own"][str(size)]
        ]
    elif name == "inbox":
        requests = [load.get(port, "/kerja/", Cookie=told["officer"])]
    else:
        requests = [load.get(port, link, Cookie=told["citizen"]) for link in told["plans"]]
    return load.drive(port, requests, clients=CLIENTS, seconds=PAGE_SECONDS, expect=200)


@bench(
    "fill",
    "applications of a crowd gathered a second, keys and indexes included; every chain proven afterwards",
)
def fill(place: Place) -> Result:
    import psycopg

    crowds = place.crowds
    spent = crowds.told["seconds"][str(crowds.many)]
    with psycopg.connect(crowds.told["urls"][str(crowds.many)]) as db:
        db.execute("SET statement_timeout = 0")
        broken = broken_links(db)
        size = db.execute("SELECT pg_size_pretty(pg_database_size(current_database()))").fetchone()
        states = dict(
            db.execute(
                "SELECT state, count(*) FROM applications_application GROUP BY 1 ORDER BY 2 DESC"
            ).fetchall()
        )
    if broken:
        raise RuntimeError(f"{broken} events do not follow from the one before")
    return Result(
        "fill", crowds.many / sum(spent.values()), "applications/s", conditions={
            "applications": crowds.many, "seconds": spent, "moulds": crowds.told["moulds"], "states": states,
            "database": size[0] if size else "", "broken_chains": broken, "machine": machine(),
        },
    )  # fmt: skip
