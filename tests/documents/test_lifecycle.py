"""What may happen to an issued paper: the whole grid in pure rules, the database beside it, the pages for every standing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from pendopo.documents import api
from pendopo.documents.models import Document, MeasureTaken, Reminder
from pendopo.documents.rules import lifecycle
from pendopo.documents.rules.lifecycle import GROUNDS, TRANSITIONS, Measure, Order, Standing, Taken
from pendopo.documents.rules.papers import Purpose, State
from pendopo.identity.api import PUBLIC, SYSTEM, Actor
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, NotFound
from pendopo.kernel.models import Outbox
from tests.documents.conftest import (
    BUDI,
    FOREIGN_HEAD,
    OFFICER,
    OPERATOR,
    SECTION_HEAD,
    SIGNATORY,
    SITI,
    STRANGER,
    issue,
)

AT = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
HEADS = (SIGNATORY, SECTION_HEAD)
ACTORS = (*HEADS, SITI, BUDI, OFFICER, STRANGER, OPERATOR, FOREIGN_HEAD, PUBLIC, SYSTEM)


@pytest.fixture(autouse=True)
def now_at() -> Iterator[clock.FixedClock]:
    with clock.use(standing_still := clock.FixedClock(AT)):
        yield standing_still  # type: ignore[misc]


def order(measure: Measure, **changed: Any) -> Order:
    """An order that fits the measure."""
    made = Order(
        ground=min(GROUNDS[measure] - lifecycle.SYSTEM_GROUNDS, default="appeal"),
        reason="Tempat praktik pindah tanpa lapor.",
        legal_basis="Permenkes 40/2017 pasal 12",
        level=1 if measure is Measure.WARN else 0,
        amount_idr=500_000 if measure is Measure.FINE else 0,
    )
    return replace(made, **changed)


def take(paper: api.Paper, measure: Measure, by: Actor = SIGNATORY, **changed: Any) -> Any:
    return api.take_measure(by=by, document_id=paper.id, measure=measure, order=order(measure, **changed))


# Rules


def expected(state: State, measure: Measure, actor: Actor) -> str:
    """What the law says, written a second time: "" or the code of the refusal."""
    if measure in {Measure.WARN, Measure.FINE, Measure.SUSPEND, Measure.REVOKE}:
        allowed = actor in HEADS
    elif measure in {Measure.REINSTATE, Measure.ANNUL}:
        allowed = actor in (*HEADS, SYSTEM)
    elif measure is Measure.ASK_REVOCATION:
        allowed = actor == SITI
    else:
        allowed = actor == SYSTEM
    if not allowed:
        return "any"
    ways = {
        State.ISSUED: "warn fine suspend revoke annul ask_revocation replace lift",
        State.SUSPENDED: "fine reinstate revoke annul ask_revocation replace lift",
        State.REVOKED: "annul lift",
        State.REPLACED: "annul lift",
        State.ANNULLED: "lift",
    }
    return "" if measure in ways[state].split() else "not_in_this_standing"


@pytest.mark.parametrize(("state", "measure", "actor"), list(product(State, Measure, ACTORS)))
def test_every_state_measure_and_role(state: State, measure: Measure, actor: Actor) -> None:
    paper = Standing(state, "dpmptsp-batam", SITI.ref)
    wanted = expected(state, measure, actor)
    assert lifecycle.can(paper, measure, actor) is (wanted == "")
    assert (measure in lifecycle.measures_for(paper, actor)) is (wanted == "")
    if wanted:
        with pytest.raises(Denied) as refused:
            lifecycle.check(paper, measure, actor)
        assert wanted in {"any", refused.value.code}


@pytest.mark.parametrize(
    ("measure", "changed", "code"),
    [
        (Measure.WARN, {"ground": "holder_request"}, "ground_unknown"),
        (Measure.WARN, {"ground": ""}, "ground_unknown"),
        (Measure.WARN, {"reason": "  "}, "measure_reason_missing"),
        (Measure.WARN, {"reason": "x" * 2001}, "measure_reason_missing"),
        (Measure.WARN, {"legal_basis": ""}, "measure_legal_basis_missing"),
        (Measure.WARN, {"legal_basis": "x" * 301}, "measure_legal_basis_missing"),
        (Measure.WARN, {"level": 0}, "warning_level"),
        (Measure.WARN, {"level": 4}, "warning_level"),
        (Measure.FINE, {"amount_idr": 0}, "fine_amount"),
        (Measure.FINE, {"amount_idr": -5}, "fine_amount"),
        (Measure.FINE, {"amount_idr": 10**12}, "fine_amount"),
        (Measure.SUSPEND, {"until": TODAY}, "suspension_past"),
        (Measure.SUSPEND, {"until": date(2020, 1, 1)}, "suspension_past"),
    ],
)
def test_what_is_said_along_must_make_sense(measure: Measure, changed: dict[str, Any], code: str) -> None:
    paper = Standing(State.ISSUED, "dpmptsp-batam", SITI.ref)
    lifecycle.check(paper, measure, SIGNATORY, order(measure), on=TODAY)
    with pytest.raises(Denied) as refused:
        lifecycle.check(paper, measure, SIGNATORY, order(measure, **changed), on=TODAY)
    assert refused.value.code == code


def test_warnings_rise_and_only_the_clock_ends_a_suspension_by_itself() -> None:
    warned = Standing(State.ISSUED, "dpmptsp-batam", SITI.ref, warned=2)
    with pytest.raises(Denied, match="warning"):
        lifecycle.check(warned, Measure.WARN, SIGNATORY, order(Measure.WARN, level=2), on=TODAY)
    lifecycle.check(warned, Measure.WARN, SIGNATORY, order(Measure.WARN, level=3), on=TODAY)
    suspended = Standing(State.SUSPENDED, "dpmptsp-batam", SITI.ref)
    with pytest.raises(Denied, match="ended"):
        lifecycle.check(
            suspended, Measure.REINSTATE, SIGNATORY, order(Measure.REINSTATE, ground="ended"), on=TODAY
        )


@pytest.mark.parametrize("purpose", [Purpose.DUPLICATE, Purpose.CERTIFIED_COPY, Purpose.LETTER])
def test_copies_and_letters_are_left_alone(purpose: Purpose) -> None:
    """A letter may be annulled by the system only: a refusal that did not survive an objection."""
    paper = Standing(State.ISSUED, "dpmptsp-batam", SITI.ref, purpose)
    for actor in ACTORS:
        overturned = actor == SYSTEM and purpose is Purpose.LETTER
        assert lifecycle.measures_for(paper, actor) == ((Measure.ANNUL,) if overturned else ())


@given(st.lists(st.sampled_from(list(Measure)), max_size=8), st.data())
def test_lifting_is_as_if_never_taken(wanted: list[Measure], data: st.DataObject) -> None:
    history: list[Taken] = []
    for number, measure in enumerate(wanted):
        state, _until = lifecycle.amounts_to(history)
        if measure is not Measure.LIFT and (state, measure) in TRANSITIONS:
            history.append(Taken(str(number), measure))
    state, _until = lifecycle.amounts_to(history)
    if not history:
        assert state is State.ISSUED
        return
    lifted = data.draw(st.sampled_from(history))
    after, _until = lifecycle.amounts_to([*history, Taken("last", Measure.LIFT, lifts=lifted.key)])
    assert after == lifecycle.amounts_to([taken for taken in history if taken is not lifted])[0]
    if (state, Measure.LIFT) in TRANSITIONS and lifted.measure in lifecycle.SANCTIONS:
        assert after in TRANSITIONS[state, Measure.LIFT]


# The database


@pytest.mark.django_db
class TestTaking:
    def test_a_warning_leaves_the_paper_valid_and_a_signed_letter(self) -> None:
        made = issue()
        done = take(made, Measure.WARN, level=2)
        assert (done.paper.state, done.measure.level) == ("issued", 2)
        assert done.letter.title == "Surat Peringatan Kedua"
        assert done.letter.number.split("/")[1] == "PERINGATAN"
        assert done.letter.holder_ref == SITI.ref
        assert api.verify(made.code).standing is api.Standing.VALID
        assert api.verify_pdf(api.open_document(done.letter.id, SITI).path.read_bytes()).good
        event = events.history(f"document:{made.id}")[-1]
        assert (event.verb, event.actor, event.data["oss_code"]) == ("warn", SIGNATORY.ref, "60")
        news = Outbox.objects.get(topic="measure_taken").payload
        assert (news["kind"], news["state"], news["level"]) == ("warn", "issued", 2)
        with pytest.raises(Denied, match="warning"):
            take(made, Measure.WARN, level=1)

    def test_a_suspension_ends_after_its_last_day(self, now_at: clock.FixedClock) -> None:
        made = issue()
        done = take(made, Measure.SUSPEND, until=date(2026, 12, 31))
        assert (done.paper.standing, done.paper.suspended_until) == ("suspended", date(2026, 12, 31))
        assert api.sweep_standing() == 0
        now_at.move(days=39)  # 1 January
        assert api.verify(made.code).standing is api.Standing.VALID
        assert api.sweep_standing() == 1
        assert api.sweep_standing() == 0
        last = api.history_of(made.id)[-1]
        assert (last.measure, last.ground, last.by_ref) == ("reinstate", "ended", SYSTEM.ref)
        assert api.get_document(made.id, SITI).state == "issued"

    def test_suspend_reinstate_revoke_annul(self) -> None:
        made = issue()
        take(made, Measure.SUSPEND)
        take(made, Measure.REINSTATE, ground="remedied")
        take(made, Measure.REVOKE, by=SECTION_HEAD)
        take(made, Measure.ANNUL)
        with pytest.raises(Denied, match="annulled"):
            take(made, Measure.REVOKE)
        assert api.verify(made.code).standing is api.Standing.ANNULLED
        titles = [
            letter.title
            for letter in api.list_documents(f"measure:{done.id}" for done in api.history_of(made.id))
        ]
        assert titles == [
            "Surat Keputusan Pembekuan Sementara",
            "Surat Keputusan Pengaktifan Kembali",
            "Surat Keputusan Pencabutan",
            "Surat Keputusan Pembatalan",
        ]

    def test_the_holder_may_ask_and_the_agency_answers(self) -> None:
        made = issue()
        ask = Order("holder_request", "Saya berhenti praktik.")
        api.take_measure(by=SITI, document_id=made.id, measure=Measure.ASK_REVOCATION, order=ask)
        assert api.list_asked(SIGNATORY) == [made]
        assert api.list_asked(FOREIGN_HEAD) == []
        with pytest.raises(Denied, match="asked"):
            api.take_measure(by=SITI, document_id=made.id, measure=Measure.ASK_REVOCATION, order=ask)
        take(made, Measure.REVOKE, ground="holder_request")
        assert api.list_asked(SIGNATORY) == []
        assert api.verify(made.code).standing is api.Standing.REVOKED

    def test_strangers_do_not_even_learn_that_it_exists(self) -> None:
        made = issue()
        for actor in (BUDI, STRANGER, FOREIGN_HEAD, OPERATOR, PUBLIC):
            with pytest.raises(NotFound):
                take(made, Measure.REVOKE, by=actor)
        with pytest.raises(Denied, match="role"):
            take(made, Measure.REVOKE, by=OFFICER)
        ask = Order("holder_request", "Saya saja.")
        with pytest.raises(NotFound):
            api.take_measure(by=BUDI, document_id=made.id, measure=Measure.ASK_REVOCATION, order=ask)
        assert not MeasureTaken.objects.exists()

    def test_a_failed_letter_undoes_the_measure(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = issue()
        from pendopo.documents.connectors.pades import client as pades

        with monkeypatch.context() as patched:
            patched.setattr(pades, "sign_pdf", lambda *_a, **_k: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                take(made, Measure.REVOKE)
        assert api.verify(made.code).standing is api.Standing.VALID
        assert api.history_of(made.id) == []

    def test_lifting_gives_back_what_was_before(self) -> None:
        made = issue()
        suspended = take(made, Measure.SUSPEND, until=date(2027, 1, 31)).measure
        revoked = take(made, Measure.REVOKE).measure
        with pytest.raises(Denied):
            api.lift_measure(by=SIGNATORY, measure_id=revoked.id, reason="x")
        back = api.lift_measure(by=SYSTEM, measure_id=revoked.id, reason="Keberatan dikabulkan.").paper
        assert (back.state, back.suspended_until) == ("suspended", date(2027, 1, 31))
        api.lift_measure(by=SYSTEM, measure_id=suspended.id, reason="Keberatan dikabulkan.")
        api.lift_measure(by=SYSTEM, measure_id=suspended.id, reason="Sekali lagi.")
        assert api.verify(made.code).standing is api.Standing.VALID
        assert [done.lifted for done in api.history_of(made.id)] == [True, True, False, False]

    def test_a_successor_takes_the_place_and_copies_follow_their_original(self) -> None:
        made = issue()
        copy = issue("application:2", purpose=Purpose.DUPLICATE, earlier=made.id)
        assert copy.data["stamp"] == "DUPLIKAT"
        assert made.number in copy.data["origin"]
        assert api.verify(copy.code).standing is api.Standing.VALID
        new = issue("application:3", purpose=Purpose.RENEWAL, earlier=made.id)
        with transaction.atomic():
            assert api.replace_document(by=SYSTEM, document_id=made.id, successor_id=new.id)
        for paper in (made, copy):
            found = api.verify(paper.code)
            assert (found.standing, found.successor.number) == ("replaced", new.number)  # type: ignore[union-attr]
        assert api.verify(new.code).standing is api.Standing.VALID
        revoked = issue("application:4")
        take(revoked, Measure.REVOKE)
        with transaction.atomic():
            assert not api.replace_document(by=SYSTEM, document_id=revoked.id, successor_id=new.id)

    def test_a_provisional_paper_has_an_end_and_leaves_room_for_the_final_one(self) -> None:
        with pytest.raises(Denied, match="provisional"):
            issue(provisional=True)
        early = issue(provisional=True, valid_until=date(2026, 12, 31))
        assert early.data["stamp"] == "TERBIT SEMENTARA"
        final = issue(earlier=early.id)
        assert final.id != early.id
        assert "Menggantikan" in final.data["origin"]


TRIPLES = [(a, m, b) for (a, m), targets in TRANSITIONS.items() for b in targets]


@pytest.mark.django_db
def test_the_trigger_holds_the_same_table_as_the_rules() -> None:
    """Every triple: what the rules know is written, everything else refused."""
    roads: dict[State, list[Measure]] = {
        State.ISSUED: [],
        State.SUSPENDED: [Measure.SUSPEND],
        State.REVOKED: [Measure.REVOKE],
        State.ANNULLED: [Measure.ANNUL],
    }
    for number, state in enumerate(State):
        made = issue(f"application:{number}")
        if state is State.REPLACED:
            other = issue(f"application:{number + 100}")
            with transaction.atomic():
                api.replace_document(by=SYSTEM, document_id=made.id, successor_id=other.id)
        for measure in roads.get(state, []):
            take(made, measure)
        sanction = take(issue(f"application:{number + 200}"), Measure.WARN).measure
        for measure, to in product(Measure, State):
            got = _inserts(made, state, measure, to, sanction.id)
            assert got is ((state, measure, to) in TRIPLES), (state, measure, to)


def _inserts(paper: api.Paper, state: State, measure: Measure, to: State, lifts: Any) -> bool:
    row = MeasureTaken(
        document_id=paper.id, position=99, measure=measure, from_state=state, to_state=to, at=clock.now(), by_ref="x", ground="x",
        reason="x", level=measure is Measure.WARN, amount_idr=measure is Measure.FINE,
        lifts_id=lifts if measure is Measure.LIFT else None,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


@pytest.mark.django_db
def test_no_state_changes_without_its_measure_and_history_stays() -> None:
    made = issue()
    row = Document.objects.filter(pk=made.id)
    for change in (
        {"state": "revoked", "state_at": AT},
        {"replaced_by": made.id},
        {"suspended_until": TODAY},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.update(**change)
    take(made, Measure.SUSPEND)
    for change in (
        {"state": "issued", "state_at": AT},
        {"state": "revoked", "state_at": AT},
        {"suspended_until": TODAY},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.update(**change)
    taken = MeasureTaken.objects.filter(document_id=made.id)
    with pytest.raises(DatabaseError), transaction.atomic():
        taken.update(reason="lain")
    with pytest.raises(DatabaseError), transaction.atomic():
        taken.delete()


@pytest.mark.django_db
def test_reminders_come_once_each_and_only_the_nearest(now_at: clock.FixedClock) -> None:
    made = issue(valid_until=TODAY + timedelta(days=61))
    issue("application:2", purpose=Purpose.DUPLICATE, earlier=made.id, valid_until=TODAY + timedelta(days=61))
    issue("application:3", valid_until=None)
    said: list[tuple[str, int | None]] = []
    for _day in range(65):
        api.sweep_standing()
        api.sweep_standing()
        now_at.move(days=1)
    for topic, payload in Outbox.objects.order_by("id").values_list("topic", "payload"):
        if topic in {"document_expiring", "document_expired"}:
            assert payload["document"] == str(made.id)
            said.append((topic, payload.get("days")))
    assert said == [*(("document_expiring", days) for days in (60, 30, 7)), ("document_expired", None)]
    assert events.history(f"document:{made.id}")[-1].verb == "expired"
    late = issue("application:4", valid_from=TODAY, valid_until=clock.today() - timedelta(days=1))
    api.sweep_standing()
    assert list(Reminder.objects.filter(document_id=late.id).values_list("days", flat=True)) == [0]


# The public page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("measure", "changed", "says"),
    [
        (Measure.WARN, {}, "asli dan masih berlaku"),
        (Measure.FINE, {}, "asli dan masih berlaku"),
        (Measure.SUSPEND, {}, "sampai diaktifkan kembali"),
        (Measure.SUSPEND, {"until": date(2026, 12, 31)}, "31 Desember 2026"),
        (Measure.REVOKE, {}, "sudah dicabut"),
        (Measure.ANNUL, {}, "tidak pernah berlaku sejak awal"),
    ],
)
def test_the_verification_page_says_the_standing_plainly(
    client: Client, measure: Measure, changed: dict[str, Any], says: str
) -> None:
    made = issue()
    done = take(made, measure, reason="Rahasia dapur", **changed)
    text = client.get(f"/v/{made.code}/").content.decode()
    assert says in text
    assert "Rahasia dapur" not in text
    if done.paper.state != "issued":
        assert "masih berlaku" not in text
        assert "23 November 2026" in text
    letter = client.get(f"/v/{done.letter.code}/").content.decode()
    assert "isinya keputusan tentang dokumen lain, bukan izin" in letter


@pytest.mark.django_db
def test_the_page_of_a_copy_and_of_a_replaced_paper(client: Client) -> None:
    made = issue()
    copy = issue("application:2", purpose=Purpose.CERTIFIED_COPY, earlier=made.id)
    new = issue("application:3", purpose=Purpose.AMENDMENT, earlier=made.id)
    assert "salinan sesuai asli" in client.get(f"/v/{copy.code}/").content.decode()
    with transaction.atomic():
        api.replace_document(by=SYSTEM, document_id=made.id, successor_id=new.id)
    for code in (made.code, copy.code):
        text = client.get(f"/v/{code}/").content.decode()
        assert "sudah digantikan" in text
        assert new.number in text
        assert new.code not in text
    early = issue("application:5", provisional=True, valid_until=date(2026, 12, 31))
    assert "terbit sementara" in client.get(f"/v/{early.code}/").content.decode()


@pytest.mark.django_db
def test_an_officer_finds_papers_of_the_own_agency_only() -> None:
    made = issue()
    issue("application:7", agency_id="imigrasi")
    take(made, Measure.WARN)
    assert api.find_papers(OFFICER) == [made]
    assert api.find_papers(OFFICER, f" {made.number.lower()} ") == [made]
    assert api.find_papers(OFFICER, api.show_code(made.code)) == [made]
    assert api.find_papers(OFFICER, "503/") == []
    assert api.find_papers(STRANGER, made.number) == []
    assert api.find_papers(SITI, made.number) == []
