"""Dated reference tables as they are loaded: looked up for a day, listed and shown."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from pendopo.catalogue.models import Register
from pendopo.catalogue.rules import references
from pendopo.catalogue.rules.references import ReferenceRow, ReferenceTable
from pendopo.kernel import clock
from pendopo.kernel.errors import NotFound

TABLES = "tables"


def reference_tables() -> dict[str, dict[str, Any]]:
    """Every table by id, as the folder says it."""
    return Register.objects.filter(pk=TABLES).values_list("data", flat=True).first() or {}


def list_tables() -> list[ReferenceTable]:
    """Tables by name, as they hold today."""
    on = clock.today()
    shown = [references.shown(name, table, on) for name, table in reference_tables().items()]
    return sorted(shown, key=lambda table: table.name)


def get_table(table_id: str) -> ReferenceTable:
    """One table as it holds today. Raises NotFound."""
    table = reference_tables().get(table_id)
    if table is None:
        raise NotFound(table_id)
    return references.shown(table_id, table, clock.today())


def get_reference(table_id: str, key: str, on: date) -> ReferenceRow:
    """The row of a table that holds for a key on that day. Raises NotFound when the table says nothing."""
    for found in get_table(table_id).keys:
        for row in found.rows:
            if found.key == key and row.valid_from <= on <= (row.valid_until or on):
                return row
    raise NotFound(f"{table_id} {key} {on}")


def tables_of(content: Mapping[str, Any]) -> list[ReferenceTable]:
    """Tables that matter to a service: those that name it, and of those its rules look into the rows they can meet."""
    used = {
        name: {row["key"] for row in table["rows"]} for name, table in (content.get("tables") or {}).items()
    }
    return [
        replace(table, keys=tuple(key for key in table.keys if key.key in used[table.id]))
        if table.id in used
        else table
        for table in list_tables()
        if table.id in used or content["id"] in table.services
    ]
