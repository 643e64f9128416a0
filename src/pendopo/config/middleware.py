"""Who is asking: ``request.actor``, looked up once and only when somebody asks. Staff without a second factor are nobody.

While somebody acts for another (with a mandate, or an officer at the counter) ``request.actor`` is the principal, with the hand that types;
``request.own_actor`` is always who signed in. The right to do so is looked up at every request, so what ended has ended.
"""

from collections.abc import Callable
from typing import Any, cast

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.api import actor_of
from pendopo.config.sessions import user_of
from pendopo.identity.api import PUBLIC, STANDS_FOR, Actor, ActorKind, principal_of
from pendopo.kernel.errors import Denied

API = "/api/v1/"
DEMO_SESSION = "demo_person"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_BODY_BYTES = 6 * settings.UPLOAD_MAX_BYTES
_TOO_LARGE = _("Kiriman ini terlalu besar. Kirim berkas satu per satu, masing-masing paling besar 10 MB.")
_NO_LONGER = _("Anda tidak lagi bertindak untuk orang lain: waktunya habis atau kuasanya berakhir.")


class BodyLimit:
    """Turn away bodies nobody needs before anything reads them: 413, and what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            return HttpResponse(_TOO_LARGE, status=413, content_type="text/plain; charset=utf-8")
        return self.get_response(request)


class Programs:
    """Requests of programs (``Authorization: Bearer`` under /api/v1/) go straight to their view: no session, no form, no page is theirs.

    Errors come out as for everybody: the API has its own handlers, and what they do not know ends in Django's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.answer = convert_exception_to_response(self._answer)

    def __call__(self, request: Any) -> HttpResponse:
        said = request.META.get("HTTP_AUTHORIZATION", "")
        if not (
            request.method == "POST" and said.startswith("Bearer ") and request.path_info.startswith(API)
        ):
            return self.get_response(request)
        response = cast("HttpResponse", self.answer(request))
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    def _answer(self, request: Any) -> HttpResponse:
        request.get_host()  # refused when it is not one of ours, as for everybody
        translation.activate(translation.get_language_from_request(request))
        request.needs_second_factor, request.actor, request.own_actor = False, PUBLIC, PUBLIC
        found = resolve(request.path_info)
        request.resolver_match = found
        response: HttpResponse = found.func(request, *found.args, **found.kwargs)
        return response


class ActorMiddleware:
    """Set ``request.user``, ``request.actor`` and ``request.own_actor`` (``identity.api.Actor``) and ``request.needs_second_factor``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.needs_second_factor = False
        request.user = SimpleLazyObject(lambda: user_of(request))
        request.own_actor = SimpleLazyObject(lambda: _found(request, "own_actor", _own_actor))
        request.actor = SimpleLazyObject(lambda: _found(request, "actor", _actor))
        return self.get_response(request)


def _found(request: Any, name: str, find: Callable[[Any], Actor]) -> Actor:
    """Who it is; from now on the request carries it without its wrapper, for a page asks many times."""
    actor = find(request)
    setattr(request, name, actor)
    return actor


def _actor(request: Any) -> Actor:
    """The principal when the session says that its owner acts for somebody and that still holds, else its owner.

    What was sent to be done for somebody is not done in one's own name because the right to do so has just ended.
    Raises: Denied("acting_over").
    """
    own: Actor = request.own_actor
    if STANDS_FOR not in request.session:
        return own
    principal = principal_of(own, request.session[STANDS_FOR], request.path)
    if principal is None:
        del request.session[STANDS_FOR]
        if request.method not in SAFE:
            raise Denied("acting_over")
        messages.warning(request, _NO_LONGER)
    return principal or own


def _own_actor(request: Any) -> Actor:
    actor = actor_of(request.user)
    if actor.kind is not ActorKind.STAFF or _second_factor(request):
        return actor
    request.needs_second_factor = True
    return PUBLIC


def _second_factor(request: Any) -> bool:
    """Staff have TOTP or a passkey, or came through the demo's "sign in as"."""
    return bool(settings.DEMO and request.session.get(DEMO_SESSION)) or is_mfa_enabled(request.user)
