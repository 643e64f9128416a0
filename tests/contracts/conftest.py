"""The real simulators on free ports, and an inbox that is the other end of a webhook."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
import stamina

from pendopo.kernel import outward
from simulators.dukcapil import Dukcapil
from simulators.oss import Oss
from simulators.payment import Bank
from simulators.server import Simulator, running

Control = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def patience(connections: None) -> Iterator[None]:
    """Clients give up after a third of a second here, and do not wait between tries."""
    usual = outward._http().timeout
    outward._http().timeout = httpx.Timeout(0.35)
    with stamina.set_testing(True, attempts=3):
        yield
    outward._http().timeout = usual


@pytest.fixture(scope="session")
def connections() -> Iterator[None]:
    """Close the clients' pools in the end: no socket is left to the collector."""
    yield
    outward.close()


def controls(simulator: Simulator, url: str) -> Control:
    """Tell it over HTTP, as anybody would."""

    def control(mode: str | None = None, **wishes: Any) -> dict[str, Any]:
        told = httpx.post(f"{url}/_control", json=wishes | ({"mode": mode} if mode else {}))
        told.raise_for_status()
        return dict(told.json())

    return control


@pytest.fixture
def dukcapil(settings: Any) -> Iterator[Control]:
    simulator = Dukcapil(settings.DUKCAPIL_TOKEN)
    with running(simulator) as url:
        settings.DUKCAPIL_URL = url
        yield controls(simulator, url)


@pytest.fixture
def licences(settings: Any) -> Iterator[Control]:
    simulator = Oss(settings.OSS_USER_KEY)
    with running(simulator) as url:
        settings.OSS_URL = url
        yield controls(simulator, url)


@pytest.fixture
def bank(settings: Any) -> Iterator[Control]:
    simulator = Bank(settings.PAYMENT_SECRET)
    with running(simulator) as url:
        settings.PAYMENT_URL = url
        yield controls(simulator, url)


class Inbox:
    """Keeps every webhook; answers ``statuses`` in turn, then 200."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, dict[str, str]]] = []
        self.statuses: list[int] = []

    def wait(self, count: int, seconds: float = 3.0) -> list[tuple[bytes, dict[str, str]]]:
        """The first ``count`` webhooks; fails when fewer come."""
        until = time.monotonic() + seconds
        while len(self.got) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.got) >= count, f"{len(self.got)} of {count} webhooks came"
        return self.got[:count]


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    box = Inbox()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            box.got.append((body, dict(self.headers)))
            self.send_response(box.statuses.pop(0) if box.statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by http.server
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    settings.BASE_URL = f"http://127.0.0.1:{server.server_address[1]}"
    yield box
    server.shutdown()
    server.server_close()
    thread.join()
