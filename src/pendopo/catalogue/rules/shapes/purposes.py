"""The shape of purposes.yaml in JSON Schema."""

from collections.abc import Mapping
from typing import Any, Final

from pendopo.catalogue.rules.shapes.parts import FIELD_NAME, NAME, SLUG, TEXT, optional, record, table_of

PURPOSES: Final = ("renewal", "amendment", "duplicate", "certified_copy")
_DIFFERS: Final = {
    "service": SLUG,
    "opens_days": {"type": "integer", "minimum": 1, "maximum": 3650},
    "late_days": optional("integer", minimum=0, maximum=3650),
    "sla_working_days": {"type": "integer", "minimum": 0, "maximum": 365},
    "sla_calendar_days": {"type": "integer", "minimum": 1, "maximum": 365},
    "fee": {"type": "object", "required": ["type"]},
}


def shape(field: Mapping[str, Any]) -> dict[str, Any]:
    """The shape of purposes.yaml in JSON Schema; ``field`` is that of a question."""
    purpose = record(
        ["name", "name_en", "asks", "fields"],
        name=NAME,
        name_en=NAME,
        intro=TEXT,
        intro_en=TEXT,
        asks={"enum": ["all", "own"]},
        procedure=SLUG,
        fields={"type": "array", "items": field},
        when={
            "type": "array",
            "items": record(
                ["field", "is", "require"],
                field=FIELD_NAME,
                **{"is": {"type": "string"}},
                require={"type": "array", "items": FIELD_NAME, "minItems": 1},
            ),
        },
        confirms={
            "type": "array",
            "items": record(
                ["step", "field", "is", "says", "says_en"],
                step=SLUG,
                field=FIELD_NAME,
                **{"is": {"type": "string"}},
                says=NAME,
                says_en=NAME,
            ),
        },
        **{key: value for key, value in _DIFFERS.items() if key != "service"},
    )
    differs = {"anyOf": [{"const": False}, record([], **_DIFFERS)]}
    return record(
        [],
        **dict.fromkeys(PURPOSES, purpose),
        services=table_of(SLUG, record([], **dict.fromkeys(PURPOSES, differs))),
    )
