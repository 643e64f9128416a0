"""Words and building blocks of the shapes: names, closed lists, records, tables."""

from collections.abc import Mapping
from typing import Any, Final

SLUG: Final = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 48}
NAME: Final = {"type": "string", "minLength": 1, "maxLength": 300}
TEXT: Final = {"type": ["string", "null"], "maxLength": 4000}
CONFIDENCE: Final = {"enum": ["sourced", "general-knowledge"]}
FACT_KEY: Final = {"type": "string", "pattern": "^[a-z][a-z0-9_]*([.][a-z0-9_]+)+$", "maxLength": 64}
FIELD_NAME: Final = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "maxLength": 64}
STEP_KINDS: Final = (
    "completeness",
    "screening",
    "verification",
    "recommendation",
    "inspection",
    "fee_assessment",
    "payment",
    "commitment",
    "drafting",
    "initials",
    "signing",
    "numbering",
    "hand_over",
    "forward",
    "automatic",
)
CATEGORIES: Final = (
    "business",
    "civil-registration",
    "construction-land",
    "education",
    "environment",
    "finance",
    "health",
    "immigration",
    "justice",
    "labour",
    "other",
    "police",
    "religion",
    "social",
    "tax",
    "tourism",
    "transport",
    "utility",
)
ROLES: Final = (
    "front_officer",
    "back_officer",
    "technical_team",
    "section_head",
    "signatory",
    "cashier",
    "catalogue_editor",
    "mall_operator",
    "applicant",
    "system",
)
FIELD_TYPES: Final = (
    "string",
    "text",
    "integer",
    "number",
    "date",
    "boolean",
    "enum",
    "currency",
    "nik",
    "email",
    "phone",
)
APPLICANTS: Final = ("company",)
"""Kinds of applicant that a paper or fact may be for alone: a company is what has a deed, unlike a person with a business."""
OPTIONS: Final = {
    "anyOf": [
        {"type": "array", "minItems": 1, "items": {"type": ["string", "object"]}},
        {"type": "object", "minProperties": 1},
        {"type": "null"},
    ]
}


def record(must: list[str], /, **properties: Any) -> dict[str, Any]:
    """An object with exactly these keys, of which ``must`` may not be missing."""
    return {"type": "object", "additionalProperties": False, "required": must, "properties": properties}


def table_of(keys: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    """An object whose keys are free within a shape and whose values are all alike."""
    return {"type": "object", "propertyNames": keys, "additionalProperties": item}


def optional(kind: str, **more: Any) -> dict[str, Any]:
    """A value that may be null."""
    return {"type": [kind, "null"], **more}
