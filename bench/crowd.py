"""A crowd of applications in a scratch database: a million in minutes, as the mall would have after years.

A few hundred moulds (``bench/moulds.py``) are filed and acted on by the product itself; the database then casts the crowd from them, set
by set (INSERT ... SELECT, which spares what COPY would write out and parse again): ids, numbers, applicants and moments of their own, and
every history chained anew by the same ``event_hash`` the trigger uses. Keys and indexes are put aside meanwhile and made again at the end,
which proves every row; CHECK constraints hold throughout. Never call it on a database that holds anything real.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import UUID

from bench.moulds import Mould

TABLES = ("applications_application", "applications_step", "kernel_event", "identity_person")
ON_DESKS = 3_000  # a mall at work has so many open files, however many rest in its archive
OWN = 200  # of the crowd belong to the citizen whose pages are measured
PEOPLE_SHARE = 3  # applications a person
BATCH = 10_000
Connect = Callable[[], AbstractContextManager[Any]]

SCAFFOLD = (  # what casting needs, taken down in the end
    (
        "CREATE AGGREGATE crowd_chain(subject text, seq integer, verb text, actor text, on_behalf_of text, data jsonb, at timestamptz)"
        " (SFUNC = event_hash, STYPE = bytea)"
    ),
    "CREATE FUNCTION crowd_id(what text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT md5(what || n)::uuid'",
    (
        "CREATE FUNCTION crowd_wait(n bigint) RETURNS interval LANGUAGE sql IMMUTABLE PARALLEL SAFE AS"
        " $$ SELECT interval '90 minutes' * ((hashint8(n) & 1023) / 1024.0) $$"
    ),
    "CREATE UNLOGGED TABLE crowd_mould (application uuid, low bigint, high bigint)",
)
MOULDS = (  # the moulds' own rows, apart from the tables that grow
    "CREATE UNLOGGED TABLE crowd_application AS SELECT a.* FROM applications_application a JOIN crowd_mould m ON m.application = a.id",
    "CREATE UNLOGGED TABLE crowd_step AS SELECT s.* FROM applications_step s JOIN crowd_mould m ON m.application = s.application_id",
    (
        "CREATE UNLOGGED TABLE crowd_event AS SELECT m.application, e.* FROM kernel_event e"
        " JOIN crowd_mould m ON e.subject = 'application:' || m.application"
    ),
    "CREATE INDEX ON crowd_event (application, seq)",
    "ANALYZE crowd_mould, crowd_application, crowd_step, crowd_event",
)
TAKEN_DOWN = (
    "DROP TABLE crowd_mould, crowd_application, crowd_step, crowd_event",
    "DROP AGGREGATE crowd_chain(text, integer, text, text, text, jsonb, timestamptz)",
    "DROP FUNCTION crowd_id(text, bigint)",
    "DROP FUNCTION crowd_wait(bigint)",
)
PEOPLE = """
INSERT INTO identity_person (id, full_name, created_at)
SELECT crowd_id('person', n), (ARRAY['Siti','Budi','Dewi','Andi','Rina','Agus','Mei Ling','Hendra','Yuli','Joko'])[1 + n %% 10] || ' ' ||
       (ARRAY['Santoso','Wijaya','Sitorus','Hasibuan','Tan','Lubis','Pratama','Rahmawati','Saputra'])[1 + n %% 9] || ' ' || n, '2023-01-02'
FROM generate_series(%(low)s::bigint, %(high)s::bigint - 1) n
"""
NUMBER = "left(r.number, 12) || lpad(n::text, 7, '0')"  # 2171-261123- and a number of its own
CAST = """
INSERT INTO {table} ({columns}) SELECT {values} FROM crowd_mould m JOIN {mould} r ON r.{key} = m.application,
  LATERAL generate_series(greatest(m.low, %(low)s::bigint), least(m.high, %(high)s::bigint) - 1) n
WHERE m.low < %(high)s::bigint AND m.high > %(low)s::bigint
"""
EVENTS = f"""
INSERT INTO kernel_event (subject, seq, verb, actor, on_behalf_of, data, at, hash)
SELECT x.subject, e.* FROM (
  SELECT r.id AS mould, 'application:' || crowd_id('application', n) AS subject, {NUMBER} AS number, crowd_wait(n) AS wait
  FROM crowd_mould m JOIN crowd_application r ON r.id = m.application,
       LATERAL generate_series(greatest(m.low, %(low)s::bigint), least(m.high, %(high)s::bigint) - 1) n
  WHERE m.low < %(high)s::bigint AND m.high > %(low)s::bigint
) x, LATERAL (
  SELECT o.seq, o.verb, o.actor, o.on_behalf_of, d.said, o.at + x.wait,
         crowd_chain(x.subject, o.seq, o.verb, o.actor, o.on_behalf_of, d.said, o.at + x.wait) OVER (ORDER BY o.seq)
  FROM crowd_event o,
       LATERAL (SELECT CASE WHEN o.verb = 'submit' THEN o.data || jsonb_build_object('number', x.number) ELSE o.data END AS said) d
  WHERE o.application = x.mould
) e
"""
COLUMNS = """
SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' ORDER BY attnum
"""
KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE (contype IN ('f', 'u', 'p', 'x') AND conrelid = ANY(%(tables)s::regclass[]))
   OR (contype = 'f' AND confrelid = ANY(%(tables)s::regclass[]))
ORDER BY contype = 'f', contype, conname
"""
INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = ANY(%(tables)s::regclass[])
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype <> 'f')
"""


def fill(
    connect: Connect,
    moulds: Sequence[Mould],
    count: int,
    *,
    citizen: UUID,
    workers: int = 2,
    vacuum: bool = True,
) -> dict[str, float]:
    """Cast ``count`` applications besides the moulds. Returns seconds by part. ``connect`` opens the scratch database; leaving commits."""
    spent: dict[str, float] = {}
    with _timed(spent, "put_aside"), connect() as db:
        for statement in SCAFFOLD:
            db.execute(statement)
        _share_out(db, moulds, count)
        for statement in MOULDS:
            db.execute(statement)
        cast = [
            _cast_of(db, "applications_application", "crowd_application", "id"),
            _cast_of(db, "applications_step", "crowd_step", "application_id"),
            EVENTS,
        ]
        kept = _put_aside(db)
    with _timed(spent, "rows"):
        people = max(1, count // PEOPLE_SHARE)
        bound = {"citizen": citizen, "every": max(1, count // OWN), "people": people}
        _in_batches(connect, [PEOPLE], people, {}, workers)
        _in_batches(connect, cast, count, bound, workers)
    with _timed(spent, "keys_and_indexes"), connect() as db:
        db.execute("SET LOCAL maintenance_work_mem = '256MB'")
        db.execute("SET LOCAL statement_timeout = 0")
        for statement in (*kept, *TAKEN_DOWN):
            db.execute(statement)
        db.execute(
            "SELECT setval('application_number', greatest(%s, nextval('application_number')))", [count]
        )
    if vacuum:  # so that the machine's own vacuum does not begin in the middle of a measurement
        with _timed(spent, "vacuum"), connect() as db:
            db.autocommit = True
            db.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}")
    return spent


@contextmanager
def _timed(spent: dict[str, float], what: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    spent[what] = round(time.perf_counter() - started, 1)


def _share_out(db: Any, moulds: Sequence[Mould], count: int) -> None:
    """Give each mould its range of numbers from 1: open ones share ``ON_DESKS`` (a third of a small crowd), the others the rest."""
    low = 1
    on_desks = min(ON_DESKS, count // 3)
    for some, share in (
        ([m for m in moulds if m.is_open], on_desks),
        ([m for m in moulds if not m.is_open], count - on_desks),
    ):
        total, passed, first = sum(m.weight for m in some), 0.0, low
        for mould in some:
            passed += mould.weight
            high = first + round(share * passed / total)
            db.execute("INSERT INTO crowd_mould VALUES (%s, %s, %s)", [mould.application_id, low, high])
            low = high


def _cast_of(db: Any, table: str, mould: str, key: str) -> str:
    """The statement that casts one table: every column as in the mould, but its own identity, applicant and moments."""
    own = {
        "applications_application": {
            "id": "crowd_id('application', n)", "number": NUMBER,
            "applicant_id": "CASE WHEN n %% %(every)s = 0 THEN %(citizen)s ELSE crowd_id('person', n %% %(people)s) END",
        },
        "applications_step": {"application_id": "crowd_id('application', n)"},
    }[table]  # fmt: skip
    columns = db.execute(COLUMNS, [table]).fetchall()
    values = [
        own.get(name) or (f'r."{name}" + crowd_wait(n)' if kind.startswith("timestamp with") else f'r."{name}"') for name, kind in columns
    ]  # fmt: skip
    names = ", ".join(f'"{name}"' for name, _ in columns)
    return CAST.format(table=table, columns=names, values=", ".join(values), mould=mould, key=key)


def _put_aside(db: Any) -> list[str]:
    """Drop keys and indexes of the tables, silence the chaining trigger; return the statements that bring all of it back."""
    tables = {"tables": list(TABLES)}
    db.execute("SET CONSTRAINTS ALL IMMEDIATE")
    keys, indexes = db.execute(KEYS, tables).fetchall(), db.execute(INDEXES, tables).fetchall()
    for table, name, _ in reversed(keys):
        db.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _ in indexes:
        db.execute(f"DROP INDEX {name}")
    db.execute("ALTER TABLE kernel_event DISABLE TRIGGER event_chain")
    own = [
        f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {what}'
        for table, name, what in keys
        if not what.startswith("FOREIGN")
    ]
    foreign = [
        f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {what}'
        for table, name, what in keys
        if what.startswith("FOREIGN")
    ]
    return [
        *own,
        *(what for _, what in indexes),
        *foreign,
        "ALTER TABLE kernel_event ENABLE TRIGGER event_chain",
    ]


def _in_batches(
    connect: Connect, statements: Sequence[str], count: int, bound: dict[str, Any], workers: int
) -> None:
    def one(low: int) -> None:
        with connect() as db:
            for statement in statements:
                db.execute(statement, bound | {"low": low, "high": min(count + 1, low + BATCH)})

    lows = range(0 if not bound else 1, count + 1, BATCH)
    if workers == 1:
        for low in lows:
            one(low)
        return
    with ThreadPoolExecutor(workers) as several:
        list(several.map(one, lows))


BROKEN = """
SELECT count(*) FROM (
  SELECT e.hash <> event_hash(lag(e.hash) OVER w, e.subject, e.seq, e.verb, e.actor, e.on_behalf_of, e.data, e.at)
         OR e.seq <> row_number() OVER w AS broken
  FROM kernel_event e WINDOW w AS (PARTITION BY e.subject ORDER BY e.seq)
) checked WHERE broken
"""


def broken_links(db: Any) -> int:
    """How many events do not follow from the one before: 0 in a sound log."""
    return int(db.execute(BROKEN).fetchone()[0])
