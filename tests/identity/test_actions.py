"""People, facts and consent on real PostgreSQL."""

from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from django.db import IntegrityError, transaction

from pendopo.identity import api
from pendopo.identity.api import PUBLIC, SYSTEM, Actor, ActorKind
from pendopo.identity.models import AccessRecord, Consent, Person
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, NotFound

pytestmark = pytest.mark.django_db
NIK, OTHER = "2171105708950002", "2171101708950001"


def account(name: str = "siti") -> api.User:
    return api.open_account(email=f"{name}@Contoh.ID", password=None, display_name=name)


def person(name: str = "siti", nik: str = NIK) -> Person:
    return api.register_person(user=account(name), full_name=name, nik=nik, by=PUBLIC)


def officer() -> Actor:
    return Actor(ActorKind.STAFF, uuid4(), "Dewi")


# Who


def test_an_account_is_opened_once_and_its_address_has_no_case() -> None:
    assert account().id == api.open_account(email="SITI@contoh.id", password="x").id
    assert account().email == "siti@contoh.id"
    assert not account().has_usable_password()


def test_a_person_is_registered_once() -> None:
    first = person()
    again = api.register_person(user=account(), full_name="Nama Lain", nik=NIK, by=PUBLIC)
    assert again.id == first.id
    assert again.full_name == "siti"
    assert [entry.verb for entry in events.history(f"person:{first.id}")] == ["identified"]
    assert api.person_of_user(account()) == first


def test_a_nik_belongs_to_one_account_and_an_account_to_one_nik() -> None:
    person()
    with pytest.raises(Denied) as taken:
        person("budi", NIK)
    assert taken.value.code == "nik_taken"
    with pytest.raises(Denied) as fixed:
        person("siti", OTHER)
    assert fixed.value.code == "nik_fixed"
    with pytest.raises(Denied) as wrong:
        person("budi", "2171103202950001")
    assert wrong.value.code == "nik_date"
    assert Person.objects.count() == 1


def test_somebody_known_at_the_counter_gets_their_account_later() -> None:
    at_counter = api.register_person(user=None, full_name="Siti", nik=NIK, by=officer())
    assert api.register_person(user=None, full_name="Siti", nik=NIK, by=officer()).id == at_counter.id
    later = api.register_person(user=account(), full_name="Siti Rahmawati", nik=NIK, by=PUBLIC)
    assert (later.id, later.full_name) == (at_counter.id, "Siti Rahmawati")


def test_a_nik_is_sealed_and_found_without_being_readable() -> None:
    made = person()
    assert NIK.encode() not in bytes(made.nik_sealed or b"") + bytes(made.nik_digest or b"")
    assert api.nik_of(made) == NIK
    assert bytes(made.nik_digest or b"") == api.digest(NIK)
    assert api.seal(NIK) != api.seal(NIK)
    with pytest.raises(InvalidTag):
        api.unseal(api.seal(NIK)[:-1] + b"x")
    nobody = Person.objects.create(full_name="Tanpa NIK", created_at=clock.now())
    assert api.nik_of(nobody) is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(full_name="Setengah", nik_sealed=b"x", created_at=clock.now())


def test_an_account_without_a_nik_may_give_one() -> None:
    half = Person.objects.create(user=account(), full_name="Siti", created_at=clock.now())
    assert person().id == half.id


def test_unknown_people_are_not_found() -> None:
    with pytest.raises(NotFound):
        api.get_person(uuid4())
    assert api.person_of_user(account()) is None
    made = person()
    assert api.names_of([made.id, uuid4()]) == {made.id: "siti"}
    assert api.actor_of_person(made).ref == f"person:{made.id}"


# Facts


def test_what_a_registry_says_is_not_overwritten_by_what_one_says_oneself() -> None:
    who = person().id
    api.record_facts(person_id=who, facts={"a": "registry"}, source="dukcapil", verified=True, by=SYSTEM)
    api.record_facts(
        person_id=who,
        facts={"a": "self", "b": "self", "c": "", "d": None},
        source="self",
        verified=False,
        by=SYSTEM,
    )
    known = api.facts_of(person_id=who)
    assert {key: fact.value for key, fact in known.items()} == {"a": "registry", "b": "self"}
    assert (known["a"].source, known["a"].verified) == ("dukcapil", True)
    api.record_facts(person_id=who, facts={"b": "newer"}, source="self", verified=False, by=SYSTEM)
    api.record_facts(person_id=who, facts={"a": "new registry"}, source="dukcapil", verified=True, by=SYSTEM)
    known = api.facts_of(person_id=who)
    assert (known["a"].value, known["b"].value) == ("new registry", "newer")
    told = [entry.data for entry in events.history(f"person:{who}") if entry.verb == "facts_recorded"]
    assert [data["keys"] for data in told] == [["a"], ["b"], ["b"], ["a"]]


def test_nothing_new_is_no_event() -> None:
    who = person().id
    api.record_facts(person_id=who, facts={"a": ""}, source="self", verified=False, by=SYSTEM)
    assert [entry.verb for entry in events.history(f"person:{who}")] == ["identified"]


def test_facts_grow_stale_by_the_day() -> None:
    who, days = person().id, {"a": 10, "b": None}
    api.record_facts(
        person_id=who, facts={"a": 1, "b": 2}, source="self", verified=False, by=SYSTEM, freshness_days=days
    )
    with clock.use(clock.FixedClock(clock.now() + timedelta(days=11))):
        known = api.facts_of(person_id=who)
    assert (known["a"].fresh, known["b"].fresh) == (False, True)


def test_facts_of_a_business_are_its_own() -> None:
    who = person().id
    business = api.register_business(name="PT Laut", nib="8120207730001", person_id=who, by=SYSTEM)
    api.record_facts(business_id=business.id, facts={"x": "its"}, source="oss", verified=True, by=SYSTEM)
    assert api.facts_of(person_id=who) == {}
    assert api.facts_of(business_id=business.id)["x"].value == "its"


# Businesses


@pytest.mark.parametrize("nib", ["", "812020773000", "81202077300011", "812020773000x"])
def test_a_nib_has_thirteen_digits(nib: str) -> None:
    with pytest.raises(Denied) as refused:
        api.register_business(name="PT", nib=nib, person_id=person().id, by=SYSTEM)
    assert refused.value.code == "nib_format"


def test_a_mandate_has_its_days() -> None:
    who, today = person(), clock.today()
    actor = api.actor_of_person(who)
    business = api.register_business(
        name="PT Laut", nib="8120207730001", person_id=who.id, by=SYSTEM, valid_from=today + timedelta(days=1)
    )
    again = api.register_business(name="PT Lain", nib="8120207730001", person_id=who.id, by=SYSTEM)
    assert (again.id, again.name) == (business.id, "PT Laut")
    assert api.list_businesses(who.id) == []
    with clock.use(clock.FixedClock(clock.now() + timedelta(days=2))):
        assert api.get_business(business.id, by=actor) == business
    with pytest.raises(NotFound):
        api.get_business(business.id, by=actor)
    with pytest.raises(NotFound):
        api.get_business(business.id, by=PUBLIC)


# Consent and who read what


def test_consent_is_given_and_taken_back_by_its_owner_only() -> None:
    siti, budi = person(), person("budi", OTHER)
    actor = api.actor_of_person(siti)
    consent = api.give_consent(
        person_id=siti.id, registry="dukcapil", purpose="Mengisi formulir", facts=["person.sex"], by=actor
    )
    assert api.has_consent(siti.id, "dukcapil")
    assert not api.has_consent(siti.id, "djp")
    api.withdraw_consent(consent_id=consent.id, by=api.actor_of_person(budi))
    assert api.has_consent(siti.id, "dukcapil")
    for _twice in range(2):
        api.withdraw_consent(consent_id=consent.id, by=actor)
    assert not api.has_consent(siti.id, "dukcapil")
    assert api.list_consents(siti.id) == [Consent.objects.get()]
    verbs = [entry.verb for entry in events.history(f"person:{siti.id}")]
    assert verbs == ["identified", "consent_given", "consent_withdrawn"]
    assert events.history(f"person:{budi.id}")[1:] == []


def test_the_same_reader_is_noted_once_an_hour() -> None:
    who, reader = person().id, officer()

    def note(by: Actor = reader, subject: str = "application:1") -> None:
        api.note_access(person_id=who, by=by, fields=["person_nik"], purpose="Memproses", subject=subject)

    now = clock.FixedClock(clock.now())
    with clock.use(now):
        note()
        note()
        assert AccessRecord.objects.count() == 1
        note(subject="application:2")
        note(by=officer())
        assert AccessRecord.objects.count() == 3
        now.move(minutes=61)
        note()
    newest = api.list_accesses(who)[0]
    assert AccessRecord.objects.count() == 4
    assert (newest.reader, newest.fields, newest.at) == (reader.ref, ["person_nik"], now.at)
