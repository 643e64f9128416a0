"""The officers' door of the REST API: the same acts as the buttons of the desk, for an agency's own programs."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Router, Schema
from ninja.errors import AuthenticationError
from pydantic import BaseModel

from pendopo.applications import api as applications
from pendopo.applications.forms import clean
from pendopo.applications.rules import PROCEEDS, SETS_BACK, SYSTEMS, Verb
from pendopo.config.tokens import Error, StaffBearer, written
from pendopo.identity.api import ActorKind
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, NotFound

OFFICERS_VERB = StrEnum(  # type: ignore[misc]
    "OfficersVerb",
    {
        str(verb): str(verb)
        for verb in dict.fromkeys((*PROCEEDS.values(), *chain(*SETS_BACK.values()), Verb.SCHEDULE))
        if verb not in SYSTEMS
    },
)
MOST_IDR = 10**15
AHEAD = timedelta(days=366)

Words = Annotated[str, Field(max_length=2000)]


class RemarkIn(BaseModel):
    """What is wrong with one field or document; the reasons are a closed list."""

    field: str = Field(max_length=64)
    reason: str = Field(max_length=32)
    note: str = Field("", max_length=500)


class FeeLineIn(BaseModel):
    """One line of an assessed fee."""

    name: str = Field(min_length=1, max_length=160)
    amount_idr: int = Field(ge=0, lt=MOST_IDR)
    legal_basis: str = Field("", max_length=300)


class AppointmentIn(BaseModel):
    """When and where an inspection takes place."""

    at: datetime
    place: str = Field(min_length=1, max_length=200)


class ActIn(BaseModel):
    """One act on one step. With ``revision`` it is refused (409 ``stale``) when anything happened since that revision was read,
    so it can be sent again without fear when the answer was lost.
    """

    step: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    verb: OFFICERS_VERB
    revision: int | None = Field(None, ge=0, lt=2**31)
    note: Words = ""
    favourable: bool = True
    remarks: list[RemarkIn] = Field(default_factory=list, max_length=100)
    reason: Words = ""
    legal_basis: str = Field("", max_length=300)
    fee_lines: list[FeeLineIn] = Field(default_factory=list, max_length=50)
    appointment: AppointmentIn | None = None
    confirmed: bool = Field(
        default=False, description="What the step asks to have received or seen, such as a damaged original"
    )


class Acted(Schema):
    """Where the application stands now."""

    id: UUID
    state: str


router = Router()


@router.post(
    "/applications/{application_id}/acts",
    response={200: Acted, 400: Error, 401: Error, 403: Error, 404: Error, 409: Error, 422: Error, 429: Error},
    auth=StaffBearer(),
    tags=["applications"],
)
def act(request: Any, application_id: UUID, given: ActIn) -> Any:
    """Do one act on an open step, as the officer whose step it is."""
    loaded, officer = applications.load_as(application_id, request.auth)
    if officer.kind is not ActorKind.STAFF:
        raise AuthenticationError
    if loaded is None:
        raise NotFound
    state = applications.advance(
        application_id=application_id,
        verb=Verb(given.verb),
        by=officer,
        loaded=loaded,
        step_key=given.step,
        act=_said(given),
        revision=given.revision,
    )
    return written(200, id=application_id, state=state)


def _said(given: ActIn) -> applications.Act:
    """The act as the desk reads it: the same cleaning of what was typed."""
    return applications.Act(
        note=clean(given.note),
        favourable=given.favourable,
        remarks=tuple(applications.Remark(clean(r.field), r.reason, clean(r.note)) for r in given.remarks),
        reason=clean(given.reason),
        legal_basis=clean(given.legal_basis),
        fee_lines=tuple(
            {
                "id": f"line{number}",
                "name": clean(line.name),
                "amount_idr": line.amount_idr,
                "legal_basis": clean(line.legal_basis),
            }
            for number, line in enumerate(given.fee_lines, start=1)
        ),
        details=_details(given),
        confirmed=given.confirmed,
    )


def _details(given: ActIn) -> Mapping[str, str]:
    """Of an appointment: when and where. Raises: Denied("appointment_past")."""
    if given.appointment is None:
        return {}
    at = (
        given.appointment.at
        if given.appointment.at.tzinfo
        else given.appointment.at.replace(tzinfo=clock.zone())
    )
    if not clock.now() < at.astimezone(UTC) < clock.now() + AHEAD:
        raise Denied("appointment_past")
    return {"at": at.isoformat(), "place": clean(given.appointment.place)}
