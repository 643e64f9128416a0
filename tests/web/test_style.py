"""Text keeps a contrast of at least 7:1 in both themes, computed from the tokens themselves."""

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = (Path(settings.ROOT) / "src/pendopo/web/static/web/style.css").read_text(encoding="utf-8")
TOKEN = re.compile(r"--ina-([\w-]+): (#[0-9a-f]{3,6});")
PAIRS = [
    ("content-primary", "background-primary"),
    ("content-primary", "background-secondary"),
    ("content-secondary", "background-primary"),
    ("content-secondary", "background-secondary"),
    ("content-inverse", "background-inverse"),
    ("primary-primary", "background-primary"),
    ("primary-primary", "background-secondary"),
    ("primary-primary", "primary-soft"),
    ("content-primary", "accent-soft"),
    *((kind, f"{kind}-soft") for kind in ("positive", "warning", "negative", "info")),
    *((kind, "background-primary") for kind in ("positive", "negative")),
]


def tokens(theme: str) -> dict[str, str]:
    light = dict(TOKEN.findall(CSS.split(":root {")[1].split("}")[0]))
    return light | (
        dict(TOKEN.findall(CSS.split('[data-theme="dark"] {')[1].split("}")[0])) if theme == "dark" else {}
    )


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_contrast(theme: str, text: str, ground: str) -> None:
    colours = tokens(theme)
    low, high = sorted((luminance(colours[text]), luminance(colours[ground])))
    assert (high + 0.05) / (low + 0.05) >= 7


def test_no_colour_is_written_outside_the_tokens_except_on_the_blue_header() -> None:
    rules = CSS.split("[data-theme", 1)[1].split("}", 1)[1]
    assert set(re.findall(r"#[0-9a-f]{3,6}\b", rules)) <= {
        "#fff",
        "#000",
        "#16202a",
        "#0b3a5b",
        "#7d9cb5",
        "#2c5878",
    }
