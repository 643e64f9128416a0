"""Objections: pure rules with the clock, deciding by somebody else, silence, what a granted one changes, and the pages."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from pendopo.applications import api
from pendopo.applications.models import Appeal, Application
from pendopo.applications.rules import State
from pendopo.applications.rules import appeals as rules
from pendopo.applications.rules.appeals import AppealState, AppealVerb, Objection, Terms, terms_of
from pendopo.catalogue.api import get_service
from pendopo.documents.api import (
    Measure,
    Order,
    Paper,
    Standing,
    document_of,
    get_document,
    history_of,
    verify,
)
from pendopo.identity.api import PUBLIC, SYSTEM, Actor, ActorKind, Role
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, NotFound
from pendopo.payments.api import get_bill
from pendopo.region.api import Calendar, DayKind, Mark, Term, Unit, calendar
from tests import factories
from tests.applications.conftest import SIP, permit_of
from tests.applications.conftest import Browser as Browse
from tests.applications.test_measures import take
from tests.factories import Account, Cast

AGENCY = "dpmptsp-batam"
HOLDER = Actor(ActorKind.PERSON, UUID(int=1), "Siti")
OTHER = Actor(ActorKind.PERSON, UUID(int=2), "Budi")


def officer(number: int, agency: str, role: Role) -> Actor:
    return Actor(ActorKind.STAFF, UUID(int=number), "Petugas", {agency: frozenset({role})})


FIRST = officer(3, AGENCY, Role.SIGNATORY)
SECOND = officer(4, AGENCY, Role.SECTION_HEAD)
CLERK = officer(5, AGENCY, Role.BACK_OFFICER)
FOREIGN = officer(6, "imigrasi-batam", Role.SIGNATORY)
PLAIN = Calendar({date(2027, 3, 9): (DayKind.HOLIDAY, "Libur")}, 2020, 2035)
TODAY = date(2026, 11, 23)


def objection(state: AppealState = AppealState.FILED, start: date = TODAY) -> Objection:
    return Objection(state, AGENCY, HOLDER.ref, FIRST.ref, Term(10), (Mark("start", start),))


# Rules


@pytest.mark.parametrize(
    ("state", "verb", "actor"),
    list(product(AppealState, AppealVerb, (HOLDER, OTHER, FIRST, SECOND, CLERK, FOREIGN, PUBLIC, SYSTEM))),
)
def test_every_state_verb_and_role(state: AppealState, verb: AppealVerb, actor: Actor) -> None:
    late = TODAY + timedelta(days=60)
    may = {
        AppealVerb.WITHDRAW: actor == HOLDER,
        AppealVerb.GRANT_BY_SILENCE: actor == SYSTEM,
    }.get(verb, actor == SECOND)
    fits = state is AppealState.FILED or (state is AppealState.IN_REVIEW and verb is not AppealVerb.TAKE_UP)
    assert rules.can(objection(state), verb, actor, on=late, calendar=PLAIN) is (may and fits)


def test_nobody_decides_about_the_own_decision_not_even_through_another_hand() -> None:
    with pytest.raises(Denied) as refused:
        rules.check(objection(), AppealVerb.GRANT, FIRST, on=TODAY, calendar=PLAIN)
    assert refused.value.code == "decided_it_first"
    for reason in ("", "  ", "x" * 4001):
        with pytest.raises(Denied, match="reason"):
            rules.check(objection(), AppealVerb.UPHOLD, SECOND, on=TODAY, calendar=PLAIN, reason=reason)


days = st.dates(date(2024, 1, 1), date(2030, 12, 31))
terms = st.builds(Term, st.integers(1, 40), st.sampled_from(Unit))


def walk(start: date, term: Term) -> date:
    """The last day, found by walking: the reference."""
    on, left = start, term.days
    while left:
        on += timedelta(days=1)
        left -= term.unit is Unit.CALENDAR or PLAIN.kind(on) is DayKind.WORKING
    return on


@given(days, terms, st.integers(-5, 90))
def test_silence_speaks_the_day_after_the_last_and_never_before(start: date, term: Term, later: int) -> None:
    case = Objection(AppealState.FILED, AGENCY, HOLDER.ref, FIRST.ref, term, (Mark("start", start),))
    on = start + timedelta(days=later)
    over = rules.can(case, AppealVerb.GRANT_BY_SILENCE, SYSTEM, on=on, calendar=PLAIN)
    assert over is (on > walk(start, term))


@given(days, terms, st.integers(0, 90))
def test_one_may_object_until_the_last_day_and_no_longer(decided: date, term: Term, later: int) -> None:
    said, on = Terms(file_within=term), decided + timedelta(days=later)
    last = rules.last_day(decided, said, PLAIN)
    assert last == walk(decided, term)
    if on <= last:
        rules.check_filing(decided, "Keliru.", on=on, terms=said, calendar=PLAIN)
    else:
        with pytest.raises(Denied, match="late"):
            rules.check_filing(decided, "Keliru.", on=on, terms=said, calendar=PLAIN)


@given(days, st.sampled_from(["start pause", "start pause resume"]), st.integers(1, 9))
def test_a_clock_that_stands_still_grants_nothing(start: date, kinds: str, gap: int) -> None:
    marks = [Mark(kind, start + timedelta(days=n * gap)) for n, kind in enumerate(kinds.split())]  # type: ignore[arg-type]
    case = Objection(AppealState.FILED, AGENCY, HOLDER.ref, FIRST.ref, Term(10), tuple(marks))
    granted = rules.can(case, AppealVerb.GRANT_BY_SILENCE, SYSTEM, on=date(2035, 1, 1), calendar=PLAIN)
    assert granted is (rules.due(case.term, case.marks, PLAIN) is not None)


def test_the_region_says_the_terms_and_the_law_where_it_says_nothing() -> None:
    assert terms_of({}) == Terms()
    said = {"appeals": {"file_within": {"days": 30, "unit": "calendar"}, "silence": "upheld"}}
    assert terms_of(said) == Terms(Term(30, Unit.CALENDAR), silence_grants=False)


# Actions


@pytest.fixture
def now_at() -> Iterator[clock.FixedClock]:
    with clock.use(standing_still := clock.FixedClock(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))):
        yield standing_still  # type: ignore[misc]


@pytest.fixture
def second(city: Cast) -> Account:
    """A section head of the agency who has decided nothing yet."""
    return factories.staff("kabid@dpmptsp.id", "Yuliana Sitorus", AGENCY, Role.SECTION_HEAD, title="Kabid")


def refused(city: Cast) -> UUID:
    """Siti's refused application, with its letter."""
    application = factories.file(get_service(SIP), city.siti.actor)
    assert factories.conclude(application, approve=False) is State.REJECTED
    return application


def decide(appeal: UUID, by: Actor, *, grant: bool = True) -> AppealState:
    return api.decide_appeal(
        appeal_id=appeal, grant=grant, reason="Bukti baru cukup.", legal_basis="UU 30/2014 pasal 77", by=by
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("house")
class TestAppeals:
    def test_a_granted_objection_brings_the_application_back_and_it_may_be_refused_and_objected_to_again(
        self, city: Cast, second: Account
    ) -> None:
        application = refused(city)
        first_letter = Application.objects.get(id=application).document_id
        appeal = api.object_to_refusal(
            application_id=application, grounds="STR saya masih berlaku.", by=city.siti.actor
        )
        with pytest.raises(Denied, match="already"):
            api.object_to_refusal(application_id=application, grounds="Lagi.", by=city.siti.actor)
        api.take_up_appeal(appeal_id=appeal, by=second.actor)
        assert decide(appeal, second.actor) is AppealState.GRANTED
        row = Application.objects.get(id=application)
        assert (row.state, row.document_id, row.decided_at) == ("in_process", None, None)
        assert first_letter is not None
        assert verify(get_document(first_letter, SYSTEM).code).standing is Standing.ANNULLED
        letter = document_of(f"appeal:{appeal}", "appeal")
        assert letter is not None
        assert letter.signatory_title == "Kabid"
        verbs = [event.verb for event in events.history(f"application:{application}")]
        assert verbs[-3:] == ["appeal_taken_up", "appeal_granted", "reopen"]
        assert factories.conclude(application, approve=False) is State.REJECTED
        again = Application.objects.get(id=application)
        assert again.document_id not in {None, first_letter}
        assert (
            api.object_to_refusal(application_id=application, grounds="Tetap keliru.", by=city.siti.actor)
            != appeal
        )

    def test_an_upheld_decision_stands(self, city: Cast, second: Account) -> None:
        application = refused(city)
        appeal = api.object_to_refusal(application_id=application, grounds="Keliru.", by=city.siti.actor)
        assert decide(appeal, second.actor, grant=False) is AppealState.UPHELD
        assert Application.objects.get(id=application).state == "rejected"
        with pytest.raises(Denied, match="upheld"):
            decide(appeal, second.actor)
        with pytest.raises(Denied, match="upheld"):
            api.withdraw_appeal(appeal_id=appeal, by=city.siti.actor)

    def test_a_withdrawn_objection_may_be_filed_again(self, city: Cast) -> None:
        application = refused(city)
        appeal = api.object_to_refusal(application_id=application, grounds="Keliru.", by=city.siti.actor)
        with pytest.raises(NotFound):
            api.withdraw_appeal(appeal_id=appeal, by=city.budi.actor)
        api.withdraw_appeal(appeal_id=appeal, by=city.siti.actor)
        assert (
            api.object_to_refusal(application_id=application, grounds="Keliru.", by=city.siti.actor) != appeal
        )

    def test_a_granted_objection_to_a_fine_lifts_it_and_its_bill(self, city: Cast, second: Account) -> None:
        paper = permit_of(city)
        fine = impose(paper, Measure.FINE, city.signatory, amount_idr=250_000)
        appeal = api.object_to_measure(measure_id=fine, grounds="Saya sudah lapor.", by=city.siti.actor)
        with pytest.raises(Denied) as refusal:
            decide(appeal, city.signatory.actor)
        assert refusal.value.code == "decided_it_first"
        decide(appeal, second.actor)
        assert [done.lifted for done in history_of(paper.id)] == [True, False]
        assert get_bill(f"measure:{fine}").state == "cancelled"
        with pytest.raises(Denied, match="lifted"):
            api.object_to_measure(measure_id=fine, grounds="Lagi.", by=city.siti.actor)

    def test_silence_grants_once_after_the_last_day(self, city: Cast, now_at: clock.FixedClock) -> None:
        paper = permit_of(city)
        suspension = impose(paper, Measure.SUSPEND, city.signatory)
        appeal = api.object_to_measure(measure_id=suspension, grounds="Keliru.", by=city.siti.actor)
        row = Appeal.objects.get(id=appeal)
        assert row.due_on is not None
        while clock.today() <= row.due_on:
            assert api.sweep_appeals() == 0
            now_at.move(days=1)
        assert api.sweep_appeals() == 1
        assert api.sweep_appeals() == 0
        row.refresh_from_db()
        assert (row.state, row.decided_by) == ("granted", "system")
        assert verify(paper.code).standing is Standing.VALID

    def test_a_day_added_to_the_calendar_moves_the_answer(
        self, city: Cast, now_at: clock.FixedClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        suspension = impose(permit_of(city), Measure.SUSPEND, city.signatory)
        appeal = api.object_to_measure(measure_id=suspension, grounds="Keliru.", by=city.siti.actor)
        before, plain = Appeal.objects.get(id=appeal).due_on, calendar(AGENCY)
        assert before is not None
        longer = Calendar(
            {**plain.days, before: (DayKind.LOCAL_HOLIDAY, "Banjir")}, plain.first_year, plain.last_year
        )
        monkeypatch.setattr("pendopo.applications.actions.appeals.calendar", lambda _agency: longer)
        now_at.move(days=(before - clock.today()).days + 1)
        api.sweep_appeals()
        row = Appeal.objects.get(id=appeal)
        assert row.due_on is not None
        assert row.due_on > before
        assert row.state == ("granted" if clock.today() > row.due_on else "filed")

    def test_too_late_empty_or_nobodys(self, city: Cast, now_at: clock.FixedClock) -> None:
        application = refused(city)
        with pytest.raises(Denied, match="grounds"):
            api.object_to_refusal(application_id=application, grounds="  ", by=city.siti.actor)
        with pytest.raises(NotFound):
            api.object_to_refusal(application_id=application, grounds="Keliru.", by=city.budi.actor)
        with pytest.raises(NotFound):
            api.object_to_measure(measure_id=uuid4(), grounds="Keliru.", by=city.siti.actor)
        now_at.move(days=60)
        with pytest.raises(Denied, match="late"):
            api.object_to_refusal(application_id=application, grounds="Keliru.", by=city.siti.actor)

    def test_the_database_refuses_a_judge_in_the_own_case(self, city: Cast, second: Account) -> None:
        application = refused(city)
        appeal = api.object_to_refusal(application_id=application, grounds="Keliru.", by=city.siti.actor)
        decide(appeal, second.actor, grant=False)
        row = Appeal.objects.filter(id=appeal)
        for change in (
            {"decided_by": row.get().first_by},
            {"decided_by": "system"},
            {"reason": ""},
            {"state": "filed"},
            {"letter_id": None},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                row.update(**change)


def impose(paper: Paper, measure: Measure, by: Account, amount_idr: int = 0) -> UUID:
    order = Order("violation", "Pindah tanpa lapor.", "Permenkes 40/2017", amount_idr=amount_idr)
    return api.impose(document_id=paper.id, measure=measure, order=order, by=by.actor).measure.id


# Pages


@pytest.mark.django_db
@pytest.mark.usefixtures("house")
def test_the_pages_from_refusal_to_answer(city: Cast, signed_in: Browse, second: Account) -> None:
    application = refused(city)
    siti, head = signed_in(city.siti), signed_in(second)
    assert "Ajukan keberatan" in siti.get(f"/permohonan/{application}/").content.decode()
    where = f"/permohonan/{application}/keberatan/"
    assert "Batas mengajukan keberatan" in siti.get(where).content.decode()
    assert siti.post(where, {"grounds": ""}).status_code == 422
    sent = siti.post(where, {"grounds": "STR saya <b>masih</b> berlaku."})
    own = sent.headers["Location"]
    assert "paling lambat" in siti.get(own).content.decode()
    assert siti.get(where).headers["Location"] == own
    assert own in siti.get(f"/permohonan/{application}/").content.decode()
    desk = f"/kerja{own}"
    assert desk in head.get("/kerja/keberatan/").content.decode()
    text = head.get(desk).content.decode()
    assert "STR saya &lt;b&gt;masih" in text
    assert head.post(desk, {"verb": "take_up"}).status_code == 302
    assert head.post(desk, {"verb": "x"}).status_code == 422
    assert head.post(desk, {"verb": "grant", "reason": "", "legal_basis": "x"}).status_code == 422
    said = {"verb": "uphold", "reason": "STR sudah lewat.", "legal_basis": "Permenkes 40/2017"}
    for who, status in ((city.stranger, 404), (city.officer, 422)):
        assert signed_in(who).post(desk, said).status_code == status
    assert signed_in(city.siti).post(desk, said).status_code == 403
    assert signed_in(city.budi).get(own).status_code == 404
    assert signed_in(None).get(own).status_code == 302
    assert "Suratnya terbit" in head.post(desk, said, follow=True).content.decode()
    assert head.post(desk, said).status_code == 409
    assert "STR sudah lewat." in siti.get(own).content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("house")
def test_the_holder_objects_to_a_sanction_on_the_papers_page(
    city: Cast, signed_in: Browse, permit: Paper
) -> None:
    take(signed_in(city.signatory), permit, "suspend")
    siti: Client = signed_in(city.siti)
    (done,) = history_of(permit.id)
    where = f"/dokumen/{permit.id}/keberatan/{done.id}/"
    assert where in siti.get(f"/dokumen/{permit.id}/").content.decode()
    own = siti.post(where, {"grounds": "Saya tidak pindah."}).headers["Location"]
    assert siti.post(f"{own}tarik/", {}).status_code == 302
    assert "Ditarik kembali" in siti.get(own).content.decode()
    assert signed_in(city.budi).get(where).status_code == 404
    assert siti.get(f"/dokumen/{permit.id}/keberatan/{uuid4()}/").status_code == 404
