"""The page Kabar: what I was told, newest first. Always of who signed in, also while they act for somebody else."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pendopo.identity.api import Actor
from pendopo.kernel.errors import Invalid
from pendopo.notices import api
from pendopo.web import news

PAGE = 30
LANGUAGES = (("id", "Bahasa Indonesia"), ("en", "English"))


def _for_accounts(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Only who signed in; staff with their second factor."""

    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect(f"/akun/login/?next={quote(request.path)}")
        str(request.own_actor.kind)  # looked up only now, and with it whether a second factor is missing
        return redirect("/akun/2fa/") if request.needs_second_factor else view(request, *args, **kwargs)

    return checked


@_for_accounts
@require_GET
def notices(request: Any) -> HttpResponse:
    """A page of notices, by key, and how I want to be told."""
    before = request.GET.get("sebelum", "")
    key = int(before) if before.isdecimal() and len(before) < len(str(api.LAST)) else api.LAST
    rows = api.list_told(request.user.id, before=key, limit=PAGE + 1)
    shown = rows[:PAGE]
    context = {
        "rows": [(row, *news.said_of(row.topic, row.about)) for row in shown],
        "unread": any(row.unread for row in shown),
        "newest": shown[0].id if shown else 0,
        "more": f"/kabar/?sebelum={shown[-1].id}" if len(rows) > PAGE else "",
        "wish": api.mail_wish_of(request.user.id),
        "languages": LANGUAGES,
    }
    return render(request, "notices/notices.html", context)


@_for_accounts
@require_GET
def follow(request: Any, notice_id: int) -> HttpResponse:
    """Where a notice leads; it is read with that."""
    told = api.get_told(request.user.id, notice_id)
    if told.unread:
        api.mark_read(user_id=request.user.id, first=told.id, last=told.id)
    return redirect(told.link)


@_for_accounts
@require_POST
def all_read(request: Any) -> HttpResponse:
    """Everything up to the newest that was on the page is read; what came since is not."""
    newest = request.POST.get("newest", "")
    if not newest.isdecimal() or len(newest) >= len(str(api.LAST)):
        raise Invalid({"newest": _("Muat ulang halaman ini, lalu coba lagi.")})
    api.mark_read(user_id=request.user.id, first=0, last=int(newest))
    return redirect("/kabar/")


@_for_accounts
@require_POST
def wish(request: Any) -> HttpResponse:
    """Mails or not, and in which language."""
    mails, language = request.POST.get("mails", ""), request.POST.get("language", "")
    if mails not in {"yes", "no"}:
        raise Invalid({"mails": _("Pilih satu jawaban.")})
    if language not in dict(LANGUAGES):
        raise Invalid({"language": _("Pilih satu jawaban.")})
    by: Actor = request.own_actor
    api.set_mail_wish(user_id=request.user.id, mails=mails == "yes", language=language, by=by)
    messages.success(request, _("Tercatat."))
    return redirect("/kabar/")
