"""Planning in process: every goal with every kind of answers, and all services of the catalogue at once."""

import time
from graphlib import TopologicalSorter
from itertools import islice
from statistics import median
from typing import Any

from bench.harness import Result, at_most, bench
from bench.place import Place
from bench.turns import machine

ROUNDS = 7
MOST_ALL_MS = 100
MOST_GOAL_MS = 20


def _ms(do: Any) -> float:
    """Median of some rounds, after one that does not count, in milliseconds."""
    do()
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        do()
        taken.append(1000 * (time.perf_counter() - started))
    return median(taken)


@bench(
    "plan",
    "ms to plan all services of the catalogue at once; floor: sorting the same graph",
    at_most(MOST_ALL_MS),
)
def plan(place: Place) -> Result:
    """The largest goal's time and bound stand in the conditions."""
    assert place.ready
    from pendopo.catalogue.api import atlas, list_goals
    from pendopo.catalogue.api import plan as planned
    from pendopo.catalogue.rules import planning
    from pendopo.kernel import clock
    from pendopo.region.api import calendar

    all_, on, days = atlas(), clock.today(), calendar()

    def made(goals: list[str], answers: dict[str, str] | None = None) -> Any:
        return planning.plan(all_, goals, answers=answers, on=on, calendar=days)

    largest: tuple[int, str, dict[str, str]] = (0, "", {})
    for goal in list_goals():
        for answers in islice(planning.combinations(goal.questions), 0, None, 7):
            if not planning.faults(goal, answers):
                parts = len(made([goal.id], answers).parts)
                largest = max(largest, (parts, goal.id, answers), key=lambda row: row[0])
    parts, goal_id, answers = largest
    graph = {part.service_id: part.needs for part in made(list(all_.nodes)).parts}
    goal_ms = _ms(lambda: made([goal_id], answers))
    if goal_ms > MOST_GOAL_MS:
        raise RuntimeError(f"{goal_id} with {answers} takes {goal_ms:.1f} ms, more than {MOST_GOAL_MS}")
    floor = _ms(lambda: list(TopologicalSorter(graph).static_order()))
    all_ms = _ms(lambda: made(list(all_.nodes)))
    with_catalogue = _ms(lambda: planned([goal_id], answers=answers, on=on, calendar=days))
    return Result(
        "plan", all_ms, "ms", floor, all_ms / floor, conditions={
            "services": len(all_.nodes), "largest_goal": goal_id, "largest_goal_parts": parts, "largest_goal_ms": round(goal_ms, 2),
            "largest_goal_ms_with_the_look_at_the_database": round(with_catalogue, 2), "machine": machine(), "rounds": f"{ROUNDS}, median",
        },
    )  # fmt: skip
