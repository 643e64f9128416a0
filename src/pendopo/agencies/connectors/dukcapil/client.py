"""Asks the population registry for one person by number. The caller has the person's consent and has recorded it."""

import json
from typing import Any, Final

from django.conf import settings

from pendopo.agencies.connectors.dukcapil import mapping
from pendopo.kernel import outward
from pendopo.kernel.errors import Unavailable

AGENCY: Final = "mpp"


def fetch(nik: str) -> dict[str, str] | None:
    """Record of the person with this number in the registry's own field names, or None when it knows nobody.

    Raises: Unavailable; ``permanent`` when trying again cannot help (our token is refused, the answer makes no sense).
    """
    answer = _call("CALL_NIK", {"NIK": nik})
    try:
        return mapping.record_of(answer, nik)
    except mapping.NotUnderstood as error:
        raise Unavailable(f"population registry: {error}", permanent=True) from error


def verify(nik: str, claims: dict[str, str]) -> dict[str, bool] | None:
    """Which of ``claims`` (registry's field -> value) agree with the registry; None when it knows nobody.

    A field the registry does not answer about is left out. Raises: Unavailable.
    """
    answer = _call("CALL_VERIFY", {**claims, "NIK": nik})
    try:
        told = mapping.record_of(answer, nik)
    except mapping.NotUnderstood as error:
        raise Unavailable(f"population registry: {error}", permanent=True) from error
    return (
        None
        if told is None
        else {field: told[field].startswith("Sesuai") for field in claims if field in told}
    )


def _call(kind: str, question: dict[str, Any]) -> object:
    return outward.ask(
        "population registry",
        "POST",
        f"{settings.DUKCAPIL_URL}/dukcapil/get_json/{AGENCY}/{kind}",
        body=json.dumps(question).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {settings.DUKCAPIL_TOKEN}"},
    )
