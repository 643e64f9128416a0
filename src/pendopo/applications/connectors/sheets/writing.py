"""Writing sheets that no spreadsheet takes for a program: every cell is text, and the columns are text so that leading zeros stay."""

import csv
import io
from collections.abc import Iterable, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from pendopo.applications.connectors.sheets.reading import SHEET
from pendopo.applications.rules.groups import neutral

_HEAD: Final = Font(bold=True, color="FFFFFF")
_FILL: Final = PatternFill("solid", fgColor="0B3A5B")
_IN_MEMORY: Final = 2 * 1024 * 1024
_TEXT: Final = "@"
_WIDTH: Final = 22


def write_csv(rows: Iterable[Sequence[Any]]) -> Iterable[bytes]:
    """Lines of a CSV as Excel in Indonesia opens it: UTF-8 with its mark, semicolons."""
    yield b"\xef\xbb\xbf"
    for row in rows:
        line = io.StringIO(newline="")
        csv.writer(line, delimiter=";").writerow([neutral(cell) for cell in row])
        yield line.getvalue().encode()


def write_xlsx(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """A workbook with one sheet, written row by row; the caller closes it."""
    book = Workbook(write_only=True)
    _fill(book, SHEET, head, rows)
    return _saved(book)


def write_template(
    head: Sequence[str],
    samples: Iterable[Sequence[Any]],
    explained: Iterable[Sequence[str]],
    titles: tuple[str, Sequence[str]],
) -> IO[bytes]:
    """The empty sheet of a service and a second one that explains its columns; ``titles``: name and heading of the second."""
    book = Workbook(write_only=True)
    _fill(book, SHEET, head, samples)
    _fill(book, titles[0], titles[1], explained, widths=(34, 12, 60, 60))
    return _saved(book)


def _fill(
    book: Any, title: str, head: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int] = ()
) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for place, label in enumerate(head):
        column = sheet.column_dimensions[get_column_letter(place + 1)]
        column.number_format = _TEXT
        column.width = widths[place] if place < len(widths) else max(_WIDTH, len(label) + 2)
    sheet.append([_styled(sheet, label) for label in head])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _styled(sheet: Any, label: str) -> Any:
    cell = _cell(sheet, label)
    cell.font, cell.fill, cell.alignment = _HEAD, _FILL, Alignment(wrap_text=True, vertical="top")
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    """Always text: "=1+1" stays what somebody typed."""
    cell = WriteOnlyCell(sheet)
    cell.number_format = _TEXT
    if value not in (None, ""):
        cell.value = "".join(c for c in str(value) if c >= " " or c in "\t\n")
        cell.data_type = "s"
    return cell


def _saved(workbook: Any) -> IO[bytes]:
    out: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - handed to the caller, who closes it
    workbook.save(out)
    out.seek(0)
    return out
