"""What holds for every test: nothing leaves this machine, and browser tests say why they are skipped."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from pendopo.config import proof

LOCAL = {"127.0.0.1", "::1", "localhost", ""}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if proof.chromium():
        return
    skip = pytest.mark.skip(reason="Chromium is missing: apt-get install chromium")
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(skip)


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
