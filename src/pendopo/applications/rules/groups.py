"""One service for many people from a sheet: which columns it has, what a cell means, what may be written back. Pure.

A sheet is a heading row and one row a person. Columns are the questions of the service's form; files and the declaration are given
once for the whole sheet. Cells are plain values, or a ``Flaw`` where there is nothing to read.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from pendopo.kernel.errors import Denied

ERRORS_HEADING: Final = "Kesalahan"
"""Heading of the column in which a sheet comes back with its faults; ignored when it is sent again."""

_TRUE: Final = frozenset({"ya", "y", "yes", "benar", "true", "1", "x", "v"})
_FALSE: Final = frozenset({"tidak", "t", "no", "n", "salah", "false", "0", "-"})
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
_EXACT_DIGITS: Final = 10**15  # beyond, spreadsheets keep fifteen digits and put zeros for the rest


class GroupState(StrEnum):
    """Where a sheet stands."""

    READING = "reading"
    FILING = "filing"
    FINISHED = "finished"
    REFUSED = "refused"
    STOPPED = "stopped"


WORKING: Final = (GroupState.READING, GroupState.FILING)


class RowState(StrEnum):
    """What became of one person's row."""

    WAITING = "waiting"
    FILED = "filed"
    BAD = "bad"
    AGAIN = "again"


class Flaw(StrEnum):
    """Why a cell cannot be read."""

    FORMULA = "formula"
    MERGED = "merged"
    BROKEN = "broken"
    ROUNDED = "rounded"


Value = str | int | float | bool | None | Flaw


@dataclass(frozen=True, slots=True)
class Column:
    """One question of a form as a column of its sheet."""

    field: str
    title: str
    title_en: str
    kind: str  # text, nik, date, whole, number, yes_no, choice
    required: bool
    help: str = ""
    options: tuple[tuple[str, str, str], ...] = ()  # value, name, English name
    max_length: int = 0


@dataclass(frozen=True, slots=True)
class Headings:
    """Which column stands where in a sheet that was sent."""

    columns: Mapping[int, Column]
    nik_at: int
    name_at: int


def columns_of(schema: Mapping[str, Any]) -> tuple[Column, ...]:
    """The questions of a form that a sheet can answer, in the order of its pages."""
    paged = [name for page in schema.get("x-pages") or () for name in page["fields"]]
    names = [*paged, *(name for name in schema["properties"] if name not in paged)]
    required = set(schema.get("required", ()))
    return tuple(
        _column(name, schema["properties"][name], name in required)
        for name in names
        if not _given_once(schema["properties"][name])
    )


def _given_once(prop: Mapping[str, Any]) -> bool:
    return prop.get("x-widget") == "file" or "const" in prop


def _column(name: str, prop: Mapping[str, Any], required: bool) -> Column:
    said = prop.get("x-options") or {}
    values = [str(value) for value in prop.get("enum", ()) if str(value) in said] or list(said)
    return Column(
        name,
        prop["title"],
        prop.get("x-title-en") or prop["title"],
        _kind(prop),
        required,
        prop.get("x-help") or "",
        tuple((value, said[value]["name"], said[value].get("name_en") or "") for value in values),
        prop.get("maxLength", 0),
    )


def _kind(prop: Mapping[str, Any]) -> str:
    if prop.get("x-widget") == "nik":
        return "nik"
    if prop.get("x-options"):
        return "choice"
    if prop.get("format") == "date":
        return "date"
    return {"boolean": "yes_no", "integer": "whole", "number": "number"}.get(prop.get("type", ""), "text")


def person_fields(schema: Mapping[str, Any]) -> tuple[str, str]:
    """The fields that hold the applicant's NIK and name. Raises: Denied("group_not_offered") for forms that are not about a person."""
    facts = {
        prop.get("x-fact"): name
        for name, prop in schema["properties"].items()
        if prop.get("x-person", "self") == "self"
    }
    try:
        return facts["person.nik"], facts["person.full_name"]
    except KeyError:
        raise Denied("group_not_offered") from None


def common_files(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Required files: one for the whole sheet (a diploma list, an agreement), sent with it."""
    return tuple(
        name for name in schema.get("required", ()) if schema["properties"][name].get("x-widget") == "file"
    )


def declarations(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What the sender declares once for all rows."""
    return {name: prop["const"] for name, prop in schema["properties"].items() if "const" in prop}


def match_headings(schema: Mapping[str, Any], row: Sequence[Value]) -> Headings:
    """Which column stands where, by title in either language or by field name; order and extra columns do not matter.

    Raises: Denied("sheet_headings", detail) naming every required heading that is missing or stands there twice.
    """
    known: dict[str, Column] = {}
    columns = columns_of(schema)
    for column in columns:
        for text in (column.title, column.title_en, column.field):
            known.setdefault(_plain(text), column)
    found: dict[int, Column] = {}
    wrong: list[str] = []
    for place, cell in enumerate(row):
        met = known.get(_plain(cell)) if isinstance(cell, str) else None
        if met is not None and met in found.values():
            wrong.append(met.title)
        elif met is not None:
            found[place] = met
    there = {column.field for column in found.values()}
    wrong += [column.title for column in columns if column.required and column.field not in there]
    if wrong:
        raise Denied("sheet_headings", ", ".join(dict.fromkeys(wrong)))
    nik, name = person_fields(schema)
    places = {column.field: place for place, column in found.items()}
    return Headings(found, places[nik], places[name])


def _plain(text: Any) -> str:
    return re.sub(r"[\s*]+", " ", str(text)).strip().casefold()


def value_of(column: Column, cell: Value, parse_day: Callable[[str], date | None]) -> Any:
    """What a cell answers; text that does not fit its column stays text, and the form's own check says what is wrong with it."""
    if isinstance(cell, str):
        cell = _unquoted(cell.strip())
    if cell is None or cell == "":
        return None
    if column.kind == "date":
        day = parse_day(str(cell))
        return day.isoformat() if day else str(cell)
    return _READERS[column.kind](column, cell)


def nik_of(cell: Value) -> Any:
    """Sixteen digits from text or number; ``Flaw.ROUNDED`` where a spreadsheet has lost the last digit."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        whole = int(cell)
        return Flaw.ROUNDED if whole >= _EXACT_DIGITS and whole % 10 == 0 else str(whole)
    digits = re.sub(r"[\s.\-]", "", _unquoted(str(cell).strip()))
    return digits if digits.isdigit() else str(cell)


def _chosen(column: Column, cell: Value) -> str:
    typed = _plain(_written(cell))
    for option in column.options:
        if typed in {_plain(word) for word in option if word}:
            return option[0]
    return _written(cell)


def _yes_or_no(cell: Value) -> Any:
    typed = _plain(cell)
    return True if typed in _TRUE else None if typed in _FALSE else str(cell)


def _number(column: Column, cell: Value) -> Any:
    if isinstance(cell, float) and column.kind == "whole" and cell.is_integer():
        return int(cell)
    if not isinstance(cell, str):
        return cell
    if column.kind == "whole":
        digits = re.sub(r"^Rp|[.\s]|,00?$", "", cell)
        return int(digits) if re.fullmatch(r"-?\d{1,15}", digits) else cell
    plain = cell.replace(",", ".")
    return float(plain) if re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", plain) else cell


def _written(cell: Value) -> str:
    """Text of a cell that a spreadsheet took for a number: 5 and not 5.0."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell)


_READERS: Final[Mapping[str, Callable[[Column, Value], Any]]] = {
    "nik": lambda _column, cell: nik_of(cell),
    "choice": _chosen,
    "yes_no": lambda _column, cell: _yes_or_no(cell),
    "whole": _number,
    "number": _number,
    "text": lambda _column, cell: _written(cell),
}


def answers_of(
    headings: Headings, cells: Sequence[Value], parse_day: Callable[[str], date | None]
) -> tuple[dict[str, Any], dict[int, Flaw]]:
    """What a row answers by field, and the cells that cannot be read by place. Nothing is ever computed."""
    answers: dict[str, Any] = {}
    flaws: dict[int, Flaw] = {}
    for place, column in headings.columns.items():
        cell = cells[place] if place < len(cells) else None
        value = cell if isinstance(cell, Flaw) else value_of(column, cell, parse_day)
        if isinstance(value, Flaw):
            flaws[place] = value
        elif value is not None:
            answers[column.field] = value
    return answers, flaws


def is_empty(cells: Iterable[Value]) -> bool:
    """True for a row that holds nothing."""
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def is_formula(text: str) -> bool:
    """True for text that a spreadsheet would compute."""
    return text.lstrip().startswith("=")


def neutral(value: Any) -> str:
    """Text that no spreadsheet takes for a formula: what begins with = + - @ gets an apostrophe, which is taken off when it comes back."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _unquoted(text: str) -> str:
    return text.removeprefix("'")


def letters(place: int) -> str:
    """What a spreadsheet calls the column: 0 -> A, 27 -> AB."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def place_of(name: str) -> int:
    """The other way: A -> 0, AB -> 27."""
    place = 0
    for letter in name:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
