"""People met at a counter or named in an employer's sheet: found by NIK, or registered, with a note of who looked."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID, uuid4

from django.db import connection, transaction

from pendopo.identity import queries
from pendopo.identity.actions.people import note_access, register_person, seal
from pendopo.identity.models import Person
from pendopo.identity.rules import Actor, ActorKind, counter_reach, read_nik
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied


def look_up_person(*, nik: str, full_name: str = "", purpose: str, by: Actor) -> Person | None:
    """The citizen who stands at the counter, by NIK; with a name, one who is not known yet is registered. None: not known.

    The citizen sees that they were looked up; a look-up that found nobody is on the officer's own record.
    Raises: Denied("wrong_role" | "nik_...").
    """
    if by.kind is not ActorKind.STAFF or not counter_reach(by.duties):
        raise Denied("wrong_role")
    read_nik(nik)
    with transaction.atomic():
        person = queries.find_person(nik)
        if person is None and full_name:
            person = register_person(user=None, full_name=full_name, nik=nik, by=by)
        if person is None:
            events.record(by.ref, "looked_up_nobody", actor=by.ref, purpose=purpose)
        else:
            subject = f"counter:{clock.today().isoformat()}"
            note_access(
                person_id=person.id, by=by, fields=["full_name", "nik"], purpose=purpose, subject=subject
            )
    return person


def register_people(*, names: Mapping[str, str], by: Actor) -> dict[str, UUID]:
    """The people with these NIKs, {nik: name} -> {nik: person}; those not known are registered. Names of known ones stay as they are.

    A few statements for any number; call it inside the transaction of what needs them. NIKs must have passed ``read_nik``.
    """
    by_digest = {queries.digest(nik): nik for nik in names}
    known = _found(by_digest)
    fresh = {digest: nik for digest, nik in by_digest.items() if nik not in known}
    if not fresh:
        return known
    with connection.cursor() as cursor:
        cursor.execute(
            _REGISTER,
            {
                "ids": [uuid4() for _ in fresh],
                "names": [names[nik] for nik in fresh.values()],
                "sealed": [seal(nik) for nik in fresh.values()],
                "digests": list(fresh),
                "by": by.doer,
                "at": clock.now(),
            },
        )
    return _found(by_digest)


_REGISTER: Final = """
WITH made AS (
  INSERT INTO identity_person (id, full_name, nik_sealed, nik_digest, created_at)
  SELECT p.id, p.name, p.sealed, p.digest, %(at)s FROM unnest(%(ids)s::uuid[], %(names)s::text[], %(sealed)s::bytea[], %(digests)s::bytea[])
    AS p(id, name, sealed, digest)
  ON CONFLICT (nik_digest) DO NOTHING RETURNING id
)
INSERT INTO kernel_event (subject, seq, verb, actor, on_behalf_of, data, at, hash)
SELECT 'person:' || id, 0, 'identified', %(by)s, '', '{}', %(at)s, '' FROM made
"""  # somebody else may register the same person at the same moment


def _found(by_digest: Mapping[bytes, str]) -> dict[str, UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nik_digest, id FROM identity_person WHERE nik_digest = ANY(%s::bytea[])",
            [list(by_digest)],
        )
        return {by_digest[bytes(digest)]: person for digest, person in cursor.fetchall()}
