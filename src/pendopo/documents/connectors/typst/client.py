"""Typesets papers with Typst: PDF/A-2a (archive) and PDF/UA-1 (accessible) in one file. Knows no row.

The compiler is loaded on first use and kept: web processes that never typeset never load it. Data travels as JSON in
``sys.inputs`` and is only ever read as data, so nothing a person typed can become part of the program.
Fonts are those inside Typst and those a city puts into ``documents/fonts/``. A sign that no font has is printed as a
hollow square and the template says so; the archive format forbids silently missing signs.
"""

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import segno
from django.conf import settings

from pendopo.kernel.errors import Unavailable

STANDARDS: Final = ("a-2a", "ua-1")
BOX: Final = "□"
TRIES: Final = 12
# Latin, its accents and the punctuation of the templates are in the built-in fonts; never blame these.
_SAFE_BELOW: Final = 0x0250
_MISSING: Final = re.compile(r"the text `\"((?:[^`\\]|\\.)+)\"` could not be displayed")
_ESCAPE: Final = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
_lock: Final = threading.Lock()
_missing: Final[set[str]] = set()


@dataclass(frozen=True, slots=True)
class Typeset:
    """A finished page set. ``boxed`` tells how many signs could not be printed."""

    pdf: bytes
    boxed: int


def qr_svg(content: str) -> str:
    """QR code as SVG text. Level M survives a copier; one fixed mask, because trying all eight takes three times as long."""
    code = segno.make(content, error="m", mask=2, boost_error=False, micro=False)
    drawn = BytesIO()
    code.save(drawn, kind="svg", border=0, omitsize=True, xmldecl=False)
    return drawn.getvalue().decode()


def typeset(template: str, data: Mapping[str, Any], *, at: datetime) -> Typeset:
    """Compile ``documents/<template>.typ`` of the city with ``data``. ``at``: instant written as the time of creation.

    Raises: Unavailable(permanent) when the template is missing or broken.
    """
    folder = Path(settings.CITY_DIR) / "documents"
    source = folder / f"{template}.typ"
    if not re.fullmatch(r"[a-z0-9_-]+", template) or not source.is_file():
        raise Unavailable(f"there is no document template {source}", permanent=True)
    with _lock:
        return _typeset(folder, source, data, at)


def _typeset(folder: Path, source: Path, data: Mapping[str, Any], at: datetime) -> Typeset:
    import typst  # late: 60 MB that only processes which typeset should carry

    compiler, report = _compiler(folder), ""
    for _ in range(TRIES):
        printable, boxed = _boxed(json.dumps(data, ensure_ascii=False))
        try:
            pdf = compiler.compile(
                source,
                format="pdf",
                sys_inputs={"data": printable, "boxed": str(boxed)},
                pdf_standards=list(STANDARDS),
                timestamp=int(at.timestamp()),
            )
        except typst.TypstError as failed:
            report = failed.diagnostic
            found = {
                sign
                for text in _MISSING.findall(report)
                for sign in _unescape(text)
                if ord(sign) >= _SAFE_BELOW
            }
            if not found - _missing:
                break
            _missing.update(found)
        else:
            return Typeset(bytes(pdf), boxed)
    raise Unavailable(f"template {source.name}: {report}", permanent=True)


@cache
def _compiler(folder: Path) -> Any:
    import typst

    fonts = folder / "fonts"
    found = typst.Fonts(include_system_fonts=False, font_paths=[fonts] if fonts.is_dir() else [])
    return typst.Compiler(root=folder, font_paths=found, ignore_system_fonts=True)


def _boxed(text: str) -> tuple[str, int]:
    """Replace signs known to be in no font; count them. Variation selectors and joiners go with their sign."""
    text = text.replace("\ufe0f", "").replace("\ufe0e", "").replace("\u200d", "")
    boxed = sum(text.count(sign) for sign in _missing)
    return (text.translate({ord(sign): BOX for sign in _missing}) if boxed else text), boxed


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
