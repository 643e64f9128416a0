"""Linking a business of one's own by its NIB: OSS says who answers for it, nobody is believed for typing a number."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pendopo.agencies.api import link_from_oss
from pendopo.applications import forms
from pendopo.applications.views.doors import Asked, for_citizens, next_page_of
from pendopo.catalogue.api import facts
from pendopo.identity.api import list_businesses
from pendopo.kernel.errors import Denied, Unavailable
from pendopo.web import words

_LONGEST = 30


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: Asked) -> HttpResponse:
    """Consent sheet and the number; then OSS is asked. What was typed stays when it refuses or does not answer."""
    assert request.actor.id is not None
    if request.actor.hand and not request.actor.hand.startswith("staff:"):
        raise Denied("own_page_only")
    typed = forms.clean(request.POST.get("nib", ""))[:_LONGEST]
    error, away = "", False
    if request.method == "POST":
        try:
            business = link_from_oss(nib="".join(c for c in typed if c not in " .-"), by=request.actor)
            messages.success(request, _("%(name)s terhubung dengan akun Anda.") % {"name": business.name})
            return redirect(next_page_of(request, "/saya/data/"))
        except Unavailable:
            away = True
        except Denied as refused:
            error = str(words.denied(refused.code))
    context = {
        "error": error,
        "away": away,
        "field": {
            "name": "nib", "label": _("Nomor Induk Berusaha (NIB)"), "value": typed, "error": error, "inputmode": "numeric",
            "max_length": _LONGEST, "help": _("13 angka, tertulis di bagian atas NIB."),
        },
        "asked": [forms.words(f, "name", "name_en") for f in facts().values() if f.get("registry") == "oss"],
        "businesses": list_businesses(request.actor.id),
        "next": next_page_of(request, "/saya/data/"),
    }  # fmt: skip
    return render(
        request, "applications/business.html", context, status=503 if away else 422 if error else 200
    )
