"""Reacting: what the system does by itself when something has happened. Handlers of the outbox; each may run twice."""

import logging
from typing import Any
from uuid import UUID

from pendopo.applications import queries
from pendopo.applications.actions.acting import advance
from pendopo.applications.actions.issuing import issue_decided
from pendopo.applications.actions.registering import ask_register, await_register, due_at_register
from pendopo.applications.actions.telling import tell_decided
from pendopo.applications.models import Application
from pendopo.applications.rules import StepKind, StepStatus, Verb
from pendopo.catalogue.api import facts, get_version
from pendopo.identity.api import SYSTEM, Actor, ActorKind, nik_of, record_facts, seal_value
from pendopo.kernel.errors import Denied, Unavailable

log = logging.getLogger(__name__)


def on_bill_settled(*, bill: str, subject: str, **_more: Any) -> None:  # noqa: ARG001 - the payload's name
    """Handler of "bill_settled": complete the payment step. Twice does no harm."""
    kind, _colon, key = subject.partition(":")
    if kind != "application":  # a fine: the paper it was imposed on does not wait for it
        return
    application_id = UUID(key)
    loaded = queries.load(application_id)
    for step in loaded.case.steps:
        if step.kind is StepKind.PAYMENT and step.status is StepStatus.OPEN:
            advance(application_id=application_id, verb=Verb.SETTLE, by=SYSTEM, step_key=step.key)


def on_submitted(*, application: str, **_more: Any) -> None:
    """Handler of "application_submitted": remember what the applicant told us, so that it is never asked again.

    What a relative or an employer typed is not the person's own word: it stays in the application and becomes no fact. A resident's
    taxpayer number is their NIK, and is kept sealed as one.
    """
    row = Application.objects.select_related("applicant").get(id=application)
    if row.typed_by and not row.typed_by.startswith("staff:"):
        return
    version = get_version(row.version_id)
    vocabulary, nik = facts(), nik_of(row.applicant)
    told: dict[str, dict[str, Any]] = {"person": {}, "business": {}}
    for name, schema in version.content["form"]["schema"]["properties"].items():
        key = schema.get("x-fact")
        mine = schema.get("x-person", "self") == "self"
        if key in vocabulary and key != "person.nik" and mine and name not in row.sources:
            value = row.answers.get(name)
            told[vocabulary[key]["subject"]][key] = seal_value(nik) if nik and value == nik else value
    days = {key: fact.get("freshness_days") for key, fact in vocabulary.items()}
    by = Actor(ActorKind.PERSON, row.applicant_id)
    if told["person"]:
        record_facts(
            person_id=row.applicant_id,
            facts=told["person"],
            source="self",
            verified=False,
            by=by,
            freshness_days=days,
        )
    if told["business"] and row.business_id:
        record_facts(
            business_id=row.business_id,
            facts=told["business"],
            source="self",
            verified=False,
            by=by,
            freshness_days=days,
        )


def on_decided(*, application: str, **_more: Any) -> None:
    """Handler of "application_decided": issue the document or the letter of refusal, and tell of it. Twice does both once.

    A NIB is numbered by OSS: while OSS is away or refuses, or another paper bears the number already, the paper waits and says why, and
    OSS is asked again (``ask_registers``).
    """
    row = Application.objects.select_related("applicant", "business").get(id=application)
    document_id = row.document_id
    if document_id is None:
        try:
            found = ask_register(row)
        except (Denied, Unavailable) as refused:
            await_register(row, refused)
            return
        try:
            document_id = issue_decided(row, found).id
        except Denied as refused:
            if refused.code != "number_taken":
                raise
            await_register(row, refused)
            return
        advance(application_id=row.id, verb=Verb.ISSUE, by=SYSTEM, document_id=str(document_id))
    tell_decided(row, document_id)


def ask_registers() -> int:
    """Ask again for the numbers that approved applications wait for; returns how many were asked for."""
    due = due_at_register()
    for application_id in due:
        try:
            on_decided(application=str(application_id))
        except Exception:
            log.exception("issuing %s failed; it is tried again", application_id)
    return len(due)
