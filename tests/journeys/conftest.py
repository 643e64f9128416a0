"""One instance of real processes for the run, and people who visit it."""

import itertools
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django import Settings

from pendopo.config import proof
from pendopo.documents.api import verify_pdf
from tests.documents.samples import pdf
from tests.journeys.instance import Instance, own_database, running
from tests.journeys.stories import Citizen
from tests.journeys.visitors import Browsing, Requesting

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-sync",
    "--disable-component-update",
]
ELSEWHERE = re.compile(r"^(?:https?|wss?)://(?!127\.0\.0\.1[:/])")
NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with (
        own_database("journeys") as database_url,
        running(database_url, tmp_path_factory.mktemp("journeys") / "data") as started,
    ):
        yield started


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=proof.chromium(), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser, instance: Instance) -> Iterator[NewPage]:
    """Makes pages of people who share nothing; afterwards nothing may have left this machine or complained in the console."""
    contexts: list[BrowserContext] = []
    trouble: list[str] = []

    def complain(message: ConsoleMessage) -> None:
        ours = instance.url in message.location.get("url", "")
        expected = not ours or "the server responded with a status of 4" in message.text or "net::ERR" in message.text
        if message.type == "error" and not expected:
            trouble.append(message.text)

    def make(*, javascript: bool = True, width: int = 1280, height: int = 900, language: str = "id-ID") -> Page:
        context = chromium.new_context(
            base_url=instance.url,
            locale=language,
            java_script_enabled=javascript,
            reduced_motion="reduce",
            viewport={"width": width, "height": height},
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        context.route(ELSEWHERE, lambda route: (trouble.append(route.request.url), route.abort()))
        context.on("console", complain)
        context.on("weberror", lambda error: trouble.append(str(error.error)))
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
    assert trouble == []


@pytest.fixture
def browsing(new_page: NewPage) -> Callable[..., Browsing]:
    return lambda **how: Browsing(new_page(**how))


@pytest.fixture
def requesting(instance: Instance) -> Iterator[Callable[[], Requesting]]:
    made: list[Requesting] = []

    def make() -> Requesting:
        made.append(Requesting(instance.url))
        return made[-1]

    yield make
    for visitor in made:
        visitor.client.close()


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
