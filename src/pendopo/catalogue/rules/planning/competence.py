"""Which agency decides. By place, sector or date another than the catalogue's may be competent; plans and filings ask the same function.

The answers it needs are questions of bundles.yaml. The form of every service that a rule speaks of asks them under the same names, so
that whoever files it alone is asked what the finder asks those who plan.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pendopo.catalogue.rules.forms import question
from pendopo.catalogue.rules.planning.goals import holds, named

Spec = Mapping[str, Any]
MARK: Final = "x-question"
"""Keyword of a form's field: the question of bundles.yaml that it asks."""


@dataclass(frozen=True, slots=True)
class Competence:
    """Who decides a service instead of the catalogue's agency, and when. ``is_confirmed`` False: both have yet to agree on it."""

    agency_id: str
    name: str
    name_en: str
    legal_basis: str
    when: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    is_confirmed: bool = False

    def is_in_force(self, on: date) -> bool:
        """True on the days of the law, first and last included."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )


def competent(rules: Iterable[Competence], answers: Mapping[str, Any], on: date) -> Competence | None:
    """The first rule in force on the local date ``on`` that holds; None: the catalogue's agency decides.

    Never on a guess: a rule whose answer is missing keeps the catalogue's agency, whatever the rules after it say.
    """
    given = {name: value for name, value in answers.items() if isinstance(value, str) and value}
    for rule in rules:
        if not rule.is_in_force(on):
            continue
        if not named(rule.when) <= given.keys():
            return None
        if holds(rule.when, given):
            return rule
    return None


def competences_of(content: Spec) -> tuple[Competence, ...]:
    """The rules a service version carries, in their order. Versions made before there were any carry none."""
    return tuple(
        Competence(
            entry["agency"],
            entry["name"],
            entry["name_en"],
            entry["legal_basis"],
            entry["when"],
            _date(entry["valid_from"]),
            _date(entry["valid_to"]),
            entry["is_confirmed"],
        )
        for entry in content.get("competence") or ()
    )


def competent_for(
    content: Spec, answers: Mapping[str, Any], on: date, issued_by: str = ""
) -> Competence | None:
    """Who decides a filing under this version instead of the catalogue's agency; None when that one does.

    ``issued_by``: the agency of the document that is asked about. It decides where the form asks nothing about competence (a duplicate
    is signed by whoever signed the original).
    """
    rules = competences_of(content)
    asked = content["form"]["schema"]["properties"] if rules else {}
    if issued_by and any(named(rule.when) - asked.keys() for rule in rules):
        rule = next((rule for rule in rules if rule.agency_id == issued_by), None)
    else:
        rule = competent(rules, answers, on)
    return rule if rule and rule.agency_id != content["agency"]["id"] else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


# --- from the folder ---------------------------------------------------------------------------------------------------


def entries_for(bundles: Spec, service_id: str) -> list[Spec]:
    """Lines of ``competence`` in bundles.yaml that speak of a service, in their order."""
    return [
        entry
        for entry in bundles.get("competence") or ()
        if entry is not None and service_id in entry["services"]
    ]


def stored(entries: Iterable[Spec], agencies: Mapping[str, Spec]) -> list[dict[str, Any]]:
    """The lines as a service version keeps them, with the names of the agencies."""
    return [
        {
            "agency": entry["agency"],
            "name": agencies[entry["agency"]]["name"],
            "name_en": agencies[entry["agency"]]["name_en"],
            "legal_basis": entry["legal_basis"],
            "when": entry.get("when") or "",
            "valid_from": entry.get("valid_from"),
            "valid_to": entry.get("valid_to"),
            "is_confirmed": entry.get("confidence") == "sourced",
        }
        for entry in entries
    ]


def fields_for(bundles: Spec, service_id: str) -> dict[str, dict[str, Any]]:
    """{field: property} of what a service's form asks so that competence can be decided. Questions nobody wrote are left out."""
    shared = bundles.get("questions") or {}
    names = {name for entry in entries_for(bundles, service_id) for name in named(entry.get("when") or "")}
    return {name: _field(name, shared[name]) for name in sorted(names & shared.keys())}


def _field(name: str, asked: Spec) -> dict[str, Any]:
    said = {**asked, "type": "enum", "help": asked.get("hint"), "help_en": asked.get("hint_en")}
    return question(said) | {MARK: name}
