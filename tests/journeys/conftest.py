"""One instance of real processes for the run, and people who visit it."""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from pendopo.documents.api import verify_pdf
from tests.documents.samples import pdf
from tests.journeys.instance import Instance, own_database, running
from tests.journeys.stories import Citizen, Officers
from tests.journeys.visitors import Browsing, Requesting, Visitor
from tests.journeys.watch import Watch

NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with (
        own_database("journeys") as database_url,
        running(database_url, tmp_path_factory.mktemp("journeys") / "data") as started,
    ):
        yield started


@pytest.fixture(scope="session")
def watch(chromium: Browser, instance: Instance) -> Watch:
    return Watch(chromium, instance.url)


@pytest.fixture
def new_page(watch: Watch) -> Iterator[NewPage]:
    """Makes pages of people who share nothing; afterwards nothing may have left this machine or complained in the console."""
    made: list[Page] = []

    def make(**how: Any) -> Page:
        made.append(watch.page(**how))
        return made[-1]

    yield make
    for page in made:
        page.context.close()
    assert watch.told() == []


@pytest.fixture(scope="session")
def at_their_desks() -> Callable[[Callable[[], Visitor]], Officers]:
    """Officers stay signed in for the whole run, as they do all day, and share nothing between the ways to visit."""
    return cache(Officers)


@pytest.fixture(scope="session")
def requesting(instance: Instance) -> Iterator[Callable[[], Requesting]]:
    """Makes people who visit by plain HTTP."""
    made: list[Requesting] = []

    def make() -> Requesting:
        made.append(Requesting(instance.url))
        return made[-1]

    yield make
    for visitor in made:
        visitor.client.close()


@pytest.fixture(scope="session")
def browsing(watch: Watch) -> Callable[[], Browsing]:
    """Makes people who visit with Chromium."""
    return lambda: Browsing(watch.page())


@pytest.fixture(scope="session")
def browsing_plainly(watch: Watch) -> Callable[[], Browsing]:
    """Makes people whose Chromium runs no JavaScript."""
    return lambda: Browsing(watch.page(javascript=False))


_serial = itertools.count(101)


@pytest.fixture
def citizen() -> Callable[[], Citizen]:
    """Somebody new each time: a woman of Batam Kota born on 12 March 1995."""

    def make() -> Citizen:
        number = next(_serial)
        return Citizen(f"217110520395{number:04}", f"warga{number}@contoh.test")

    return make


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A paper as people scan it."""
    file = tmp_path / "berkas.pdf"
    file.write_bytes(pdf())
    return file


@pytest.fixture
def signature(instance: Instance, settings: Settings) -> Callable[[bytes], None]:
    """Proves a PDF against the authority of the instance that made it."""
    settings.SIGNING_DIR = instance.data / "signing"

    def verify(content: bytes) -> None:
        with ThreadPoolExecutor(1) as apart:  # the library wants a thread without Playwright's event loop
            report = apart.submit(verify_pdf, content).result()
        assert report.good, report
        assert report.signer

    return verify
