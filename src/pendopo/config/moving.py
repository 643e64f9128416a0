"""`./pendopo catalogue migrate-cases|hand-over`: running cases go on under newer versions, or with the agency that follows."""

import argparse
from collections import Counter
from collections.abc import Callable

from pendopo.applications import api
from pendopo.applications.api import CaseMove, Moves, Stays
from pendopo.identity.api import SYSTEM
from pendopo.kernel.errors import Denied, NotFound

Say = Callable[[str], None]

WHY = {
    "not_running": "it no longer runs",
    "answers_lost": "the new form does not have what was answered",
    "done_step_gone": "a step that is done does not exist there",
    "done_too_early": "a step that is done would come after one that is not",
    "bill_open": "it waits for a payment the new procedure does not have",
    "state_changes": "it would stand in another state",
}


def main(options: argparse.Namespace, say: Say = print) -> int:
    """Run one of the two; returns the exit code: 0 done, 1 refused, 2 no such service or agency."""
    try:
        if options.what == "migrate-cases":
            return migrate(options.service, say, dry_run=options.dry_run)
        return hand_over(options.agency, options.to, say)
    except NotFound as missing:
        say(f"there is no {missing}")
        return 2
    except Denied as refused:
        say(f"nothing was handed over: {refused}")
        return 1


def migrate(service_id: str | None, say: Say, *, dry_run: bool) -> int:
    """One line a case, then how many moved, stayed and why."""
    counts: Counter[str] = Counter()
    for move in api.migrate_cases(by=SYSTEM, service_id=service_id, dry_run=dry_run):
        say(line(move, dry_run=dry_run))
        counts[_verdict(move)] += 1
    if not counts:
        say("every running case is under the version of its service that holds now")
    for verdict, number in counts.most_common():
        say(f"{number:>8}  {verdict}")
    return 0


def _verdict(move: CaseMove) -> str:
    if isinstance(move.said, Stays):
        return f"stay: {WHY[move.said.why]}"
    return "changed meanwhile: run again" if move.missed else "move"


def line(move: CaseMove, *, dry_run: bool) -> str:
    """``2171-...  sim-c-baru 1 -> 2  moves  +initials -drafting  due 2026-12-01 -> 2026-11-27``."""
    start = f"{move.number}  {move.service_id} {move.was} -> {move.now}"
    if isinstance(move.said, Stays):
        return f"{start}  stays because {WHY[move.said.why]} ({move.said.what})"
    if move.missed:
        return f"{start}  changed meanwhile"
    return f"{start}  {'would move' if dry_run else 'moved'}  {_effect(move, move.said)}".rstrip()


def _effect(move: CaseMove, said: Moves) -> str:
    steps = [f"+{key}" for key in said.added] + [f"-{key}" for key in said.removed] or ["same steps"]
    due = f"due {move.was_due_on} -> {said.due_on}" if said.due_on != move.was_due_on else "same deadline"
    return "  ".join([" ".join(steps), due])


def hand_over(agency_id: str, to: str, say: Say) -> int:
    """Say how many cases went over."""
    number = api.hand_over_work(agency_id=agency_id, to=to, by=SYSTEM)
    say(f"{number} cases handed over from {agency_id} to {to}")
    return 0
