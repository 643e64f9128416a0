"""The three permits by plain HTTP: every form is sent as its HTML says, so they work without Chromium and without JavaScript."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pytest_django import Settings

from pendopo.config import permit
from tests.journeys import stories
from tests.journeys.instance import Instance
from tests.journeys.stories import Citizen, Officers
from tests.journeys.visitors import Requesting

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("story", [stories.nurse, stories.father, stories.builder])
def test_a_permit_from_search_to_survey(
    story: Callable[..., None],
    requesting: Callable[[], Requesting],
    at_their_desks: Callable[..., Officers],
    citizen: Callable[[], Citizen],
    scan: Path,
    signature: Callable[[bytes], None],
) -> None:
    story(requesting, at_their_desks(requesting), citizen(), scan, signature)


def test_the_demo_checks_itself(instance: Instance, settings: Settings) -> None:
    settings.SIGNING_DIR = instance.data / "signing"
    told: list[str] = []
    with ThreadPoolExecutor(
        1
    ) as apart:  # the library of signatures wants a thread without Playwright's event loop
        apart.submit(permit.walk, instance.url, told.append).result()
    assert len(told) == len(permit.OFFICERS) + 6
