"""One step of the work on an application (its papers are found complete), called in process, against its one statement."""

from uuid import UUID

from bench import pgbench
from bench.crew import Crew, Done
from bench.harness import ROUNDS, Result, at_least, bench
from bench.place import SERVICE, Place
from bench.turns import in_turns, rates

CLIENTS, EACH_FLOOR, EACH = 16, 250, 100
STEP = "completeness"
BATCH = 1000


def _numbered(number: str) -> str:
    """SQL: the id of the application with this number; the same as ``UUID(int=number)``."""
    return f"lpad(to_hex({number}::bigint), 32, '0')::uuid"


def _stock(filing: pgbench.Statement, count: int) -> None:
    """File as many applications as will be acted on, numbered from 1; in batches, for every history holds a lock until the commit."""
    from django.db import connection

    sql = f"SELECT count(*) FROM generate_series(%s::int, %s::int) n, LATERAL ({filing.sql}) filed"
    sql = sql.replace(filing.sql, filing.sql.replace("%s", _numbered("n"), 1))
    with connection.cursor() as cursor:
        for first in range(1, count + 1, BATCH):
            cursor.execute(sql, [first, min(count, first + BATCH - 1), *list(filing.bound)[1:]])


@bench("advance", "steps of applications completed a second, called in process by 16 clients", at_least(0.3))
def measure(place: Place) -> Result:
    assert place.ready
    from pendopo.applications.api import Verb, advance
    from pendopo.catalogue.api import get_service
    from pendopo.identity.api import Actor, ActorKind, Role, User

    agency = get_service(SERVICE).content["agency"]["id"]
    user = User.objects.get(email=f"petugas@{agency}.demo.local")
    officer = Actor(ActorKind.STAFF, user.id, user.display_name, {agency: frozenset({Role.FRONT_OFFICER})})

    def act(application_id: UUID) -> None:
        advance(application_id=application_id, verb=Verb.COMPLETE, by=officer, step_key=STEP)

    with pgbench.recorded() as sent:
        act(place.file())
    filing = next(statement for statement in sent if "application_submit" in statement.sql)
    moving = [statement for statement in sent if "application_advance" in statement.sql]
    floors, own = CLIENTS * EACH_FLOOR, CLIENTS * EACH
    _stock(filing, (floors + own) * (ROUNDS + 1))
    turn = f"\\set turn :turn + 1\n\\set number :base + :client_id * {EACH_FLOOR} + :turn\n"
    script = pgbench.Script(moving, instead={0: _numbered(":number")}, before=turn)
    crew = Crew(CLIENTS, act)
    taken = 0

    def floor() -> pgbench.Measured:
        nonlocal taken
        base, taken = taken, taken + floors
        return pgbench.run(place.database_url, [script], clients=CLIENTS, each=EACH_FLOOR, base=base, turn=0)

    def product() -> Done:
        nonlocal taken
        first, taken = taken + 1, taken + own
        return crew.round([UUID(int=number) for number in range(first, first + own)])

    try:
        turns = in_turns(floor, product)
    finally:
        crew.close()
    return rates(
        "advance", "steps/s", *turns, service=SERVICE, step=STEP, clients=f"{CLIENTS} processes, a connection each",
        rounds=f"{ROUNDS} of {floors} (floor) and {own} (product) steps, in turns, medians",
        floor_is="pgbench -M prepared, 16 clients, the product's own writing statement (the product also reads the case before)",
        product_is="applications.api.advance", durable="fsync on",
    )  # fmt: skip
