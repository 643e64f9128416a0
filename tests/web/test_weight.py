"""Pages are lean: everything a first visit loads fits in the budget."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

FOLDER = Path(settings.ROOT) / "src/pendopo/web/static/web"


def weight(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def test_styles_and_script_stay_small() -> None:
    assert weight(FOLDER / "style.css") <= 10_000
    assert weight(FOLDER / "enhance.js") <= 6_000


@pytest.mark.urls("tests.web.urls")
@pytest.mark.django_db
def test_a_first_visit_is_far_below_the_budget() -> None:
    page = Client().get("/aksesibilitas/").content
    linked = re.findall(rb'(?:href|src)="/static/([^"]+)"', page)
    assert {b"web/style.css", b"web/enhance.js", b"web/mark.svg"} == set(linked)
    total = len(gzip.compress(page, 6)) + sum(weight(FOLDER.parent / name.decode()) for name in linked)
    assert total <= 20_000


def test_nothing_is_loaded_from_elsewhere() -> None:
    text = (FOLDER / "style.css").read_text() + (FOLDER / "enhance.js").read_text()
    assert "http" not in text.replace("http-equiv", "")
    assert "@import" not in text
