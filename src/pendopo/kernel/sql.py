"""Hot statements by hand: one call, one statement, its rows. Half the cost of a cursor of Django's, which wraps each of its steps."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

Values = Sequence[Any] | Mapping[str, Any]


def one(statement: str, values: Values) -> Any:
    """The first row, or None."""
    return _run(statement, values).fetchone()


def every(statement: str, values: Values) -> list[Any]:
    """All rows."""
    rows: list[Any] = _run(statement, values).fetchall()
    return rows


def _run(statement: str, values: Values) -> Any:
    """Through Django's own cursor when somebody listens to statements (tests count them, benches record them) or the block is broken."""
    db = connections[DEFAULT_DB_ALIAS]  # once: the proxy looks it up at every touch
    db.ensure_connection()
    if db.execute_wrappers or db.queries_logged or db.needs_rollback:
        cursor = db.cursor()
        cursor.execute(statement, values)
        return cursor
    with db.wrap_database_errors:
        return db.connection.execute(statement, values)
