from pathlib import Path

import pytest

from tests.catalogue import city


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small city on disk, free of problems."""
    return city.write(tmp_path / "city")
