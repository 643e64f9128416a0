"""People met at a counter or named in an employer's sheet: found by NIK, or registered, with a note of who looked."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from django.db import transaction

from pendopo.identity import queries
from pendopo.identity.actions.people import note_access, register_person, seal
from pendopo.identity.models import Person
from pendopo.identity.rules import Actor, ActorKind, counter_reach, read_nik
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied
from pendopo.kernel.models import Event


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
    now = clock.now()
    rows = [
        Person(id=uuid4(), full_name=names[nik], nik_sealed=seal(nik), nik_digest=digest, created_at=now)
        for digest, nik in by_digest.items()
        if nik not in known
    ]
    if not rows:
        return known
    Person.objects.bulk_create(rows, ignore_conflicts=True)  # somebody may register the same person just now
    found = _found(by_digest)
    made = {row.id for row in rows} & set(found.values())
    Event.objects.bulk_create(
        Event(subject=f"person:{person}", seq=0, verb="identified", actor=by.doer, data={}, at=now, hash=b"")
        for person in sorted(made)
    )
    return found


def _found(by_digest: Mapping[bytes, str]) -> dict[str, UUID]:
    rows = Person.objects.filter(nik_digest__in=list(by_digest)).values_list("nik_digest", "id")
    return {by_digest[bytes(digest)]: person for digest, person in rows if digest is not None}
