"""What holds for every test: nothing leaves this machine, and browser tests say why they are skipped."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from pendopo.config import proof
from tests.journeys.watch import QUIET

_TIMER: pytest.StashKey[threading.Timer] = pytest.StashKey()
LOCAL = {"127.0.0.1", "::1", "localhost", ""}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last, in whatever order: what is quick and likelier to fail is told first."""
    items.sort(key=lambda item: "browser" in item.keywords)
    if proof.chromium():
        return
    skip = pytest.mark.skip(reason="Chromium is missing: apt-get install chromium")
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(skip)


def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> bool | None:
    """A browser test that hangs loses its Chromium: Playwright waits in an event loop that no exception may be thrown into."""
    if "browser" not in item.keywords or not settings.timeout:
        return None
    timer = threading.Timer(settings.timeout, _end_chromium)
    timer.daemon = True
    item.stash[_TIMER] = timer
    timer.start()
    return True


def pytest_timeout_cancel_timer(item: pytest.Item) -> bool | None:
    timer = item.stash.get(_TIMER, None)
    if timer is None:
        return None
    timer.cancel()
    return True


def _end_chromium() -> None:
    """Every call to it fails at once, here and in the tests that follow."""
    for child in psutil.Process().children(recursive=True):
        if child.name().startswith("chrom"):
            child.kill()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, one for all tests: a process may hold only one Playwright."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; the ORM is used in the same thread by turns, never inside a coroutine.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=proof.chromium(), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _indonesian() -> None:
    """A request of the test before leaves its language to the thread."""
    from django.utils import translation

    translation.activate("id")


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """A test that reaches for the outside fails with a sentence instead of hanging."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    yield
    patch.undo()


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple) and address[0] not in LOCAL:
            raise AssertionError(
                f"a test tried to reach {address[0]}: only simulators on this machine may be called"
            )
        return connect(self, address)

    return guarded


@pytest.fixture(scope="session")
def _city_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[str, Any]]:
    """A copy of the test database with all of Batam's services, an officer at every agency and the cast.

    It is a database of its own because a catalogue cannot be unloaded: versions and events are for ever.
    """
    from django.conf import settings
    from django.db import connection

    from pendopo.catalogue.api import load
    from tests import factories

    with django_db_blocker.unblock():
        plain = connection.settings_dict["NAME"]
        name = f"{plain}_city"
        with _elsewhere("postgres"), connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{plain}"')
        with _elsewhere(name):
            load(settings.CITY_DIR, by="system")
            factories.employ_everywhere()
            cast = factories.make_cast()
    yield name, cast
    with django_db_blocker.unblock(), _elsewhere("postgres"), connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _elsewhere(name: str) -> Iterator[None]:
    """Every connection of this process goes to another database meanwhile."""
    from django.db import connection

    before = connection.settings_dict["NAME"]

    def go(database: str) -> None:
        connection.close()
        connection.close_pool()
        connection.settings_dict["NAME"] = database

    go(name)
    try:
        yield
    finally:
        go(before)


@pytest.fixture(scope="module")
def city(_city_database: tuple[str, Any], django_db_blocker: Any) -> Iterator[Any]:
    """The tests of this module run on the loaded city; gives the cast."""
    name, cast = _city_database
    with django_db_blocker.unblock(), _elsewhere(name), django_db_blocker.block():
        yield cast


@pytest.fixture
def house(settings: Any, tmp_path: Path, _signing: Path) -> None:
    """Files of this test in a folder of its own."""
    settings.FILES_DIR, settings.SIGNING_DIR = tmp_path / "files", _signing


@pytest.fixture(scope="session")
def _signing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signing")


@pytest.fixture
def silent_bank(settings: Any, outside: None) -> Iterator[Any]:
    """A real bank on a free port that says nothing by itself: tests bring its news."""
    from simulators.payment import Bank
    from simulators.server import running
    from tests import factories

    bank = Bank(factories.PAYMENT_SECRET)
    with running(bank) as url:
        settings.PAYMENT_URL, settings.PAYMENT_SECRET = url, factories.PAYMENT_SECRET
        bank.control({"mode": "ok", "silent": True})
        yield bank


@pytest.fixture
def oss(settings: Any, outside: None) -> Iterator[Any]:
    """The real simulator of OSS on a free port; clients do not wait between tries."""
    import stamina

    from simulators.oss import Oss
    from simulators.server import running

    simulator = Oss(settings.OSS_USER_KEY)
    with running(simulator) as url, stamina.set_testing(True, attempts=2):
        settings.OSS_URL = url
        yield simulator


@pytest.fixture(scope="session")
def outside() -> Iterator[None]:
    """Close the connections to the simulators in the end: no socket is left to the collector."""
    from pendopo.kernel import outward

    yield
    outward.close()
