"""The three permits by plain HTTP: every form is sent as its HTML says, so they work without Chromium and without JavaScript."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys import stories
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
