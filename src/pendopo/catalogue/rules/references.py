"""Dated reference tables: what law set, for which key, from when until when. Pure look-ups, and what is wrong with a table.

A service version carries the rows it may need, so a filed application is worked out for ever as on its day.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from pendopo.catalogue.rules.city import City, Problem, Sheet
from pendopo.catalogue.rules.fees import choosing_answers, fee_expressions, keys_named
from pendopo.kernel.figures import measured

Table = Mapping[str, Any]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """One row as pages show it; ``figure`` is the value with its unit, ``valid_until`` None while no end is known."""

    key: str
    name: str
    name_en: str
    value: float
    figure: str
    figure_en: str
    valid_from: date
    valid_until: date | None
    legal_basis: str
    confirmed: bool
    source: str
    note: str
    note_en: str


@dataclass(frozen=True, slots=True)
class KeyHistory:
    """One key of a table: what holds today, every row newest first, and the days for which nothing is set."""

    key: str
    name: str
    name_en: str
    now: ReferenceRow | None
    rows: tuple[ReferenceRow, ...]
    gaps: tuple[tuple[date, date | None], ...]


@dataclass(frozen=True, slots=True)
class ReferenceTable:
    """A dated table as pages show it."""

    id: str
    name: str
    name_en: str
    description: str
    description_en: str
    services: tuple[str, ...]
    keys: tuple[KeyHistory, ...]


def shown(table_id: str, table: Table, on: date) -> ReferenceTable:
    """The table for people who read it on that day."""
    missing: dict[str, list[tuple[date, date | None]]] = defaultdict(list)
    for key, first, last in gaps(table):
        missing[key].append((date.fromisoformat(first), date.fromisoformat(last) if last else None))
    keys = []
    for key, rows in history(table):
        holds = reference(table, key, on)
        keys.append(
            KeyHistory(
                key,
                rows[0]["name"],
                rows[0]["name_en"],
                _shown(table, holds) if holds else None,
                tuple(_shown(table, row) for row in rows),
                tuple(missing[key]),
            )
        )
    return ReferenceTable(
        table_id,
        table["name"],
        table["name_en"],
        table.get("description") or "",
        table.get("description_en") or table.get("description") or "",
        tuple(table.get("services") or ()),
        tuple(keys),
    )


def _shown(table: Table, row: Row) -> ReferenceRow:
    unit = row.get("unit") or table.get("unit") or ""
    own_en = _unit_en(table, row)
    until = row.get("valid_until")
    return ReferenceRow(
        row["key"],
        row["name"],
        row["name_en"],
        row["value"],
        measured(row["value"], unit),
        measured(row["value"], own_en, english=True),
        date.fromisoformat(row["valid_from"]),
        date.fromisoformat(until) if until else None,
        row["legal_basis"],
        row["confidence"] == "sourced",
        row.get("source") or "",
        row.get("note") or "",
        row.get("note_en") or "",
    )


def _unit_en(table: Table, row: Row) -> str:
    return row.get("unit_en") or row.get("unit") or table.get("unit_en") or table.get("unit") or ""


def reference(table: Table, key: str, on: date) -> Row | None:
    """The row that holds for ``key`` on that day; None when the table says nothing: never a guess."""
    day = on.isoformat()
    for row in table["rows"]:
        if row["key"] == key and row["valid_from"] <= day <= (row.get("valid_until") or day):
            return row  # type: ignore[no-any-return]
    return None


def resolved(tables: Mapping[str, Table], on: date) -> dict[str, dict[str, Row]]:
    """What an expression sees as ``refs.<table>.<key>.value``: only rows that hold on that day."""
    return {
        name: {
            key: {**row, "unit": row.get("unit") or table.get("unit"), "unit_en": _unit_en(table, row)}
            for key in sorted({row["key"] for row in table["rows"]})
            if (row := reference(table, key, on)) is not None
        }
        for name, table in tables.items()
    }


def latest(tables: Mapping[str, Table]) -> dict[str, dict[str, Row]]:
    """The newest row of every key: what expressions are proved with."""
    return {name: {key: rows[0] for key, rows in history(table)} for name, table in tables.items()}


def cut_to(tables: Mapping[str, Table], expressions: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Of each table only the rows these expressions can look up: what a service version carries along."""
    wanted: dict[str, set[str] | None] = {}
    for expression in expressions:
        for name, keys in keys_named(expression).items():
            before = wanted.get(name, set())
            wanted[name] = None if keys is None or before is None else before | keys
    return {
        name: {
            "name": tables[name]["name"],
            "name_en": tables[name]["name_en"],
            "unit": tables[name].get("unit"),
            "rows": [row for row in tables[name]["rows"] if keys is None or row["key"] in keys],
        }
        for name, keys in sorted(wanted.items())
        if name in tables
    }


def history(table: Table) -> list[tuple[str, list[Row]]]:
    """Rows by key in the order of the file, each key's newest row first."""
    by_key: dict[str, list[Row]] = defaultdict(list)
    for row in table["rows"]:
        by_key[row["key"]].append(row)
    return [
        (key, sorted(rows, key=lambda row: str(row["valid_from"]), reverse=True))
        for key, rows in by_key.items()
    ]


def gaps(table: Table) -> list[tuple[str, str, str]]:
    """(key, first day, last day) of every stretch between two rows of a key for which nothing is set; the last day "" is open."""
    found = []
    for key, rows in history(table):
        for later, earlier in pairwise(rows):
            first = _next_day(earlier["valid_until"]) if earlier.get("valid_until") else ""
            if first and first < later["valid_from"]:
                found.append((key, first, _day_before(later["valid_from"])))
        if rows[0].get("valid_until"):
            found.append((key, _next_day(rows[0]["valid_until"]), ""))
    return found


def _next_day(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


# --- checking ---------------------------------------------------------------------------------------------------------


def problems(city: City) -> Iterator[Problem]:
    """Overlaps, reversed dates, names taken twice, services that do not exist, tables that matter to nobody."""
    services = {placed.data["id"] for placed in city.placed()}
    used = _used_tables(city)
    for name, sheet in city.table_sheets.items():
        if name in city.part("references"):
            yield sheet.problem((), f"{name!r} stands in references.yaml too: one name, one meaning")
        yield from _row_problems(name, sheet)
        for index, service in enumerate(sheet.value.get("services") or []):
            if service not in services:
                yield sheet.problem(("services", index), f"{name}: there is no service {service!r}")
        if name not in used and not sheet.value.get("services"):
            yield sheet.problem((), f"{name!r}: no service uses it or names it; remove it")


def _used_tables(city: City) -> set[str]:
    expressions = [
        expression
        for placed in city.placed()
        for expression in (*fee_expressions(placed.data["fee"]), *rule_expressions(placed.data))
    ]
    return {name for expression in expressions for name in keys_named(expression)}


def rule_expressions(service: Mapping[str, Any]) -> list[str]:
    """Conditions of the service's rules of eligibility."""
    return [str(rule["when"]) for rule in service.get("eligibility") or ()]


def _row_problems(name: str, sheet: Sheet) -> Iterator[Problem]:
    by_key: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for index, row in enumerate(sheet.value["rows"]):
        if row is None:
            continue
        first, last = row["valid_from"], row.get("valid_until") or "9999-12-31"
        if last < first:
            yield sheet.problem(("rows", index, "valid_until"), f"{name} {row['key']}: ends before it begins")
        by_key[row["key"]].append((first, last, index))
    for key, spans in by_key.items():
        for (first, last, index), (other, _end, later) in pairwise(sorted(spans)):
            if other <= last:
                where = f"{sheet.path}:{sheet.find(('rows', index))}"
                yield sheet.problem(
                    ("rows", later),
                    f"{name} {key}: overlaps the row of {first} in {where}: end that one first",
                )


def unknown(expression: str, city: City, properties: Mapping[str, Any]) -> Iterator[str]:
    """Say every reference, table or row that an expression names and the city does not have."""
    scalars, tables = city.part("references"), city.tables
    for name, keys in keys_named(expression).items():
        if name in scalars:
            continue
        if name not in tables:
            yield f"names the reference {name!r}, which is neither in references.yaml nor a table in references/"
            continue
        known = {row["key"] for row in tables[name]["rows"] if row}
        yield from (f"the table {name!r} has no row {key!r}" for key in sorted((keys or set()) - known))
        chosen = choosing_answers(expression).get(name, set())
        if keys is None and not chosen:
            yield f"names the table {name!r} without a row: write refs.{name}.key.value"
        for answer in sorted(chosen & properties.keys()):
            options = properties[answer].get("enum")
            if options is None:
                yield f"chooses a row of {name!r} by {answer!r}, which is no choice from a list"
            missing = sorted(set(map(str, options or ())) - known)
            yield from (f"the table {name!r} has no row {option!r} for {answer!r}" for option in missing)


def notes(city: City) -> Iterator[Problem]:
    """Days for which a key has no value: not wrong, but worth saying."""
    for name, sheet in city.table_sheets.items():
        for key, first, last in gaps(sheet.value):
            index = next(i for i, row in enumerate(sheet.value["rows"]) if row["key"] == key)
            until = f"until {last}" if last else "on"
            yield sheet.problem(("rows", index), f"{name} {key}: no value from {first} {until}")
