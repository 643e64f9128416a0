"""Floor and product in turns, and the CPU time each took for one operation.

On a machine that others use too, many database backends get more of the cores than a few web processes, and the ratio of rates suffers.
The ratio of CPU times does not: it is printed beside, and says what the ratio of rates is on a machine of one's own.
"""

import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Protocol

from bench.harness import ROUNDS, Result, compared, percentile


class Round(Protocol):
    """What one round reached."""

    @property
    def per_second(self) -> float: ...
    @property
    def times_ms(self) -> Sequence[float]: ...


@dataclass(frozen=True, slots=True)
class Turns:
    """Rounds of one side; every figure is the median of its rounds."""

    rounds: tuple[Round, ...]
    cpu_ms: float  # of one operation, all processes together: database, server and client

    @property
    def per_second(self) -> float:
        """Operations a second."""
        return median(r.per_second for r in self.rounds)

    def at(self, percent: float) -> float:
        """A percentile of the times, in milliseconds."""
        return median(percentile(r.times_ms, percent) for r in self.rounds)


def in_turns(
    floor: Callable[[], Round], product: Callable[[], Round], rounds: int = ROUNDS
) -> tuple[Turns, Turns]:
    """Measure both in turns; the first turn warms up and does not count."""
    turns = [(_measured(floor), _measured(product)) for _ in range(rounds + 1)][1:]
    return _gathered([f for f, _ in turns]), _gathered([p for _, p in turns])


def _measured(do: Callable[[], Round]) -> tuple[Round, float]:
    before = cpu_seconds(os.getpid())
    done = do()
    return done, (cpu_seconds(os.getpid()) - before) * 1000 / max(1, len(done.times_ms))


def _gathered(turns: list[tuple[Round, float]]) -> Turns:
    return Turns(tuple(done for done, _ in turns), median(cpu for _, cpu in turns))


def cpu_seconds(pid: int) -> float:
    """CPU time of a process and of everything it started, alive or gone."""
    ticks, parents = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(entry)
            if fields:
                parents[int(entry.name)] = int(fields[1])
                ticks[int(entry.name)] = sum(int(field) for field in fields[11:15])
    mine = sum(spent for process, spent in ticks.items() if _descends(process, pid, parents))
    return mine / os.sysconf("SC_CLK_TCK")


def _stat(entry: Path) -> list[str]:
    """Fields of /proc/PID/stat after the name; empty when the process has just gone."""
    try:
        return (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _descends(process: int, ancestor: int, parents: dict[int, int]) -> bool:
    while process and process != ancestor:
        process = parents.get(process, 0)
    return process == ancestor


def descendants(pid: int) -> list[int]:
    """A process and everything it started that is alive."""
    parents = {
        int(e.name): int(f[1]) for e in Path("/proc").iterdir() if e.name.isdigit() and (f := _stat(e))
    }
    return [process for process in parents if _descends(process, pid, parents)]


def rates(name: str, unit: str, floor: Turns, product: Turns, **said: Any) -> Result:
    """A result that compares operations a second, with times and CPU beside."""
    said |= {
        "p50_ms": round(product.at(50), 2), "p95_ms": round(product.at(95), 2),
        "cpu_ms": round(product.cpu_ms, 3), "floor_cpu_ms": round(floor.cpu_ms, 3), "cpu_ratio": _share(floor, product),
        "machine": machine(),
    }  # fmt: skip
    return compared(name, product.per_second, unit, floor.per_second, **said)


def times(name: str, percent: float, floor: Turns, product: Turns, **said: Any) -> Result:
    """A result that compares a percentile of the times, with the others and CPU beside."""
    said |= {
        "p50_ms": round(product.at(50), 2), "p95_ms": round(product.at(95), 2), "per_second": round(product.per_second),
        "floor_p50_ms": round(floor.at(50), 2), "floor_p95_ms": round(floor.at(95), 2), "floor_per_second": round(floor.per_second),
        "cpu_ms": round(product.cpu_ms, 3), "floor_cpu_ms": round(floor.cpu_ms, 3), "machine": machine(),
    }  # fmt: skip
    return compared(name, product.at(percent), f"ms p{percent:g}", floor.at(percent), **said)


def _share(floor: Turns, product: Turns) -> float | None:
    return round(floor.cpu_ms / product.cpu_ms, 3) if product.cpu_ms else None


def machine() -> str:
    """Cores, how busy they are (more than the bench's own work: others are at it too), and whose Python ran: builds differ by a tenth."""
    python = f"Python {platform.python_version()} of {sys.base_prefix}"
    return f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}, {python}"
