"""Whole bundles on real PostgreSQL: typed once, filed once, each part when its needs are met, and nobody types what is known."""

from typing import Any
from uuid import UUID

import pytest

from pendopo.applications import api
from pendopo.applications.models import Part, Submission
from pendopo.identity.api import Actor
from tests import factories
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]

BABY, CARD = "bayi-lahir", {"kartu_anak": "ya"}
BIRTH, FAMILY = "dukcapil-akta-kelahiran", "dukcapil-kk-tambah-anggota"


@pytest.fixture
def siti(city: Cast) -> Actor:
    return city.siti.actor


def begun(by: Actor, goal: str = BABY, business: UUID | None = None, **finder: str) -> Submission:
    """A draft with every answer in place and the consent given."""
    row = api.begin_submission(goals=[goal], finder=finder or CARD, by=by, business_id=business)
    answer(row, by)
    api.consent(submission_id=row.id, by=by)
    return api.get_submission(row.id, by)


def answer(row: Submission, by: Actor, **changed: Any) -> None:
    """Good answers to every question of the one form."""
    merged = api.bundle_form(row, api.list_parts(row.id))
    papers: dict[str, str] = {}
    answers = {
        name: factories.value_for(name, prop, by, papers)
        for name, prop in merged.schema["properties"].items()
        if name in merged.schema["required"]
    }
    api.save_submission(submission_id=row.id, answers=answers | changed, by=by)


def filed(by: Actor, goal: str = BABY, business: UUID | None = None, **finder: str) -> Submission:
    row = begun(by, goal, business, **finder)
    api.file_submission(submission_id=row.id, by=by)
    return api.get_submission(row.id, by)


def part(row: Submission, service_id: str) -> Part:
    return Part.objects.get(submission=row, service_id=service_id)


def states(row: Submission) -> dict[str, str]:
    return dict(Part.objects.filter(submission=row).order_by("wave", "id").values_list("service_id", "state"))


def conclude(row: Submission, service_id: str, *, approve: bool = True) -> None:
    application = part(row, service_id).application_id
    assert application is not None
    factories.conclude(application, approve=approve)


def test_a_baby_is_born_one_form_and_nothing_is_typed_again(siti: Actor) -> None:
    row = filed(siti)
    for wave in sorted({one.wave for one in api.list_parts(row.id)}):
        waiting = [one for one in api.list_parts(row.id) if one.wave == wave]
        assert {one.state for one in waiting} == {"filed"}
        for one in waiting:
            conclude(row, one.service_id)
    assert set(states(row).values()) == {"issued"}
    assert api.get_submission(row.id, siti).state == "closed"
