"""Shapes of what holds from a day until a day: reference tables and rules of eligibility."""

from typing import Final

from pendopo.catalogue.rules.shapes.parts import CONFIDENCE, NAME, SLUG, TEXT, record

DAY: Final = {"type": "string", "format": "date", "pattern": "^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$"}
LAST_DAY: Final = {"anyOf": [DAY, {"type": "null"}]}
KEY: Final = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_]*$", "maxLength": 48}
TABLE: Final = record(
    ["name", "name_en", "rows"],
    name=NAME,
    name_en=NAME,
    unit=TEXT,
    unit_en=TEXT,
    description=TEXT,
    description_en=TEXT,
    services={"type": "array", "items": SLUG, "uniqueItems": True},
    rows={
        "type": "array",
        "minItems": 1,
        "items": record(
            ["key", "name", "name_en", "value", "valid_from", "legal_basis", "confidence"],
            key=KEY,
            name=NAME,
            name_en=NAME,
            value={"type": "number", "minimum": 0},
            unit=TEXT,
            unit_en=TEXT,
            valid_from=DAY,
            valid_until=LAST_DAY,
            legal_basis=NAME,
            confidence=CONFIDENCE,
            source=TEXT,
            note=TEXT,
            note_en=TEXT,
        ),
    },
)
ELIGIBILITY: Final = {
    "type": "array",
    "items": record(
        ["id", "when", "says", "says_en", "valid_from", "legal_basis"],
        id=SLUG,
        when={"type": "string", "minLength": 1, "maxLength": 400},
        says={"type": "string", "minLength": 20, "maxLength": 400},
        says_en={"type": "string", "minLength": 20, "maxLength": 400},
        valid_from=DAY,
        valid_until=LAST_DAY,
        legal_basis=NAME,
        confidence=CONFIDENCE,
    ),
}
