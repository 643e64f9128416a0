"""The same six steps by our own rules and by a general process engine, each step committed to the same PostgreSQL, in one run."""

import secrets
from collections.abc import Callable
from typing import Any

from bench import spiff
from bench.crew import Crew
from bench.crowds import SERVICE
from bench.harness import ROUNDS, Result, bench, compared
from bench.moulds import holder
from bench.place import Place
from bench.samples import paper, sample
from bench.suite.lifecycle import STEPS
from bench.turns import Turns, in_turns, machine

MANY, EACH_MANY, EACH_ONE = 16, 160, 40


def _ours(place: Place) -> Callable[[Any], None]:
    """File and act in process: what an engine would do, with event, history, desk, deadline and news besides."""
    from pendopo.applications.api import Act, Verb, advance, file, load

    answers = _answers(place)
    by = place.citizen

    def run(_item: Any) -> None:
        application_id, _number = file(service_id=SERVICE, answers=answers, key=secrets.token_hex(16), by=by)
        for step_key, verb, _role in STEPS:
            step = load(application_id).case.step(step_key)
            fee = ({"id": "line1", "name": "Retribusi", "amount_idr": 0},) if verb == "assess_fee" else ()
            act = Act(note="Lengkap dan benar.", fee_lines=fee)
            officer = holder(step.agency_id, step.role)
            advance(application_id=application_id, verb=Verb(verb), by=officer, step_key=step_key, act=act)

    return run


def _answers(place: Place) -> dict[str, Any]:
    from pendopo.catalogue.api import get_service

    return sample(get_service(SERVICE).content["form"]["schema"], paper(place.citizen))


@bench(
    "engines",
    "six-step processes a second at 16 connections, beside SpiffWorkflow with its state in the same PostgreSQL",
)
def engines(place: Place) -> Result:
    assert place.ready
    answers = _answers(place)
    spiff.prepare(place.database_url)
    theirs = spiff.runner(place.database_url, answers, restored=False)
    again = spiff.runner(place.database_url, answers, restored=True)
    ours = _ours(place)
    many = _both(theirs, ours, MANY, EACH_MANY)
    one = _both(theirs, ours, 1, EACH_ONE)
    restored = _both(again, ours, 1, EACH_ONE)[0]
    return compared(
        "engines", many[1].per_second, "processes/s", many[0].per_second, connections=MANY, steps=len(STEPS), service=SERVICE,
        one_connection={
            "ours": round(one[1].per_second, 1), "spiffworkflow": round(one[0].per_second, 1),
            "ratio": round(one[1].per_second / one[0].per_second, 2),
            "spiffworkflow_read_back_before_each_step": round(restored.per_second, 1),
        },
        cpu_ms={"ours": round(many[1].cpu_ms, 2), "spiffworkflow": round(many[0].cpu_ms, 2)},
        rounds=f"{ROUNDS} of {EACH_MANY} processes (16 connections) and {EACH_ONE} (one), in turns, medians",
        value_is="applications.api.file, then load and advance six times: row, steps, desk, deadline, chained event and news",
        floor_is="SpiffWorkflow 3, six manual tasks kept in memory, whole state saved as jsonb after start and each step",
        durable="fsync on, a commit each step on both sides", machine=machine(),
    )  # fmt: skip


def _both(
    theirs: Callable[[Any], None], ours: Callable[[Any], None], size: int, each: int
) -> tuple[Turns, Turns]:
    one, other = Crew(size, theirs), Crew(size, ours)
    try:
        return in_turns(lambda: one.round(range(each)), lambda: other.round(range(each)))
    finally:
        one.close()
        other.close()
