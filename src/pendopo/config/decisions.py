"""`./pendopo decision`: what rules decided, and one decision worked out again, byte for byte."""

import argparse
from collections.abc import Callable

from pendopo.applications import api
from pendopo.kernel.errors import NotFound

Say = Callable[[str], None]


def main(options: argparse.Namespace, say: Say = print) -> int:
    """Run ``decision list`` or ``decision replay ID``; returns the exit code: 0 the same, 1 differs, 2 there is no such decision."""
    return show(options.limit, say) if options.what == "list" else replay(options.id, say)


def show(limit: int, say: Say) -> int:
    """The newest decisions, one a line."""
    for one in api.list_decisions(limit=limit):
        done = "decided" if one.complete else f"people ({one.result['reason']})"
        looked = "" if one.review == "none" else f"  review {one.review}"
        say(
            f"{one.id:>8}  {one.at:%Y-%m-%d %H:%M}  {one.number}  {one.service_id}  {one.rule}  {done}{looked}"
        )
    return 0


def replay(decision_id: int, say: Say) -> int:
    """Work one decision out again from its stored inputs and the rule of its service version."""
    try:
        again = api.replay(decision_id)
    except NotFound:
        say(f"there is no decision {decision_id}")
        return 2
    if again.difference:
        say(f"decision {again.decision} ({again.rule}) differs {again.difference}")
        return 1
    say(f"decision {again.decision} ({again.rule}) is the same: {again.result}")
    return 0
