"""Which services are granted by silence when nobody decides in time, under which law; and which never are.

The service may say it itself (``tacit_approval``); else the region's policy does. Some papers are never granted so, whatever anybody
writes: the catalogue is refused when it says otherwise.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from pendopo.catalogue.rules import promises
from pendopo.catalogue.rules.city import City, Problem

Spec = Mapping[str, Any]

GENERAL_DAYS: Final = 5
"""Working days after a complete file when no rule of the sector sets a time. Source: UU 30/2014 art. 53 as rewritten by UU 6/2023."""

DEFAULTS: Final = ("permits", "none")
ELSEWHERE: Final = frozenset({"pass-through"})
"""Procedures whose decision is taken in the agency's own system: our silence is not the agency's."""

ALWAYS_NEVER: Final[tuple[Spec, ...]] = (
    {
        "documents": ["KTP", "KIA", "Paspor", "SIM"],
        "reason": "identity cards, passports and driving licences prove a person",
    },
)


class Regime(StrEnum):
    """The law under which silence grants."""

    GENERAL = "general"
    OSS = "oss"


def tacit(content: Spec, policy: Spec) -> Regime | None:
    """The regime under which silence grants this service, or None. ``content`` is a version's, ``policy`` the region's ``tacit_approval``.

    Source: UU 30/2014 art. 53 (general); PP 28/2025 art. 225 and 230 (files from OSS with a term in days).
    """
    said = content.get("tacit_approval")
    if (
        said is False
        or content["procedure"]["id"] in ELSEWHERE
        or never(content["output"]["document"], policy)
    ):
        return None
    if content["procedure"]["id"] == "oss-fed" and promises.in_days(content):
        return Regime.OSS
    default = policy.get("default", "none") == "permits" and content["kind"] == "permit"
    return Regime.GENERAL if said or default else None


def never(document: str, policy: Spec) -> str:
    """Why a document of that name is never granted by silence; empty when it may be."""
    for entry in (*ALWAYS_NEVER, *(policy.get("never") or ())):
        if any(re.search(rf"\b{re.escape(name)}\b", document) for name in entry["documents"]):
            return str(entry["reason"])
    return ""


def problems(city: City) -> Iterator[Problem]:
    """Everything wrong with what the folder says about silence."""
    policy = city.part("region").get("tacit_approval") or {}
    faults = list(_policy_faults(policy))
    for fault in faults:
        yield city.sheets["region"].problem(("tacit_approval",), fault)
    for placed in city.placed():
        service = placed.data
        if not service.get("tacit_approval") or faults:
            continue
        if reason := never(service["output"]["document"], policy):
            yield placed.problem(
                f"{service['id']}: may not be granted by silence: {reason}", "tacit_approval"
            )
        elif service["procedure"] in ELSEWHERE:
            yield placed.problem(
                f"{service['id']}: may not be granted by silence: it is decided in the agency's own system",
                "tacit_approval",
            )


def _policy_faults(policy: Any) -> Iterator[str]:
    if not isinstance(policy, Mapping) or policy.get("default", "none") not in DEFAULTS:
        yield f"tacit_approval.default must be one of {', '.join(DEFAULTS)}"
        return
    for entry in policy.get("never") or ():
        names = entry.get("documents") if isinstance(entry, Mapping) else None
        if not (names and all(isinstance(name, str) and name for name in names) and entry.get("reason")):
            yield "tacit_approval.never: each entry needs documents (names) and a reason"
