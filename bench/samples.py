"""Answers made up for a form: the first of a few ordinary values that fits each question."""

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

TEXTS = (
    "Jalan Engku Putri No. 17, Batam Center", "Warung Bu Siti", "081234567890", "siti@contoh.id", "1994-08-17", "2171105708950002",
    "1234567890123", "29432", "001", "10:30",
)  # fmt: skip
NUMBERS = (1, 36, 120, 1_000_000)


def sample(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Answers to every question that must be answered, except uploads. Raises ValueError naming a question nothing fits."""
    asked = {name: schema["properties"][name] for name in schema.get("required", ())}
    return {name: _value(name, question) for name, question in asked.items()}


def _value(name: str, question: Mapping[str, Any]) -> Any:
    fits = jsonschema_rs.validator_for(dict(question), validate_formats=True)
    for value in (question.get("const"), *question.get("enum", ()), True, *NUMBERS, *TEXTS):
        if value is not None and fits.is_valid(value):
            return value
    raise ValueError(f"nothing at hand fits {name}: {question}")
