"""Answers made up for a form: the first of a few ordinary values that fits each question."""

import base64
import io
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

import jsonschema_rs

if TYPE_CHECKING:
    from pendopo.identity.api import Actor

TEXTS = (
    "Jalan Engku Putri No. 17, Batam Center", "Warung Bu Siti", "081234567890", "siti@contoh.id", "1994-08-17", "2171105708950002",
    "1234567890123", "29432", "001", "10:30", "0012345678", "123456789012345", "1.1287, 104.0528",
)  # fmt: skip
NIK = "217110570895{:04}"
NUMBERS = (1, 36, 120, 2024, 3000, 1_000_000)


DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)


def paper(by: "Actor") -> str:
    """Send the smallest picture there is as ``by``; returns its id, which may stand for any paper of theirs."""
    from pendopo.documents.api import receive

    return str(receive(by=by, name="berkas.png", stream=io.BytesIO(DOT)).id)


def sample(schema: Mapping[str, Any], paper: str = "") -> dict[str, Any]:
    """Answers to every question that must be answered; uploads get ``paper``. Raises ValueError naming a question nothing fits."""
    people = map(NIK.format, count(2))  # each question about somebody is about somebody else
    given = {"file": lambda: paper, "nik": lambda: next(people)}
    asked = {name: schema["properties"][name] for name in schema.get("required", ())}
    return {
        name: given[kind]() if (kind := question.get("x-widget", "")) in given and (paper or kind != "file") else _value(name, question)
        for name, question in asked.items()
    }  # fmt: skip


def _value(name: str, question: Mapping[str, Any]) -> Any:
    fits = jsonschema_rs.validator_for(dict(question), validate_formats=True)
    for value in (question.get("const"), *question.get("enum", ()), True, *NUMBERS, *TEXTS):
        if value is not None and fits.is_valid(value):
            return value
    raise ValueError(f"nothing at hand fits {name}: {question}")
