"""Where benches run: a database of their own, the whole city loaded, the demo's people, and the web server as the product runs it.

Everything is made on first use, shared by the benches of one run, and removed afterwards. What is printed on the way goes to standard
error; standard output belongs to the results.
"""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.samples import sample

if TYPE_CHECKING:
    from pendopo.identity.api import Actor

ROOT = Path(__file__).resolve().parents[1]
CITY = ROOT / "cities" / "batam"
SERVICE = "dpmptsp-nib"  # the service asked for most; its form is as long as that of most services
CITIZEN = "siti@demo.local"


class Place:
    """Lazily what a bench asks for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
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
        os.environ |= {
            "DATABASE_URL": self.database_url, "PENDOPO_DATA": str(self.folder), "PENDOPO_MODE": "demo",
            "PENDOPO_BASE_URL": f"http://127.0.0.1:{self.port}", "DJANGO_SETTINGS_MODULE": "pendopo.config.settings",
            "MALLOC_ARENA_MAX": "2",
        }  # fmt: skip

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
        answers = sample(version.content["form"]["schema"])
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
        from django.conf import settings
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore

        from pendopo.identity.api import User

        user = User.objects.get(email=CITIZEN)
        session = SessionStore()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


@contextlib.contextmanager
def here() -> Iterator[Place]:
    """A place for one run."""
    folder = Path(tempfile.mkdtemp(prefix="pendopo-bench-"))
    folder.chmod(0o755)  # the database's own user passes through
    place = Place(folder)
    try:
        yield place
    finally:
        place.close()
        shutil.rmtree(folder, ignore_errors=True)
