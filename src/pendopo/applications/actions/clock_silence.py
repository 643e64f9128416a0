"""The sweep: who is warned before a deadline, and what the law does when it passes without a decision.

Any number of workers may sweep at once, and be killed at any moment: a case is taken with a row lock that others skip, and what follows
from its deadline commits together with the lock's end, or not at all.
"""

import logging
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from pendopo.applications.actions.acting import advance, raise_bill
from pendopo.applications.models import Recount
from pendopo.applications.queries import clock as queries
from pendopo.applications.queries.loading import load
from pendopo.applications.rules import LADDER, Level, StepKind, StepStatus, Verb
from pendopo.catalogue.api import Regime, get_version
from pendopo.identity.api import SYSTEM
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied
from pendopo.region.api import Why, calendar, due_on

log = logging.getLogger(__name__)

LAW: Final = {
    Regime.GENERAL: "UU Nomor 30 Tahun 2014 Pasal 53 sebagaimana diubah dengan UU Nomor 6 Tahun 2023",
    Regime.OSS: "PP Nomor 28 Tahun 2025 Pasal 225 dan Pasal 230",
}
MISSED_DAYS: Final = 30
"""A warning that could not be given in time is still given this many days later; what is older is in the list anyway."""

_WARN: Final = """
WITH w AS (
  INSERT INTO applications_deadlinewarning (application_id, level, due_on, at)
  SELECT a.id, %(level)s::text, a.due_on, %(at)s::timestamptz FROM applications_application a
  WHERE a.decided_at IS NULL AND a.due_on BETWEEN %(since)s AND %(until)s AND a.state IN ('submitted', 'in_process')
    AND ((a.term ->> 'days')::int > %(days)s::int OR %(days)s::int = 0)
    AND NOT EXISTS (SELECT FROM applications_deadlinewarning w
                    WHERE w.application_id = a.id AND w.level = %(level)s::text AND w.due_on = a.due_on)
  ORDER BY a.due_on LIMIT %(limit)s
  ON CONFLICT DO NOTHING
  RETURNING id, application_id, level, due_on
), e AS (
  INSERT INTO kernel_event (subject, seq, verb, actor, on_behalf_of, data, at, hash)
  SELECT 'application:' || w.application_id, 0, 'deadline_warned', %(actor)s::text, '',
         jsonb_build_object('level', w.level, 'due_on', w.due_on), %(at)s::timestamptz, '' FROM w
), o AS (
  INSERT INTO kernel_outbox (topic, payload, at)
  SELECT 'deadlines_warned',
         jsonb_build_object('level', %(level)s::text, 'batch', min(w.id), 'applications', jsonb_agg(w.application_id)), %(at)s::timestamptz
  FROM w HAVING count(*) > 0
)
SELECT count(*) FROM w
"""


def warn_deadlines(*, batch: int = 1000) -> int:
    """Tell officer, head and mayor, each once a deadline, of what falls due within three, one and no working days. Returns how many."""
    return sum(_warn(level, days, batch) for level, days in LADDER)


def _warn(level: Level, days: int, batch: int) -> int:
    today = clock.today()
    arguments: dict[str, Any] = {
        "level": level, "days": days, "at": clock.now(), "actor": SYSTEM.ref, "limit": batch,
        "since": date.fromordinal(today.toordinal() - MISSED_DAYS), "until": due_on(today, days, calendar()),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_WARN, arguments)
        return int(cursor.fetchone()[0])


def sweep_deadlines(*, batch: int = 200) -> int:
    """Grant what the law grants by silence, up to ``batch`` cases, each exactly once. Returns how many were granted.

    While deadlines are being counted anew nothing is granted: the one stored may be another in a moment.
    """
    if Recount.objects.filter(finished_at__isnull=True).exists():
        return 0
    versions = queries.granting_versions(clock.today())
    granted, last = 0, queries.BEGINNING
    for _case in range(batch if versions else 0):
        try:
            with transaction.atomic():
                case = queries.take_overdue(clock.today(), versions, last)
                if case is None:
                    break
                last = (case.due_on, case.id)
                granted += _grant(case.id, versions)
        except Denied as refused:  # somebody was faster, or the case is not what it was a moment ago
            log.warning("application %s is not granted by silence: %s", last[1], refused.code)
    return granted


def _grant(application_id: UUID, versions: dict[UUID, Regime]) -> bool:
    """Grant one overdue case whose row is locked, with the derivation that proves it. False when its deadline has not passed after all."""
    loaded = load(application_id)
    derived = queries.derivation(application_id)
    if derived.why is not Why.DUE or derived.due_on is None or derived.due_on >= clock.today():
        log.warning("application %s is overdue by its row, not by its marks", application_id)
        return False
    regime = versions[loaded.version_id]
    decision = {
        "by": SYSTEM.ref, "name": SYSTEM.name, "silence": regime, "legal_basis": LAW[regime],
        "due_on": derived.due_on.isoformat(), "unit": derived.term.unit, "derivation": queries.stored_derivation(derived),
    }  # fmt: skip
    advance(application_id=application_id, verb=Verb.DEEM_APPROVE, by=SYSTEM, decision=decision)
    unpaid = any(
        step.kind is StepKind.PAYMENT and step.status is StepStatus.WAITING for step in loaded.case.steps
    )
    if unpaid and loaded.case.fee_idr:  # silence grants the permit, not its fee
        version = get_version(loaded.version_id)
        raise_bill(application_id, loaded.case.applicant_id, version, loaded.fee_lines, loaded.business_id)
    return True
