"""Reading a sheet without trusting it: sizes are checked before anything is unpacked, formulas are never computed, rows come one by one."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from pendopo.applications.rules.groups import Flaw, Value, is_formula, place_of
from pendopo.kernel.errors import Denied

XLSX: Final = "xlsx"
CSV: Final = "csv"
SHEET: Final = "Isian"  # the sheet of our template; else the first is read
MOST_COLUMNS: Final = 200
MOST_BYTES: Final = 200 * 1024 * 1024  # of everything in the archive, unpacked
MOST_WORDS_BYTES: Final = 60 * 1024 * 1024  # of the shared strings, which are kept in memory
MOST_PARTS: Final = 500
LONGEST_CELL: Final = 20_001
_OLD: Final = b"\xd0\xcf\x11\xe0"  # .xls, and any workbook with a password
_MERGED: Final = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_DELIMITERS: Final = (";", ",", "\t", "|")
_NUL_SHARE: Final = 0.3
_HEAD_BYTES: Final = 1 << 16

Row = tuple[int, Sequence[Value]]


def kind_of(data: bytes) -> str:
    """``xlsx`` or ``csv``, by what the file holds and not by its name.

    Raises: Denied("sheet_empty" | "sheet_old" | "sheet_not_a_sheet" | "sheet_macros" | "sheet_too_big" | "sheet_damaged").
    """
    if not data.strip():
        raise Denied("sheet_empty")
    if data.startswith(_OLD):
        raise Denied("sheet_old")
    if data.startswith(b"PK\x03\x04"):
        _check_archive(data)
        return XLSX
    _encoding(data)
    return CSV


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            heads = [
                archive.open(part).read(_HEAD_BYTES)
                for part in parts[:MOST_PARTS]
                if part.filename.endswith((".xml", ".rels"))
            ]
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        EOFError,
        zlib.error,
    ) as broken:
        raise Denied("sheet_damaged") from broken
    if any(b"<!DOCTYPE" in head or b"<!ENTITY" in head for head in heads):
        raise Denied("sheet_damaged", "a document type, with which a small file can fill the memory")
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
        raise Denied("sheet_not_a_sheet")
    if any("vbaproject" in name.lower() for name in names):
        raise Denied("sheet_macros")
    words = sum(part.file_size for part in parts if "sharedstrings" in part.filename.lower())
    if (
        len(parts) > MOST_PARTS
        or sum(part.file_size for part in parts) > MOST_BYTES
        or words > MOST_WORDS_BYTES
    ):
        raise Denied("sheet_too_big")


def rows_of(data: bytes, kind: str) -> Iterator[Row]:
    """(number of the row as the spreadsheet shows it, its cells), one after the other; merged cells and formulas come as a ``Flaw``.

    Raises: Denied("sheet_damaged" | "sheet_encoding" | ...).
    """
    return _xlsx(data) if kind == XLSX else _csv(data)


def _xlsx(data: bytes) -> Iterator[Row]:
    try:
        yield from _workbook(data)
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        OSError,
        SyntaxError,
        EOFError,
        zlib.error,
    ) as broken:
        raise Denied("sheet_damaged", str(broken)) from broken


def _workbook(data: bytes) -> Iterator[Row]:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        sheet = book[SHEET] if SHEET in book.sheetnames else book.worksheets[0]
        merged = _merged(data, sheet._worksheet_path)  # noqa: SLF001 - read-only sheets know no merged cells
        sheet.reset_dimensions()  # what the file claims of itself is not believed
        width = 0  # of the heading row: what stands right of it belongs to no question
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
            width = width or max(
                (place for place, cell in enumerate(row, 1) if cell.value is not None), default=0
            )
            cells = [_cell(cell) for cell in row[:width]]
            for first, last in merged.get(number, ()):
                cells[first : last + 1] = [Flaw.MERGED] * (min(last + 1, width) - first)
            yield number, cells
    finally:
        book.close()


def _cell(cell: Any) -> Value:
    if cell.data_type == "f":
        return Flaw.FORMULA
    if cell.data_type == "e":
        return Flaw.BROKEN
    value = cell.value
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:LONGEST_CELL]


def _merged(data: bytes, path: str) -> dict[int, list[tuple[int, int]]]:
    """{row: [(first column, last column)]} of merged cells, found by a scan of the unpacked sheet that keeps little in memory."""
    found: dict[int, list[tuple[int, int]]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(path.lstrip("/")) as part:
        rest = b""
        while chunk := part.read(1 << 16):
            text = rest + chunk
            for left, top, right, bottom in _MERGED.findall(text):
                span = (place_of(left.decode()), min(place_of(right.decode()), MOST_COLUMNS - 1))
                for row in range(int(top), min(int(bottom), int(top) + 1000) + 1):
                    if span not in found.setdefault(row, []):
                        found[row].append(span)
            rest = text[-200:]
    return found


def _csv(data: bytes) -> Iterator[Row]:
    text = io.TextIOWrapper(io.BytesIO(data), encoding=_encoding(data), newline="")
    lines = csv.reader(text, delimiter=_delimiter(data))
    try:
        for number, row in enumerate(lines, 1):
            if number == 1 and row and row[0] == "sep=":
                continue
            yield number, [_text(cell) for cell in islice(row, MOST_COLUMNS)]
    except (csv.Error, UnicodeError) as broken:
        raise Denied("sheet_damaged", str(broken)) from broken


def _text(cell: str) -> Value:
    return Flaw.FORMULA if is_formula(cell) else cell[:LONGEST_CELL] or None


def _encoding(data: bytes) -> str:
    """UTF-8, UTF-16 or Windows-1252. Raises: Denied("sheet_not_a_sheet" | "sheet_encoding")."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = data[: 1 << 16]
    if b"\0" in sample:
        for odd, name in ((1, "utf-16-le"), (0, "utf-16-be")):
            half = sample[odd::2].count(0) > len(sample) / 2 * _NUL_SHARE
            if half and not sample[1 - odd :: 2].count(0) and _decodes(sample[: len(sample) // 2 * 2], name):
                return name
        raise Denied("sheet_not_a_sheet")
    for name in ("utf-8-sig", "cp1252"):
        if _decodes(data, name):
            return name
    raise Denied("sheet_encoding")


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return not _CONTROL.search(text[: 1 << 16])


def _delimiter(data: bytes) -> str:
    """The separator the heading row uses most."""
    head = data[: 1 << 16].decode(_encoding(data), "ignore")
    head = head.removeprefix("\ufeff")
    if head.startswith("sep=") and len(head) > len("sep="):
        return head[4]
    first = next((line for line in head.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=first.count)
