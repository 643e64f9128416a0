"""What every page knows: the city, the language, who is here. Reads settings and the request, never the database."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from pendopo import __version__


class Page:
    """Read lazily: a page pays only for what its template asks."""

    languages = tuple(settings.LANGUAGES)
    demo = settings.DEMO
    version = __version__

    def __init__(self, request: HttpRequest | None) -> None:
        self.request = request

    @property
    def language(self) -> str:
        """``id`` or ``en``."""
        return "en" if (translation.get_language() or "id").startswith("en") else "id"

    @property
    def city(self) -> str:
        """``Kota Batam``."""
        return str(settings.REGION.get("name", "Kota"))

    @property
    def mall(self) -> str:
        """``Mal Pelayanan Publik Kota Batam``, in English where the region says it."""
        region = settings.REGION
        if self.language == "en":
            return str(
                region.get("mall_en") or region.get("mall_name_en") or f"{self.city} Public Service Mall"
            )
        return str(region.get("mall") or region.get("mall_name") or f"Mal Pelayanan Publik {self.city}")

    @property
    def complaint_phone(self) -> str:
        """Where to complain by telephone, or an empty text."""
        return str(settings.REGION.get("complaint_phone", ""))

    @property
    def path(self) -> str:
        """Path of this page, without the query."""
        return self.request.path if self.request else "/"

    @property
    def here(self) -> str:
        """Path and query: where the language switch comes back to."""
        return self.request.get_full_path() if self.request and self.request.method == "GET" else self.path

    @property
    def actor(self) -> Any:
        """``identity.api.Actor`` or None (error pages may come before the middleware that finds it)."""
        return getattr(self.request, "actor", None)

    @property
    def signed_in(self) -> bool:
        """True for a citizen or a member of staff."""
        return str(getattr(self.actor, "kind", "")) in {"person", "staff"}

    @property
    def staff(self) -> bool:
        """True for a member of staff: the desk is shown."""
        return str(getattr(self.actor, "kind", "")) == "staff"

    def at(self, prefix: str) -> bool:
        """True when this page lies under ``prefix``: marks the entry of the menu."""
        return self.path.startswith(prefix)


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    return {"page": Page(request)}
