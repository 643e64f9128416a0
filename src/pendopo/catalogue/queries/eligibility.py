"""Who may apply, in words people read: rules in force, what already speaks against, what refuses a filing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pendopo.catalogue.queries.versions import refs_on
from pendopo.catalogue.rules import eligibility
from pendopo.catalogue.rules.eligibility import Judgement
from pendopo.catalogue.rules.shown import ServiceVersion
from pendopo.kernel import clock
from pendopo.region.api import calendar, working_days_between


def judge(
    version: ServiceVersion,
    *,
    verified: Mapping[str, Any],
    answers: Mapping[str, Any],
    on: date | None = None,
) -> list[Judgement]:
    """Every rule of a version on the day of filing (today when not given); ``verified``: fact key -> value."""
    content, on = version.content, on or clock.today()
    rules = content.get("eligibility")
    if not rules:
        return []
    return eligibility.judge(
        rules,
        on=on,
        facts=eligibility.told_facts(content["form"]["schema"], answers, verified),
        answers=answers,
        refs=refs_on(content, on),
        working_days=lambda first, last: max(0, working_days_between(first, last, calendar())),
    )


def refusals(
    version: ServiceVersion,
    *,
    verified: Mapping[str, Any],
    answers: Mapping[str, Any],
    on: date | None = None,
) -> dict[str, str]:
    """Messages by field of every rule that is not met; "" where no field of the form is to blame. Empty: nothing speaks against."""
    found: dict[str, str] = {}
    for said in judge(version, verified=verified, answers=answers, on=on):
        if said.holds is False:
            field = next(iter(said.rule.get("fields") or ()), "")
            found.setdefault(field, refusal(said.rule))
    return found


def refusal(rule: Mapping[str, Any]) -> str:
    """The rule's own words, as what is not met, with the law behind it."""
    return _("Syarat ini belum terpenuhi: %(rule)s") % {"rule": rule_words(rule)}


def rule_words(rule: Mapping[str, Any]) -> str:
    """The rule's own words and its law: ``KTP Kota Batam (Surat Edaran 13/2026).``."""
    said = str(rule["says"] if (get_language() or "id").startswith("id") else rule["says_en"])
    return f"{said.rstrip('.')} ({rule['legal_basis']})."


def rules_shown(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Rules in force today and those to come, for the page of the service."""
    today = clock.today().isoformat()
    return [
        {**rule, "from_on": date.fromisoformat(rule["valid_from"]) if rule["valid_from"] > today else None}
        for rule in content.get("eligibility") or ()
        if (rule.get("valid_until") or today) >= today
    ]
