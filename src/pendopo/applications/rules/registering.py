"""Papers whose number is given by a register outside, not by our numbering. Pure."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from pendopo.applications.rules.terms import Purpose, State
from pendopo.catalogue.api import is_own

NIB: Final = "business.nib"
AWAY: Final = "register_away"
"""Reason of a wait that ends by itself: the register does not answer."""
SOLE_TRADER: Final = "PERSEORANGAN"
_NPWP_DIGITS: Final = 16
_SOON: Final = timedelta(minutes=1)
_LATER: Final = timedelta(hours=1)


def gives_nib(carried: Collection[str]) -> bool:
    """True when the paper of a service is a NIB: ``carried`` are the fact keys of the requirement it meets."""
    return NIB in carried


def needs_register(
    state: str, purpose: str, carried: Collection[str], *, for_business: bool, has_document: bool
) -> bool:
    """True when OSS must be asked before the paper can be issued: a first NIB, granted, to somebody who has none yet."""
    granted = state in {State.APPROVED, State.DEEMED_APPROVED}
    first = purpose == Purpose.NEW and not for_business and not has_document
    return granted and first and gives_nib(carried)


def is_about(known: Mapping[str, Any], told: Mapping[str, Any], nik: str) -> bool:
    """True when a business of which ``known`` is recorded is the one an application of this person is about: OSS gives each one NIB.

    Shapes: facts by key, opened; ``told`` are the applicant's answers. Only whom OSS names as responsible has it; a company is known by
    its taxpayer number, of 15 digits or of 16 with a 0 before them, and a person has one business of their own.
    """
    if known.get("business.responsible_nik") != nik:
        return False
    if not told.get("business.legal_entity_no"):
        return known.get("business.legal_form") == SOLE_TRADER
    theirs, asked = (str(one.get("business.npwp") or "").zfill(_NPWP_DIGITS) for one in (known, told))
    return theirs == asked


def told_by_fact(schema: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers about the applicant or their business by fact key; what was left empty is left out."""
    return {
        prop["x-fact"]: answers[name]
        for name, prop in schema["properties"].items()
        if "x-fact" in prop and is_own(prop) and answers.get(name) not in (None, "")
    }


def next_try(reason: str) -> timedelta:
    """After how long the register is asked again: soon when it was away; what somebody must mend there takes longer."""
    return _SOON if reason == AWAY else _LATER
