"""Renewal, amendment, duplicate, certified copy, provisional: pure rules, and each from the holder's page to the new paper."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.applications import api
from pendopo.applications.actions import issue_provisional
from pendopo.applications.models import Application
from pendopo.applications.rules import Act, Purpose, Verb
from pendopo.applications.rules import purposes as rules
from pendopo.applications.rules.purposes import Held, Window
from pendopo.catalogue.api import get_service, get_version
from pendopo.documents.api import Paper, Standing, get_document, list_held, verify
from pendopo.identity.api import SYSTEM, Actor
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, Invalid, NotFound
from tests import factories
from tests.applications.conftest import Browser
from tests.applications.test_measures import take
from tests.factories import Cast

ENDS = date(2027, 6, 30)
SIM = "sim-a-perpanjangan"

# Rules


@given(st.integers(-400, 400), st.integers(1, 365), st.none() | st.integers(0, 60))
def test_renewal_opens_and_closes_on_its_days(offset: int, opens: int, late: int | None) -> None:
    on = ENDS + timedelta(days=offset)
    standing = "valid" if on <= ENDS else "expired"
    may = rules.can(Held(standing, ENDS), Purpose.RENEWAL, Window(opens, late), on)
    assert may is (offset >= -opens and (late is None or offset <= late))


@pytest.mark.parametrize("purpose", rules.ABOUT_DOCUMENTS)
@pytest.mark.parametrize("standing", list(Standing))
def test_only_what_stands_can_be_asked_about(purpose: Purpose, standing: Standing) -> None:
    on = ENDS - timedelta(days=1)
    renewable = purpose is Purpose.RENEWAL and standing is Standing.EXPIRED
    assert rules.can(Held(standing, ENDS), purpose, Window(), on) is (standing is Standing.VALID or renewable)
    assert not rules.can(Held(standing, ENDS, original=False), purpose, Window(), on)


def test_a_paper_without_end_needs_no_renewal() -> None:
    with pytest.raises(Denied, match="needless"):
        rules.check(Held("valid", None), Purpose.RENEWAL, Window(), ENDS)


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.none() | st.dates(date(2024, 1, 1), date(2030, 1, 1)))
def test_no_day_is_lost_by_renewing_early_and_none_won_by_renewing_late(on: date, ends: date | None) -> None:
    start = rules.counts_from(Purpose.RENEWAL, on, ends)
    assert start == (max(on, ends) if ends else on)
    assert rules.counts_from(Purpose.NEW, on, ends) == on
    assert rules.validity(Purpose.AMENDMENT, on, ends, date(2040, 1, 1)) == (on, ends)


# From the holder's page to the new paper


def answered(row: Application, by: Actor, **changed: Any) -> dict[str, Any]:
    """Everything the form of the draft asks, typed."""
    version = get_version(row.version_id)
    known = api.open_answers(row.answers)
    return {**factories.valid_answers(version, by), **known, **changed}


def asked(paper: Paper, purpose: Purpose, by: Actor, changes: tuple[str, ...] = (), **said: Any) -> UUID:
    row = api.begin_purpose(document_id=paper.id, purpose=purpose, by=by, changes=changes)
    api.save(application_id=row.id, answers=answered(row, by, **said), by=by)
    api.submit(application_id=row.id, by=by)
    return row.id


def issued(application: UUID) -> Paper:
    document = Application.objects.get(id=application).document_id
    assert document is not None
    return get_document(document, SYSTEM)


def near_the_end(paper: Paper, days: int) -> clock.FixedClock:
    """A clock so many days before the paper's last day."""
    assert paper.valid_until is not None
    on = paper.valid_until - timedelta(days=days)
    return clock.FixedClock(datetime(on.year, on.month, on.day, 3, tzinfo=UTC))


@pytest.mark.django_db
@pytest.mark.usefixtures("house")
class TestPurposes:
    def test_a_renewal_is_prefilled_and_takes_the_old_ones_place(self, city: Cast, permit: Paper) -> None:
        with pytest.raises(Denied, match="early"):
            api.begin_purpose(document_id=permit.id, purpose=Purpose.RENEWAL, by=city.siti.actor)
        with clock.use(near_the_end(permit, 30)):
            row = api.begin_purpose(document_id=permit.id, purpose=Purpose.RENEWAL, by=city.siti.actor)
            sources = {source["source"] for source in row.sources.values()}
            assert f"document:{permit.number}" in sources
            assert (
                api.begin_purpose(document_id=permit.id, purpose=Purpose.RENEWAL, by=city.siti.actor).id
                == row.id
            )
            application = asked(permit, Purpose.RENEWAL, city.siti.actor)
            factories.conclude(application)
            new = issued(application)
            assert (new.purpose, new.earlier_id) == ("renewal", permit.id)
            assert permit.valid_until is not None
            assert new.valid_until is not None
            assert new.valid_until.year == permit.valid_until.year + 5
            old = verify(permit.code)
            assert (old.standing, old.successor.number) == (Standing.REPLACED, new.number)  # type: ignore[union-attr]
            assert verify(new.code).standing is Standing.VALID

    def test_a_draft_of_a_renewal_is_refused_when_it_became_too_late(self, city: Cast) -> None:
        application = factories.file(get_service(SIM), city.siti.actor)
        factories.conclude(application)
        licence = issued(application)
        with clock.use(near_the_end(licence, 0)) as at:
            row = api.begin_purpose(document_id=licence.id, purpose=Purpose.RENEWAL, by=city.siti.actor)
            api.save(application_id=row.id, answers=answered(row, city.siti.actor), by=city.siti.actor)
            at.move(days=1)  # type: ignore[attr-defined]
            with pytest.raises(Denied) as late:
                api.submit(application_id=row.id, by=city.siti.actor)
            assert late.value.code == "renewal_too_late"
            with pytest.raises(Denied):
                api.begin_purpose(document_id=licence.id, purpose=Purpose.RENEWAL, by=city.siti.actor)

    def test_an_amendment_asks_what_changes_and_shows_old_and_new(self, city: Cast, permit: Paper) -> None:
        with pytest.raises(Denied) as nothing:
            asked(permit, Purpose.AMENDMENT, city.siti.actor)
        assert nothing.value.code == "amendment_empty"
        row = api.begin_purpose(
            document_id=permit.id,
            purpose=Purpose.AMENDMENT,
            by=city.siti.actor,
            changes=("practice_facility_name",),
        )
        assert "practice_facility_name" not in row.sources
        application = asked(
            permit,
            Purpose.AMENDMENT,
            city.siti.actor,
            ("practice_facility_name",),
            practice_facility_name="Klinik Laut Biru",
        )
        filed = Application.objects.get(id=application)
        (old, new) = api.changes_of(filed)["practice_facility_name"]
        assert (new, old != new) == ("Klinik Laut Biru", True)
        factories.conclude(application)
        paper = issued(application)
        assert (paper.purpose, paper.valid_until) == ("amendment", permit.valid_until)
        assert verify(permit.code).standing is Standing.REPLACED

    def test_a_duplicate_needs_the_police_report_when_lost_and_follows_its_original(
        self, city: Cast, permit: Paper
    ) -> None:
        with pytest.raises(Invalid) as missing:
            asked(permit, Purpose.DUPLICATE, city.siti.actor, duplicate_cause="lost", police_report=None)
        assert "police_report" in missing.value.errors
        application = asked(
            permit, Purpose.DUPLICATE, city.siti.actor, duplicate_cause="lost", police_report="LK/12/XI/2026"
        )
        factories.conclude(application)
        copy = issued(application)
        assert (copy.data["stamp"], copy.earlier_id, copy.valid_until) == (
            "DUPLIKAT",
            permit.id,
            permit.valid_until,
        )
        assert copy.data["rows"] == permit.data["rows"]
        assert verify(permit.code).standing is Standing.VALID
        assert verify(copy.code).original.number == permit.number  # type: ignore[union-attr]
        with pytest.raises(Denied, match="original"):
            api.begin_purpose(document_id=copy.id, purpose=Purpose.DUPLICATE, by=city.siti.actor)

    @pytest.mark.parametrize("cause", ["lost", "damaged"])
    def test_the_officer_says_to_have_what_a_duplicate_hangs_on(
        self, city: Cast, permit: Paper, cause: str
    ) -> None:
        """The applicant's tick is not enough: the damaged original is in the office's hands, the loss report was seen."""
        application = asked(
            permit, Purpose.DUPLICATE, city.siti.actor, duplicate_cause=cause, police_report="LK/12/XI/2026"
        )
        with pytest.raises(Denied) as unseen:
            factories.act(application, Verb.VERIFY, Act(note="Sesuai."))
        assert unseen.value.code == "confirmation_needed"
        with pytest.raises(NotFound):
            factories.act(application, Verb.VERIFY, by=city.stranger.actor)
        factories.act(application, Verb.VERIFY, Act(confirmed=True))
        assert api.timeline(application)[-1].data["confirmed"] is True

    def test_without_the_original_the_request_can_still_be_refused(self, city: Cast, permit: Paper) -> None:
        application = asked(permit, Purpose.DUPLICATE, city.siti.actor, duplicate_cause="damaged")
        assert factories.act(application, Verb.REJECT, factories.REFUSAL) == "rejected"

    def test_a_certified_copy(self, city: Cast, permit: Paper) -> None:
        application = asked(permit, Purpose.CERTIFIED_COPY, city.siti.actor, copy_use="Melamar kerja")
        factories.conclude(application)
        assert issued(application).data["stamp"] == "SALINAN SESUAI ASLI"

    def test_a_provisional_paper_is_replaced_by_the_final_one(self, city: Cast) -> None:
        application = factories.file(get_service("dpmptsp-sip-perawat"), city.siti.actor)
        early = issue_provisional(application)
        assert issue_provisional(application).id == early.id
        assert early.provisional
        factories.conclude(application)
        assert verify(early.code).standing is Standing.REPLACED
        assert issued(application).earlier_id == early.id

    def test_nobody_asks_about_what_others_hold(self, city: Cast, permit: Paper) -> None:
        for by in (city.budi.actor, city.officer.actor):
            with pytest.raises(NotFound):
                api.begin_purpose(document_id=permit.id, purpose=Purpose.DUPLICATE, by=by)


# Pages


@pytest.mark.django_db
@pytest.mark.usefixtures("house")
def test_the_holder_is_led_from_the_paper_to_the_form(city: Cast, signed_in: Browser, permit: Paper) -> None:
    siti = signed_in(city.siti)
    own = f"/dokumen/{permit.id}/"
    text = siti.get(own).content.decode()
    assert "Minta duplikat" in text
    assert "Perpanjangan dibuka" in text
    assert "Minta duplikat" in siti.get(f"{own}ajukan/duplicate/").content.decode()
    sent = siti.post(f"{own}ajukan/duplicate/", {})
    assert "/isi/tujuan/" in sent.headers["Location"]
    assert "Nomor surat kehilangan" in siti.get(sent.headers["Location"]).content.decode()
    assert siti.get(f"{own}ajukan/renewal/").status_code == 409
    assert siti.get(f"{own}ajukan/new/").status_code == 404
    assert signed_in(city.budi).get(f"{own}ajukan/duplicate/").status_code == 404
    assert signed_in(None).get(f"{own}ajukan/duplicate/").status_code == 302


@pytest.mark.django_db
@pytest.mark.usefixtures("house")
def test_an_amendment_on_pages(city: Cast, signed_in: Browser, permit: Paper) -> None:
    siti, own = signed_in(city.siti), f"/dokumen/{permit.id}/ajukan/amendment/"
    assert 'name="changes"' in siti.get(own).content.decode()
    assert siti.post(own, {}).status_code == 422
    sent = siti.post(own, {"changes": ["practice_facility_name"]})
    assert "/isi/" in sent.headers["Location"]
    application = asked(
        permit,
        Purpose.AMENDMENT,
        city.siti.actor,
        ("practice_facility_name",),
        practice_facility_name="Klinik Laut Biru",
    )
    text = signed_in(city.officer).get(f"/kerja/{application}/").content.decode()
    assert "Yang berubah" in text
    assert "Klinik Laut Biru" in text


@pytest.mark.django_db
@pytest.mark.usefixtures("house")
def test_my_page_lists_papers_and_warns_of_their_end(city: Cast, signed_in: Browser, permit: Paper) -> None:
    siti = signed_in(city.siti)
    text = siti.get("/saya/").content.decode()
    assert f"/dokumen/{permit.id}/" in text
    assert "Segera berakhir" not in text
    assert permit in list_held(city.siti.actor.ref)
    with clock.use(near_the_end(permit, 20)):
        text = siti.get("/saya/").content.decode()
        assert "Segera berakhir" in text
        assert f"/dokumen/{permit.id}/ajukan/renewal/" in text
    take(signed_in(city.signatory), permit, "revoke")
    with clock.use(near_the_end(permit, 20)):
        assert "Segera berakhir" not in siti.get("/saya/").content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("house")
def test_the_desk_asks_for_the_damaged_original(city: Cast, signed_in: Browser, permit: Paper) -> None:
    application = asked(permit, Purpose.DUPLICATE, city.siti.actor, duplicate_cause="damaged")
    desk = signed_in(city.officer)
    here = f"/kerja/{application}/"
    text = desk.get(here).content.decode()
    assert "Saya sudah menerima dokumen asli yang rusak dari pemohon." in text
    assert "surat kehilangan dari kepolisian, dan nomornya sesuai" not in text
    refused = desk.post(f"{here}verification/verify/", {"note": "Belum datang"})
    assert refused.status_code == 422
    assert "Centang dahulu" in refused.content.decode()
    assert "Belum datang" in refused.content.decode()
    assert desk.post(f"{here}verification/verify/", {"confirmed": "on"}).status_code == 302
