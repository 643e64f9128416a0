"""Mandates: rules without a database, and that no sequence of giving, revoking and waiting lets an agent act outside scope or time."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from pendopo.identity import api
from pendopo.identity.api import EVERYTHING, PUBLIC, SYSTEM, Actor, ActorKind, Matter, Role
from pendopo.identity.models import AccessRecord, Mandate, Person
from pendopo.identity.rules import LONGEST_DAYS, Mandated, check_mandated, check_terms, covers, spelled
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, NotFound

MOTHER, DAUGHTER, OTHER = "2171105708550002", "2171105708850003", "2171101708950001"
TODAY = date(2026, 11, 23)
HEALTH = Matter("bpjs-ubah-data", "health", "bpjs-kesehatan-batam")
TAX = Matter("pbb-salinan", "tax", "bapenda-batam")
MATTERS = (HEALTH, TAX)
REACHES = (
    (EVERYTHING,),
    ("category:health",),
    ("service:pbb-salinan",),
    ("category:police", "service:bpjs-ubah-data"),
)


# Rules

days = st.integers(0, 40).map(lambda n: TODAY + timedelta(days=n))


@given(days, st.none() | days, days, st.booleans(), st.booleans())
def test_a_mandate_holds_on_its_days_once_accepted_until_revoked(
    start: date, end: date | None, on: date, accepted: bool, revoked: bool
) -> None:
    holds = accepted and not revoked and start <= on and (end is None or on <= end)
    mandate = Mandated((EVERYTHING,), start, end, accepted, revoked)
    if holds:
        check_mandated(mandate, on)
    else:
        with pytest.raises(Denied):
            check_mandated(mandate, on)


def test_what_a_mandate_covers() -> None:
    assert [covers(reach, HEALTH) for reach in REACHES] == [True, True, False, True]
    assert [covers(reach, TAX) for reach in REACHES] == [True, False, True, False]
    assert covers(("agency:bapenda-batam",), TAX)
    assert not covers((), TAX)
    assert not covers(("tax", "pbb-salinan", "category:"), TAX)


@pytest.mark.parametrize(
    ("reach", "start", "end", "lasting", "code"),
    [
        ((), 0, 10, False, "mandate_empty"),
        ((EVERYTHING,), 5, 4, False, "mandate_reversed"),
        ((EVERYTHING,), -9, -1, False, "mandate_past"),
        ((EVERYTHING,), 0, None, False, "mandate_too_long"),
        ((EVERYTHING,), 0, LONGEST_DAYS + 1, False, "mandate_too_long"),
        ((EVERYTHING,), 0, LONGEST_DAYS, False, ""),
        ((EVERYTHING,), 0, None, True, ""),
        ((EVERYTHING,), 0, LONGEST_DAYS + 1, True, ""),
    ],
)
def test_terms_nobody_should_sign(reach: Any, start: int, end: int | None, lasting: bool, code: str) -> None:
    until = None if end is None else TODAY + timedelta(days=end)
    terms = {"reach": reach, "valid_from": TODAY + timedelta(days=start), "valid_until": until}
    if not code:
        check_terms(**terms, today=TODAY, lasting=lasting)
        return
    with pytest.raises(Denied) as refused:
        check_terms(**terms, today=TODAY, lasting=lasting)
    assert refused.value.code == code


def test_officers_reach_their_agencies_and_the_operator_everything() -> None:
    front, back = frozenset({Role.FRONT_OFFICER}), frozenset({Role.BACK_OFFICER})
    assert api.counter_reach({"b": front, "a": front, "c": back}) == ("agency:a", "agency:b")
    assert api.counter_reach({"c": back}) == ()
    assert api.counter_reach({"a": front, "m": frozenset({Role.MALL_OPERATOR})}) == (EVERYTHING,)


@given(st.binary(min_size=32, max_size=32))
def test_a_code_is_eight_letters_nobody_mistakes(secret: bytes) -> None:
    code = spelled(secret)
    assert len(code) == 9
    assert set(code.replace("-", "")) <= set("23456789ABCDEFGHJKLMNPQRSTUVWXYZ")


# Actions

pytestmark_db = pytest.mark.django_db


def person(name: str, nik: str) -> Actor:
    user = api.open_account(email=f"{name}@contoh.id", password=None, display_name=name)
    return api.actor_of_person(api.register_person(user=user, full_name=name, nik=nik, by=PUBLIC))


def give(by: Actor, nik: str = DAUGHTER, reach: Any = (EVERYTHING,), **changed: Any) -> tuple[Mandate, str]:
    today = clock.today()
    terms = {
        "valid_from": today,
        "valid_until": today + timedelta(days=30),
        "purpose": "Mengurus BPJS",
    } | changed
    return api.give_mandate(agent_nik=nik, agent_name="Anak saya", reach=list(reach), by=by, **terms)


@pytestmark_db
def test_a_daughter_acts_for_her_mother() -> None:
    mother, daughter = person("Aminah", MOTHER), person("Siti", DAUGHTER)
    mandate, code = give(mother, reach=("category:health",))
    assert mandate.agent_id is None
    accepted = api.accept_mandate(code=code.lower().replace("-", " "), by=daughter)
    assert accepted.agent_id == daughter.id
    acting = api.acting_for(daughter, mandate.id)
    assert (acting.ref, acting.name, acting.doer, acting.behalf) == (
        mother.ref,
        "Aminah",
        daughter.ref,
        mother.ref,
    )
    api.check_mandate(acting, HEALTH)
    with pytest.raises(Denied) as outside:
        api.check_mandate(acting, TAX)
    assert outside.value.code == "mandate_scope"
    assert (
        [m.id for m in api.list_mandates_held(daughter.id)]
        == [mandate.id]
        == [m.id for m in api.list_mandates_given(mother.id)]
    )
    api.revoke_mandate(mandate_id=mandate.id, by=mother)
    api.revoke_mandate(mandate_id=mandate.id, by=mother)
    for what in (lambda: api.check_mandate(acting, HEALTH), lambda: api.acting_for(daughter, mandate.id)):
        with pytest.raises(Denied) as ended:
            what()
        assert ended.value.code == "mandate_revoked"
    told = [entry.verb for entry in events.history(mother.ref)]
    assert told == ["identified", "mandate_given", "mandate_accepted", "mandate_revoked"]


@pytestmark_db
def test_giving_a_mandate_tells_nothing_about_a_nik() -> None:
    """Whether the NIK is known or not: the same answer, the same number of statements, nothing read about people."""
    mother = person("Aminah", MOTHER)
    person("Siti", DAUGHTER)
    asked = []
    for nik in (DAUGHTER, OTHER):
        with CaptureQueriesContext(connection) as said:
            given, _code = give(mother, nik)
        assert (given.agent_id, given.agent_name) == (None, "Anak saya")
        asked.append([query["sql"][:40] for query in said if "SAVEPOINT" not in query["sql"]])
    assert asked[0] == asked[1]
    drawn = [(m.agent_id, m.agent_name) for m in api.list_mandates_given(mother.id)]
    assert drawn == [(None, "Anak saya")] * 2


@pytestmark_db
def test_only_the_owner_of_the_nik_accepts_and_only_with_the_code() -> None:
    mother, daughter, other = person("Aminah", MOTHER), person("Siti", DAUGHTER), person("Budi", OTHER)
    mandate, code = give(mother)
    nobody = Person.objects.create(full_name="Tanpa NIK", created_at=clock.now())
    late = clock.FixedClock(clock.now() + timedelta(days=15))
    for who, typed in (
        (other, code),
        (daughter, "2222-2222"),
        (daughter, ""),
        (api.actor_of_person(nobody), code),
        (PUBLIC, code),
    ):
        with pytest.raises(Denied) as refused:
            api.accept_mandate(code=typed, by=who)
        assert refused.value.code == "mandate_code"
    with clock.use(late), pytest.raises(Denied):
        api.accept_mandate(code=code, by=daughter)
    with pytest.raises(NotFound):
        api.acting_for(daughter, mandate.id)
    api.accept_mandate(code=code, by=daughter)
    with pytest.raises(Denied):
        api.accept_mandate(code=code, by=daughter)
    for stranger in (other, replace(mother, hand=daughter.ref), PUBLIC):
        with pytest.raises(NotFound):
            api.revoke_mandate(mandate_id=mandate.id, by=stranger)
    api.revoke_mandate(mandate_id=mandate.id, by=daughter)  # an agent may lay it down
    assert Mandate.objects.get().revoked_by == daughter.ref


@pytestmark_db
def test_one_mandate_at_a_time_between_the_same_two() -> None:
    mother = person("Aminah", MOTHER)
    today = clock.today()
    first, _ = give(mother)
    with pytest.raises(Denied) as twice:
        give(mother, reach=("category:tax",))
    assert twice.value.code == "mandate_overlaps"
    give(mother, valid_from=today + timedelta(days=31), valid_until=today + timedelta(days=40))
    give(mother, OTHER)
    api.revoke_mandate(mandate_id=first.id, by=mother)
    give(mother)
    with pytest.raises(Denied) as self_given:
        give(mother, MOTHER)
    assert self_given.value.code == "mandate_to_self"


@pytestmark_db
def test_an_agent_gives_no_mandate_in_the_principals_name() -> None:
    mother, daughter = person("Aminah", MOTHER), person("Siti", DAUGHTER)
    mandate, code = give(mother)
    api.accept_mandate(code=code, by=daughter)
    acting = api.acting_for(daughter, mandate.id)
    with pytest.raises(Denied) as substituted:
        give(acting, OTHER)
    assert substituted.value.code == "own_page_only"
    with pytest.raises(NotFound):
        api.acting_for(acting, mandate.id)
    with pytest.raises(Denied):
        give(PUBLIC)


@pytestmark_db
def test_a_business_is_represented_as_the_register_says_and_by_whom_they_choose() -> None:
    owner, clerk = person("Mei", MOTHER), person("Siti", DAUGHTER)
    assert owner.id is not None
    assert clerk.id is not None
    firm = api.register_business(name="PT Laut", nib="8120207730001", person_id=owner.id, by=SYSTEM)
    mandate, code = give(owner, reach=("category:health",), business_id=firm.id, valid_until=None)
    api.accept_mandate(code=code, by=clerk)
    assert api.get_business(firm.id, by=clerk, matters=[HEALTH]) == firm
    with pytest.raises(Denied):
        api.get_business(firm.id, by=clerk, matters=[TAX])
    with pytest.raises(NotFound):  # who got it from the owner does not pass it on
        give(clerk, OTHER, business_id=firm.id)
    with pytest.raises(NotFound):  # one does not become a business, one acts for it
        api.acting_for(clerk, mandate.id)
    api.revoke_mandate(mandate_id=mandate.id, by=owner)
    with pytest.raises(NotFound):
        api.get_business(firm.id, by=clerk, matters=[HEALTH])
    assert api.get_business(firm.id, by=owner, matters=[TAX]) == firm


@pytestmark_db
def test_a_mandate_for_a_person_says_nothing_about_their_business() -> None:
    owner, daughter = person("Mei", MOTHER), person("Siti", DAUGHTER)
    assert owner.id is not None
    firm = api.register_business(name="PT Laut", nib="8120207730001", person_id=owner.id, by=SYSTEM)
    mandate, code = give(owner)
    api.accept_mandate(code=code, by=daughter)
    with pytest.raises(NotFound):
        api.get_business(firm.id, by=api.acting_for(daughter, mandate.id))


@pytestmark_db
def test_a_paper_mandate_needs_an_officer_and_a_reference() -> None:
    mother, daughter = person("Aminah", MOTHER), person("Siti", DAUGHTER)
    front = Actor(ActorKind.STAFF, uuid4(), "Dewi", {"a": frozenset({Role.FRONT_OFFICER})})
    back = Actor(ActorKind.STAFF, uuid4(), "Rizal", {"a": frozenset({Role.BACK_OFFICER})})
    today = clock.today()

    def record(by: Actor, paper: str = "01/SK/2026", agent: Any = daughter.id) -> Mandate:
        return api.record_mandate(
            principal_id=mother.id, agent_id=agent, reach=[EVERYTHING], valid_from=today, valid_until=today + timedelta(days=9),
            purpose="Mengurus KTP", paper_reference=paper, by=by,
        )  # fmt: skip

    for attempt, code in (
        (lambda: record(back), "wrong_role"),
        (lambda: record(mother), "wrong_role"),
        (lambda: record(front, " "), "paper_reference_missing"),
        (lambda: record(front, agent=mother.id), "mandate_to_self"),
    ):
        with pytest.raises(Denied) as refused:
            attempt()
        assert refused.value.code == code
    api.check_mandate(api.acting_for(daughter, record(front).id), TAX)
    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.update(paper_reference="")


@pytestmark_db
def test_whoever_is_looked_up_at_the_counter_sees_it() -> None:
    mother = person("Aminah", MOTHER)
    front = Actor(ActorKind.STAFF, uuid4(), "Dewi", {"a": frozenset({Role.FRONT_OFFICER})})
    found = api.look_up_person(nik=MOTHER, purpose="Melayani Anda di loket", by=front)
    assert found is not None
    assert found.id == mother.id
    assert AccessRecord.objects.get(person_id=mother.id).reader == front.ref
    assert api.look_up_person(nik=OTHER, purpose="x", by=front) is None
    assert [entry.verb for entry in events.history(front.ref)] == ["looked_up_nobody"]
    made = api.look_up_person(nik=OTHER, full_name="Budi", purpose="x", by=front)
    assert made is not None
    assert made.full_name == "Budi"
    for wrong in (mother, Actor(ActorKind.STAFF, uuid4(), "Rizal", {"a": frozenset({Role.BACK_OFFICER})})):
        with pytest.raises(Denied) as refused:
            api.look_up_person(nik=MOTHER, purpose="x", by=wrong)
        assert refused.value.code == "wrong_role"


@pytestmark_db
def test_people_of_a_sheet_are_registered_once_and_known_ones_stay_as_they_are() -> None:
    mother = person("Aminah", MOTHER)
    first = api.register_people(names={MOTHER: "Nama Lain", OTHER: "Budi"}, by=SYSTEM)
    again = api.register_people(names={MOTHER: "Nama Lain", OTHER: "Budi"}, by=SYSTEM)
    assert first == again
    assert first[MOTHER] == mother.id
    assert Person.objects.get(id=mother.id).full_name == "Aminah"
    assert [entry.verb for entry in events.history(f"person:{first[OTHER]}")] == ["identified"]
    assert api.nik_of(Person.objects.get(id=first[OTHER])) == OTHER


# No sequence lets an agent act outside scope or time

steps = st.lists(
    st.one_of(
        st.tuples(st.just("give"), st.sampled_from(REACHES), st.integers(0, 6), st.integers(0, 8)),
        st.tuples(st.just("accept")),
        st.tuples(st.just("revoke"), st.sampled_from(["principal", "agent"])),
        st.tuples(st.just("wait"), st.integers(0, 5)),
        st.tuples(st.just("switch")),
    ),
    max_size=14,
)


@pytestmark_db
@settings(max_examples=25, deadline=None)
@given(steps)
def test_no_sequence_lets_an_agent_act_outside_scope_or_time(told: list[tuple[Any, ...]]) -> None:
    """Against a model of plain tuples: whatever was given, accepted, revoked and however long ago one switched."""
    with transaction.atomic():
        _play(told)
        transaction.set_rollback(True)


def _play(told: list[tuple[Any, ...]]) -> None:
    play = Play(person("Aminah", MOTHER), person("Siti", DAUGHTER))
    with clock.use(play.now):
        for verb, *how in told:
            getattr(play, verb)(*how)
            play.compare()


class Play:
    """A mother, a daughter, and beside the database what should hold as plain dictionaries."""

    def __init__(self, mother: Actor, daughter: Actor) -> None:
        self.mother, self.daughter = mother, daughter
        self.now = clock.FixedClock(clock.now())
        self.model: list[dict[str, Any]] = []
        self.switched: list[tuple[Actor, dict[str, Any]]] = []  # actors a session once got, however old

    def give(self, reach: tuple[str, ...], wait: int, days: int) -> None:
        start = clock.today() + timedelta(days=wait)
        end = start + timedelta(days=days)
        if any(not m["revoked"] and m["from"] <= end and start <= m["until"] for m in self.model):
            with pytest.raises(Denied, match="mandate overlaps"):
                give(self.mother, reach=reach, valid_from=start, valid_until=end)
            return
        made, code = give(self.mother, reach=reach, valid_from=start, valid_until=end)
        self.model.append(
            {
                "id": made.id,
                "code": code,
                "reach": reach,
                "from": start,
                "until": end,
                "accepted": False,
                "revoked": False,
            }
            | {"offered": clock.today()}
        )

    def accept(self) -> None:
        for mandate in self.model:
            offered = (clock.today() - mandate["offered"]).days < 14
            if not mandate["accepted"] and not mandate["revoked"] and offered:
                api.accept_mandate(code=mandate["code"], by=self.daughter)
                mandate["accepted"] = True

    def revoke(self, who: str) -> None:
        for mandate in self.model:
            if who == "principal" or mandate["accepted"]:
                api.revoke_mandate(
                    mandate_id=mandate["id"], by=self.mother if who == "principal" else self.daughter
                )
                mandate["revoked"] = True

    def wait(self, days: int) -> None:
        self.now.move(days=days)

    def switch(self) -> None:
        for mandate in self.model:
            if _holds(mandate, clock.today()):
                self.switched.append((api.acting_for(self.daughter, mandate["id"]), mandate))
            else:
                with pytest.raises((Denied, NotFound)):
                    api.acting_for(self.daughter, mandate["id"])

    def compare(self) -> None:
        for actor, mandate in self.switched:
            for matter in MATTERS:
                may = _holds(mandate, clock.today()) and covers(mandate["reach"], matter)
                assert _passes(actor, matter) == may


def _holds(mandate: dict[str, Any], on: date) -> bool:
    return bool(mandate["accepted"] and not mandate["revoked"] and mandate["from"] <= on <= mandate["until"])


def _passes(actor: Actor, matter: Matter) -> bool:
    try:
        api.check_mandate(actor, matter)
    except Denied:
        return False
    return True
