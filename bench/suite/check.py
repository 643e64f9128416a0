"""Proving a whole city before it is loaded."""

import time
from statistics import median

from bench.harness import ROUNDS, Result, at_most, bench
from bench.place import CITY, Place


@bench("check", "seconds to prove the whole city", at_most(2))
def check(place: Place) -> Result:
    assert place.ready
    from pendopo.catalogue.api import check, list_cards

    def once() -> float:
        started = time.perf_counter()
        problems = check(CITY)
        if problems:
            raise RuntimeError(f"the city has {len(problems)} problems, first: {problems[0]}")
        return time.perf_counter() - started

    return Result(
        "check", median([once() for _ in range(ROUNDS + 1)][1:]), "s",
        conditions={"services": len(list_cards()), "rounds": f"{ROUNDS}, median, after one that does not count"},
    )  # fmt: skip
