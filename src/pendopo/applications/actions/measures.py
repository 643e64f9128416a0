"""What an agency does to a paper it has issued: the measure and its letter by documents, the bill of a fine by payments."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from pendopo.agencies.api import signatory_of
from pendopo.applications.actions.objection_words import how_to_object
from pendopo.applications.actions.telling import tell_bill
from pendopo.documents.api import SANCTIONS, Done, Measure, Order, Signatory, get_document, take_measure
from pendopo.identity.api import SYSTEM, Actor, ActorKind
from pendopo.kernel import clock
from pendopo.kernel.errors import NotFound
from pendopo.payments.api import BillLine, bill
from pendopo.region.api import closing_at

FINE_DAYS: Final = 30
"""A fine can be paid for thirty days. Source: planning value, to be confirmed per sector."""


@transaction.atomic
def impose(*, document_id: UUID, measure: Measure, order: Order, by: Actor) -> Done:
    """Take a measure on a paper of the officer's own agency; a fine raises its bill in the same transaction.

    Raises: NotFound, Denied (see documents.take_measure), Unavailable (letter). Nothing is written when it raises.
    """
    if by.kind is not ActorKind.STAFF:
        raise NotFound
    paper = get_document(document_id, by, allowed=True)
    agency_id = paper.agency_id
    who = signatory_of(by, agency_id)
    done = take_measure(
        by=by,
        document_id=document_id,
        measure=measure,
        order=order,
        signatory=Signatory(name=who.name, title=who.title, nip=who.employee_no),
        closing=CLOSING + how_to_object(agency_id, clock.today(), f"dokumen nomor {paper.number}")
        if measure in SANCTIONS
        else "",
    )
    if measure is Measure.FINE:
        _bill(done)
    return done


CLOSING: Final = "Bila Anda tidak setuju, "


def _bill(done: Done) -> None:
    """The bill of a fine, to be paid by the holder, who is told."""
    raised = bill(
        subject=f"measure:{done.measure.id}",
        service_id=done.paper.service_id,
        agency_id=done.paper.agency_id,
        payer_ref=done.paper.holder_ref,
        payer_name=done.paper.holder_name,
        business_id=done.paper.business_id,
        title=f"Denda administratif {done.paper.number}",
        lines=[
            BillLine(
                name="Denda administratif",
                name_en="Administrative fine",
                amount_idr=done.measure.amount_idr,
                legal_basis=done.measure.legal_basis,
                explanation=done.paper.number,
            )
        ],
        due_at=closing_at(clock.today() + timedelta(days=FINE_DAYS)),
        by=SYSTEM,
    )
    tell_bill(raised, "Administrative fine")


def ask_revocation(*, document_id: UUID, reason: str, by: Actor) -> Done:
    """The holder asks for the paper to be revoked. Raises: NotFound, Denied("measure_reason_missing" | "already_asked" | ...)."""
    order = Order("holder_request", reason)
    return take_measure(by=by, document_id=document_id, measure=Measure.ASK_REVOCATION, order=order)
