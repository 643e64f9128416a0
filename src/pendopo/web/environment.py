"""The Jinja2 environment: what every template may use without being handed it. No queries, no module's data.

Templates of files are compiled once for each language with its words bound in, so that a page asks for the language of the reply
once and not at every text and date.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.template.backends import jinja2 as backend
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.html import json_script
from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from pendopo.kernel import figures
from pendopo.kernel.clock import zone
from pendopo.kernel.money import rupiah
from pendopo.web import forms, words
from pendopo.web.context import Page
from pendopo.web.icons import icon

ZONE_LABELS = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}
DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "id": (
        "Januari", "Februari", "Maret", "April", "Mei", "Juni",
        "Juli", "Agustus", "September", "Oktober", "November", "Desember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
NIK_LENGTH = 16


def language() -> str:
    """``id`` or ``en``: the language of this reply."""
    return "en" if (translation.get_language() or "id").startswith("en") else "id"


def opt(thing: Any, name: str, default: Any = "") -> Any:
    """A key of a mapping or an attribute of an object, or ``default``. Missing and None are the same."""
    plain = type(thing) is dict or isinstance(
        thing, Mapping
    )  # asking the abstract class alone is slow, and most are plain
    value = thing.get(name) if plain else getattr(thing, name, None)
    return default if value is None else value


def said(thing: Any, name: str = "name", *, tongue: str = "") -> Any:
    """What to call ``thing``: its ``name``, or ``name_en`` in English where it has one. ``tongue``: the language if already known."""
    return (opt(thing, f"{name}_en") if (tongue or language()) == "en" else "") or opt(thing, name)


def zone_label() -> str:
    """``WIB``, ``WITA`` or ``WIT``."""
    return str(
        settings.REGION.get("timezone_label") or ZONE_LABELS.get(settings.TIME_ZONE, settings.TIME_ZONE)
    )


def day(on: date | None, *, tongue: str = "") -> str:
    """``Senin, 23 November 2026``; an instant is taken in the region's zone; None is an empty text."""
    if on is None:
        return ""
    if isinstance(on, datetime):
        on = on.astimezone(zone()).date()
    tongue = tongue or language()
    return f"{DAYS[tongue][on.weekday()]}, {on.day} {MONTHS[tongue][on.month - 1]} {on.year}"


def weekday(on: date) -> str:
    """``Senin`` (English ``Monday``)."""
    return DAYS[language()][on.weekday()]


def when(at: datetime | None, *, tongue: str = "") -> str:
    """``Senin, 23 November 2026 pukul 10.30 WIB``; None is an empty text."""
    if at is None:
        return ""
    local, tongue = at.astimezone(zone()), tongue or language()
    if tongue == "en":
        return f"{day(local, tongue=tongue)} at {local:%H:%M} {zone_label()}"
    return f"{day(local, tongue=tongue)} pukul {local:%H.%M} {zone_label()}"


def hour(at: time | None) -> str:
    """``07.30`` (English ``07:30``); None is an empty text."""
    return "" if at is None else f"{at:%H:%M}" if language() == "en" else f"{at:%H.%M}"


def nik(number: str) -> str:
    """``217110******0001``: enough to recognise one's own, too little to use. Anything else is hidden whole."""
    text = str(number or "")
    return f"{text[:6]}******{text[-4:]}" if len(text) == NIK_LENGTH else "*" * len(text)


@pass_context  # keeps the compiler from folding a constant in the language of the first reader
def size(_context: Context, count: int) -> str:
    """``1536`` -> ``1,5 kB`` (English ``1.5 kB``)."""
    value, unit = float(count), "B"
    for bigger in ("kB", "MB", "GB"):
        if value < 1000:  # noqa: PLR2004 - powers of ten, as phones show them
            break
        value, unit = value / 1000, bigger
    text = f"{value:.0f}" if unit == "B" or value >= 10 else f"{value:.1f}"  # noqa: PLR2004 - one decimal below ten
    return f"{text if language() == 'en' else text.replace('.', ',')} {unit}"


def measured(value: float | str, of: str | None = "", *, tongue: str = "") -> str:
    """A value with its unit as this reply's language writes it."""
    return figures.measured(value, of, english=(tongue or language()) == "en")


def percent(part: float, whole: float) -> int:
    """Share of ``whole`` in whole percent, 0 to 100; nothing of nothing is 0."""
    return min(100, max(0, round(100 * part / whole))) if whole else 0


def _gettext(message: str) -> str:
    return (
        message if language() == "id" else translation.gettext(message)
    )  # Indonesian is what the source says


def say(message: str, **values: Any) -> Markup:
    """``_("Teks %(n)s", n=1)`` in templates: what the i18n extension does with it, at a fifth of the time; values are escaped."""
    text = Markup(_gettext(message))  # noqa: S704 - messages are ours
    return text % values if values else text


def _ngettext(singular: str, plural: str, number: int) -> str:
    return translation.ngettext(singular, plural, number)


def _pgettext(context: str, message: str) -> str:
    return translation.pgettext(context, message)


def _npgettext(context: str, singular: str, plural: str, number: int) -> str:
    return translation.npgettext(context, singular, plural, number)


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """Address of a named view."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def say_as_written(message: str, **values: Any) -> Markup:
    """``say`` in Indonesian, which is what the source says."""
    text = Markup(message)  # noqa: S704 - messages are ours
    return text % values if values else text


BOUND = {"id": "pendopo.web.environment.indonesian", "en": "pendopo.web.environment.english"}


class Engine(backend.Jinja2):
    """Django's own, with an environment for each language beside the one that asks for it at every text (templates from strings)."""

    def __init__(self, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.bound = {
            tongue: backend.Jinja2(params | {"OPTIONS": params["OPTIONS"] | {"environment": path}})
            for tongue, path in BOUND.items()
        }

    def get_template(self, template_name: str) -> Any:
        """The template in the language of this reply."""
        template = self.bound[language()].get_template(template_name)
        template.backend = self
        return template


def indonesian(**options: Any) -> Environment:
    """The environment of replies in Indonesian."""
    return environment(tongue="id", **options)


def english(**options: Any) -> Environment:
    """The environment of replies in English."""
    return environment(tongue="en", **options)


def environment(*, tongue: str = "", **options: Any) -> Environment:
    """Django calls this with its options. ``tongue``: the language of all that is drawn, when it is always the same."""
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    env = Environment(**options, extensions=["jinja2.ext.i18n"])  # noqa: S701 - Django passes autoescape=True
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        _gettext, _ngettext, newstyle=True, pgettext=_pgettext, npgettext=_npgettext
    )
    env.globals |= {
        "_": say_as_written if tongue == "id" else say,
        "drawn_icon": icon,
        "static": static,
        "url": url,
        "said": partial(said, tongue=tongue),
        "opt": opt,
        "percent": percent,
        "form_fields": forms.form_fields,
        "form_errors": forms.form_errors,
        "is_iso": forms.is_iso,
        "json_script": json_script,
        "words": words,
        # What stands when a page is drawn without a request (the 500 page); the context overrides them.
        "page": Page(None),
        "messages": (),
        "csrf_input": "",
    }

    @cache
    def drawn(name: str, _language: str) -> Markup:
        return Markup(env.get_template(f"frame/{name}.html").render())  # noqa: S704 - drawn with autoescape

    def piece(name: str) -> Markup:
        """A part of the frame that is the same for everybody, drawn once for each language."""
        return drawn(name, tongue or language())

    menus: dict[tuple[Any, ...], Markup] = {}

    def menu(page: Page) -> Markup:
        """The main menu, drawn once for each language, kind of reader and part of the site."""
        key = (tongue or language(), *page.menu_key)
        if key not in menus:
            menus[key] = Markup(env.get_template("frame/menu.html").render(page=page))  # noqa: S704 - drawn with autoescape
        return menus[key]

    env.globals |= {"piece": piece, "menu": menu}
    env.filters |= {
        "rupiah": rupiah,
        "when": partial(when, tongue=tongue),
        "day": partial(day, tongue=tongue),
        "weekday": weekday,
        "hour": hour,
        "nik": nik,
        "bytes": size,
        "measured": partial(measured, tongue=tongue),
        "opt": opt,
    }
    env.globals["ui"] = env.get_template(
        "components.html"
    ).module  # made once: an import would make it anew on every page
    return env
