"""Asking for something about a document one holds: an application of the same service with another purpose, filled with what is known."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from pendopo.applications import queries
from pendopo.applications.actions.drafts import Cause, start
from pendopo.applications.models import Application
from pendopo.applications.rules import Purpose
from pendopo.catalogue.api import get_version
from pendopo.identity.api import Actor


@transaction.atomic
def begin_purpose(
    *, document_id: UUID, purpose: Purpose, by: Actor, changes: Iterable[str] = ()
) -> Application:
    """Open the draft of ``purpose`` about a document the actor holds; begun before, it is found again. ``changes``: fields to ask anew.

    Raises: NotFound, Denied (see rules.purposes.check).
    """
    paper, plan = queries.asked_about(document_id, purpose, by)
    row = start(
        service_id=plan.service_id,
        by=by,
        business_id=queries.earlier_application(paper).business_id,
        cause=Cause(purpose, paper.id),
    )
    version = get_version(row.version_id)
    answers, sources = queries.carried(version, paper, purpose)
    typed = queries.open_answers(row.answers)
    mine = {name for name in typed if name not in row.sources}  # typed into this draft already: stays
    asked = set(changes) & set(queries.amendable(version))
    row.answers = queries.seal_answers(
        version.id, {**typed, **{name: value for name, value in answers.items() if name not in mine}}
    )
    known = {**row.sources, **{name: source for name, source in sources.items() if name not in mine}}
    row.sources = {name: source for name, source in known.items() if name not in asked}
    row.save(update_fields=["answers", "sources"])
    return row
