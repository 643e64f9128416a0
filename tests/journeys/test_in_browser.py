"""The three permits in Chromium, with JavaScript and without."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys import stories
from tests.journeys.stories import Citizen, Officers
from tests.journeys.visitors import Browsing
from tests.journeys.watch import Watch

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.mark.parametrize("way", ["browsing", "browsing_plainly"])
@pytest.mark.parametrize("story", [stories.nurse, stories.father, stories.builder])
def test_a_permit_from_search_to_survey(
    story: Callable[..., None],
    way: str,
    request: pytest.FixtureRequest,
    at_their_desks: Callable[..., Officers],
    watch: Watch,
    citizen: Callable[[], Citizen],
    scan: Path,
    signature: Callable[[bytes], None],
) -> None:
    new: Callable[[], Browsing] = request.getfixturevalue(way)
    watch.told()
    story(new, at_their_desks(new), citizen(), scan, signature)
    assert watch.told() == []
