"""Who a program is: a signed token that names a person or a member of staff, and says no more.

What an officer may do is read at every request, so a duty lost is lost at once, whatever token is still about.
"""

import json
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse
from ninja import Field, Schema
from ninja.security import HttpBearer

from pendopo.identity.api import Actor, ActorKind
from pendopo.kernel import clock

TOKEN_SECONDS = 15 * 60
_SALT = "pendopo.api.v1"


class Error(Schema):
    """What went wrong, in words for people and a code for programs."""

    error: str
    message: str
    fields: dict[str, str] = Field(default_factory=dict)


def written(status: int, **said: Any) -> HttpResponse:
    """An answer of plain values, written without the detour over its model; the contract test holds it to the description."""
    body = json.dumps(said, default=str)
    return HttpResponse(body, status=status, content_type="application/json; charset=utf-8")


def token_for(actor: Actor) -> str:
    """A signed token that opens the API as this person or member of staff for a quarter of an hour."""
    kind = "s" if actor.kind is ActorKind.STAFF else "p"
    ends = int(clock.now().timestamp()) + TOKEN_SECONDS
    return signing.dumps({kind: str(actor.id), "n": actor.name, "e": ends}, salt=_SALT)


def _read(token: str) -> dict[str, Any]:
    """What the token says while it lasts; nothing of a forged one."""
    try:
        told = _verified(token)
    except signing.BadSignature:
        return {}
    return told if told.get("e", 0) > clock.now().timestamp() else {}


@lru_cache(maxsize=2048)
def _verified(token: str) -> dict[str, Any]:
    """The signed words. A program sends the same token many times; its signature is checked once."""
    told: dict[str, Any] = signing.loads(token, salt=_SALT)
    return told


class _Token(HttpBearer):
    """Takes the token out of the one header it stands in, without reading all others first."""

    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Any:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        return self.authenticate(request, token) if scheme.lower() == "bearer" else None


class Bearer(_Token):
    """A citizen's token; checked without the database."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:  # noqa: ARG002 - its signature
        told = _read(token)
        return Actor(ActorKind.PERSON, UUID(told["p"]), told["n"]) if "p" in told else None


class StaffBearer(_Token):
    """An officer's token: gives the account. Its duties of this moment are read along with the case, so a view must ask for them."""

    def authenticate(self, request: HttpRequest, token: str) -> UUID | None:  # noqa: ARG002 - its signature
        told = _read(token)
        return UUID(told["s"]) if "s" in told else None
