"""What every page knows: the city, the language, who is here. Reads settings and the request, never the database."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from pendopo import __version__

PARTS = (
    "/layanan/", "/instansi/", "/rencana/", "/kerja/loket/", "/kerja/", "/operator/", "/saya/", "/permohonan/", "/pengajuan/", "/kabar/",
    "/akun/",
)  # fmt: skip
"""Parts of the site the menu knows, the narrower first."""


class Page:
    """Read lazily: a page pays only for what its template asks."""

    languages = tuple(settings.LANGUAGES)
    demo = settings.DEMO
    version = __version__

    def __init__(self, request: HttpRequest | None) -> None:
        self.request = request

    @cached_property
    def language(self) -> str:
        """``id`` or ``en``."""
        return "en" if (translation.get_language() or "id").startswith("en") else "id"

    @property
    def city(self) -> str:
        """``Kota Batam``, in English where the region says it."""
        return self._said(settings.REGION) or "Kota"

    @property
    def mall(self) -> str:
        """``Mal Pelayanan Publik Kota Batam``, in English where the region says it."""
        mall = settings.REGION.get("mall", {})
        return self._said(mall) or _("Mal Pelayanan Publik %(city)s") % {"city": self.city}

    @property
    def complaint_channels(self) -> list[dict[str, str]]:
        """Where to complain: kind (web, phone, sms, email, desk), value and what to call it."""
        channels = settings.REGION.get("mall", {}).get("complaint_channels", ())
        return [
            {
                "label": self._said(channel) or str(channel["value"]),
                "href": _href(channel["kind"], str(channel["value"])),
            }
            for channel in channels
        ]

    def _said(self, thing: Mapping[str, Any]) -> str:
        english = thing.get("name_en") if self.language == "en" else ""
        return str(english or thing.get("name") or "")

    @property
    def path(self) -> str:
        """Path of this page, without the query."""
        return self.request.path if self.request else "/"

    @cached_property
    def actor(self) -> Any:
        """``identity.api.Actor`` or None (error pages may come before the middleware that finds it)."""
        str(getattr(getattr(self.request, "actor", None), "kind", ""))  # looked up now, if it was not yet
        return getattr(self.request, "actor", None)

    @property
    def signed_in(self) -> bool:
        """True for a citizen or a member of staff, also one who still lacks the second factor."""
        return str(getattr(self.actor, "kind", "")) in {"person", "staff"} or self.needs_second_factor

    @property
    def needs_second_factor(self) -> bool:
        """True for staff who signed in without one: they are nobody until they set it up."""
        str(getattr(self.actor, "kind", ""))  # the actor is looked up lazily and says so only then
        return bool(getattr(self.request, "needs_second_factor", False))

    @property
    def staff(self) -> bool:
        """True for a member of staff: the desk is shown."""
        return str(getattr(self.actor, "kind", "")) == "staff"

    @property
    def hand(self) -> str:
        """Who really types, while somebody acts for another person; empty otherwise."""
        return str(getattr(self.actor, "hand_name", "")) if getattr(self.actor, "hand", "") else ""

    @property
    def serves(self) -> bool:
        """True for an officer whose roles let them file for citizens at the counter."""
        return self.staff and any(
            not {"front_officer", "mall_operator"}.isdisjoint(roles) for roles in self.actor.duties.values()
        )

    @property
    def operator(self) -> bool:
        """True for the mall's operator: the inventory is in the menu."""
        return self.staff and any("mall_operator" in roles for roles in self.actor.duties.values())

    @property
    def oversees(self) -> bool:
        """True for who only looks on, a mayor or regional secretary: no step and no colleague is theirs."""
        roles = {role for held in self.actor.duties.values() for role in held} if self.staff else set()
        return bool(roles) and roles <= {"mayor", "regional_secretary"}

    @property
    def unread(self) -> int:
        """How many notices who signed in has not read, ten at most; it was read along with the account."""
        known = self.signed_in and not self.needs_second_factor
        return int(getattr(getattr(self.request, "user", None), "unread_news", 0)) if known else 0

    @property
    def menu_key(self) -> tuple[Any, ...]:
        """All the menu looks at: who reads, and in which part of the site."""
        part = next((prefix for prefix in PARTS if self.path.startswith(prefix)), "")
        duties = (self.operator, self.oversees, self.serves) if self.staff else ()
        return (self.staff, duties, self.signed_in, self.needs_second_factor, self.unread, part)

    def at(self, prefix: str) -> bool:
        """True when this page lies under ``prefix``: marks the entry of the menu."""
        return self.path.startswith(prefix)


def _href(kind: str, value: str) -> str:
    """Address a phone understands; an empty text for places."""
    number = value.replace(" ", "").replace("-", "")
    return {"web": value, "email": f"mailto:{value}", "phone": f"tel:{number}", "sms": f"sms:{number}"}.get(
        kind, ""
    )


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor. A page with several forms makes its token against forgery once."""
    return {"page": Page(request), "csrf_input": SimpleLazyObject(lambda: csrf_input(request))}
