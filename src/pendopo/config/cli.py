"""The commands of `./pendopo`: what each takes, and where it goes. Standard library only at import: --help needs no environment."""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pendopo import __version__
from pendopo.config.trouble import Trouble, from_oserror

ROOT = Path(__file__).resolve().parents[3]

EPILOG = """\
begin here:
  ./pendopo demo                      everything, with demo people, on http://127.0.0.1:8000
  ./pendopo test                      all linters and tests
  ./pendopo test -k receipt           some tests

an instance for real reads its settings from the environment; `./pendopo doctor` says what is missing:
  PENDOPO_MODE=production  PENDOPO_SECRET  PENDOPO_SEAL_KEY  PENDOPO_BASE_URL  DATABASE_URL  PENDOPO_CITY
"""


def parse(arguments: list[str]) -> argparse.Namespace:
    """Understand the command line; ends the process with a line of advice when it cannot."""
    parser = argparse.ArgumentParser(
        prog="./pendopo",
        usage="./pendopo COMMAND ...",
        description="Pendopo: the software of a public service mall (Mal Pelayanan Publik).",
        epilog=EPILOG,
        formatter_class=_formatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"pendopo {__version__}")
    commands = parser.add_subparsers(
        dest="command", title="commands", metavar="COMMAND [--help]", required=True
    )
    _serving(commands)
    _planning(commands)
    _caring(commands)
    _developing(commands)
    if not arguments:
        parser.print_help()
        raise SystemExit(2)
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command not in PASS_ON:
        parser.error(f"unknown: {' '.join(rest)}")
    options.rest = rest
    return options


def _formatter(prog: str) -> argparse.HelpFormatter:
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=18, width=110)


if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse names it nowhere else
PASS_ON = {"test", "bench"}  # their further arguments belong to pytest and to the bench


def _add(commands: "Commands", name: str, what: str, **more: Any) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=what,
        description=what[0].upper() + what[1:] + ".",
        allow_abbrev=False,
        formatter_class=_formatter,
        **more,
    )


def _data(parser: argparse.ArgumentParser) -> None:
    given = os.environ.get("PENDOPO_DATA") or ROOT / ".data"
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(given),
        metavar="DIR",
        help="data directory (default: .data beside the launcher)",
    )


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 2**16:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 1 to 65535")
    return int(text)


def _serving(commands: "Commands") -> None:
    demo = _add(commands, "demo", "start everything with demo people and simulators of the outside world")
    demo.add_argument("--port", type=_port, default=8000, help="port on 127.0.0.1 (default: 8000)")
    _data(demo)
    demo.add_argument(
        "--reset", action="store_true", help="first delete what an earlier demo kept in the data directory"
    )
    demo.add_argument(
        "--check",
        action="store_true",
        help="start, take one permit from search to verified PDF over HTTP, stop",
    )
    demo.add_argument(
        "--fast-clock",
        action="store_true",
        help="let a day pass each second: watch deadlines, warnings and approval by silence",
    )
    serve = _add(commands, "serve", "run a real instance: database (unless DATABASE_URL), pages, jobs")
    serve.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on, behind your reverse proxy (default: 127.0.0.1)",
    )
    serve.add_argument("--port", type=_port, default=8000, help="default: 8000")
    serve.add_argument("--workers", type=int, default=2, help="processes for pages (default: 2; one a core)")
    _data(serve)
    _data(_add(commands, "worker", "run only the jobs (on a machine of its own; needs DATABASE_URL)"))


def _answer(text: str) -> tuple[str, str]:
    question, sign, option = text.partition("=")
    if not (question and sign and option):
        raise argparse.ArgumentTypeError(f"{text!r} is no answer; give QUESTION=OPTION")
    return question, option


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; give YEAR-MONTH-DAY") from None


def _planning(commands: "Commands") -> None:
    plan = _add(commands, "plan", "print the way to a goal: what to file, when, for how much")
    plan.add_argument(
        "goal", nargs="?", metavar="GOAL", help="a goal or a service; without one, the goals are listed"
    )
    plan.add_argument("--list", action="store_true", help="list the goals")
    plan.add_argument(
        "--answer",
        type=_answer,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="one for each question",
    )
    plan.add_argument("--on", type=_day, metavar="DATE", help="the day it is filed (default: today)")
    plan.add_argument("--json", action="store_true", help="everything, for programs")
    _data(plan)


def _caring(commands: "Commands") -> None:
    _data(_add(commands, "migrate", "bring the database to the schema of this version"))
    catalogue = _add(commands, "catalogue", "prove, load or write out the folder of a city")
    what = catalogue.add_subparsers(
        dest="what", metavar="check|load|export|migrate-cases|hand-over", required=True
    )
    for name, words in (
        ("check", "prove the folder: prints file:line of every problem"),
        ("load", "prove the folder, then load it; what changed becomes a new version"),
        ("export", "write what is loaded as a folder of a city"),
    ):
        parser = _add(what, name, words)
        parser.add_argument(
            "folder",
            type=Path,
            nargs=None if name == "export" else "?",
            help="default: PENDOPO_CITY or cities/batam",
        )
        _data(parser)
    migrate = _add(what, "migrate-cases", "go on with running cases under the versions that hold now")
    migrate.add_argument("--service", metavar="ID", help="only cases of this service")
    migrate.add_argument(
        "--dry-run", action="store_true", help="only say which would move, how, and why others stay"
    )
    hand = _add(what, "hand-over", "give all open work of an agency to the one that follows it")
    hand.add_argument("agency", metavar="AGENCY", help="the agency that leaves")
    hand.add_argument("--to", required=True, metavar="AGENCY", help="the agency that takes over")
    _data(migrate)
    _data(hand)
    decision = _add(commands, "decision", "what rules decided; work one decision out again, byte for byte")
    kinds = decision.add_subparsers(dest="what", metavar="list|replay", required=True)
    listed = _add(kinds, "list", "the newest automatic decisions, one a line")
    listed.add_argument("--limit", type=int, default=50, help="how many (default: 50)")
    replayed = _add(kinds, "replay", "work a decision out again from what was kept; exit 1 when it differs")
    replayed.add_argument("id", type=int, help="number of the decision, as listed")
    _data(listed)
    _data(replayed)
    doctor = _add(commands, "doctor", "say what is wrong with this instance, and the mend")
    doctor.add_argument("--port", type=_port, default=8000, help="port to look at (default: 8000)")
    _data(doctor)


def _developing(commands: "Commands") -> None:
    tests = "run linters, types, borders and all tests; arguments go to pytest (-k word, a path)"
    _add(commands, "test", tests, usage="./pendopo test [pytest's arguments]")
    bench = "measure against the floors: --list, NAME, --json"
    _add(commands, "bench", bench, usage="./pendopo bench [--list] [NAME] [--json]", add_help=False)
    _data(_add(commands, "shell", "a Python shell with this instance's settings and database"))
    messages = _add(
        commands, "messages", "collect the words of pages and code for translators, or compile their work"
    )
    messages.add_argument(
        "what", nargs="?", default="collect", choices=("collect", "compile"), help="default: collect"
    )


def main(arguments: list[str] | None = None) -> None:
    """Run one command inside the environment."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    if hasattr(options, "data"):
        options.data = options.data.expanduser().absolute()
        os.environ["PENDOPO_DATA"] = str(options.data)
    if options.command != "catalogue":  # its folder may be given relative to where the person stands
        os.chdir(ROOT)
    guarded(lambda: COMMANDS[options.command](options))


def guarded(do: Callable[[], None]) -> None:
    """Run ``do``; what goes wrong outside our code ends as one line with the mend. A defect of ours keeps its traceback."""
    try:
        do()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        raise SystemExit(0) from None
    except OSError as error:
        raise from_oserror(error) from None
    except Exception as error:
        trouble = known(error)
        if trouble is None:
            raise
        raise trouble from None


def known(error: BaseException) -> Trouble | None:
    """Trouble of the database and its address in one line; None for what we do not know."""
    names = {kind.__name__ for kind in type(error).__mro__}
    said = (str(error).strip().splitlines() or ["no reason given"])[0]
    if names & {"OperationalError", "PoolTimeout"}:
        if "No space left" in str(error):
            return Trouble(
                "the disk of the database is full", "free some space there and run the same command again"
            )
        return Trouble(
            f"the database is unreachable: {said}",
            "check DATABASE_URL and that the server is up; ./pendopo doctor",
        )
    if names & {"ProgrammingError"} and "does not exist" in said:
        return Trouble(f"the database lacks something this version needs: {said}", "./pendopo migrate")
    return None


def _demo(options: argparse.Namespace) -> None:
    from pendopo.config import serving

    serving.demo(options)


def _serve(options: argparse.Namespace) -> None:
    from pendopo.config import serving

    serving.serve(options)


def _worker(_options: argparse.Namespace) -> None:
    from pendopo.config import prepare

    prepare.django()
    from pendopo.config import worker

    worker.main()


def _migrate(options: argparse.Namespace) -> None:
    from pendopo.config import prepare, serving

    with serving.database(options.data):
        prepare.django_with_database()
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=1)


def _catalogue(options: argparse.Namespace) -> None:
    from pendopo.config import prepare, serving

    if options.what in {"migrate-cases", "hand-over"}:
        with serving.database(options.data):
            prepare.django_with_database()
            from pendopo.config import moving

            code = moving.main(options)
        raise SystemExit(code)
    city = (
        (options.folder or Path(os.environ.get("PENDOPO_CITY") or ROOT / "cities/batam"))
        .expanduser()
        .absolute()
    )
    if options.what != "export" and not (city / "agencies").is_dir():
        raise Trouble(
            f"{city} is not the folder of a city",
            "name one that has region.yaml and agencies/, such as cities/batam",
        )
    if options.what != "export":
        os.environ["PENDOPO_CITY"] = str(city)
    if options.what == "check":
        prepare.django()
        prepare.check_catalogue(city)
        prepare.print_notes(city)
        print(f"{city}: no problem found")
        return
    with serving.database(options.data):
        prepare.django_with_database()
        if options.what == "load":
            prepare.load_catalogue(city)
            print(f"{city}: loaded")
        else:
            from pendopo.catalogue import api

            api.export(city)
            print(f"{city}: written")


def _decision(options: argparse.Namespace) -> None:
    from pendopo.config import prepare, serving

    with serving.database(options.data):
        prepare.django_with_database()
        from pendopo.config import decisions

        code = decisions.main(options)
    raise SystemExit(code)


def _plan(options: argparse.Namespace) -> None:
    from pendopo.config import prepare, serving

    with serving.database(options.data):
        prepare.django_with_database()
        from pendopo.config import plans

        plans.run(options)


def _doctor(options: argparse.Namespace) -> None:
    from pendopo.config import doctor

    raise SystemExit(doctor.main(options.data, options.port))


def _test(options: argparse.Namespace) -> None:
    from pendopo.config import proof

    raise SystemExit(proof.main(options.rest))


def _bench(options: argparse.Namespace) -> None:
    os.execv(sys.executable, [sys.executable, "-m", "bench", *options.rest])  # noqa: S606 - our own interpreter, no shell


def _shell(options: argparse.Namespace) -> None:
    from pendopo.config import prepare, serving

    with serving.database(options.data):
        prepare.django_with_database()
        from django.core.management import call_command

        call_command("shell")


def _messages(options: argparse.Namespace) -> None:
    from pendopo.web import messages

    raise SystemExit(messages.main(["extract" if options.what == "collect" else "compile"]))


COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "demo": _demo,
    "serve": _serve,
    "worker": _worker,
    "migrate": _migrate,
    "catalogue": _catalogue,
    "decision": _decision,
    "plan": _plan,
    "doctor": _doctor,
    "test": _test,
    "bench": _bench,
    "shell": _shell,
    "messages": _messages,
}
