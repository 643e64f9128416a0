"""`./pendopo bench --list`, `./pendopo bench NAME [--json]`, `./pendopo bench`.

Everything runs in a database of its own that is removed afterwards, durable as in production (fsync and synchronous_commit on). Floor and
product take turns; on a machine that others use at the same time, compare ratios and CPU times, never rates of different runs.
`lifecycle`, `lifecycle-pages` and `fill` gather 1,000,000 applications first (about 6 GB of disk, minutes of both cores); `--count N` makes
it fewer. `engines` needs the development environment (SpiffWorkflow).
"""

import argparse
import json
import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])

from bench.harness import Bench, Result, discover, significant, table  # noqa: E402 - the path first
from bench.place import MILLION, Place, here, kept  # noqa: E402
from pendopo.config.trouble import Trouble  # noqa: E402


def main(arguments: list[str]) -> int:
    """Run what was asked for. Returns 0 (slow is not wrong), 1 when one could not be measured, 2 for an unknown name."""
    options = _parse(arguments)
    benches = discover()
    if options.list:
        print(
            "\n".join(
                f"{b.name:<14} {b.what}" + (f" [{b.target}]" if b.target else "") for b in benches.values()
            )
        )
        return 0
    unknown = [name for name in options.names if name not in benches]
    if unknown:
        print(f"no bench is called {unknown[0]}; there are: {', '.join(benches)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is stopped on the way out
    if options.keep:
        return _keep(options.keep, options.count)
    results, failed = [], 0
    with here(options.count) as place:
        for name in options.names or benches:
            try:
                results.append(_run(place, benches[name], as_json=options.json))
            except (RuntimeError, ValueError) as error:  # the others are still worth knowing
                print(f"{name} was not measured: {error}", file=sys.stderr, flush=True)
                failed += 1
    if not options.json:
        print(table(results, benches))
    return 1 if failed else 0


def _keep(folder: Path, count: int) -> int:
    try:
        kept(folder.absolute(), count)
    except (RuntimeError, Trouble) as error:
        print(f"nothing was gathered: {error}", file=sys.stderr)
        return 1
    print(f"{count} applications stand in {folder}. Look at them: ./pendopo demo --data {folder}")
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./pendopo bench",
        description=__doc__,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; all when none is named")
    parser.add_argument("--list", action="store_true", help="what there is to measure")
    parser.add_argument("--json", action="store_true", help="one JSON object a bench and line")
    parser.add_argument(
        "--count", type=int, default=MILLION, metavar="N", help="applications of the large crowd (1,000,000)"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="DIR",
        help="measure nothing: gather the crowd in a new data directory and leave it there",
    )
    return parser.parse_args(arguments)


def _run(place: Place, bench: Bench, *, as_json: bool) -> Result:
    print(f"{bench.name}: {bench.what} ...", file=sys.stderr, flush=True)
    result = bench.run(place)
    if as_json:
        print(json.dumps(result.as_dict(), ensure_ascii=False), flush=True)
    else:
        told = (f"  {key.replace('_', ' ')}: {value}" for key, value in result.conditions.items())
        print(
            "\n".join([f"{result.name}: {significant(result.value):g} {result.unit}", *told, ""]), flush=True
        )
    return result


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
