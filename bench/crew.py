"""Clients in process: forked workers that each call a public function, started together, as 16 officers would.

Forked, because threads of one Python would measure its lock. Each keeps its own database connection from round to round.
"""

import contextlib
import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Done:
    """What a round of all workers reached."""

    per_second: float
    times_ms: tuple[float, ...]


class Crew:
    """``size`` processes that call ``work(item)``. Make it before this process opens threads of its own."""

    def __init__(self, size: int, work: Callable[[Any], None]) -> None:
        from django.db import connections

        connections.close_all()
        connections["default"].close_pool()  # type: ignore[attr-defined]
        fork = multiprocessing.get_context("fork")
        self._together = fork.Barrier(size)
        self._lines: list[Connection] = []
        self._workers = []
        for _ in range(size):
            ours, theirs = fork.Pipe()
            worker = fork.Process(target=_serve, args=(theirs, self._together, work), daemon=True)
            worker.start()
            theirs.close()
            self._lines.append(ours)
            self._workers.append(worker)

    def round(self, items: Sequence[Any]) -> Done:
        """Deal the items out, let all begin together, wait for all. Raises RuntimeError with the first worker's words."""
        for number, line in enumerate(self._lines):
            line.send(items[number :: len(self._lines)])
        answers = [_heard(line) for line in self._lines]
        began, ended = min(a[0] for a in answers), max(a[1] for a in answers)
        return Done(len(items) / (ended - began), tuple(t for a in answers for t in a[2]))

    def close(self) -> None:
        """Send everybody home."""
        for line in self._lines:
            with contextlib.suppress(OSError):  # one that failed has left
                line.send(None)  # closing alone says nothing: those forked later hold the same line open
            line.close()
        for worker in self._workers:
            worker.join(5)
            if worker.is_alive():
                worker.kill()


def _heard(line: Connection) -> tuple[float, float, list[float]]:
    if not line.poll(PATIENCE_SECONDS):
        raise RuntimeError("a worker does not answer")
    failed, answer = line.recv()
    heard: tuple[float, float, list[float]] = answer
    if failed:
        raise RuntimeError(failed)
    return heard


def _serve(line: Connection, together: Any, work: Callable[[Any], None]) -> None:
    while True:
        items = line.recv()
        if items is None:
            return
        together.wait(PATIENCE_SECONDS)
        times, began = [], time.monotonic()
        try:
            for item in items:
                started = time.perf_counter()
                work(item)
                times.append((time.perf_counter() - started) * 1000)
        except Exception as error:  # noqa: BLE001 - told to the parent, which raises it
            line.send((f"{type(error).__name__}: {error}", None))
            return
        line.send(("", (began, time.monotonic(), times)))
