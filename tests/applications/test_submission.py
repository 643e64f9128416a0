"""Whole bundles on real PostgreSQL: typed once, filed once, each part when its needs are met, and nobody types what is known."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from pendopo.applications import api
from pendopo.applications.actions.submission_parts import start_ready
from pendopo.applications.models import Application, Part, Submission
from pendopo.catalogue.api import get_service
from pendopo.catalogue.models import Service
from pendopo.identity.api import Actor, facts_of, list_consents, withdraw_consent
from pendopo.identity.models import Mandate
from pendopo.kernel import clock, events, tasks
from pendopo.kernel.errors import Denied, Invalid, NotFound
from tests import factories
from tests.applications.test_actions import new_version
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]

BABY, CARD = "bayi-lahir", {"kartu_anak": "ya"}
BIRTH, HEALTH = "dukcapil-akta-kelahiran", "jkn-bayi-baru-lahir"
FAMILY, CHILD = "dukcapil-kk-tambah-anggota", "dukcapil-kia-baru"
RESTAURANT, COMPANYS = "buka-restoran", "disnaker-lks-bipartit"
MUSIC = {
    "kecamatan": "belakang-padang", "pelaku": "badan", "tempat": "bangun", "pekerja": "tidak", "musik": "musik",
}  # fmt: skip


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
    """Good answers to every question of the one form that must be answered."""
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


@contextmanager
def refused(code: str) -> Iterator[None]:
    """What happens here is denied with this code."""
    with pytest.raises(Denied) as denied:
        yield
    assert denied.value.code == code


# Typed once


def test_a_draft_is_found_again_and_knows_what_is_known(city: Cast, siti: Actor) -> None:
    row = api.begin_submission(goals=[BABY], finder=CARD, by=siti)
    assert api.begin_submission(goals=[BABY], finder=CARD, by=siti).id == row.id
    assert api.begin_submission(goals=[BABY], finder=CARD, by=city.budi.actor).id != row.id
    assert row.sources["person_nik"]["source"] == "account"
    assert api.typed_answers(row)["person_nik"] == factories.NIK
    assert factories.NIK not in str(Submission.objects.values_list("answers", flat=True).get(id=row.id))
    assert api.find_submission(row.code, siti) == row.id
    for stranger in (city.budi.actor, city.officer.actor):
        with pytest.raises(NotFound):
            api.get_submission(row.id, stranger)
        with pytest.raises(NotFound):
            api.find_submission(row.code, stranger)
        with pytest.raises(NotFound):
            api.save_submission(submission_id=row.id, answers={}, by=stranger)


def test_other_answers_of_the_finder_plan_anew_and_keep_what_was_typed(siti: Actor) -> None:
    row = begun(siti)
    api.save_submission(submission_id=row.id, answers={"child_full_name": "Anak Siti"}, by=siti)
    again = api.begin_submission(goals=[BABY], finder={"kartu_anak": "tidak"}, by=siti)
    assert again.id == row.id
    assert CHILD not in states(row)
    assert api.typed_answers(again)["child_full_name"] == "Anak Siti"
    assert again.consented_at is None


def test_answers_that_choose_nothing_and_goals_that_are_not_get_a_clear_word(siti: Actor) -> None:
    with pytest.raises(NotFound):
        api.begin_submission(goals=["ke-bulan"], finder={}, by=siti)
    with pytest.raises(Invalid) as missing:
        api.begin_submission(goals=[BABY], finder={}, by=siti)
    assert missing.value.errors == {"kartu_anak": "Pertanyaan ini belum dijawab."}
    with pytest.raises(Invalid) as contradiction:
        api.begin_submission(
            goals=[RESTAURANT], finder=MUSIC | {"pelaku": "perorangan", "musik": "alkohol"}, by=siti
        )
    assert any("badan usaha" in said for said in contradiction.value.errors.values())
    assert not Submission.objects.exists()


# Filed once


def test_five_clicks_file_once(siti: Actor) -> None:
    row = begun(siti)
    numbers = {api.file_submission(submission_id=row.id, by=siti).id for _click in range(5)}
    assert numbers == {row.id}
    assert states(row) == {BIRTH: "filed", HEALTH: "filed", FAMILY: "waiting", CHILD: "waiting"}
    assert Application.objects.filter(applicant_id=siti.id).count() == 2
    assert set(Application.objects.values_list("submission_id", flat=True)) == {row.id}
    assert [entry.verb for entry in events.history(f"submission:{row.id}")] == ["begun", "submit"]


def test_nothing_is_half_done_when_one_answer_is_wrong(siti: Actor) -> None:
    row = begun(siti)
    api.save_submission(submission_id=row.id, answers={"child_birth_date": "2099-01-01"}, by=siti)
    with pytest.raises(Invalid) as wrong:
        api.file_submission(submission_id=row.id, by=siti)
    assert set(wrong.value.errors) == {"child_birth_date"}
    row.refresh_from_db()
    assert (row.state, row.filed_at) == ("draft", None)
    assert not Application.objects.exists()
    assert set(states(row).values()) == {"planned"}


def test_nothing_is_filed_without_consent_and_each_agency_is_told_why(siti: Actor) -> None:
    row = api.begin_submission(goals=[BABY], finder=CARD, by=siti)
    answer(row, siti)
    with refused("consent_missing"):
        api.file_submission(submission_id=row.id, by=siti)
    api.consent(submission_id=row.id, by=siti)
    api.consent(submission_id=row.id, by=siti)
    assert siti.id is not None
    given = list_consents(siti.id)
    assert {consent.registry for consent in given} == {"disdukcapil-batam", "bpjs-kesehatan-batam"}
    assert len(given) == 2
    assert all(consent.purpose.startswith(api.consent_mark(row)) for consent in given)


# To the end


def test_a_baby_is_born_one_form_and_nothing_is_typed_again(siti: Actor) -> None:
    row = filed(siti)
    for wave in (1, 2, 3):
        now = [one for one in api.list_parts(row.id) if one.wave == wave]
        assert {one.state for one in now} == {"filed"}
        for one in now:
            conclude(row, one.service_id)
    assert set(states(row).values()) == {"issued"}
    assert api.get_submission(row.id, siti).state == "closed"
    birth, child = part(row, BIRTH), part(row, CHILD)
    answers = Application.objects.get(id=child.application_id)
    assert str(birth.document_id) in answers.answers.values()
    filled = next(name for name, value in answers.answers.items() if value == str(birth.document_id))
    assert answers.sources[filled]["source"].startswith("document:")
    typed = events.history(f"application:{child.application_id}")[0]
    assert (typed.actor, typed.on_behalf_of) == ("system", siti.ref)


@pytest.mark.usefixtures("silent_bank")
def test_a_restaurant_with_music_for_a_company_to_the_last_permit(city: Cast, siti: Actor) -> None:
    row = filed(siti, RESTAURANT, city.company, **MUSIC)
    for _wave in range(8):
        for service_id, state in states(row).items():
            if state == "filed":
                conclude(row, service_id)
    assert set(states(row).values()) == {"issued"}, {
        p.service_id: (p.state, p.reason, p.because) for p in api.list_parts(row.id)
    }
    last = Application.objects.get(id=part(row, "izin-keramaian").application_id)
    assert last.business_id in {None, city.company}


def test_what_a_document_proves_is_a_fact_of_its_holder(city: Cast, siti: Actor) -> None:
    row = filed(siti, RESTAURANT, city.company, **MUSIC)
    conclude(row, "npwp-orang-pribadi")
    assert siti.id is not None
    proven = [fact for fact in facts_of(person_id=siti.id).values() if fact.source.startswith("document:")]
    assert all(fact.verified for fact in proven)
    before = Application.objects.count()
    api.on_concluded(application=str(part(row, "npwp-orang-pribadi").application_id))
    assert Application.objects.count() == before


# One agency refuses, one part is taken back


def test_a_refusal_stops_only_what_needs_it_and_a_second_filing_lets_it_go_on(siti: Actor) -> None:
    row = filed(siti)
    conclude(row, BIRTH, approve=False)
    assert states(row) == {BIRTH: "refused", HEALTH: "filed", FAMILY: "blocked", CHILD: "blocked"}
    stopped = part(row, CHILD)
    assert (stopped.reason, stopped.because) == ("need", FAMILY)
    conclude(row, HEALTH)
    assert part(row, HEALTH).state == "issued"
    assert api.get_submission(row.id, siti).state == "closed"
    draft = api.refile_part(submission_id=row.id, service_id=BIRTH, by=siti)
    api.submit(application_id=draft, by=siti)
    tasks.drain()
    assert states(row) == {BIRTH: "filed", HEALTH: "issued", FAMILY: "waiting", CHILD: "waiting"}
    conclude(row, BIRTH)
    assert part(row, FAMILY).state == "filed"
    with refused("part_not_in_this_state"):
        api.refile_part(submission_id=row.id, service_id=BIRTH, by=siti)


def test_taking_one_part_back_leaves_the_independent_ones_alone(siti: Actor) -> None:
    row = filed(siti)
    api.withdraw_part(submission_id=row.id, service_id=BIRTH, by=siti, also=[CHILD])
    assert states(row) == {BIRTH: "withdrawn", HEALTH: "filed", FAMILY: "blocked", CHILD: "withdrawn"}
    assert Application.objects.get(id=part(row, BIRTH).application_id).state == "withdrawn"
    tasks.drain()
    assert part(row, HEALTH).state == "filed"
    conclude(row, HEALTH)
    with refused("part_not_in_this_state"):
        api.withdraw_part(submission_id=row.id, service_id=HEALTH, by=siti)


def test_everything_undecided_can_be_taken_back_and_what_is_issued_stays(siti: Actor) -> None:
    row = filed(siti)
    conclude(row, HEALTH)
    api.withdraw_submission(submission_id=row.id, by=siti)
    assert states(row) == {BIRTH: "withdrawn", HEALTH: "issued", FAMILY: "withdrawn", CHILD: "withdrawn"}
    assert api.get_submission(row.id, siti).state == "closed"
    with refused("already_decided"):
        api.withdraw_submission(submission_id=row.id, by=siti)
    draft = api.begin_submission(goals=[BABY], finder=CARD, by=siti)
    api.withdraw_submission(submission_id=draft.id, by=siti)
    assert api.get_submission(draft.id, siti).state == "withdrawn"
    assert api.begin_submission(goals=[BABY], finder=CARD, by=siti).id != draft.id


def test_withdrawing_the_application_itself_is_the_same(siti: Actor) -> None:
    row = filed(siti)
    application = part(row, BIRTH).application_id
    assert application is not None
    api.withdraw(application_id=application, by=siti)
    tasks.drain()
    assert states(row)[BIRTH] == "withdrawn"
    assert states(row)[FAMILY] == "blocked"


# The world changes meanwhile


def test_a_plan_that_the_catalogue_changed_is_asked_again(siti: Actor) -> None:
    row = begun(siti)
    new_version(get_service(HEALTH), sla_working_days=9)
    reload_atlas()
    with refused("plan_changed"):
        api.file_submission(submission_id=row.id, by=siti)
    assert not Application.objects.exists()
    before = api.typed_answers(row)
    api.renew_plan(submission_id=row.id, by=siti)
    row = api.get_submission(row.id, siti)
    assert api.typed_answers(row).items() >= before.items()
    assert row.consented_at is None
    api.consent(submission_id=row.id, by=siti)
    assert api.file_submission(submission_id=row.id, by=siti).state == "filed"


def reload_atlas() -> None:
    """What loading the city again does: the mark of everything plans are made from changes."""
    from pendopo.catalogue.models import Register

    register = Register.objects.get(name="planning")
    register.data["mark"] = uuid4().hex  # never one that another test, rolled back since, has used
    register.save()


def test_a_service_that_ends_while_its_part_waits_says_so_and_can_be_tried_again(siti: Actor) -> None:
    row = filed(siti)
    Service.objects.filter(id=FAMILY).update(is_active=False)
    conclude(row, BIRTH)
    stopped = part(row, FAMILY)
    assert (stopped.state, stopped.reason) == ("blocked", "ended")
    assert part(row, CHILD).state == "blocked"
    api.retry_part(submission_id=row.id, service_id=FAMILY, by=siti)
    assert part(row, FAMILY).reason == "ended"
    Service.objects.filter(id=FAMILY).update(is_active=True)
    api.retry_part(submission_id=row.id, service_id=FAMILY, by=siti)
    assert states(row) == {BIRTH: "issued", HEALTH: "filed", FAMILY: "filed", CHILD: "waiting"}


def test_an_agency_no_longer_allowed_gets_nothing_more(siti: Actor) -> None:
    row = filed(siti)
    assert siti.id is not None
    for consent in list_consents(siti.id):
        withdraw_consent(consent_id=consent.id, by=siti)
    conclude(row, BIRTH)
    assert (part(row, FAMILY).state, part(row, FAMILY).reason) == ("blocked", "consent")
    api.retry_part(submission_id=row.id, service_id=FAMILY, by=siti)
    assert part(row, FAMILY).state == "filed"


def test_a_form_that_asks_more_meanwhile_asks_only_that(siti: Actor) -> None:
    row = filed(siti)
    version = get_service(FAMILY)
    schema = version.content["form"]["schema"]
    more = {"type": "string", "title": "Nomor paspor bayi", "maxLength": 20, "minLength": 1}
    asked = {
        **schema,
        "properties": {**schema["properties"], "baby_passport": more},
        "required": [*schema["required"], "baby_passport"],
        "x-pages": [*schema["x-pages"], {"id": "paspor", "title": "Paspor", "fields": ["baby_passport"]}],
    }
    new_version(version, form={"schema": asked})
    conclude(row, BIRTH)
    waiting = part(row, FAMILY)
    assert (waiting.state, waiting.reason) == ("waiting", "answers")
    assert api.check_parts(row, api.list_parts(row.id)).keys() == {"baby_passport"}
    api.save_submission(submission_id=row.id, answers={"baby_passport": "X1234567"}, by=siti)
    api.retry_part(submission_id=row.id, service_id=FAMILY, by=siti)
    assert part(row, FAMILY).state == "filed"


def test_a_part_for_businesses_waits_until_one_is_named(city: Cast, siti: Actor) -> None:
    row = filed(siti, COMPANYS)
    assert (part(row, COMPANYS).state, part(row, COMPANYS).reason) == ("waiting", "business")
    with pytest.raises(NotFound):
        api.link_business(submission_id=row.id, business_id=row.id, by=siti)
    api.link_business(submission_id=row.id, business_id=city.company, by=siti)
    now = part(row, COMPANYS)
    assert now.state == "filed"
    assert Application.objects.get(id=now.application_id).business_id == city.company


def test_a_part_whose_business_is_no_longer_ones_own_says_so(city: Cast, siti: Actor) -> None:
    row = filed(siti, COMPANYS)
    Submission.objects.filter(id=row.id).update(business_id=city.company)
    Mandate.objects.filter(agent_id=siti.id, business_id=city.company).update(
        revoked_at=clock.now(), revoked_by=siti.ref
    )
    with transaction.atomic():
        row = Submission.objects.select_for_update().get(id=row.id)
        start_ready(row, api.list_parts(row.id), siti)  # as when a paper it waited for is issued
    now = part(row, COMPANYS)
    assert (now.state, now.because) == ("blocked", "business_mandate_over")


# What PostgreSQL refuses


@pytest.mark.parametrize(
    ("which", "wrong"),
    [
        ("part", {"state": "blocked", "reason": ""}),
        ("part", {"state": "filed", "application": None}),
        ("part", {"state": "vanished"}),
        ("part", {"needs": [BIRTH]}),
        ("part", {"state": "waiting"}),
        ("row", {"state": "draft"}),
        ("row", {"consented_at": None}),
        ("row", {"code": "ABCDEFG1"}),
        ("row", {"state": "lost"}),
    ],
)
def test_the_database_keeps_what_must_never_be_false(siti: Actor, which: str, wrong: dict[str, Any]) -> None:
    row = filed(siti)
    parts = Part.objects.filter(submission=row, service_id=BIRTH)
    rows = parts if which == "part" else Submission.objects.filter(id=row.id)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**wrong)
