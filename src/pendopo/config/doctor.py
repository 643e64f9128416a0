"""`./pendopo doctor`: looks at everything an instance needs, one line each, and says how to mend what is wrong. Changes nothing."""

import contextlib
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from pendopo.config import cli, environment, postgres, prepare, programs, proof, supervisor
from pendopo.config.trouble import Trouble

ROOT = Path(__file__).resolve().parents[3]
FREE_MB = 500
DECREES_OUT_BY_MONTH = 10  # the ministers decree the next year's leave in September or October


def main(data: Path, port: int) -> int:
    """Print a line for each thing looked at. Returns 1 when one of them is a problem, else 0."""
    problems = 0
    with contextlib.ExitStack() as until_the_end:
        visit = Visit(data, port, until_the_end)
        for look in (visit.python, visit.packages, visit.disk, visit.directory, visit.free_port, visit.database,
                     visit.settings, visit.mails, visit.schema, visit.catalogue, visit.calendar, visit.chromium):  # fmt: skip
            well, words = verdict(look)
            problems += not well
            print(
                f"{'ok' if well else 'PROBLEM':<8} {look.__name__.replace('_', ' '):<10} {words}", flush=True
            )
    print(f"\n{problems} to mend" if problems else "\nAll is well")
    return 1 if problems else 0


def verdict(look: Callable[[], str]) -> tuple[bool, str]:
    """Look, and put what was found, or the trouble with its mend, in words."""
    try:
        return True, look()
    except Trouble as found:
        trouble = found
    except SystemExit as refused:  # a setting that names its own mend
        return False, str(refused)
    except Exception as error:
        known = cli.known(error)
        if known is None:
            raise
        trouble = known
    return False, f"{trouble.what}\n{'':<20}Mend: {trouble.mend}"


class Visit:
    """What is looked at. Each look returns what it found, or raises Trouble with the mend."""

    def __init__(self, data: Path, port: int, until_the_end: contextlib.ExitStack) -> None:
        """A database that is not running is started for the visit and stopped ``until_the_end``."""
        self.data, self.port, self.until_the_end = data, port, until_the_end
        self.configured = False
        self.connected = False

    def python(self) -> str:
        """The interpreter."""
        return f"{sys.version.split()[0]} at {sys.executable}"

    def packages(self) -> str:
        """The environment against the lock file."""
        if not environment.is_current(environment.venv_dir(), ROOT / "requirements.lock"):
            raise Trouble(
                "the environment is not what requirements.lock lists",
                "run any command through ./pendopo: it installs the rest",
            )
        return "as requirements.lock lists them"

    def disk(self) -> str:
        """Room to write."""
        place = next(place for place in [self.data, *self.data.parents] if place.exists())
        free_mb = shutil.disk_usage(place).free // 2**20
        if free_mb < FREE_MB:
            raise Trouble(f"only {free_mb} MB free at {place}", "free some space (`df -h` shows where)")
        return f"{free_mb} MB free at {place}"

    def directory(self) -> str:
        """The data directory."""
        if not self.data.exists():
            return f"{self.data} is made at the first start"
        if not os.access(self.data, os.W_OK | os.X_OK):
            raise Trouble(f"{self.data} cannot be written", "run as its owner, or choose another: --data DIR")
        return str(self.data)

    def free_port(self) -> str:
        """The port of the pages: free, or ours."""
        if self.data.exists():
            try:
                with supervisor.only_one(self.data, "serve"):
                    pass
            except Trouble as trouble:
                if supervisor.answers(self.port)():
                    return f"an instance of this directory answers on {self.port}"
                raise Trouble(
                    f"{trouble.what}, and nothing answers on port {self.port}", "name its port: --port N"
                ) from None
        supervisor.check_port(self.port, "serve")
        return f"{self.port} is free"

    def settings(self) -> str:
        """The settings, weak and missing secrets among them."""
        prepare.django()
        from django.conf import settings

        self.configured = True
        if settings.MODE != "production":
            return (
                f"mode {settings.MODE}: its secrets are public; a real instance has PENDOPO_MODE=production"
            )
        if settings.BASE_URL.startswith("http://") and "127.0.0.1" not in settings.BASE_URL:
            raise Trouble(
                "PENDOPO_BASE_URL is not https",
                "export PENDOPO_BASE_URL=https://... and put a TLS proxy before it",
            )
        return "mode production, secrets are strong"

    def mails(self) -> str:
        """Where mails go."""
        if not self.configured:
            raise Trouble("not looked at while settings are refused", "mend those first")
        from django.conf import settings

        if not settings.SENDS_MAILS:
            raise Trouble(settings.NO_MAILS, settings.NO_MAILS_MEND)
        return f"go to {settings.EMAIL_HOST}" if settings.MAIL_URL else f"go to {settings.EMAIL_BACKEND}"

    def database(self) -> str:
        """The database answers and is new enough."""
        if not os.environ.get("DATABASE_URL"):
            if not postgres.Server(self.data).cluster.exists():
                raise Trouble(
                    "there is none yet", "./pendopo demo (or migrate) makes one, or export DATABASE_URL=..."
                )
            os.environ["DATABASE_URL"] = self.until_the_end.enter_context(postgres.running(self.data))
        import psycopg

        try:
            with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5) as connection:
                version = connection.info.server_version // 10000
        except psycopg.OperationalError as error:
            said = (str(error).strip().splitlines() or ["no reason given"])[0]
            raise Trouble(f"unreachable: {said}", "check DATABASE_URL and that the server is up") from None
        if version < programs.OLDEST:
            raise Trouble(f"PostgreSQL {version} is too old", f"use PostgreSQL {programs.OLDEST} or later")
        self.connected = True
        return f"PostgreSQL {version} answers"

    def schema(self) -> str:
        """Every migration of this version is applied."""
        self._needs_database()
        from django.db import connection
        from django.db.migrations.executor import MigrationExecutor

        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if waiting:
            raise Trouble(f"{len(waiting)} migrations wait", "./pendopo migrate")
        return "is the one of this version"

    def catalogue(self) -> str:
        """The city's folder is proven, and services are loaded."""
        self._needs_database()
        from django.conf import settings

        prepare.check_catalogue(settings.CITY_DIR)
        from pendopo.catalogue import api

        loaded = sum(agency.services for agency in api.list_agencies())
        if not loaded:
            raise Trouble("no service is loaded", "./pendopo catalogue load")
        return f"{loaded} services are loaded"

    def calendar(self) -> str:
        """Collective leave is known as far as decrees are out: deadlines reach into the next year."""
        self._needs_database()
        from pendopo.kernel import clock
        from pendopo.region import api

        today, days = clock.today(), api.calendar()
        due = [today.year] + [today.year + 1] * (today.month >= DECREES_OUT_BY_MONTH)
        for year in due:
            if api.lacks_leave(year, days):
                raise Trouble(
                    f"the collective leave of {year} is missing: its deadlines will move",
                    "the mall's operator enters it at /operator/kalender/ when the decree is out",
                )
        guesses = sorted(on for on in days.estimated if on.year in due)
        known = f"{' and '.join(map(str, due))} known to the last day of leave"
        return f"{known}; {len(guesses)} dates are estimates, the first {guesses[0]}" if guesses else known

    def chromium(self) -> str:
        """The browser of the tests."""
        return proof.chromium() or "not here: only tests marked `browser` need it"

    def _needs_database(self) -> None:
        if not self.connected:
            raise Trouble("not looked at without a database", "mend that first")
        if not self.configured:
            raise Trouble("not looked at while settings are refused", "mend those first")
