"""Where benches run: a database of their own, the whole city loaded, the demo's people, and the web server as the product runs it.

Everything is made on first use, shared by the benches of one run, and removed afterwards. What is printed on the way goes to standard
error; standard output belongs to the results.
"""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.samples import paper, sample

if TYPE_CHECKING:
    from pendopo.identity.api import Actor

ROOT = Path(__file__).resolve().parents[1]
CITY = ROOT / "cities" / "batam"
SERVICE = "dpmptsp-sip-perawat"  # three agencies, four officers, and papers to send
CITIZEN = "siti@demo.local"
MILLION = 1_000_000
FEW = 10_000


class Place:
    """Lazily what a bench asks for."""

    def __init__(self, folder: Path, count: int = MILLION) -> None:
        self.folder, self.count = folder, count
        self._endings: list[Callable[[], None]] = []

    def close(self) -> None:
        """Stop and remove all that was made, the last first."""
        while self._endings:
            with contextlib.suppress(ProcessLookupError):
                self._endings.pop()()

    def at_end(self, do: Callable[[], None]) -> None:
        """Have ``do`` called when the run is over."""
        self._endings.append(do)

    @cached_property
    def port(self) -> int:
        """Where the web server listens."""
        from pendopo.config.postgres import free_port

        return free_port()

    @cached_property
    def database_url(self) -> str:
        """The address of a fresh database of our own, durable as in production (fsync on)."""
        from pendopo.config.postgres import Server

        server = Server(self.folder)
        self.at_end(server.remove)
        server.start()
        return server.url

    @cached_property
    def ready(self) -> bool:
        """The database migrated, the city loaded, people made, Django set up in this process."""
        self._environ()
        command = [sys.executable, "-m", "pendopo.config.prepare", str(self.folder), str(CITY), "demo"]
        subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=True)
        import django

        django.setup()
        return True

    def _environ(self) -> None:
        for name in [name for name in os.environ if name.startswith("PENDOPO_")]:
            del os.environ[name]
        os.environ |= environment(self.folder, self.database_url, self.port)

    @cached_property
    def web(self) -> int:
        """The port of a running web server: the supervisor's own command line."""
        assert self.ready
        from pendopo.config.supervisor import Supervisor, web

        running = Supervisor(None, [web(self.port, log=self.folder / "web.log")])
        self.at_end(running.stop)
        running.start()
        return self.port

    @cached_property
    def citizen(self) -> "Actor":
        """Somebody who files."""
        assert self.ready
        from pendopo.identity.api import User, actor_of_person, person_of_user

        person = person_of_user(User.objects.get(email=CITIZEN))
        assert person is not None
        return actor_of_person(person)

    @cached_property
    def answers(self) -> dict[str, Any]:
        """A complete and correct form of ``SERVICE``."""
        assert self.ready
        from pendopo.catalogue.api import get_service, validate

        version = get_service(SERVICE)
        answers = sample(version.content["form"]["schema"], paper(self.citizen))
        errors = validate(version, answers)
        if errors:
            raise SystemExit(f"bench: the answers made up for {SERVICE} are refused: {errors}")
        return answers

    def file(self) -> Any:
        """File one application in process; returns its id."""
        from pendopo.applications.api import file

        return file(service_id=SERVICE, answers=self.answers, key=secrets.token_hex(16), by=self.citizen)[0]

    @cached_property
    def cookie(self) -> str:
        """The citizen's session."""
        assert self.ready
        return session_of(CITIZEN)

    @cached_property
    def crowds(self) -> "Crowds":
        """Two databases apart from all others, a web server before each: with few applications and with ``count``."""
        return Crowds.gathered(
            self, self.folder / "crowds", tuple(sorted({min(FEW, self.count // 2), self.count}))
        )


@dataclass(frozen=True, slots=True)
class Crowds:
    """The same city twice: ``few`` and ``many`` are sizes; ``told`` is what ``bench.crowds`` printed."""

    few: int
    many: int
    ports: dict[int, int]
    told: dict[str, Any]

    @classmethod
    def gathered(cls, place: Place, folder: Path, sizes: tuple[int, ...]) -> "Crowds":
        """Fill and serve them until the run is over."""
        from pendopo.config.postgres import free_port
        from pendopo.config.supervisor import Supervisor, web

        told = filled(place, folder, sizes)
        ports = {}
        for size in sizes:
            ports[size] = free_port()
            running = Supervisor(None, [web(ports[size], log=folder / f"web-{size}.log")])
            place.at_end(running.stop)
            before = dict(os.environ)
            os.environ |= environment(folder, told["urls"][str(size)], ports[size])
            running.start()
            os.environ.clear()
            os.environ |= before
        return cls(sizes[0], sizes[-1], ports, told)


def session_of(email: str) -> str:
    """The cookies of a browser in which this demo person has signed in, as by a click on the demo's page."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from pendopo.config.middleware import DEMO_SESSION
    from pendopo.config.sessions import SessionStore
    from pendopo.identity.api import User

    user = User.objects.get(email=email)
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY], session[DEMO_SESSION] = user.get_session_auth_hash(), email
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={secrets.token_hex(16)}"


def filled(place: Place, folder: Path, sizes: tuple[int, ...]) -> dict[str, Any]:
    """A server of its own in ``folder`` with one database a size, each holding that many applications (see ``bench/crowds.py``)."""
    from pendopo.config.postgres import Server

    folder.mkdir(parents=True)
    folder.chmod(0o755)
    server = Server(folder)
    place.at_end(server.remove)
    server.start()
    return gathered(folder, server.url, sizes)


def kept(folder: Path, count: int) -> None:
    """A data directory of its own that `./pendopo demo --data` serves, with ``count`` applications in it. Refuses one that exists."""
    import psycopg

    from pendopo.config.postgres import Server
    from pendopo.config.serving import claim

    if folder.exists():
        raise RuntimeError(f"{folder} exists: a crowd is only gathered in a folder of its own")
    claim(folder)
    server = Server(folder)
    server.start()
    try:
        gathered(folder, server.url, (count,))
        with psycopg.connect(server.url.rpartition("/")[0] + "/postgres", autocommit=True) as db:
            db.execute("DROP DATABASE pendopo")
            db.execute(f"ALTER DATABASE crowd_{count} RENAME TO pendopo")
    finally:
        server.stop()


def gathered(folder: Path, url: str, sizes: tuple[int, ...]) -> dict[str, Any]:
    """Have ``bench/crowds.py`` fill a database of each size; what it told."""
    from pendopo.config.postgres import free_port

    done = subprocess.run(
        [sys.executable, "-m", "bench.crowds", *map(str, sizes)], stdout=subprocess.PIPE, text=True, check=False, cwd=ROOT,
        env=os.environ | environment(folder, url, free_port()),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError("the crowd could not be gathered; what went wrong stands above")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def environment(folder: Path, database_url: str, port: int) -> dict[str, str]:
    """What the processes of an instance read from the environment."""
    return {
        "DATABASE_URL": database_url, "PENDOPO_DATA": str(folder), "PENDOPO_MODE": "demo",
        "PENDOPO_BASE_URL": f"http://127.0.0.1:{port}", "DJANGO_SETTINGS_MODULE": "pendopo.config.settings",
        "MALLOC_ARENA_MAX": "2",
    }  # fmt: skip


@contextlib.contextmanager
def here(count: int = MILLION) -> Iterator[Place]:
    """A place for one run; ``count`` is how many applications the large crowd has."""
    folder = Path(tempfile.mkdtemp(prefix="pendopo-bench-"))
    folder.chmod(0o755)  # the database's own user passes through
    place = Place(folder, count)
    try:
        yield place
    finally:
        place.close()
        shutil.rmtree(folder, ignore_errors=True)
