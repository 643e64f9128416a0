"""The shape of bundles.yaml in JSON Schema."""

from typing import Any, Final

from pendopo.catalogue.rules.shapes.parts import (
    APPLICANTS,
    CATEGORIES,
    CONFIDENCE,
    FIELD_NAME,
    NAME,
    SLUG,
    TEXT,
    optional,
    record,
    table_of,
)

_WHEN: Final = optional("string", minLength=1, maxLength=400)
_OPTION: Final = record(["name", "name_en"], name=NAME, name_en=NAME)
_OPTIONS: Final[dict[str, Any]] = {
    **table_of({"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}, _OPTION),
    "minProperties": 2,
}
_ASKS: Final = {"name": NAME, "name_en": NAME, "hint": TEXT, "hint_en": TEXT, "options": _OPTIONS}
_NAMES: Final = {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True}
_LEADS: Final = {
    "services": {"type": "array", "minItems": 1, "items": record(["id"], id=SLUG, when=_WHEN, after=_NAMES)},
    "holds": {"type": "array", "items": record(["requirements"], requirements=_NAMES, when=_WHEN)},
    "instead": {
        "type": "array",
        "items": record(
            ["requirement", "service"],
            requirement=SLUG,
            service={**SLUG, "type": ["string", "null"]},
            when=_WHEN,
        ),
    },
    "without": {
        "type": "array",
        "items": record(["only_for"], only_for={"enum": list(APPLICANTS)}, when=_WHEN),
    },
    "contradictions": {
        "type": "array",
        "items": record(
            ["when", "says", "says_en"], when={"type": "string", "minLength": 1}, says=NAME, says_en=NAME
        ),
    },
}
_GOAL: Final = record(
    ["name", "name_en", "category", "say", "services"],
    name=NAME,
    name_en=NAME,
    category={"enum": list(CATEGORIES)},
    say={
        "type": "array",
        "items": {"type": "string", "minLength": 2, "maxLength": 80},
        "minItems": 1,
        "uniqueItems": True,
    },
    questions={
        "type": "array",
        "maxItems": 6,
        "items": {
            "anyOf": [FIELD_NAME, record(["id", "name", "name_en", "options"], id=FIELD_NAME, **_ASKS)]
        },
    },
    **_LEADS,
)
_DATE: Final = {"type": "string", "format": "date"}
BUNDLES: Final = record(
    ["goals"],
    questions=table_of(FIELD_NAME, record(["name", "name_en", "options"], **_ASKS, **_LEADS)),
    competence={
        "type": "array",
        "items": record(
            ["agency", "services", "legal_basis"],
            agency=SLUG,
            services={"type": "array", "items": SLUG, "minItems": 1, "uniqueItems": True},
            legal_basis=NAME,
            confidence=CONFIDENCE,
            when=_WHEN,
            valid_from=_DATE,
            valid_to=_DATE,
        ),
    },
    goals=table_of(SLUG, _GOAL),
)
