"""The form of a service, derived from what it requires: every question once, in short pages.

Leaves out how a form is drawn and where answers are kept. Hand-made forms take the place of derived ones.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, Final

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
FIELDS_A_PAGE: Final = 6
MOST_RADIOS: Final = 5
MAX_IDR: Final = 10_000_000_000_000
# 16 digits whose middle six are a day that exists (women: day + 40), never ending in 0000.
NIK_PATTERN: Final = (
    r"^[1-9]\d{5}(?:"
    r"(?:0[1-9]|[12]\d|4[1-9]|[56]\d)02|"
    r"(?:0[1-9]|[12]\d|30|4[1-9]|[56]\d|70)(?:0[469]|11)|"
    r"(?:0[1-9]|[12]\d|3[01]|4[1-9]|[56]\d|7[01])(?:0[13578]|1[02])"
    r")\d{2}(?!0000)\d{4}$"
)
DATE_PATTERN: Final = r"^(?:19|20)\d{2}-\d{2}-\d{2}$"
FILE_PATTERN: Final = r"^[0-9A-Za-z_-]+$"
NUMBER_PATTERN: Final = r"^[0-9]+$"
LENGTHS: Final = {"string": 150, "text": 2000, "email": 254, "phone": 20, "nik": 16}

_NIK_DIGITS: Final = 16
_NIK_DATE: Final = slice(6, 12)
_DIGITS_ONLY: Final = re.compile(r"\^(?:\[0-9\]|\\d)(?:\{(\d+)(?:,(\d+))?\}|\+)\$")

Spec = Mapping[str, Any]
Property = dict[str, Any]


def property_name(*parts: str) -> str:
    """``person.full_name`` -> ``person_full_name``; the only place that decides how answers are called."""
    return "_".join(parts).replace(".", "_").replace("-", "_")


def derive_form(
    service: Spec,
    requirements: Iterable[Spec],
    facts: Mapping[str, Spec],
    base_form: Spec,
    place: Mapping[str, Property] | None = None,
) -> dict[str, Any]:
    """JSON Schema 2020-12 of a service's form.

    Shape: ``requirements`` are the service's own, merged with the registry (id, name, kind, optional, held_by, facts, fields,
    digital, replaced_by, when_proxy). ``place``: fields that say which agency is competent. Keywords beginning with ``x-`` tell the
    screen how to ask.
    """
    form = _Form()
    wanted = list(requirements)
    _ask_facts(form, service, wanted, facts, base_form)
    for key in sorted(facts.keys() & _ruled_facts(service)):
        form.add("applicant", property_name(key), _fact(key, facts[key]), required=True)
    for name, prop in (place or {}).items():
        form.add("request", name, prop, required=True)
    for requirement in wanted:
        _ask_data(form, requirement)
    for requirement in wanted:
        if needs_file(requirement):
            form.add(
                "documents",
                property_name("file", requirement["id"]),
                _file(requirement),
                not is_spare(requirement),
            )
    form.add("declaration", "declaration", declaration(), required=True)
    return form.schema(service)


def needs_file(requirement: Spec) -> bool:
    """True when the applicant must (or may) upload this requirement: a paper that no registry and no form replaces."""
    if requirement.get("digital") or requirement.get("replaced_by"):
        return False
    return requirement["kind"] == "document" or (
        requirement["kind"] == "payment" and bool(requirement.get("from_service"))
    )


def is_spare(requirement: Spec) -> bool:
    """True when an application is complete without it."""
    return bool(requirement.get("optional") or requirement.get("when_proxy"))


def digits_of(prop: Spec) -> tuple[int, int] | None:
    """(fewest, most) digits of a field whose pattern takes digits alone; 0 at an end where the pattern sets no bound. None for others."""
    match = _DIGITS_ONLY.fullmatch(str(prop.get("pattern") or ""))
    if match is None:
        return None
    fewest = int(match[1] or 0)
    return fewest, int(match[2] or fewest)


def nik_fault(value: str) -> str:
    """What is wrong with a NIK that does not fit the pattern, as code: its length, its region, the date inside it, or its last digits."""
    if len(value) != _NIK_DIGITS or not (value.isascii() and value.isdigit()):
        return "nik_length"
    if value.startswith("0"):
        return "nik_region"
    whole_date = "310180"  # a day that exists, in the place of the one inside
    mended = f"{value[: _NIK_DATE.start]}{whole_date}{value[_NIK_DATE.stop :]}"
    return "nik_date" if re.search(NIK_PATTERN, mended) else "nik_serial"


def is_own(prop: Spec) -> bool:
    """True for a field about the applicant (or their business), not about a child or a witness."""
    return bool(prop.get("x-person", "self") == "self")


def asked_facts(requirement: Spec) -> list[str]:
    """Facts that take the place of this requirement. A paper another person holds says nothing about the applicant."""
    if requirement.get("held_by"):
        return []
    if (
        requirement["kind"] == "data"
        or requirement.get("digital")
        or requirement.get("replaced_by") == "form"
    ):
        return list(requirement.get("facts") or [])
    return []


class _Form:
    """Properties and pages while they are gathered."""

    PAGES: Final = {
        "applicant": ("Tentang Anda", "About you"),
        "request": ("Tentang permohonan", "About the application"),
        "documents": ("Dokumen", "Documents"),
        "declaration": ("Pernyataan", "Declaration"),
    }

    def __init__(self) -> None:
        self.properties: dict[str, Property] = {}
        self.required: list[str] = []
        self.fields: dict[str, list[str]] = {page: [] for page in self.PAGES}

    def add(self, page: str, name: str, prop: Property, required: bool) -> None:
        if name in self.properties:
            return
        if required and prop["type"] == "string":
            prop.setdefault("minLength", 1)
        self.properties[name] = prop
        self.fields[page].append(name)
        if required:
            self.required.append(name)

    def schema(self, service: Spec) -> dict[str, Any]:
        return {
            "$schema": DIALECT,
            "type": "object",
            "title": service["name"],
            "x-title-en": service["name_en"],
            "properties": self.properties,
            "required": self.required,
            "additionalProperties": False,
            "x-pages": list(self._pages(service)),
        }

    def _pages(self, service: Spec) -> Iterable[dict[str, Any]]:
        for page, fields in self.fields.items():
            title, title_en = self.PAGES[page]
            if page == "applicant" and service["applicant"] == "business":
                title, title_en = "Tentang perusahaan", "About the company"
            parts = even_parts(fields, FIELDS_A_PAGE)
            for number, part in enumerate(parts, 1):
                many = len(parts) > 1
                yield {
                    "id": page if number == 1 else f"{page}-{number}",
                    "title": f"{title} ({number} dari {len(parts)})" if many else title,
                    "title_en": f"{title_en} ({number} of {len(parts)})" if many else title_en,
                    "fields": part,
                }


def in_order_of_pages(schema: Spec) -> list[str]:
    """Names of a form's fields as its pages ask them; what no page names comes last. An object in the database keeps no order."""
    placed = [name for page in schema.get("x-pages") or () for name in page["fields"]]
    return [*placed, *(name for name in schema["properties"] if name not in placed)]


def even_parts(items: list[str], most: int) -> list[list[str]]:
    """Cut into parts of at most ``most`` that differ by one at the most: 7 -> 4 + 3, never 6 + 1."""
    count = -(-len(items) // most)
    bounds = [len(items) * index // count for index in range(count + 1)] if count else []
    return [items[start:end] for start, end in pairwise(bounds)]


def _ask_facts(
    form: _Form, service: Spec, wanted: list[Spec], facts: Mapping[str, Spec], base_form: Spec
) -> None:
    applicant = service["applicant"]
    for key in base_form["business" if applicant == "business" else "person"]:
        form.add("applicant", property_name(key), _fact(key, facts[key]), required=True)
    if applicant == "both":
        for key in ("business.name", "business.nib"):
            if key in facts:
                prop = _fact(key, facts[key]) | {
                    "x-help": "Isi bila Anda mengajukan untuk badan usaha.",
                    "x-help-en": "Fill in when you apply for a business.",
                }
                form.add("applicant", property_name(key), prop, required=False)
    for requirement in sorted(wanted, key=is_spare):
        for key in asked_facts(requirement):
            page = "applicant" if key.split(".")[0] in {"person", "business"} else "request"
            form.add(page, property_name(key), _fact(key, facts[key]), not is_spare(requirement))


def _ruled_facts(service: Spec) -> set[str]:
    """Facts that the rules of eligibility look at: who may apply cannot be judged by what is not asked."""
    text = " ".join(rule["when"] for rule in service.get("eligibility") or ())
    return set(re.findall(r"\bfacts\.((?:person|business)\.[a-z][a-z0-9_]*)", text))


def _ask_data(form: _Form, requirement: Spec) -> None:
    if requirement["kind"] != "data" or requirement.get("replaced_by"):
        return
    required = not is_spare(requirement)
    for field in requirement.get("fields") or []:
        prop = question(field | {"name": field["title"], "name_en": field["title_en"]})
        prop["x-requirement"] = requirement["id"]
        name = property_name(requirement["id"], field["id"])
        form.add("request", name, prop, required and field.get("required", True))
    if not requirement.get("fields") and not asked_facts(requirement):
        prop = question({**requirement, "type": "string", "max_length": 300}) | {
            "x-requirement": requirement["id"]
        }
        form.add("request", property_name(requirement["id"]), prop, required)


def _fact(key: str, fact: Spec) -> Property:
    kind = "nik" if key.endswith((".nik", "_nik")) else fact["type"]
    prop = question({**fact, "type": kind}) | {"x-fact": key}
    if fact.get("subject") and fact["subject"] not in {"person", "business"}:
        prop["x-person"] = fact["subject"]
    if kind == "date" and "birth" in key:
        prop["x-max"] = "today"
    return prop


def question(asked: Spec) -> Property:
    """One property from {name, name_en, type, options, max_length, minimum, maximum, pattern, unit, help, autocomplete, expires}."""
    name_en = asked.get("name_en") or asked["name"]
    prop: Property = {"title": asked["name"], "x-title-en": name_en, **_typed(asked)}
    for ours, theirs in (
        ("help", "x-help"),
        ("help_en", "x-help-en"),
        ("unit", "x-unit"),
        ("autocomplete", "x-autocomplete"),
        ("minimum", "minimum"),
        ("maximum", "maximum"),
    ):
        if asked.get(ours) is not None:
            prop[theirs] = asked[ours]
    return prop


def _typed(asked: Spec) -> Property:
    kind = asked["type"]
    if kind == "enum":
        options = named_options(asked.get("options"))
        widget = "radio" if len(options) <= MOST_RADIOS else "select"
        return {
            "type": "string",
            "maxLength": 100,
            "enum": list(options),
            "x-options": options,
            "x-widget": widget,
        }
    if kind == "boolean":
        return {"type": "boolean", "x-widget": "checkbox"}
    if kind == "date":
        return {
            "type": "string",
            "format": "date",
            "maxLength": 10,
            "pattern": DATE_PATTERN,
            "x-widget": "date",
            **({"x-expires": True} if asked.get("expires") else {}),
        }
    if kind in {"integer", "currency", "number"}:
        bounds = {"minimum": 0, "maximum": MAX_IDR if kind == "currency" else 1_000_000_000}
        widget = "currency" if kind == "currency" else "text"
        return {"type": "number" if kind == "number" else "integer", **bounds, "x-widget": widget}
    return _text(asked, kind)


def _text(asked: Spec, kind: str) -> Property:
    prop: Property = {"type": "string", "maxLength": asked.get("max_length") or LENGTHS[kind]}
    prop["x-widget"] = {"text": "textarea", "nik": "nik"}.get(kind, "text")
    if kind == "nik":
        return prop | {"pattern": NIK_PATTERN}
    if kind == "email":
        prop["format"] = "email"
    if asked.get("pattern"):
        prop["pattern"] = asked["pattern"]
    elif kind == "phone":
        prop["pattern"] = r"^[+]?[0-9][0-9 -]{6,18}$"
    return prop


def named_options(options: Any) -> dict[str, dict[str, str]]:
    """Options as {value: {name, name_en}}, from a mapping, a list of words or a list of {value, name, name_en}."""
    if isinstance(options, Mapping):
        pairs = [(str(value), names) for value, names in options.items()]
    else:
        pairs = [(str(o["value"]), o) if isinstance(o, Mapping) else (str(o), o) for o in options or []]
    return {value: _option(names) for value, names in pairs}


def _option(names: Any) -> dict[str, str]:
    if not isinstance(names, Mapping):
        return {"name": str(names), "name_en": str(names)}
    return {"name": str(names["name"]), "name_en": str(names.get("name_en") or names["name"])}


def _file(requirement: Spec) -> Property:
    prop: Property = {
        "type": "string",
        "title": requirement["name"],
        "x-title-en": requirement.get("name_en") or requirement["name"],
        "maxLength": 64,
        "pattern": FILE_PATTERN,
        "x-widget": "file",
        "x-requirement": requirement["id"],
    }
    if requirement.get("when_proxy"):
        prop["x-help"] = "Hanya bila Anda mewakili orang lain."
        prop["x-help-en"] = "Only when you act for someone else."
    elif requirement.get("help"):
        prop["x-help"] = requirement["help"]
    return prop


def declaration() -> Property:
    """The tick under every form: what is said is true."""
    return {
        "type": "boolean",
        "const": True,
        "title": "Saya menyatakan data dan dokumen yang saya berikan benar",
        "x-title-en": "I declare that the data and documents I give are true",
        "x-label": "Pernyataan pemohon",
        "x-label-en": "Declaration of the applicant",
        "x-help": "Keterangan palsu dapat membatalkan keputusan dan dipidana.",
        "x-help-en": "False statements can void the decision and are punishable.",
        "x-widget": "checkbox",
    }
