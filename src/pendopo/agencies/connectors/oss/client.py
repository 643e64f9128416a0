"""Asks OSS for one business (``inqueryNIB``). The caller knows why it may ask. By this interface nobody can have a number made."""

import json
from typing import Any, Final

from django.conf import settings

from pendopo.agencies.connectors.oss import mapping
from pendopo.kernel import outward
from pendopo.kernel.errors import Unavailable

METHOD: Final = "inqueryNIB"


def by_nib(nib: str) -> dict[str, Any] | None:
    """The record of the business with this number in OSS's own field names, or None when it knows none.

    Raises: Unavailable; ``permanent`` when trying again cannot help (our key is refused, the answer makes no sense).
    """
    return _inquire({"nib": nib})


def by_npwp(npwp: str) -> dict[str, Any] | None:
    """The same by taxpayer number: of a company, or of a person, which is their NIK. Raises: Unavailable."""
    return _inquire({"npwp": npwp})


def _inquire(asked: dict[str, str]) -> dict[str, Any] | None:
    answer = outward.ask(
        "OSS",
        "POST",
        f"{settings.OSS_URL}/v1/kl/rba/{METHOD}",
        body=json.dumps({METHOD.upper(): asked}).encode(),
        headers={"Content-Type": "application/json", "user_key": settings.OSS_USER_KEY},
    )
    try:
        return mapping.record_of(answer, **asked)
    except mapping.Refused as error:
        raise Unavailable(f"OSS: {error}", permanent=error.permanent) from error
    except mapping.NotUnderstood as error:
        raise Unavailable(f"OSS: {error}", permanent=True) from error
