"""Proving a whole city before it is loaded."""

import time
from statistics import median

from bench.harness import ROUNDS, Result, at_most, bench
from bench.place import CITY, Place
from bench.turns import machine


@bench("check", "seconds to prove the whole city", at_most(2))
def check(place: Place) -> Result:
    assert place.ready
    from pendopo.catalogue.api import check, list_cards

    def once() -> tuple[float, float]:
        started, worked = time.perf_counter(), time.process_time()
        problems = check(CITY)
        if problems:
            raise RuntimeError(f"the city has {len(problems)} problems, first: {problems[0]}")
        return time.perf_counter() - started, time.process_time() - worked

    taken = [once() for _ in range(ROUNDS + 1)][1:]
    return Result(
        "check", median(seconds for seconds, _ in taken), "s", conditions={
            "cpu_s": round(median(cpu for _, cpu in taken), 2), "services": len(list_cards()), "machine": machine(),
            "rounds": f"{ROUNDS}, median, after one that does not count",
        },
    )  # fmt: skip
