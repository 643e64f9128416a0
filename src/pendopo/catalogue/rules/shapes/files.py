"""The shape of every file of a city as JSON Schema, and the finder of deviations with their lines."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import jsonschema_rs

from pendopo.catalogue.rules.automatic import SHAPE as AUTO
from pendopo.catalogue.rules.city import Problem, Sheet
from pendopo.catalogue.rules.shapes.bundles import BUNDLES
from pendopo.catalogue.rules.shapes.dated import ELIGIBILITY, LAST_DAY, TABLE
from pendopo.catalogue.rules.shapes.parts import (
    APPLICANTS,
    CATEGORIES,
    CONFIDENCE,
    FACT_KEY,
    FIELD_NAME,
    FIELD_TYPES,
    NAME,
    OPTIONS,
    ROLES,
    SLUG,
    STEP_KINDS,
    TEXT,
)
from pendopo.catalogue.rules.shapes.parts import optional as _optional
from pendopo.catalogue.rules.shapes.parts import record as _record
from pendopo.catalogue.rules.shapes.parts import table_of as _table
from pendopo.catalogue.rules.shapes.purposes import shape as _purposes

_ASKED: Final = {
    "type": {"enum": list(FIELD_TYPES)},
    "options": OPTIONS,
    "max_length": _optional("integer", minimum=1, maximum=20000),
    "minimum": _optional("number"),
    "maximum": _optional("number"),
    "pattern": _optional("string", maxLength=400, format="regex"),
    "unit": _optional("string", maxLength=40),
    "help": TEXT,
    "help_en": TEXT,
    "autocomplete": _optional("string", maxLength=40),
    "expires": {"type": "boolean"},
}
_FACT: Final = _record(
    ["name", "name_en", "type"],
    name=NAME,
    name_en=NAME,
    subject={"type": "string", "maxLength": 40},
    registry=TEXT,
    registry_field=TEXT,
    freshness_days=_optional("integer", minimum=0),
    privacy={"enum": ["public", "personal", "sensitive"]},
    paper={"type": "string", "maxLength": 60},
    only_for={"enum": list(APPLICANTS)},
    own=FACT_KEY,
    **_ASKED,
)
_FIELD: Final = _record(
    ["id", "title", "title_en", "type"],
    id=FIELD_NAME,
    title=NAME,
    title_en=NAME,
    required={"type": "boolean"},
    **_ASKED,
)
_REQUIREMENT: Final = _record(
    ["name", "kind"],
    name=NAME,
    name_en=NAME,
    kind={"enum": ["document", "data", "payment"]},
    from_service={**SLUG, "type": ["string", "null"]},
    facts={"type": "array", "items": FACT_KEY, "uniqueItems": True},
    digital={"type": "boolean"},
    fields={"type": "array", "items": _FIELD},
    replaced_by={"enum": ["form", "declaration", None]},
    when_proxy={"type": "boolean"},
    subject=_optional("string", maxLength=40),
    usual={"type": "boolean"},
    only_for={"enum": list(APPLICANTS)},
    help=TEXT,
    help_en=TEXT,
)
_STEP: Final = _record(
    ["id", "kind", "name", "name_en"],
    id=SLUG | {"pattern": "^[a-z0-9]+([-_][a-z0-9]+)*$"},
    kind={"enum": list(STEP_KINDS)},
    name=NAME,
    name_en=NAME,
    agency=SLUG,
    role={"enum": list(ROLES)},
    share_of_deadline={"type": "number", "minimum": 0, "maximum": 1},
    after={"type": "array", "items": {"type": "string"}, "uniqueItems": True},
    when=_optional("string", minLength=1, maxLength=400),
    auto=AUTO,
)
_PROCEDURE: Final = _record(
    ["name", "name_en", "clock_starts", "steps"],
    name=NAME,
    name_en=NAME,
    description=TEXT,
    description_en=TEXT,
    clock_starts={"type": "string", "maxLength": 60},
    fee_paid_at={"enum": ["mall", "agency"]},
    steps={"type": "array", "minItems": 1, "items": _STEP},
)
_LINE: Final = _record(
    ["id", "name", "name_en", "formula"],
    id=SLUG | {"pattern": "^[a-z0-9]+([-_][a-z0-9]+)*$"},
    name=NAME,
    name_en=NAME,
    formula={"type": ["string", "number"]},
    when=_optional("string"),
    terms={"type": "array", "items": FIELD_NAME},
    legal_basis={"type": ["string", "array", "null"]},
    confidence=CONFIDENCE,
)
_TERM: Final = _record(
    ["id", "name", "name_en", "formula"],
    id=FIELD_NAME,
    name=NAME,
    name_en=NAME,
    unit=TEXT,
    formula={"type": "string"},
)
_SERVICE: Final = _record(
    [
        "id",
        "name",
        "name_en",
        "kind",
        "category",
        "applicant",
        "requirements",
        "fee",
        "output",
        "confidence",
        "procedure",
    ],
    id=SLUG,
    name=NAME,
    name_en=NAME,
    kind={"enum": ["permit", "non-permit"]},
    category={"enum": list(CATEGORIES)},
    applicant={"enum": ["person", "business", "both"]},
    channel_default={"enum": ["online", "counter", "both", "offline", None]},
    requirements={
        "type": "array",
        "items": _record(
            ["id"],
            id={"type": "string"},
            optional={"type": "boolean"},
            from_service={**SLUG, "type": ["string", "null"]},
            held_by=_optional("string", maxLength=120),
            subject=_optional("string", maxLength=40),
        ),
    },
    about=_optional("string", maxLength=40),
    requirements_added={"type": "array", "items": {"type": "string"}},
    sla_working_days=_optional("integer", minimum=0, maximum=1000),
    sla_calendar_days=_optional("integer", minimum=1, maximum=1000),
    max_rounds=_optional("integer", minimum=1, maximum=10),
    sla_minutes=_optional("integer", minimum=0, maximum=100000),
    fee=_record(
        ["type"],
        type={"enum": ["free", "fixed", "formula", "by-regulation"]},
        amount_idr=_optional("integer", minimum=0),
        note=TEXT,
        note_en=TEXT,
        lines={"type": "array", "items": _LINE},
        terms={"type": "array", "items": _TERM},
    ),
    output=_record(
        ["document"], document=NAME, document_en=NAME, validity_months=_optional("number", minimum=0)
    ),
    tacit_approval={"type": ["boolean", "null"]},
    legal_basis={"type": ["array", "null"], "items": {"type": "string"}},
    source=TEXT,
    confidence=CONFIDENCE,
    sourced_facets={"type": "array", "items": {"type": "string"}},
    procedure={"type": "string"},
    auto=_table({"type": "string"}, AUTO),
    technical_agency={**SLUG, "type": ["string", "null"]},
    inspection={"type": "boolean"},
    eligibility=ELIGIBILITY,
    ends_on=LAST_DAY,
    replaced_by={**SLUG, "type": ["string", "null"]},
)
_REFERENCE: Final = _record(
    ["value", "name", "name_en"],
    value={"type": ["number", "string"]},
    unit=TEXT,
    name=NAME,
    name_en=NAME,
    legal_basis={"type": ["string", "array", "null"]},
    confidence=CONFIDENCE,
    valid_from=TEXT,
    valid_to=TEXT,
    source=TEXT,
)

SHAPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "region": {"type": "object", "required": ["code", "name", "timezone"]},
    "facts": _record(
        ["facts", "base_form"],
        facts=_table(FACT_KEY, _FACT),
        base_form=_record(
            ["person", "business"],
            person={"type": "array", "items": FACT_KEY, "minItems": 1, "uniqueItems": True},
            business={"type": "array", "items": FACT_KEY, "minItems": 1, "uniqueItems": True},
        ),
    ),
    "requirements": _table(
        {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 60}, _REQUIREMENT
    ),
    "procedures": _table(SLUG | {"pattern": "^[a-z0-9]+([-_][a-z0-9]+)*$"}, _PROCEDURE),
    "references": _table({"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "maxLength": 64}, _REFERENCE),
    "bundles": BUNDLES,
    "purposes": _purposes(_FIELD),
    "table": TABLE,
    "synonyms": {
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["say"],
            "properties": {
                "say": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "string", "minLength": 2, "maxLength": 80},
                },
                "services": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                "words": {"type": "string", "minLength": 2},
            },
            "oneOf": [{"required": ["services"]}, {"required": ["words"]}],
        },
    },
    "agency": _record(
        ["id", "name", "name_en", "level", "services"],
        id=SLUG,
        name=NAME,
        name_en=NAME,
        level={"type": "string", "maxLength": 40},
        presence=_record(
            ["status"],
            status={"type": "string", "maxLength": 40},
            successor={**SLUG, "type": ["string", "null"]},
            source=TEXT,
            note=TEXT,
        ),
        connector={"type": ["string", "object", "null"]},
        complaint_channels={"type": "array"},
        services={"type": "array", "items": _SERVICE},
    ),
    "form": {
        "type": "object",
        "required": ["type", "properties", "additionalProperties", "x-pages"],
        "properties": {
            "type": {"const": "object"},
            "additionalProperties": {"const": False},
            "properties": {
                "type": "object",
                "propertyNames": FIELD_NAME,
                "additionalProperties": {"type": "object", "required": ["title"]},
            },
            "x-pages": {
                "type": "array",
                "minItems": 1,
                "items": _record(
                    ["id", "title", "title_en", "fields"],
                    id=SLUG,
                    title=NAME,
                    title_en=NAME,
                    intro=TEXT,
                    intro_en=TEXT,
                    fields={"type": "array", "minItems": 1, "items": {"type": "string"}, "uniqueItems": True},
                ),
            },
        },
    },
}


@cache
def _validator(shape: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(dict(SHAPES[shape]), validate_formats=True)


def deviations(sheet: Sheet, shape: str) -> Iterator[tuple[tuple[str | int, ...], Problem]]:
    """Yield each place where ``sheet`` deviates from ``shape`` with its problem."""
    for error in _validator(shape).iter_errors(sheet.value):
        keys = tuple(error.instance_path)
        detail = error.kind.as_dict()
        if error.kind.name == "additionalProperties":
            for name in detail["unexpected"]:
                yield (
                    (*keys, name),
                    sheet.problem((*keys, name), f"unknown key {name!r}: remove it or mend its spelling"),
                )
        elif error.kind.name == "propertyNames":
            name = detail["error"].instance
            yield (
                (*keys, name),
                sheet.problem((*keys, name), f"{name!r} is not a valid name here: {detail['error'].message}"),
            )
        else:
            yield keys, sheet.problem(keys, f"{_place(keys)}{error.message}")


def _place(keys: tuple[str | int, ...]) -> str:
    words = [str(key) for key in keys if not isinstance(key, int)]
    return f"{words[-1]}: " if words else ""
