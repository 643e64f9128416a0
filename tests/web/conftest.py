"""The static files of a test run are served by nobody; an empty folder keeps the server quiet about it."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _static_root(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
