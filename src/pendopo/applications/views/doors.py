"""Who may pass: citizens with an identity, staff at their desk."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from pendopo.identity.api import Actor, ActorKind
from pendopo.kernel.errors import Denied

KEPT = "typed_before_login"
KEEP_BYTES = 16 * 1024
View = Callable[..., HttpResponseBase]


class Asked(HttpRequest):
    """A request that has passed the middleware."""

    actor: Actor
    own_actor: Actor  # who sits there, whoever they act for


def login_first(request: HttpRequest) -> HttpResponseRedirect:
    """To the login page and back here; a page of answers that comes after the session ended waits in the new one."""
    _keep(request)
    return redirect(f"/akun/login/?next={quote(request.get_full_path())}")


def _keep(request: HttpRequest) -> None:
    typed = request.POST.urlencode()
    if typed and len(typed) <= KEEP_BYTES:
        request.session[KEPT] = (request.path, typed)


def next_page_of(request: HttpRequest, usual: str) -> str:
    """Where to go afterwards, only within this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or usual
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else usual


def take_kept(request: HttpRequest) -> bool:
    """Put back what was posted to this very page before signing in again; true when there was something."""
    path, typed = request.session.get(KEPT, ("", ""))
    if path != request.path:
        return False
    del request.session[KEPT]
    _ = (
        request.FILES
    )  # read first: Django empties POST when the files of a request without body are asked for
    request.POST = QueryDict(typed)
    return True


def for_citizens(view: View) -> View:
    """Only people who have said who they are; others are led there and come back."""

    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return login_first(request)
        try:
            kind = request.actor.kind
        except Denied:  # the right to act for somebody ended while this page was typed
            _keep(request)
            raise
        if kind is ActorKind.STAFF:
            raise Denied("staff_cannot_apply")
        if kind is not ActorKind.PERSON:
            return redirect(f"/saya/identitas/?next={quote(request.get_full_path())}")
        return view(request, *args, **kwargs)

    return checked


def for_staff(view: View) -> View:
    """Only staff with a second factor."""

    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return login_first(request)
        kind = request.actor.kind  # looked up only now, and with it whether a second factor is missing
        if getattr(request, "needs_second_factor", False):
            return redirect("/akun/2fa/")
        if kind is not ActorKind.STAFF:
            raise Denied("wrong_role")
        return view(request, *args, **kwargs)

    return checked
