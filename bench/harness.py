"""What a bench is, where benches are found, and the arithmetic they share. No Django, no I/O."""

import math
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.place import Place

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Result:
    """One measurement. ``ratio`` is value / floor; both are None where there is nothing to compare with."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    conditions: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """What ``--json`` prints: exactly these six keys, numbers rounded to what they are worth."""
        row = asdict(self)
        return row | {key: significant(row[key]) for key in ("value", "floor", "ratio")}


@dataclass(frozen=True, slots=True)
class Target:
    """What is promised of one figure of a result: ``ratio >= 0.15``."""

    figure: str
    sign: str
    bound: float

    def __str__(self) -> str:
        return f"{self.figure} {self.sign} {self.bound:g}"

    def is_met(self, result: Result) -> bool:
        """Whether the figure keeps the promise; a figure that was not measured does not."""
        got = getattr(result, self.figure)
        return got is not None and (got >= self.bound if self.sign == ">=" else got <= self.bound)


@dataclass(frozen=True, slots=True)
class Both:
    """Two promises at once."""

    one: Target
    other: Target

    def __str__(self) -> str:
        return f"{self.one}, {self.other}"

    def is_met(self, result: Result) -> bool:
        """Whether both are kept."""
        return self.one.is_met(result) and self.other.is_met(result)


@dataclass(frozen=True, slots=True)
class Bench:
    """A named measurement. ``run`` gets the place (database, catalogue, people, web server) that all benches of a run share."""

    name: str
    what: str
    run: Callable[["Place"], Result]
    target: Target | Both | None = None


REGISTRY: dict[str, Bench] = {}


def bench(
    name: str, what: str, target: Target | Both | None = None
) -> Callable[[Callable[["Place"], Result]], Callable[["Place"], Result]]:
    """Register the function below as a bench."""

    def register(run: Callable[["Place"], Result]) -> Callable[["Place"], Result]:
        if name in REGISTRY:
            raise ValueError(f"two benches are called {name}")
        REGISTRY[name] = Bench(name, what, run, target)
        return run

    return register


def at_least(ratio: float) -> Target:
    """The ratio to the floor is promised."""
    return Target("ratio", ">=", ratio)


def at_most(value: float) -> Target:
    """The value itself is promised, in the unit of the result."""
    return Target("value", "<=", value)


def discover() -> dict[str, Bench]:
    """Every bench of ``bench/suite``, by name."""
    import bench.suite

    for module in pkgutil.iter_modules(bench.suite.__path__):
        import_module(f"bench.suite.{module.name}")
    return dict(sorted(REGISTRY.items()))


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest value that ``percent`` of all do not exceed (nearest rank). Raises ValueError when there is none."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values, no percentile")
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def alternate(
    floor: Callable[[], float], product: Callable[[], float], rounds: int = ROUNDS
) -> tuple[float, float]:
    """Medians of ``floor`` and ``product``, measured in turns after one turn that does not count."""
    turns = [(floor(), product()) for _ in range(rounds + 1)][1:]
    return median(f for f, _ in turns), median(p for _, p in turns)


def compared(name: str, value: float, unit: str, floor: float, **conditions: Any) -> Result:
    """A result with its ratio to the floor."""
    return Result(name, value, unit, floor, value / floor if floor else None, conditions)


def significant(number: float | None, digits: int = 4) -> float | None:
    """``0.123456`` -> ``0.1235``, ``1234.567`` -> ``1235``."""
    if number is None or number == 0:
        return number
    places = digits - 1 - math.floor(math.log10(abs(number)))
    return round(number, places) if places > 0 else float(round(number))


def table(results: Sequence[Result], benches: dict[str, Bench]) -> str:
    """Results for people: one line each, then the conditions that are not the same for all."""
    head = ("bench", "value", "unit", "floor", "ratio", "promised", "kept")
    rows = [head, *(_row(result, benches[result.name].target) for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _row(result: Result, target: Target | None) -> tuple[str, ...]:
    kept = "" if target is None else "yes" if target.is_met(result) else "NO"
    shown = [
        "" if n is None else f"{significant(n):g}" if abs(n) < 1000 else f"{n:.0f}"
        for n in (result.value, result.floor, result.ratio)
    ]
    return (result.name, shown[0], result.unit, shown[1], shown[2], str(target or ""), kept)
