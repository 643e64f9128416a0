"""Who may apply: what is verified of the applicant, held against the rules of a service."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pendopo.applications.queries.loading import open_value
from pendopo.catalogue.api import ServiceVersion, judge_eligibility, refusals, rule_words
from pendopo.identity.api import Actor, facts_of


def verified_facts(by: Actor, business_id: UUID | None) -> dict[str, Any]:
    """What registries said of the applicant and is still fresh, by key."""
    known = facts_of(person_id=by.id) if by.id else {}
    if business_id is not None:
        known |= facts_of(business_id=business_id)
    return {key: open_value(fact.value) for key, fact in known.items() if fact.verified and fact.fresh}


def not_eligible(
    version: ServiceVersion,
    answers: Mapping[str, Any],
    by: Actor,
    business_id: UUID | None,
    on: date | None = None,
) -> dict[str, str]:
    """Messages by field of every rule of the service that the applicant does not meet on the day of filing. No rules, no query."""
    if not version.content.get("eligibility"):
        return {}
    return refusals(version, verified=verified_facts(by, business_id), answers=answers, on=on)


def early_refusals(version: ServiceVersion, by: Actor, business_id: UUID | None = None) -> list[str]:
    """What already speaks against before anything is asked: only what verified facts say."""
    if not version.content.get("eligibility"):
        return []
    said = judge_eligibility(version, verified=verified_facts(by, business_id), answers={})
    return [rule_words(judged.rule) for judged in said if judged.holds is False]
