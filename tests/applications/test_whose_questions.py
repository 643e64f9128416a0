"""Who opens a business as a person is asked nothing that only a company, or somebody with a NIB, can answer: by data of the city."""

from typing import Any

import pytest

from pendopo.applications import api
from pendopo.applications.models import Application, Part, Submission
from pendopo.applications.rules.submission_form import spared_fields
from pendopo.catalogue.api import all_before, told_of
from pendopo.identity.api import Actor
from simulators.oss import Oss
from tests import factories
from tests.applications.conftest import Browser
from tests.applications.test_nib import COFFEE, FINDER, NIB_SERVICE, opened
from tests.factories import Cast

COMPANY = {
    "business.npwp": {"only_for": "company", "own": "person.npwp", "paper": "npwp-badan"},
    "business.deed_no": {"only_for": "company", "paper": "akta"},
    "person.npwp": {"paper": "npwp"},
    "business.kbli": {"paper": "nib", "subject": "business"},
}
OF_A_COMPANY = {
    "NPWP badan",
    "Nomor pengesahan badan hukum",
    "Akta pendirian/perubahan badan (notaris)",
    "SK pengesahan badan hukum",
}

# Rules


@pytest.mark.parametrize(
    ("fact", "issuers", "before", "required", "later"),
    [
        ("business.kbli", {"nib": "nib"}, {"nib"}, True, "nib"),
        ("business.kbli", {"nib": "nib"}, set(), False, "nib"),
        ("business.kbli", {"nib": "nib"}, set(), True, ""),
        ("business.kbli", {}, {"nib"}, False, ""),
        ("business.npwp", {"npwp": "npwp-pribadi"}, {"npwp-pribadi"}, True, "npwp-pribadi"),
        ("business.npwp", {"npwp-badan": "npwp-pribadi"}, {"npwp-pribadi"}, True, "npwp-pribadi"),
        ("unknown", {"nib": "nib"}, {"nib"}, True, ""),
    ],
)
def test_a_paper_on_its_way_spares_what_it_will_say(
    fact: str, issuers: dict[str, str], before: set[str], required: bool, later: str
) -> None:
    told = told_of(fact, COMPANY)
    assert told.issuer(issuers, before, ["company"], required=required) == later


def test_only_who_is_no_company_is_spared_what_companies_have() -> None:
    deed, npwp = told_of("business.deed_no", COMPANY), told_of("business.npwp", COMPANY)
    assert deed.is_moot(["company"], required=False)
    assert not deed.is_moot(["company"], required=True), "what a service insists on is its own no"
    assert not deed.is_moot([], required=False)
    assert not npwp.is_moot(["company"], required=False)
    assert (npwp.key("business.npwp", ["company"]), npwp.key("business.npwp", [])) == (
        "person.npwp",
        "business.npwp",
    )
    assert npwp.issuer({"npwp": "a"}, {"a"}, [], required=True) == "", "a company's number is another one"


def test_what_ends_before_counts_through_others() -> None:
    found = all_before({"a": ["b"], "b": ["c"], "d": []})
    assert found["a"] == {"b", "c"}
    assert found["d"] == frozenset()


def test_a_business_that_is_there_is_asked_what_its_nib_says() -> None:
    prop = {"type": "string", "x-fact": "business.kbli"}
    content = {
        "requirements": [],
        "facts": COMPANY,
        "form": {"schema": {"properties": {"kbli": prop}, "required": ["kbli"]}},
    }
    asked: Any = (content, {}, {"nib": "nib"}, {"nib"}, ())
    assert spared_fields(*asked).later == {"kbli": "nib"}
    assert spared_fields(*asked, for_business=True).later == {}


# The coffee shop of Batam

database = pytest.mark.django_db
house = pytest.mark.usefixtures("house")


def asked(by: Actor, **changed: str) -> tuple[Submission, dict[str, Any], set[str]]:
    """The bundle, its questions by name, and which must be answered."""
    row = api.begin_submission(goals=[COFFEE], finder=FINDER | changed, by=by)
    schema = api.bundle_form(row, api.list_parts(row.id)).schema
    return row, schema["properties"], set(schema["required"])


@database
@house
@pytest.mark.parametrize("held", [{}, {"punya": "npwp"}], ids=["no-npwp", "npwp"])
def test_a_person_who_opens_a_coffee_shop_is_asked_as_a_person(city: Cast, held: dict[str, str]) -> None:
    _row, questions, required = asked(city.budi.actor, **held)
    titles = [prop["title"] for prop in questions.values()]
    assert OF_A_COMPANY.isdisjoint(titles)
    facts = [prop.get("x-fact") for prop in questions.values()]
    for fact in ("business.nib", "business.kbli", "business.npwp", "business.legal_form"):
        assert fact not in facts, fact
    assert facts.count("person.npwp") == (1 if held else 0), (
        "one's own number, once, when it is not on its way"
    )
    assert "akun_oss_oss_username" not in required
    assert {"business_name", "business_address", "business_scale"} <= required, "what a person knows stays"


@database
@house
def test_a_company_is_asked_as_a_company(city: Cast) -> None:
    _row, questions, _required = asked(city.budi.actor, pelaku="badan")
    titles = [prop["title"] for prop in questions.values()]
    assert {"NPWP badan", "Akta pendirian/perubahan badan (notaris)"} <= set(titles)


@database
@house
@pytest.mark.parametrize(("who", "told"), [("perorangan", False), ("badan", True)])
def test_the_plan_shows_papers_of_a_company_to_companies_alone(
    city: Cast, signed_in: Browser, who: str, *, told: bool
) -> None:
    for address in ("/rencana/buka-kedai-kopi/", "/pengajuan/mulai/"):
        asked_for = {"goal": COFFEE} if "mulai" in address else {}
        shown = signed_in(city.budi).get(address, {**FINDER, **asked_for, "pelaku": who}).content.decode()
        assert ("Akta pendirian/perubahan badan" in shown) is (told and "rencana" in address)
        assert ("NPWP badan" in shown) is (told and "rencana" in address)


@database
@house
@pytest.mark.usefixtures("silent_bank")
def test_what_was_not_asked_comes_with_the_papers(city: Cast, oss: Oss) -> None:
    row = opened(city.budi.actor)
    for service_id in ("npwp-orang-pribadi", NIB_SERVICE):
        factories.conclude(Part.objects.get(submission=row, service_id=service_id).application_id)
    report = Part.objects.get(submission=row, service_id="disnaker-wlkp")
    assert report.state == "filed", (report.reason, report.because)
    answers = Application.objects.get(id=report.application_id).answers
    tax = Part.objects.select_related("application").get(submission=row, service_id="npwp-orang-pribadi")
    assert tax.application is not None
    assert answers["business_kbli"] == "56303"
    assert answers["business_legal_form"] == "PERSEORANGAN"
    assert answers["business_npwp"], "the person's own number stands for the company's"
