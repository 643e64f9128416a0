"""Dates of papers that have passed: a certificate, a licence, a passport. Fields say by ``x-expires`` that they are such a date."""

from collections.abc import Mapping
from datetime import date
from typing import Any


def passed_fields(
    properties: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Any], on: date
) -> dict[str, date]:
    """{field: its last valid day} of papers whose validity ended before local date ``on``. What is no date says nothing.

    A paper is good on its last day. Whether a service refuses such a paper is for its eligibility to say, not for this.
    """
    told = {name: answers.get(name) for name, prop in properties.items() if prop.get("x-expires")}
    dates = {name: day for name, value in told.items() if (day := _day(value)) is not None}
    return {name: day for name, day in dates.items() if day < on}


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
