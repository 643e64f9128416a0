"""A machine makes up thousands of requests from the API's own description; none may break what it says."""

from collections import Counter
from typing import Any

import pytest
import schemathesis
from django.db import connection
from ninja.throttling import AnonRateThrottle
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from pendopo.config import rest
from pendopo.config.wsgi import application
from pendopo.identity.api import Actor
from tests import factories
from tests.factories import Cast

EXAMPLES = 12


@pytest.mark.slow
@pytest.mark.usefixtures("house")
def test_nothing_made_up_breaks_the_contract(
    city: Cast, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AnonRateThrottle, "allow_request", lambda *_: True)
    with django_db_blocker.unblock():
        somebody = factories.citizen("mesin@contoh.id", "Mesin", "2171050101900099").actor
        asked, failures = asked_by_a_machine(somebody)
        connection.close()
    print(f"\n{sum(asked.values())} requests: {dict(asked)}")  # noqa: T201
    assert failures == []
    assert sum(asked.values()) > 200


def asked_by_a_machine(by: Actor) -> tuple[Counter[str], list[str]]:
    """How many requests each operation got, and everything that failed: all failures, not only the first."""
    config = SchemathesisConfig.from_dict(
        {
            "continue-on-failure": True,
            "workers": 1,
            "headers": {"Authorization": f"Bearer {rest.token_for(by)}", "Accept-Encoding": "identity"},
            "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"},
        }
    )
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=config)
    asked: Counter[str] = Counter()
    failures: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            failures.append(repr(event))
        if isinstance(event, events.ScenarioFinished):
            asked[event.recorder.label] += len(event.recorder.cases)
            failures += [
                f"{event.recorder.label}: {check.name}: {check.failure_info.failure}\n{check.failure_info.code_sample}"
                for checks in event.recorder.checks.values()
                for check in checks
                if check.failure_info is not None
            ]
    return asked, failures
