"""The REST API, version 1: the same actions as the pages, typed and documented (OpenAPI 3.1 at /api/v1/openapi.json).

A program of a citizen or an officer gets a short-lived token from that person's own session and sends it as ``Authorization: Bearer``;
cookies alone open nothing here but the token itself, so no page elsewhere can act in somebody's name.
"""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Header, NinjaAPI, Path, Query, Schema
from ninja.errors import HttpError, ValidationError
from ninja.responses import Status as Reply
from ninja.security import SessionAuth
from ninja.throttling import AnonRateThrottle
from pydantic import BaseModel

from pendopo import __version__
from pendopo.applications import api as applications
from pendopo.catalogue import api as catalogue
from pendopo.config import acts
from pendopo.config.tokens import TOKEN_SECONDS, Bearer, Error, token_for, written
from pendopo.documents import api as documents
from pendopo.identity.api import ActorKind
from pendopo.kernel.errors import Denied, Invalid, NotFound, Unavailable
from pendopo.web import words

Slug = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class Wanted(Schema):
    """What to look for; everything may be left out."""

    q: str = Field("", max_length=200)
    agency: str = Field("", pattern=r"^[a-z0-9-]{0,64}$")
    category: str = Field("", pattern=r"^[a-z0-9-]{0,64}$")
    limit: int = Field(20, ge=1, le=500)


class ServiceOut(Schema):
    """One service in a list."""

    id: str
    name: str
    name_en: str
    agency: str
    agency_name: str
    category: str
    fee_type: str
    amount_idr: int | None
    sla_working_days: int | None
    sla_calendar_days: int | None
    sla_minutes: int | None


class ServiceDetail(Schema):
    """A service with everything needed to file for it."""

    id: str
    version: int
    name: str
    name_en: str
    agency: str
    applicant: str
    requirements: list[dict[str, Any]]
    fee: dict[str, Any]
    form: dict[str, Any]
    legal_basis: list[str]
    sourced_facets: list[str]


class AgencyOut(Schema):
    """An agency of the mall."""

    id: str
    name: str
    name_en: str
    level: str
    services: int


class Token(Schema):
    """A token and how long it lasts."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the name of the scheme
    expires_in_seconds: int = TOKEN_SECONDS


class FileIn(BaseModel):
    """Answers by field name, as the service's form (JSON Schema) asks. Known facts may be left out."""

    service: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    answers: dict[str, Any] = Field(max_length=300)
    business: UUID | None = None


class Filed(Schema):
    """The receipt."""

    id: UUID
    number: str


class EventOut(Schema):
    """One thing that happened."""

    at: datetime
    verb: str
    data: dict[str, Any]


class StepOut(Schema):
    """One inner step."""

    id: str
    kind: str
    agency: str
    status: str


class Status(Schema):
    """Where an application stands."""

    id: UUID
    number: str | None
    service: str
    agency: str
    state: str
    submitted_at: datetime | None
    due_on: date | None
    fee_idr: int | None
    document: UUID | None
    steps: list[StepOut]
    events: list[EventOut]


class VerifyOut(Schema):
    """Whether a document is real, with only what the paper itself shows."""

    standing: str
    number: str | None = None
    title: str | None = None
    holder_name: str | None = None
    agency_name: str | None = None
    issued_at: datetime | None = None
    valid_until: date | None = None
    sha256: str | None = None


api = NinjaAPI(
    title="Pendopo",
    version=__version__,
    urls_namespace="api-v1",
    docs_url=None,
    throttle=[AnonRateThrottle("600/m")],
)

api.add_router("", acts.router)

_REFUSALS = {400: Error, 401: Error, 403: Error, 404: Error, 409: Error, 422: Error, 429: Error}


@api.get("/services", response={200: list[ServiceOut], 422: Error, 429: Error}, tags=["catalogue"])
def list_services(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """Search, or list by agency or situation."""
    words_typed = wanted.q.replace("\0", " ").strip()
    cards = (
        catalogue.search(words_typed, limit=wanted.limit)
        if words_typed
        else catalogue.list_cards(agency=wanted.agency or None, category=wanted.category or None)
    )
    return [
        {
            "id": card.id, "name": card.name, "name_en": card.name_en, "agency": card.agency_id, "agency_name": card.agency_name,
            "category": card.category, "fee_type": card.fee_type, "amount_idr": card.amount_idr,
            "sla_working_days": card.sla_working_days, "sla_calendar_days": card.sla_calendar_days,
            "sla_minutes": card.sla_minutes,
        }
        for card in cards[: wanted.limit]
    ]  # fmt: skip


@api.get(
    "/services/{service_id}",
    response={200: ServiceDetail, 404: Error, 422: Error, 429: Error},
    tags=["catalogue"],
)
def get_service(request: HttpRequest, service_id: Slug) -> Any:
    """One service: requirements, fee, form."""
    version = catalogue.get_service(service_id)
    content = version.content
    return {
        "id": content["id"], "version": version.number, "name": content["name"], "name_en": content["name_en"],
        "agency": content["agency"]["id"], "applicant": content["applicant"], "requirements": content["requirements"],
        "fee": content["fee"], "form": content["form"]["schema"], "legal_basis": content["legal_basis"],
        "sourced_facets": content["sourced_facets"],
    }  # fmt: skip


@api.get("/agencies", response={200: list[AgencyOut], 429: Error}, tags=["catalogue"])
def list_agencies(request: HttpRequest) -> Any:
    """Every agency of the mall."""
    return [
        {"id": a.id, "name": a.name, "name_en": a.name_en, "level": a.level, "services": a.services}
        for a in catalogue.list_agencies()
    ]


@api.post(
    "/token", response={200: Token, 401: Error, 403: Error, 429: Error}, auth=SessionAuth(), tags=["access"]
)
def get_token(request: Any) -> Any:
    """A token for the person, or the member of staff with a second factor, whose session this is."""
    actor = request.actor
    if actor.kind not in {ActorKind.PERSON, ActorKind.STAFF}:
        raise Denied("identity_needed")
    if actor.hand:  # a token outlives the mandate and would forget whose hand it is
        raise Denied("own_page_only")
    return {"access_token": token_for(actor)}


@api.post("/applications", response={201: Filed, **_REFUSALS}, auth=Bearer(), tags=["applications"])
def file_application(
    request: Any,
    given: FileIn,
    idempotency_key: Header[
        Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9._~-]+$")]
    ],
) -> Any:
    """File an application. The same ``Idempotency-Key`` files once and answers with the same receipt."""
    application_id, number = applications.file(
        service_id=given.service,
        answers=given.answers,
        key=idempotency_key,
        by=request.auth,
        business_id=given.business,
    )
    return written(201, id=application_id, number=number)


@api.get(
    "/applications/{application_id}",
    response={200: Status, **_REFUSALS},
    auth=Bearer(),
    tags=["applications"],
)
def get_application(request: Any, application_id: UUID) -> Any:
    """Status and history of one's own application."""
    row = applications.get_own(application_id, request.auth)
    return {
        "id": row.id, "number": row.number, "service": row.service_id, "agency": row.agency_id, "state": row.state,
        "submitted_at": row.submitted_at, "due_on": row.due_on, "fee_idr": row.fee_idr, "document": row.document_id,
        "steps": [
            {"id": s.key, "kind": s.kind, "agency": s.agency_id, "status": s.status} for s in applications.list_steps(row.id)
        ],
        "events": [{"at": e.at, "verb": e.verb, "data": e.data} for e in applications.timeline(row.id)],
    }  # fmt: skip


@api.get(
    "/verify/{code}", response={200: VerifyOut, 404: VerifyOut, 422: Error, 429: Error}, tags=["documents"]
)
def verify(
    request: HttpRequest, code: Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9-]+$")]
) -> Any:
    """Is this document real? Unknown codes answer 404 with standing ``unknown``."""
    answer = documents.verify(code)
    paper = answer.paper
    if paper is None:
        return Reply(404, {"standing": str(answer.standing)})
    return {
        "standing": str(answer.standing), "number": paper.number, "title": paper.title, "holder_name": paper.holder_name,
        "agency_name": paper.agency_name, "issued_at": paper.issued_at, "valid_until": paper.valid_until, "sha256": paper.sha256,
    }  # fmt: skip


def _say(
    request: HttpRequest, status: int, code: str, message: str, fields: dict[str, str] | None = None
) -> HttpResponse:
    return api.create_response(
        request, {"error": code, "message": message, "fields": fields or {}}, status=status
    )


@api.exception_handler(Denied)
def _denied(request: HttpRequest, refused: Denied) -> HttpResponse:
    return _say(
        request,
        409 if words.is_conflict(refused.code) else 403,
        refused.code,
        str(words.denied(refused.code)),
    )


@api.exception_handler(NotFound)
def _not_found(request: HttpRequest, _error: NotFound) -> HttpResponse:
    return _say(request, 404, "not_found", str(words.NOT_FOUND))


@api.exception_handler(Invalid)
def _invalid(request: HttpRequest, refused: Invalid) -> HttpResponse:
    return _say(request, 422, "invalid", str(words.INVALID), refused.errors)


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, refused: ValidationError) -> HttpResponse:
    fields = {".".join(str(part) for part in error["loc"]): str(error["msg"]) for error in refused.errors}
    return _say(request, 422, "invalid", str(words.INVALID), fields)


HTTP_WORDS = {
    400: ("unreadable", words.INVALID),
    401: ("not_signed_in", words.DENIED["not_signed_in"]),
    403: ("not_yours", words.REFUSED),
    429: ("too_many", words.DENIED["too_many"]),
}


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, refused: HttpError) -> HttpResponse:
    """What the framework itself refuses: an unreadable body, no token, too many questions."""
    code, sentence = HTTP_WORDS.get(refused.status_code, ("refused", words.REFUSED))
    return _say(request, refused.status_code, code, str(sentence))


@api.exception_handler(Unavailable)
def _unavailable(request: HttpRequest, _error: Unavailable) -> HttpResponse:
    return _say(request, 503, "unavailable", str(words.UNAVAILABLE))
