"""What an uploaded file really is, judged by its bytes and never by its name; what we refuse and why.

Pure: takes bytes or a memory map, decodes no picture and runs nothing. It does not look for viruses and does not
judge whether the paper shown is the right one: people do that.
"""

import re
import struct
import zlib
from mmap import mmap
from typing import Final

from pendopo.kernel.errors import Denied

Bytes = bytes | mmap

PDF: Final = "application/pdf"
PNG: Final = "image/png"
JPEG: Final = "image/jpeg"
SUFFIX: Final = {PDF: ".pdf", PNG: ".png", JPEG: ".jpg"}

PIXELS_MAX: Final = 50_000_000  # 50 megapixels; a phone of 2026 takes 12 to 48
HEAD: Final = 1024
TAIL: Final = 2048
INFLATED_MAX: Final = 64 * 1024 * 1024  # all object streams of a PDF together
COST: Final = 1024  # what looking into one stream counts at least: 65,536 streams at most
SEGMENTS_MAX: Final = 2000

_PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_MAGIC: Final = {b"%PDF-1.": PDF, b"%PDF-2.": PDF, _PNG_MAGIC: PNG, b"\xff\xd8\xff": JPEG}
# What people send by mistake, each with its own words; anything else is "file_type".
_WRONG: Final = (
    (b"MZ", "file_program"),
    (b"\x7fELF", "file_program"),
    (b"#!", "file_program"),
    (b"PK\x03\x04", "file_zip"),
    (b"PK\x05\x06", "file_zip"),
    (b"Rar!", "file_zip"),
    (b"7z\xbc\xaf", "file_zip"),
    (b"\x1f\x8b", "file_zip"),
    (b"\xd0\xcf\x11\xe0", "file_office"),
    (b"{\\rtf", "file_office"),
)
_WEB: Final = re.compile(rb"<(?:!doctype|html|script|svg|\?php|iframe|body)", re.IGNORECASE)
_SOF: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})


def _name(word: str) -> bytes:
    """A PDF name as a pattern; a letter may be written ``#41`` to hide it."""
    letters = "".join(f"(?:{c}|#(?i:{ord(c):02x}))" for c in word)
    return f"/{letters}".encode()


_END: Final = rb"(?=[\s/<>\[\]()%]|$)"
_ACTIVE: Final = re.compile(b"|".join(_name(w) for w in ("JavaScript", "Launch", "RichMedia")) + _END)
_ATTACHED: Final = re.compile(_name("EmbeddedFile") + b"s?" + _END)
_LOCKED: Final = re.compile(_name("Encrypt") + _END)
# "First" is a key every table of objects has, even when it hides its type; other things have it as well.
_FIRST: Final = re.compile(_name("First"))
_FILTER: Final = re.compile(_name("Filter"))
_PACKED: Final = re.compile(b"(?:" + b"|".join(map(_name, ("ObjStm", "XRef", "First"))) + b")" + _END)
_STREAM: Final = re.compile(rb"stream\r?\n")


def inspect(data: Bytes) -> str:
    """Return the content type (PDF, PNG or JPEG) of a complete file.

    Raises: Denied with one of ``file_empty``, ``file_type``, ``file_program``, ``file_zip``, ``file_office``, ``file_web``,
    ``file_heic``, ``file_mixed``, ``file_damaged``, ``file_locked``, ``file_active``, ``file_attached``, ``image_too_large``.
    """
    if len(data) == 0:
        raise Denied("file_empty")
    content_type = sniff(data[:HEAD])
    if _is_also_zip(data) or _WEB.search(data[:HEAD]) or b"%PDF-" in data[1:HEAD]:
        raise Denied("file_mixed")
    {PDF: _check_pdf, PNG: _check_png, JPEG: _check_jpeg}[content_type](data)
    return content_type


def check_is_pdf(data: Bytes) -> None:
    """Raises: Denied as :func:`inspect`, and ``file_not_pdf`` for a picture."""
    if inspect(data) != PDF:
        raise Denied("file_not_pdf")


def sniff(head: bytes) -> str:
    """Content type by the first bytes, which must stand at the very beginning.

    Raises: Denied as :func:`inspect`.
    """
    for magic, content_type in _MAGIC.items():
        if head.startswith(magic):
            return content_type
    for magic, code in _WRONG:
        if head.startswith(magic):
            raise Denied(code)
    if head[4:8] == b"ftyp":
        raise Denied("file_heic" if head[8:12] in {b"heic", b"heix", b"mif1", b"heif"} else "file_type")
    if b"%PDF-" in head:
        raise Denied("file_mixed")
    raise Denied("file_web" if _WEB.search(head) else "file_type")


def _is_also_zip(data: Bytes) -> bool:
    """True when a ZIP directory ends exactly where the file ends: a second file hides inside."""
    start = max(0, len(data) - 65_557)
    at = data.rfind(b"PK\x05\x06", start)
    return (
        at >= 0
        and len(data) >= at + 22
        and at + 22 + int.from_bytes(data[at + 20 : at + 22], "little") == len(data)
    )


def _check_pdf(data: Bytes) -> None:
    """Refuse what is cut off, locked, carries a program or another file, or unfolds without end."""
    if data.rfind(b"%%EOF", max(0, len(data) - TAIL)) < 0 or data.rfind(b"startxref") < 0:
        raise Denied("file_damaged")
    _check_pdf_names(data)
    if _LOCKED.search(data):
        raise Denied("file_locked")
    _check_pdf_packed(data)


def _check_pdf_packed(data: Bytes) -> None:
    """Look into the compressed tables of objects. Time grows with the file, not with its square, whatever it holds."""
    budget, seen = INFLATED_MAX, 0
    for packed in _PACKED.finditer(data):
        if packed.end() <= seen:
            continue  # the same dictionary named twice
        begin = _STREAM.search(data, packed.end())
        if begin is None:
            return
        seen = begin.start()
        sure = not _FIRST.match(packed[0])
        body = _inflate(
            data,
            begin.end(),
            budget,
            must=sure and _FILTER.search(data, max(0, packed.start() - 512), seen) is not None,
        )
        budget -= len(body) + COST
        _check_pdf_names(body)


def _check_pdf_names(data: Bytes) -> None:
    if _ACTIVE.search(data):
        raise Denied("file_active")
    if _ATTACHED.search(data):
        raise Denied("file_attached")


def _inflate(data: Bytes, at: int, budget: int, *, must: bool) -> bytes:
    """What is compressed at ``at``. ``must``: the file says that something is, so anything else means damage."""
    unpacker, body, step = zlib.decompressobj(), bytearray(), 2048
    try:
        while not unpacker.eof:
            if at >= len(data) or len(body) > budget:
                break
            body += unpacker.decompress(data[at : at + step])
            at, step = at + step, min(2 * step, 16_384)  # 16 kB unfold to 16 MB at most
    except zlib.error as broken:
        if must:
            raise Denied("file_damaged") from broken
    if len(body) > budget or budget <= 0:
        raise Denied("file_bomb")
    return bytes(body)


def _check_png(data: Bytes) -> None:
    if len(data) < 45 or data[8:16] != b"\x00\x00\x00\rIHDR" or b"IEND" not in data[-TAIL:]:  # noqa: PLR2004
        raise Denied("file_damaged")
    width, height, depth, colour = struct.unpack(">IIBB", data[16:26])
    if depth not in {1, 2, 4, 8, 16} or colour not in {0, 2, 3, 4, 6}:
        raise Denied("file_damaged")
    _check_pixels(width, height)


def _check_jpeg(data: Bytes) -> None:
    """Walk the segments to the frame header; phones append things after the picture, so the end is not fixed."""
    at = 2
    for _ in range(SEGMENTS_MAX):
        if data[at : at + 1] != b"\xff":
            break
        marker = data[at + 1] if at + 1 < len(data) else 0
        if marker == 0xFF or marker in _ALONE:  # noqa: PLR2004 - fill byte
            at += 1 if marker == 0xFF else 2  # noqa: PLR2004
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in _SOF and length >= 8 and at + 9 <= len(data):  # noqa: PLR2004
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            if data.rfind(b"\xff\xd9", at) < 0:
                break
            return _check_pixels(width, height)
        if length < 2 or marker in {0xD9, 0xDA}:  # noqa: PLR2004 - end or picture before any frame header
            break
        at += 2 + length
    raise Denied("file_damaged")


def _check_pixels(width: int, height: int) -> None:
    if width == 0 or height == 0:
        raise Denied("file_damaged")
    if width * height > PIXELS_MAX:
        raise Denied("image_too_large")
