"""Second looks at what rules decided, stopping a rule that errs too often, and the applicant's right to a person."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from pendopo.applications import queries
from pendopo.applications.actions.acting import advance
from pendopo.applications.models import Application, AutoDecision, RuleStanding
from pendopo.applications.queries import automatic as reads
from pendopo.applications.rules import EDITABLE, State, Verb, allows
from pendopo.applications.rules import automatic as rules
from pendopo.catalogue.api import automatic_rules, get_service, get_version
from pendopo.identity.api import SYSTEM, Actor
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, NotFound

MOST_REASON = 2000
EVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Reviews of all times count against a rule that was never switched."""


def review(*, decision_id: int, agrees: bool, reason: str, by: Actor) -> None:
    """A section head of the agency says whether they would have decided the same.

    What an overridden decision means for a paper already issued is for the law of that paper: this emits ``automatic_overridden`` and
    touches nothing. Raises: NotFound, Denied("already_reviewed" | "reason_missing").
    """
    reason = reason.strip()[:MOST_REASON]
    with transaction.atomic():
        row = (
            AutoDecision.objects.select_for_update()
            .filter(id=decision_id, agency_id__in=reads.reviewer_agencies(by))
            .first()
        )
        if row is None:
            raise NotFound
        if row.review != rules.Review.WAITING or not row.complete:
            raise Denied("already_reviewed")
        if not agrees and not reason:
            raise Denied("reason_missing")
        _settle(row, agrees=agrees, reason=reason, by=by)


def on_sample_decided(*, application: str, **_more: Any) -> None:
    """Handler of "application_decided" and "application_concluded": what a person decided where a proposal was drawn beforehand.

    Twice does no harm.
    """
    waiting = AutoDecision.objects.filter(
        application_id=application, review=rules.Review.WAITING, sample=rules.Sample.BEFORE, complete=False
    )
    for row in waiting:
        loaded = queries.load(row.application_id)
        said = "" if loaded.case.state is not State.REJECTED else loaded.decision.get("reason") or "-"
        step = next(step for step in queries.list_steps(row.application_id) if step.key == row.step_key)
        with transaction.atomic():
            if step.done_by.startswith("staff:") or said:
                _settle(row, agrees=not said, reason=said, by=SYSTEM, ref=step.done_by)
            else:  # granted by silence or withdrawn: nobody looked
                waiting.filter(id=row.id).update(review=rules.Review.NONE)


def _settle(row: AutoDecision, *, agrees: bool, reason: str, by: Actor, ref: str = "") -> None:
    row.review = rules.Review.AGREED if agrees else rules.Review.OVERRIDDEN
    row.reviewed_by, row.reviewed_at, row.reason = ref or by.ref, clock.now(), reason
    row.save(update_fields=["review", "reviewed_by", "reviewed_at", "reason"])
    verb = "review_agreed" if agrees else "review_overridden"
    told = {
        "rule": row.rule,
        **({"reason": reason} if reason else {}),
        **({"by_name": by.name} if by.name else {}),
    }
    events.record(f"application:{row.application_id}", verb, actor=row.reviewed_by, **told)
    if agrees:
        return
    if row.complete:
        paper = Application.objects.filter(id=row.application_id).values_list("document_id", flat=True).get()
        events.emit(
            "automatic_overridden",
            application=str(row.application_id),
            document=str(paper) if paper else "",
            decision=row.id,
            rule=row.rule,
            reason=reason,
        )
    _stop_if_wrong(row)


def _stop_if_wrong(row: AutoDecision) -> None:
    """Switch a rule off when its reviews passed the bound, and tell its owner."""
    content = get_version(row.version_id).content
    spec = rules.rule_of(content, row.step_key) or {}
    standing, _new = RuleStanding.objects.select_for_update().get_or_create(
        rule=row.rule,
        defaults={
            "service_id": row.service_id,
            "agency_id": content["agency"]["id"],  # the rule is the catalogue's, whoever is competent here
            "since": EVER,
            "reason": "Aturan mulai dipakai",
            "by": SYSTEM.ref,
        },
    )
    reviewed, overridden = reads.reviews_since(row.rule, standing.since)
    if standing.is_on and rules.must_stop(spec, reviewed, overridden):
        _switch(
            standing,
            on=False,
            reason=f"{overridden} dari {reviewed} tinjauan memutus lain",
            by=SYSTEM,
            overridden=overridden,
            reviewed=reviewed,
        )


def switch_rule(*, rule: str, on: bool, reason: str, by: Actor) -> None:
    """Let a rule go on again, or stop it. Raises: NotFound, Denied("wrong_role" | "reason_missing")."""
    reason = reason.strip()[:MOST_REASON]
    found = next((one for one in automatic_rules() if one["rule"] == rule), None)
    if found is None:
        raise NotFound
    with transaction.atomic():
        standing, _new = RuleStanding.objects.select_for_update().get_or_create(
            rule=rule,
            defaults={
                "service_id": found["service"],
                "agency_id": get_service(found["service"]).content["agency"]["id"],
                "since": EVER,
                "reason": "Aturan mulai dipakai",
                "by": SYSTEM.ref,
            },
        )
        if standing.agency_id not in reads.reviewer_agencies(by) and not reads.edits_catalogue(by):
            raise Denied("wrong_role")
        if not reason:
            raise Denied("reason_missing")
        if standing.is_on is not on:
            _switch(standing, on=on, reason=reason, by=by)


def _switch(standing: RuleStanding, *, on: bool, reason: str, by: Actor, **counted: int) -> None:
    """``counted``: the figures behind a reason that the system gave, for words in the reader's language."""
    standing.is_on, standing.since, standing.reason, standing.by = on, clock.now(), reason, by.ref
    standing.reviewed, standing.overridden = counted.get("reviewed"), counted.get("overridden")
    standing.save(update_fields=["is_on", "since", "reason", "by", "reviewed", "overridden"])
    told = {"rule": standing.rule, "service": standing.service_id, "agency": standing.agency_id}
    verb = "rule_switched_on" if on else "rule_switched_off"
    events.record(f"rule:{standing.rule}", verb, actor=by.ref, reason=reason, **told)
    events.emit(verb, reason=reason, since=standing.since.isoformat(), **told, **counted)


# The applicant's right to a person


def want_person(*, application_id: UUID, wants: bool, by: Actor) -> None:
    """Note on a draft whether a person shall decide. Raises: NotFound, Denied("not_editable")."""
    row = queries.get_own(application_id, by)
    if State(row.state) not in EDITABLE:
        raise Denied("not_editable")
    if row.wants_person is not wants:
        Application.objects.filter(id=row.id, state=row.state).update(wants_person=wants)


def ask_person(*, application_id: UUID, by: Actor) -> None:
    """The applicant wants a person to decide, or to look at what a rule has decided. Asking twice is asking once.

    Raises: NotFound, Denied("no_automatic_decision" | "already_reviewed").
    Source: UU 27/2022 art. 10 (objection to decisions made by machines alone).
    """
    row = queries.get_own(application_id, by)
    case = queries.load(row.id).case
    still_open = allows(case.state, Verb.ASK_PERSON)
    decided = AutoDecision.objects.filter(application_id=row.id, complete=True)
    with transaction.atomic():
        asked = decided.filter(
            review__in=[rules.Review.NONE, rules.Review.WAITING], asked_by_applicant=False
        ).update(review=rules.Review.WAITING, asked_by_applicant=True)
        if still_open and not case.wants_person:
            advance(application_id=row.id, verb=Verb.ASK_PERSON, by=by)
        elif asked:
            events.record(f"application:{row.id}", Verb.ASK_PERSON, actor=by.doer, on_behalf_of=by.behalf)
        elif not still_open and not decided.filter(review=rules.Review.WAITING).exists():
            raise Denied("already_reviewed" if decided.exists() else "no_automatic_decision")
