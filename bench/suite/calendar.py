"""How long all open deadlines take to be counted anew after an edit of the calendar, in a database of its own."""

import json
import os
import subprocess
import sys
from typing import Final

from bench.harness import Result, at_most, bench
from bench.place import ROOT, Place, environment

OPEN: Final = 100_000
SECONDS: Final = 30


@bench(
    "calendar",
    "seconds to count 100,000 open deadlines anew after an edit of the calendar, all of them moving",
    at_most(SECONDS),
)
def calendar(place: Place) -> Result:
    from pendopo.config.postgres import Server, free_port

    folder = place.folder / "deadlines"
    folder.mkdir()
    folder.chmod(0o755)
    server = Server(folder)
    place.at_end(server.remove)
    server.start()
    done = subprocess.run(
        [sys.executable, "-m", "bench.deadlines", str(OPEN)], stdout=subprocess.PIPE, text=True, check=False, cwd=ROOT,
        env=os.environ | environment(folder, server.url, free_port()),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError("the recount failed; what went wrong stands above")
    told = json.loads(done.stdout.splitlines()[-1])
    every, some = told["all"], told["some"]
    return Result(
        "calendar", every["seconds"], "s", conditions={
            "open": every["seen"], "moved": every["moved"], "preview_s": every["preview_seconds"],
            "memory_grew_MB": every["memory_grew_MB"],
            "one_free_day_in_the_weeks_ahead": some,
            "each": "row, step, event in its chain, news, line of the list; batches of 1,000; with the 2 s it waits for other processes",
        },
    )  # fmt: skip
