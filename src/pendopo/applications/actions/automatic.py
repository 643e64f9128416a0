"""Keeping what rules decided, with the case they decide. Leaves out second looks (reviewing.py)."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from pendopo.applications.rules import AutoVerdict
from pendopo.applications.rules import automatic as rules
from pendopo.catalogue.api import ServiceVersion
from pendopo.kernel import clock


class RulesOff(Exception):
    """Some of the rules just used are switched off. Nothing was kept; roll back and decide again with ``rules`` as ``off``."""

    def __init__(self, off: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(off)))
        self.off = off


_KEEP = """
WITH off AS (
  SELECT rule FROM applications_rulestanding WHERE NOT is_on AND rule = ANY(%(claimed)s)
), kept AS (
  INSERT INTO applications_autodecision (
    application_id, step_key, service_id, agency_id, version_id, rule, rule_digest, inputs, result, digest, complete, at, sample,
    review, asked_by_applicant, reviewed_by, reason
  )
  SELECT v.application, v.step_key, %(service)s, a.agency_id, %(version)s, v.rule, v.rule_digest, v.inputs, v.result, v.digest,
         v.complete, %(at)s, v.sample, v.review, false, '', ''
  FROM jsonb_to_recordset(%(verdicts)s::jsonb) AS v(
    application uuid,
    step_key text, rule text, rule_digest text, inputs text, result text, digest text, complete boolean, sample text, review text
  ) JOIN applications_application a ON a.id = v.application  -- whoever decides the case looks at samples of it
  WHERE NOT EXISTS (SELECT 1 FROM off)
)
SELECT rule FROM off
"""


def record_automatic(
    *, application_id: UUID, version: ServiceVersion, verdicts: Sequence[AutoVerdict]
) -> None:
    """Keep what rules said, in the transaction of what follows from it: one statement, none without verdicts.

    Raises: RulesOff when a rule that was taken to be on is switched off; the caller's transaction must not be committed.
    """
    record_all(version=version, verdicts=[(application_id, verdict) for verdict in verdicts])


def record_all(*, version: ServiceVersion, verdicts: Sequence[tuple[UUID, AutoVerdict]]) -> None:
    """The same for several applications of one service: (application, what a rule said). Raises: RulesOff."""
    if not verdicts:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP,
            {
                "claimed": sorted({v.rule for _, v in verdicts if v.holds and not v.inputs["switched_off"]}),
                "service": version.service_id,
                "version": version.id,
                "at": clock.now(),
                "verdicts": json.dumps(
                    [{"application": str(which), **_row(version, verdict)} for which, verdict in verdicts]
                ),
            },
        )
        off = frozenset(rule for (rule,) in cursor.fetchall())
    if off:
        raise RulesOff(off)


def _row(version: ServiceVersion, verdict: AutoVerdict) -> dict[str, Any]:
    spec = rules.rule_of(version.content, verdict.step_key)
    assert spec is not None
    inputs, result = rules.canonical(dict(verdict.inputs)), rules.canonical(dict(verdict.result))
    rule_digest = rules.digest_of(spec)
    drawn = verdict.complete or verdict.result["reason"] == "sampled"
    sample = verdict.inputs["sample"] if drawn else rules.Sample.NONE
    return {
        "step_key": verdict.step_key,
        "rule": verdict.rule,
        "rule_digest": rule_digest,
        "inputs": inputs,
        "result": result,
        "digest": rules.seal_of(rule_digest, inputs, result),
        "complete": verdict.complete,
        "sample": sample,
        "review": rules.Review.NONE if sample == rules.Sample.NONE else rules.Review.WAITING,
    }
