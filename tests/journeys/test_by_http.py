"""The three permits by plain HTTP: every form is sent as its HTML says, so they work without Chromium and without JavaScript."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys import stories
from tests.journeys.stories import Citizen
from tests.journeys.visitors import Requesting

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("story", [stories.nurse, stories.father, stories.builder])
def test_a_permit_from_search_to_survey(
    story: Callable[..., None],
    requesting: Callable[[], Requesting],
    citizen: Callable[[], Citizen],
    scan: Path,
    signature: Callable[[bytes], None],
) -> None:
    story(requesting, citizen(), scan, signature)
