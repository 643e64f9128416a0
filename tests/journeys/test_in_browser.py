"""The three permits in Chromium, with JavaScript and without."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.journeys import stories
from tests.journeys.stories import Citizen
from tests.journeys.visitors import Browsing

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.mark.parametrize("javascript", [True, False], ids=["with_javascript", "without_javascript"])
@pytest.mark.parametrize("story", [stories.nurse, stories.father, stories.builder])
def test_a_permit_from_search_to_survey(
    story: Callable[..., None],
    javascript: bool,
    browsing: Callable[..., Browsing],
    citizen: Callable[[], Citizen],
    scan: Path,
    signature: Callable[[bytes], None],
) -> None:
    story(partial(browsing, javascript=javascript), citizen(), scan, signature)
