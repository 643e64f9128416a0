"""How names of files and texts of people are cleaned before they are kept, shown or printed. Meaning is never changed."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

NAME_MAX: Final = 120
NAMELESS: Final = "berkas"
# Marks that turn or hide text: they can make "exe.pdf" out of "fdp.exe".
_TURNING: Final = re.compile(
    "[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def clean_text(text: str) -> str:
    """Text fit for paper: composed (NFC), without control and direction marks, spaces single. Lines stay apart."""
    text = _TURNING.sub("", unicodedata.normalize("NFC", text))
    kept = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs", "Cn", "Co"})
    return "\n".join(" ".join(line.split()) for line in kept.split("\n")).strip()


def clean_name(name: str) -> str:
    """File name fit to be shown: no folders, no control or direction marks, at most 120 characters, never empty."""
    name = clean_text(re.split(r"[/\\]", name.replace("\n", " "))[-1]).replace("\n", " ")
    name = re.sub(r'[<>:"|?*\x7f]', "_", name).lstrip(". ").rstrip(". ")
    if len(name) <= NAME_MAX:
        return name or NAMELESS
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > 8:  # noqa: PLR2004 - not an extension
        return name[:NAME_MAX]
    return stem[: NAME_MAX - len(suffix) - 1] + dot + suffix


def with_suffix(name: str, suffix: str) -> str:
    """``foto.exe`` and ``.pdf`` -> ``foto.exe.pdf``: what is downloaded is called what it is."""
    same = {".jpg": (".jpg", ".jpeg")}.get(suffix, (suffix,))
    return name if name.lower().endswith(same) else name + suffix


def breakable(value: Any, run: int = 40) -> Any:
    """Nested data for paper: words longer than ``run`` letters get invisible places where a line may end."""
    if isinstance(value, str):
        return re.sub(rf"(\S{{{run}}})(?=\S)", "\\1\u200b", value)
    if isinstance(value, Mapping):
        return {key: breakable(inner, run) for key, inner in value.items()}
    return [breakable(inner, run) for inner in value] if isinstance(value, list | tuple) else value
