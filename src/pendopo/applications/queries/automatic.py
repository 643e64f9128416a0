"""Reads of automatic decisions: the callback a decision asks, what was decided and looked at again, how each rule fares."""

import hmac
import json
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q

from pendopo.applications.models import AutoDecision, RuleStanding, Step
from pendopo.applications.rules import Autos, no_autos
from pendopo.applications.rules import automatic as rules
from pendopo.catalogue.api import ServiceVersion, condition, get_version, verified_names
from pendopo.identity.api import Actor, ActorKind, Role
from pendopo.kernel import clock
from pendopo.kernel.errors import NotFound


@cache
def _key() -> bytes:
    """The secret of the draw: nobody can know beforehand whose case is looked at."""
    return hmac.digest(settings.SEAL_KEY.encode(), b"sample of automatic decisions", "sha256")


def says(expression: str, variables: Any) -> bool:
    """Whether a condition of the catalogue holds. Raises Denied("condition_broken")."""
    return condition(expression, **variables)


def autos_for(
    version: ServiceVersion, application_id: UUID, facts: rules.Facts, off: frozenset[str] = frozenset()
) -> Autos:
    """What ``open_steps`` asks of every step that opens; ``off`` are rules known to be switched off. Reads nothing."""
    if not rules.has_rules(version.content):
        return no_autos
    return rules.autos_of(str(application_id), version.content, facts, key=_key(), off=off, says=says)


@dataclass(frozen=True, slots=True)
class Decided:
    """One automatic decision as pages and commands show it."""

    id: int
    application_id: UUID
    applicant_id: UUID
    number: str
    service_id: str
    service: dict[str, Any]
    agency_id: str
    step_key: str
    rule: str
    spec: dict[str, Any]
    complete: bool
    inputs: dict[str, Any]
    result: dict[str, Any]
    at: datetime
    sample: str
    review: str
    asked_by_applicant: bool
    reason: str

    @property
    def unproven(self) -> list[str]:
        """Provable fields the applicant must give, or the rule asks proof of, that nobody has proven."""
        asked = set(self.service["form"]["schema"].get("required", ())) | verified_names(
            self.spec.get("when", "")
        )
        return [name for name, proven in self.inputs["verified"].items() if name in asked and not proven]


def _decided(row: AutoDecision) -> Decided:
    content = get_version(row.version_id).content
    return Decided(
        row.id, row.application_id, row.application.applicant_id, row.application.number or "",
        row.service_id, content, row.agency_id, row.step_key, row.rule,
        dict(rules.rule_of(content, row.step_key) or {}), row.complete, json.loads(row.inputs), json.loads(row.result), row.at,
        row.sample, row.review, row.asked_by_applicant, row.reason,
    )  # fmt: skip


def get_decision(decision_id: int) -> AutoDecision:
    """The row itself. Raises: NotFound."""
    row = AutoDecision.objects.filter(id=decision_id).first()
    if row is None:
        raise NotFound
    return row


def list_decisions(*, after: int = 0, limit: int = 50) -> list[Decided]:
    """Newest first, from the one before ``after`` on (0: from the newest)."""
    rows = AutoDecision.objects.select_related("application").order_by("-id")
    return [_decided(row) for row in (rows.filter(id__lt=after) if after else rows)[:limit]]


def decisions_of(application_id: UUID) -> list[Decided]:
    """What rules said in one case, newest first."""
    rows = AutoDecision.objects.select_related("application").filter(application_id=application_id)
    return [_decided(row) for row in rows.order_by("-id")]


def rule_that_decided(application_id: UUID, version: ServiceVersion) -> str:
    """The words (in Indonesian) of the rule that decided the case without anybody; empty when a person had a hand in it."""
    if not rules.has_rules(version.content):
        return ""
    staff = Step.objects.filter(application_id=application_id, done_by__startswith="staff:").exists()
    done = AutoDecision.objects.filter(application_id=application_id, complete=True).order_by("-id").first()
    spec = rules.rule_of(version.content, done.step_key) if done and not staff else None
    return str(spec["says"]) if spec else ""


def reviewer_agencies(by: Actor) -> list[str]:
    """Agencies whose automatic decisions this member of staff looks at."""
    if by.kind is not ActorKind.STAFF:
        return []
    return sorted(agency for agency, roles in by.duties.items() if Role.SECTION_HEAD in roles)


def list_reviews(by: Actor, *, after: int = 0, limit: int = 50) -> list[Decided]:
    """Decisions that wait for the actor's second look, oldest first, from the one after ``after`` on."""
    rows = AutoDecision.objects.select_related("application").filter(
        agency_id__in=reviewer_agencies(by), review="waiting", complete=True, id__gt=after
    )
    return [_decided(row) for row in rows.order_by("id")[:limit]]


def get_review(decision_id: int, by: Actor) -> Decided:
    """One decision of an agency whose decisions the actor looks at. Raises: NotFound."""
    row = (
        AutoDecision.objects.select_related("application")
        .filter(id=decision_id, complete=True, agency_id__in=reviewer_agencies(by))
        .first()
    )
    if row is None:
        raise NotFound
    return _decided(row)


def count_reviews(by: Actor) -> int:
    """How many decisions wait for the actor."""
    return AutoDecision.objects.filter(
        agency_id__in=reviewer_agencies(by), review="waiting", complete=True
    ).count()


def list_stopped(by: Actor) -> list[RuleStanding]:
    """Rules that are off at the actor's agencies; for catalogue editors and the mall's operator, all."""
    rows = RuleStanding.objects.filter(is_on=False)
    if not (edits_catalogue(by) or any(Role.MALL_OPERATOR in roles for roles in by.duties.values())):
        rows = rows.filter(agency_id__in=reviewer_agencies(by))
    return list(rows.order_by("rule"))


def edits_catalogue(by: Actor) -> bool:
    """True for a catalogue editor of any agency."""
    return by.kind is ActorKind.STAFF and any(Role.CATALOGUE_EDITOR in roles for roles in by.duties.values())


@dataclass(frozen=True, slots=True)
class Figures:
    """How a rule has fared: cases it decided, second looks and how many of them said otherwise."""

    decided: int = 0
    reviewed: int = 0
    overridden: int = 0
    is_on: bool = True

    @property
    def override_percent(self) -> float | None:
        """None while nobody has looked."""
        return round(100 * self.overridden / self.reviewed, 1) if self.reviewed else None


def figures() -> dict[str, Figures]:
    """Figures by rule, over all its life: three statements, each answered from an index of its own."""
    decided = (
        AutoDecision.objects.filter(complete=True).values("rule").annotate(n=Count("*")).order_by("rule")
    )
    looked = (
        AutoDecision.objects.filter(review__in=["agreed", "overridden"])
        .values("rule")
        .annotate(reviewed=Count("id"), overridden=Count("id", filter=Q(review="overridden")))
        .order_by("rule")
    )
    found = {row["rule"]: Figures(row["n"]) for row in decided}
    for row in looked:
        found[row["rule"]] = replace(
            found.get(row["rule"], Figures()), reviewed=row["reviewed"], overridden=row["overridden"]
        )
    for rule in RuleStanding.objects.filter(is_on=False).values_list("rule", flat=True):
        found[rule] = replace(found.get(rule, Figures()), is_on=False)
    return found


def reviews_since(rule: str, since: datetime) -> tuple[int, int]:
    """(reviewed, overridden) of a rule since it was last switched on."""
    counted = AutoDecision.objects.filter(
        rule=rule, review__in=["agreed", "overridden"], reviewed_at__gte=since
    ).aggregate(reviewed=Count("id"), overridden=Count("id", filter=Q(review="overridden")))
    return counted["reviewed"], counted["overridden"]


@dataclass(frozen=True, slots=True)
class Replay:
    """A decision worked out again from what was kept. ``difference`` is empty when every byte is the same."""

    decision: int
    rule: str
    result: str
    difference: str


def replay(decision_id: int) -> Replay:
    """Work a decision out again: stored inputs, the rule of that service version. Raises: NotFound."""
    row = get_decision(decision_id)
    spec = rules.rule_of(get_version(row.version_id).content, row.step_key)
    if spec is None:
        return Replay(row.id, row.rule, "", f"version {row.version_id} has no rule at {row.step_key}")
    result = rules.canonical(rules.judge(spec, json.loads(row.inputs), says))
    digest = rules.digest_of(spec)
    seal = rules.seal_of(digest, row.inputs, result)
    differs = (
        rules.difference(row.rule_digest, digest)
        or rules.difference(row.result, result)
        or rules.difference(row.digest, seal)
    )
    return Replay(row.id, row.rule, result, differs)


def facts_now(answers: Any, sources: Any, *, business: bool, wants_person: bool) -> rules.Facts:
    """What rules read of a case today."""
    return rules.Facts(answers, sources, clock.today(), business, wants_person)
