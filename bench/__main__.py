"""`./pendopo bench --list`, `./pendopo bench NAME [--json]`, `./pendopo bench`."""

import argparse
import json
import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])

from bench.harness import Bench, Result, discover, table  # noqa: E402 - the path first
from bench.place import Place, here  # noqa: E402


def main(arguments: list[str]) -> int:
    """Run what was asked for. Returns 2 for an unknown name, else 0: slow is not wrong."""
    options = _parse(arguments)
    benches = discover()
    if options.list:
        print("\n".join(f"{b.name:<14} {b.what}" + (f" [{b.target}]" if b.target else "") for b in benches.values()))
        return 0
    unknown = [name for name in options.names if name not in benches]
    if unknown:
        print(f"no bench is called {unknown[0]}; there are: {', '.join(benches)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is stopped on the way out
    with here() as place:
        results = [_run(place, benches[name]) for name in options.names or benches]
    _print(results, benches, as_json=options.json)
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./pendopo bench", description=__doc__, allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; all when none is named")
    parser.add_argument("--list", action="store_true", help="what there is to measure")
    parser.add_argument("--json", action="store_true", help="one JSON object a bench and line")
    return parser.parse_args(arguments)


def _run(place: Place, bench: Bench) -> Result:
    print(f"{bench.name}: {bench.what} ...", file=sys.stderr, flush=True)
    return bench.run(place)


def _print(results: list[Result], benches: dict[str, Bench], *, as_json: bool) -> None:
    if as_json:
        for result in results:
            print(json.dumps(result.as_dict(), ensure_ascii=False))
        return
    print(table(results, benches))
    for result in results:
        told = "; ".join(f"{key.replace('_', ' ')}: {value}" for key, value in result.conditions.items())
        print(f"\n{result.name}: {told}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
