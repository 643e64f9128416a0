"""What an officer sees: the inbox ordered by what breaks first, and the files their agency has a part in."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from pendopo.applications.models import Application
from pendopo.applications.models import Step as StepRow
from pendopo.applications.rules import SYSTEM_ROLE, Step
from pendopo.identity.api import Actor, ActorKind
from pendopo.kernel import clock, sql
from pendopo.kernel.errors import NotFound


def involved(actor: Actor, steps: tuple[Step, ...] | list[StepRow], agency_id: str) -> bool:
    """True when this member of staff works at an agency that has a part in the case. What the system does is nobody's part."""
    agencies = {agency_id, *(step.agency_id for step in steps if step.role != SYSTEM_ROLE)}
    return actor.kind is ActorKind.STAFF and not agencies.isdisjoint(actor.duties)


def get_for_staff(application_id: UUID, by: Actor) -> Application:
    """A filed application in which the actor's agency has a part. Raises: NotFound."""
    row = (
        Application.objects.select_related("applicant", "business")
        .filter(id=application_id)
        .exclude(state="draft")
        .first()
    )
    if row is None or not involved(by, list_steps(application_id), row.agency_id):
        raise NotFound
    return row


def list_steps(application_id: UUID) -> list[StepRow]:
    """Inner steps in the order of the procedure."""
    return list(StepRow.objects.filter(application_id=application_id).order_by("position"))


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One open step on somebody's desk. ``rounds``: how often the file was sent back to the applicant and came again."""

    application_id: UUID
    number: str
    version_id: UUID
    state: str
    due_on: date | None
    submitted_at: datetime
    step_id: int
    step_key: str
    step_kind: str
    applicant: str
    rounds: int


@dataclass(frozen=True, slots=True)
class Sought:
    """What an officer looks for on the desk. ``text``: a number, a part of it, or words of the applicant's name; "" asks nothing."""

    text: str = ""
    service_id: str = ""
    state: str = ""  # a key of ``STATES_OF_WORK``


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many steps of one service wait for an officer. ``version_id``: one of the versions they are under."""

    service_id: str
    version_id: UUID
    count: int


START: Final = ("-infinity", 0)
"""The key before the first row of an inbox."""
_MINE = """
  FROM applications_step t{joined}
  WHERE t.agency_id = duty.agency_id AND t.role = duty.role AND t.on_desk
    AND (t.assignee_id IS NULL OR t.assignee_id = ANY (%(me)s))
"""
_DUTIES = "unnest(%(agencies)s::text[], %(roles)s::text[]) AS duty(agency_id, role)"
_ORDER = "coalesce({0}.due_on, '9999-12-31'::date), {0}.id"
_JOINED = """
  JOIN applications_application f ON f.id = t.application_id JOIN identity_person q ON q.id = f.applicant_id"""
_INBOX = f"""
SELECT a.id, a.number, a.version_id, a.state, s.due_on, a.submitted_at, s.id, s.key, s.kind, p.full_name, a.rounds
FROM (
  SELECT s.* FROM {_DUTIES} CROSS JOIN LATERAL (
    SELECT t.id, t.application_id, t.key, t.kind, t.due_on {_MINE}
      AND ({_ORDER.format("t")}) > (%(due)s::date, %(step)s){{sought}}
    ORDER BY {_ORDER.format("t")} LIMIT %(limit)s
  ) s
  ORDER BY {_ORDER.format("s")} LIMIT %(limit)s
) s
JOIN applications_application a ON a.id = s.application_id
JOIN identity_person p ON p.id = a.applicant_id
ORDER BY {_ORDER.format("s")}
"""  # noqa: S608 - constants only
_WAITING = f"""
SELECT a.service_id, (array_agg(a.version_id))[1], count(*) FROM {_DUTIES} CROSS JOIN LATERAL (
  SELECT t.application_id {_MINE.format(joined="")} ORDER BY {_ORDER.format("t")} LIMIT %(limit)s
) s JOIN applications_application a ON a.id = s.application_id GROUP BY a.service_id
"""  # noqa: S608 - constants only
COUNTED = 1000  # "more than 999 files" is all anybody needs to know
STATES_OF_WORK: Final = {
    "new": "f.rounds = 0 AND NOT EXISTS (SELECT FROM applications_step d WHERE d.application_id = f.id AND d.done_by LIKE 'staff:%%')",
    "corrected": "f.rounds > 0",
    "late": "t.due_on < %(today)s",
}
"""How a file stands for who works on it: nobody has acted yet, it came back corrected, its last day is over."""
_NUMBER: Final = re.compile(r"\d+-\d{6}-\d{6,}")


def _asked(by: Actor) -> dict[str, Any]:
    pairs = [(agency, role.value) for agency, roles in by.duties.items() for role in roles]
    return {
        "agencies": [agency for agency, _ in pairs],
        "roles": [role for _, role in pairs],
        "me": [by.id, *by.stands_in_for],
    }


def _conditions(sought: Sought) -> tuple[list[str], dict[str, Any]]:
    """Only what is asked stands in the statement, so that each question is planned by its own index."""
    said: list[str] = []
    values: dict[str, Any] = {}
    text = " ".join(sought.text.split())
    if _NUMBER.fullmatch(text):
        said, values = ["f.number = %(number)s"], {"number": text}
    elif any(sign.isdigit() for sign in text):
        said, values = ["f.number LIKE %(number)s"], {"number": f"%{_plain(text)}%"}
    elif text:
        said, values = ["q.full_name ILIKE %(name)s"], {"name": f"%{'%'.join(_plain(text).split())}%"}
    if sought.service_id:
        said.append("f.service_id = %(service)s")
        values["service"] = sought.service_id
    if sought.state in STATES_OF_WORK:
        said.append(STATES_OF_WORK[sought.state])
        values["today"] = clock.today()
    return said, values


def _plain(text: str) -> str:
    """Text in which LIKE sees no sign of its own."""
    return re.sub(r"([\\%_])", r"\\\1", text.replace("\x00", ""))


EVERYTHING: Final = Sought()


def inbox(
    by: Actor, *, after: tuple[str, int] = START, limit: int = 50, sought: Sought = EVERYTHING
) -> list[InboxRow]:
    """Open steps the actor may act on, what breaks first on top. ``after`` is the key of the last row of the page before."""
    said, values = _conditions(sought)
    statement = _INBOX.format(joined=_JOINED if said else "", sought="".join(f" AND {one}" for one in said))
    asked = {**_asked(by), **values, "due": after[0], "step": after[1], "limit": limit}
    return [InboxRow(*row) for row in sql.every(statement, asked)]


def list_waiting(by: Actor) -> list[Waiting]:
    """How many steps wait for this actor, by service, the most first; of each duty at most ``COUNTED``, the most urgent ones."""
    rows = sql.every(_WAITING, {**_asked(by), "limit": COUNTED})
    return sorted((Waiting(*row) for row in rows), key=lambda one: (-one.count, one.service_id))


def count_inbox(by: Actor) -> int:
    """How many steps wait for this actor, at most ``COUNTED``."""
    return min(sum(one.count for one in list_waiting(by)), COUNTED)


_STEPS_AT_ONCE: Final = 12  # of one file on one desk; no procedure has more
_KEY = f"""
SELECT {_ORDER.format("s")} FROM applications_step s WHERE s.application_id = %s AND s.key = %s
"""  # noqa: S608 - constants only


def place_on_desk(application_id: UUID, step_key: str) -> tuple[str, int]:
    """Where a step stands in the order of the inbox: the key of its row. ``START`` for a step there is not."""
    key = sql.one(_KEY, [application_id, step_key])
    return (str(key[0]), int(key[1])) if key else START


def next_file(by: Actor, application_id: UUID, after: tuple[str, int]) -> InboxRow | None:
    """The first other file on the actor's desk after that place, from its end on to its top; None: no other."""
    for place in dict.fromkeys([after, START]):
        for row in inbox(by, after=place, limit=_STEPS_AT_ONCE):
            if row.application_id != application_id:
                return row
    return None
