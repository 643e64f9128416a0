"""Showing a NIK whole to an officer at work: written into the history of the case and among the readings that the applicant sees."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext, override

from pendopo.applications import queries
from pendopo.applications.rules import verbs_for
from pendopo.catalogue.api import get_version
from pendopo.identity.api import Actor, note_access
from pendopo.kernel import events
from pendopo.kernel.errors import Denied

NIK_SHOWN = "nik_shown"


@transaction.atomic
def show_niks(*, application_id: UUID, by: Actor) -> None:
    """Write down that ``by`` sees the NIKs of this file now, each time anew.

    Raises: NotFound for whoever has no part in the file, Denied("not_your_step") unless the actor can act on one of its open steps.
    """
    row = queries.get_for_staff(application_id, by)
    case = queries.load(application_id).case
    if not any(verbs_for(case, step, by) for step in case.steps):
        raise Denied("not_your_step")
    properties = get_version(row.version_id).content["form"]["schema"]["properties"]
    fields = sorted(name for name in row.answers if properties.get(name, {}).get("x-widget") == "nik")
    events.record(f"application:{row.id}", NIK_SHOWN, actor=by.ref, by_name=by.name, fields=fields)
    with override("id"):  # the applicant reads it, whatever the officer's language
        purpose = gettext("Melihat NIK lengkap pada permohonan %(number)s") % {"number": row.number}
    note_access(
        person_id=row.applicant_id, by=by, fields=fields, purpose=purpose, subject=f"application:{row.id}#nik"
    )
