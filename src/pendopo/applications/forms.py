"""Between a service's JSON Schema and a page: which fields a page shows, what was typed into them. The schema checks the meaning."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from pendopo.catalogue.api import digits_of
from pendopo.identity.api import mask_nik
from pendopo.kernel import figures
from pendopo.kernel.money import rupiah

Schema = Mapping[str, Any]

_DATE = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})$")
_HIDDEN_CHARACTERS = {
    "Cc",
    "Cf",
    "Cs",
    "Co",
}  # control, format (also the marks that turn text around), surrogates, private
MOST_TYPED = (
    20_001  # one more than the longest answer a catalogue may ask for, so that too long stays too long
)
_JOINERS = {"\u200d", "\ufe0f"}  # parts of emoji

SOURCES = {
    "dukcapil": "Dukcapil",
    "account": gettext_lazy("akun Anda"),
    "self": gettext_lazy("jawaban Anda sebelumnya"),
    "upload": gettext_lazy("berkas yang pernah Anda unggah"),
    "oss": "OSS",
}
SOURCES_AT_DESK = SOURCES | {
    "account": gettext_lazy("akun pemohon"),
    "self": gettext_lazy("jawaban pemohon sebelumnya"),
    "upload": gettext_lazy("berkas yang pernah dikirim pemohon"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a form: its place, words and fields."""

    id: str
    title: str
    intro: str
    fields: tuple[str, ...]
    position: int
    total: int


def english() -> bool:
    """True when this reply is in English."""
    return (get_language() or "id").startswith("en")


def words(thing: Mapping[str, Any], name: str, english_name: str) -> str:
    """A text of the schema in the reader's language."""
    return str((thing.get(english_name) if english() else None) or thing.get(name) or "")


def called(field: Schema, *, at_desk: bool = False) -> str:
    """What a field is called: the question as its applicant reads it, or ``x-label``, where it has one, for everybody else."""
    return (at_desk and words(field, "x-label", "x-label-en")) or words(field, "title", "x-title-en")


def _is_self(schema: Schema, page: Mapping[str, Any]) -> bool:
    """True for the page on which applicants say who they are."""
    own = (schema["properties"][name] for name in page["fields"])
    return any(
        prop.get("x-fact") in {"person.nik", "person.full_name"} and prop.get("x-person", "self") == "self"
        for prop in own
    )


def pages(schema: Schema, *, at_desk: bool = False) -> list[Page]:
    """The form's pages in order; fields that no page names stand on a last page of their own.

    ``at_desk``: an officer reads them, so the page that says who applies is called after the applicant.
    """
    given = schema.get("x-pages") or []
    placed = {name for page in given for name in page["fields"]}
    rest = [name for name in schema["properties"] if name not in placed]
    if rest:
        given = [*given, {"id": "lain", "title": "Lain-lain", "title_en": "Other", "fields": rest}]
    return [
        Page(
            page["id"],
            _("Tentang pemohon") if at_desk and _is_self(schema, page) else words(page, "title", "title_en"),
            words(page, "intro", "intro_en"),
            tuple(page["fields"]),
            position,
            len(given),
        )
        for position, page in enumerate(given, 1)
    ]


def clean(text: str) -> str:
    """Text as people meant it: composed, trimmed, without invisible characters (but emoji keep theirs), of any bearable length."""
    composed = unicodedata.normalize("NFC", text[:MOST_TYPED])
    kept = (
        c
        for c in composed
        if c in "\n\t" or c in _JOINERS or unicodedata.category(c) not in _HIDDEN_CHARACTERS
    )
    return "".join(kept).replace("\r", "").strip()


def read(schema: Schema, names: Iterable[str], request: HttpRequest) -> dict[str, Any]:
    """What was posted for these fields, typed where it can be and kept as text where not. None: emptied.

    A file field reads the hidden ``<name>_id``; uploads of this very request are handled by the view.
    """
    return {name: _read_one(schema["properties"][name], name, request) for name in names}


def _read_one(field: Schema, name: str, request: HttpRequest) -> Any:
    if field.get("x-widget") == "file":
        return clean(request.POST.get(f"{name}_id", "")) or None
    if field.get("type") == "boolean":
        return True if request.POST.get(name) else None
    text = clean(request.POST.get(name, ""))
    if not text:
        return None
    if field.get("x-widget") == "nik" or digits_of(field):
        digits = re.sub(r"[\s.\-]", "", text)  # numbers are printed in groups
        return digits if digits.isdigit() else text
    if field.get("x-autocomplete") == "tel":
        return _telephone(text)
    return _typed(field, text)


def _telephone(text: str) -> str:
    """A number as people write it, in groups or without the plus; what is no number stays as typed."""
    digits = re.sub(r"[\s.()\-]", "", text)
    if not re.fullmatch(r"\+?\d+", digits):
        return text
    return f"+{digits}" if digits.startswith("62") else digits


def _typed(field: Schema, text: str) -> Any:
    kind = field.get("type")
    if kind == "integer":
        digits = re.sub(r"^Rp|[.\s]|,00?$", "", text)
        return int(digits) if re.fullmatch(r"-?\d{1,15}", digits) else text
    if kind == "number":
        plain = text.replace(",", ".")
        return float(plain) if re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", plain) else text
    if field.get("format") == "date" and (match := _DATE.match(text)):
        day, month, year = match.groups()
        return _iso(int(year), int(month), int(day)) or text
    return text


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def is_uuid(value: Any) -> bool:
    """True for the text of a uuid: what a hidden field may claim to be."""
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def shown(field: Schema, value: Any, files: Mapping[str, Any], *, whole_nik: bool = False) -> str:
    """A value as the reader sees it in a summary; a NIK is masked unless ``whole_nik``."""
    if value in (None, ""):
        return ""
    widget = field.get("x-widget")
    if widget == "file":
        return files[str(value)].name if str(value) in files else _("Berkas tidak ditemukan")
    option = (field.get("x-options") or {}).get(str(value))
    if option:
        return words(option, "name", "name_en")
    return str(value) if widget == "nik" and whole_nik else _plain(field, widget, value)


def fact_shown(fact: Mapping[str, Any], value: Any, *, sealed: bool = False) -> str:
    """A fact as its owner reads it; ``fact`` is its entry in the city's vocabulary. What is kept ``sealed`` is a NIK."""
    if sealed:
        return mask_nik(str(value))
    schema = {"x-options": fact.get("options"), "format": "date" if fact.get("type") == "date" else ""}
    return shown(schema, value, {})


def _plain(field: Schema, widget: str | None, value: Any) -> str:
    """A value that is no choice and no file."""
    if widget == "nik":
        return mask_nik(str(value))
    if widget == "currency" and isinstance(value, int):
        return rupiah(value)
    if field.get("type") == "boolean":
        return _("Ya") if value else _("Tidak")
    if field.get("format") == "date":
        return _date_words(str(value))
    unit = unit_of(field)
    return f"{_decimal(value)} {unit}" if unit else _decimal(value)


def unit_of(field: Schema) -> str:
    """``m²`` for ``m2``."""
    return figures.unit(str(field.get("x-unit", "")))


def _decimal(value: Any) -> str:
    """A number as Indonesians write it: 7,5 and not 7.5, 120 and not 120.0."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.6f}".rstrip("0").rstrip(".").replace(".", ",")


def _date_words(value: str) -> str:
    try:
        return date.fromisoformat(value).strftime("%d-%m-%Y")
    except ValueError:
        return value


def source_words(source: Mapping[str, Any] | None, *, at_desk: bool = False) -> str:
    """``Dari Dukcapil, 3-3-2026``; nothing for what was typed just now."""
    if not source:
        return ""
    on = datetime.fromisoformat(source["at"]).strftime("%d-%m-%Y")
    return _("Dari %(source)s, %(on)s") % {
        "source": _source(source["source"], SOURCES_AT_DESK if at_desk else SOURCES),
        "on": on,
    }


def _source(code: str, said: Mapping[str, Any]) -> Any:
    """A registry, the account, or an issued document by its number."""
    if code.startswith("document:"):
        return _("dokumen %(number)s") % {"number": code.removeprefix("document:")}
    return said.get(code, code)


def field_for(
    schema: Schema,
    name: str,
    *,
    answers: Mapping[str, Any],
    sources: Mapping[str, Any],
    errors: Mapping[str, str],
    files: Mapping[str, Any],
) -> dict[str, Any]:
    """One field as the ``field`` macro of components.html draws it."""
    field = schema["properties"][name]
    widget = field.get("x-widget") or _widget(field)
    value = answers.get(name, "")
    drawn: dict[str, Any] = {
        "name": name,
        "label": words(field, "title", "x-title-en"),
        "help": words(field, "x-help", "x-help-en"),
        "widget": widget,
        "value": _decimal(value) if isinstance(value, float) else "" if value is None else value,
        "required": name in schema.get("required", ()),
        "error": errors.get(name, ""),
        "source": source_words(sources.get(name)),
        "autocomplete": field.get("x-autocomplete", ""),
        "inputmode": _inputmode(field),
        "unit": unit_of(field),
        "max_length": field.get("maxLength", 0),
        "min": field.get("formatMinimum", ""),
        "max": field.get("formatMaximum", ""),
        "options": _options(field),
    }
    if field.get("type") == "integer" and widget in {"text", "number"}:
        drawn |= {"widget": "number", "inputmode": "numeric"}
    if widget == "nik" and sources.get(name, {}).get("source") == "account" and not drawn["error"]:
        drawn |= {"widget": "shown", "value": mask_nik(str(value)), "help": ""}
    if widget == "file":
        upload = files.get(str(value))
        drawn |= {
            "help": drawn["help"] or _("PDF, JPG, atau PNG, paling besar 10 MB."),
            "upload": "/berkas/",
            "requirement": field.get("x-requirement", name),
            "file": {
                "id": str(upload.id),
                "name": upload.name,
                "size": upload.size,
                "url": upload.url,
            }
            if upload
            else None,
        }
    return drawn


def _inputmode(field: Schema) -> str:
    """The keyboard a phone shows."""
    if field.get("x-autocomplete") == "tel":
        return "tel"
    return "numeric" if digits_of(field) else ""


def _options(field: Schema) -> list[tuple[str, str]]:
    """Choices as the form's author ordered them: ``enum`` keeps the order, an object in the database does not."""
    said = field.get("x-options") or {}
    ordered = [str(value) for value in field.get("enum", ()) if str(value) in said]
    return [(value, words(said[value], "name", "name_en")) for value in ordered or said]


def _widget(field: Schema) -> str:
    if field.get("type") == "boolean":
        return "checkbox"
    if field.get("x-options"):
        return "radio" if len(field["x-options"]) <= 4 else "select"  # noqa: PLR2004 - more do not fit a phone's screen
    if field.get("format") == "date":
        return "date"
    if field.get("type") in {"integer", "number"}:
        return "number"
    return "textarea" if field.get("maxLength", 0) > 200 else "text"  # noqa: PLR2004 - about three lines


def known(
    schema: Schema,
    page: Page,
    answers: Mapping[str, Any],
    sources: Mapping[str, Any],
    errors: Mapping[str, str],
) -> bool:
    """True when the page asks nothing new: every field is filled from a source, or optional, and right."""
    required = set(schema.get("required", ()))
    asks = [name for name in page.fields if name in required or name in answers]
    return bool(asks) and all(name in sources and name in answers and name not in errors for name in asks)
