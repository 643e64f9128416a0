"""Pages of a submission: the happy path, strangers, double posts, sessions that end, and how it all reads."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from django.conf import settings as django_settings
from django.test import Client

from pendopo.applications import api
from pendopo.applications.models import Application, Part, Submission
from pendopo.applications.rules import automatic as rules
from pendopo.catalogue.api import get_service
from pendopo.identity.api import SYSTEM, Actor, User, record_facts
from pendopo.kernel import clock, tasks
from pendopo.payments.api import get_bill
from pendopo.web.environment import day
from tests import factories
from tests.applications.test_actions import new_version
from tests.applications.test_automatic import DOMICILE, told
from tests.applications.test_submission import (
    BABY,
    BIRTH,
    CARD,
    FAMILY,
    answer,
    begun,
    conclude,
    filed,
    part,
    reload_atlas,
    states,
)
from tests.applications.test_views import Browser, browser  # noqa: F401 - a fixture
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]


@pytest.fixture
def siti(browser: Browser, city: Cast) -> Client:  # noqa: F811
    return browser(city.siti)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def walk(client: Client, address: str, city: Cast) -> str:
    """Answer page after page as they come, until the consent sheet."""
    seen = []
    while "/isi/" in address:
        assert address not in seen, f"asked again: {address}"
        seen.append(address)
        row = api.get_submission(UUID(address.split("/")[2]), city.siti.actor)
        merged = api.bundle_form(row, api.list_parts(row.id))
        shown = re.findall(r'name="shown" value="([^"]+)"', text(client.get(address)))
        assert shown, f"a page that asks nothing: {address}"
        typed: dict[str, Any] = {"shown": shown}
        for name in shown:
            prop = merged.schema["properties"][name]
            if name in merged.schema["required"]:
                value = factories.value_for(name, prop, city.siti.actor, {})
                typed[f"{name}_id" if prop.get("x-widget") == "file" else name] = value
        answered = client.post(address, typed)
        assert answered.status_code == 302, text(answered)
        address = answered["location"]
    return address


def test_from_goal_to_documents(siti: Client, city: Cast, browser: Browser) -> None:  # noqa: F811
    first = siti.get("/pengajuan/mulai/", {"goal": BABY, **CARD})
    assert first.status_code == 200
    assert "Bayi saya lahir" in text(first)
    begin = siti.post("/pengajuan/mulai/", {"goal": BABY, "business": "", **CARD})
    consent = walk(siti, begin["location"], city)
    assert consent.endswith("/persetujuan/")
    sheet = text(siti.get(consent))
    assert "Dinas Kependudukan" in sheet
    review = siti.post(consent)["location"]
    page = text(siti.get(review))
    assert factories.NIK not in page
    assert "Kirim semua" in page
    sent = siti.post(review)["location"]
    row = Submission.objects.get(applicant_id=city.siti.actor.id)
    assert sent == f"/pengajuan/{row.id}/tanda-terima/"
    receipt = text(siti.get(sent))
    numbers = Application.objects.filter(submission_id=row.id).values_list("number", flat=True)
    assert len(numbers) == 2
    finish = day(date.fromisoformat(row.plan["finish_on"]))
    for line in (
        "Pengajuan terkirim",
        api.consent_mark(row),
        finish,
        "Mulai sendiri setelah terbit",
        "cetak",
        *numbers,
    ):
        assert line in receipt, line
    sent = f"/pengajuan/{row.id}/"
    assert sent in receipt, "the way to the status"
    shown = text(siti.get(sent))
    assert finish in shown
    assert f"{sent}tanda-terima/" in shown
    assert "Sekarang: " in shown
    assert api.consent_mark(row) in shown
    assert "Mulai sendiri setelah terbit" in shown
    assert sent in text(siti.get("/saya/"))
    application = Part.objects.filter(submission=row, state="filed").first().application_id
    assert sent in text(siti.get(f"/permohonan/{application}/"))
    officer = factories.holder_of(factories.open_step(application))
    assert officer
    while filed_parts := list(Part.objects.filter(submission=row, state="filed")):
        for one in filed_parts:
            factories.conclude(one.application_id)
    done = text(siti.get(sent))
    assert "Semua sudah selesai" in done
    assert "Perkiraan semuanya selesai" not in done
    assert siti.get(f"{sent}tagihan/").status_code == 200
    assert siti.get(f"{sent}periksa/").status_code == 200
    assert "Kirim semua" not in text(siti.get(f"{sent}periksa/"))


# Strangers, double posts, sessions that end, and what was never asked


@pytest.fixture
def row(city: Cast) -> Submission:
    return begun(city.siti.actor)


def test_a_stranger_sees_no_page_and_does_nothing(
    browser: Browser,  # noqa: F811
    city: Cast,
) -> None:
    row = filed(city.siti.actor)
    own = f"/pengajuan/{row.id}/"
    pages = [
        "",
        "tanda-terima/",
        "isi/applicant/",
        "persetujuan/",
        "periksa/",
        "tagihan/",
        f"tarik/{BIRTH}/",
        "lengkapi/",
    ]
    acts = ["persetujuan/", "periksa/", "rencana-baru/", f"ajukan-lagi/{BIRTH}/", f"coba-lagi/{BIRTH}/"]
    budi, anyone, officer = browser(city.budi), browser(), browser(city.officer)
    for page in pages:
        assert budi.get(own + page).status_code == 404, page
        assert anyone.get(own + page)["location"].startswith("/akun/login/")
        assert officer.get(own + page).status_code == 403
    for act in acts:
        assert budi.post(own + act).status_code == 404, act
    assert budi.post(f"{own}tarik/", {"sure": "yes"}).status_code == 404
    assert budi.post(f"{own}tarik/{BIRTH}/", {"sure": "yes"}).status_code == 404
    assert budi.post(f"{own}usaha/", {"business": str(city.company)}).status_code == 404
    told = budi.post("/pengajuan/lanjut/", {"code": row.code})
    assert told.status_code == 422
    assert "Tidak ada pengajuan Anda dengan kode ini" in text(told)
    assert states(row) == {
        BIRTH: "filed",
        "jkn-bayi-baru-lahir": "filed",
        FAMILY: "waiting",
        "dukcapil-kia-baru": "waiting",
    }


def test_there_is_no_receipt_before_it_is_sent(siti: Client, row: Submission) -> None:
    assert siti.get(f"/pengajuan/{row.id}/tanda-terima/")["location"].startswith(f"/pengajuan/{row.id}/")
    assert "tanda-terima" not in siti.get(f"/pengajuan/{row.id}/tanda-terima/")["location"]


def test_when_it_should_be_finished_is_counted_from_the_day_of_sending(siti: Client, row: Submission) -> None:
    planned = date.fromisoformat(row.plan["finish_on"])
    with clock.use(clock.FixedClock(clock.now() + timedelta(days=21))):
        siti.post(f"/pengajuan/{row.id}/periksa/")
    row.refresh_from_db()
    assert row.state == "filed"
    assert date.fromisoformat(row.plan["finish_on"]) > planned


def test_sending_twice_files_once(siti: Client, row: Submission) -> None:
    review = f"/pengajuan/{row.id}/periksa/"
    places = {siti.post(review)["location"] for _click in range(3)}
    assert places == {f"/pengajuan/{row.id}/tanda-terima/"}
    assert Application.objects.count() == 2


def test_what_was_typed_when_the_session_had_ended_is_kept(city: Cast, row: Submission) -> None:
    page = f"/pengajuan/{row.id}/isi/{BIRTH}-2/"
    client = Client(headers={"accept-language": "id"})
    typed = {"shown": "child_full_name", "child_full_name": "Bintang Kecil"}
    away = client.post(page, typed)
    assert away["location"].startswith("/akun/login/")
    client.force_login(city.siti.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    back = client.get(page)
    assert "Yang Anda ketik sebelum masuk lagi tidak hilang" in text(back)
    assert (
        api.typed_answers(api.get_submission(row.id, city.siti.actor))["child_full_name"] == "Bintang Kecil"
    )


def test_wrong_answers_stay_and_say_what_is_wrong(siti: Client, city: Cast, row: Submission) -> None:
    page = f"/pengajuan/{row.id}/isi/{BIRTH}-2/"
    typed = {
        "shown": ["child_birth_date", "child_full_name"],
        "child_birth_date": "31-02-2026",
        "child_full_name": "",
    }
    answered = siti.post(page, typed)
    assert answered.status_code == 422
    assert "31-02-2026" in text(answered)
    assert "Isi tanggal yang benar" in text(answered)
    kept = api.typed_answers(api.get_submission(row.id, city.siti.actor))
    assert kept["child_birth_date"] == "31-02-2026"
    saved = siti.post(
        page, {"shown": "child_full_name", "child_full_name": "Bi"}, headers={"x-autosave": "1"}
    )
    assert saved.json()["saved"] is True
    late = {"shown": "child_full_name", "child_full_name": "B", "seen": row.updated_at.isoformat()}
    assert siti.post(page, late, headers={"x-autosave": "1"}).status_code == 409
    assert api.typed_answers(api.get_submission(row.id, city.siti.actor))["child_full_name"] == "Bi"
    refused = siti.post(f"/pengajuan/{row.id}/periksa/")
    assert refused.status_code == 422
    assert not Application.objects.exists()
    check = siti.get(f"/pengajuan/{row.id}/periksa/")
    assert check.status_code == 200
    for shown in (text(refused), text(check)):
        assert f'<a href="{page}?ubah=1#f-child_birth_date">' in shown, "what is wrong leads to its field"
        assert "Kirim semua" not in shown


def test_what_is_known_is_shown_with_its_source_and_only_asked_to_be_changed(
    siti: Client, city: Cast
) -> None:
    assert city.siti.actor.id is not None
    record_facts(
        person_id=city.siti.actor.id,
        facts={"person.full_name": "Siti"},
        source="dukcapil",
        verified=True,
        by=SYSTEM,
    )
    page = siti.post("/pengajuan/mulai/", {"goal": BABY, **CARD})["location"]
    assert page.endswith("/isi/applicant/")
    shown = text(siti.get(page))
    assert "Sudah kami ketahui" in shown
    assert "Dari Dukcapil" in shown
    assert 'name="person_full_name"' not in shown
    assert 'name="person_full_name"' in text(siti.get(f"{page}?ubah=person_full_name"))


def test_a_goal_nobody_knows_and_answers_that_contradict_are_told(siti: Client) -> None:
    assert siti.get("/pengajuan/mulai/").status_code == 404
    assert siti.get("/pengajuan/mulai/", {"goal": "ke-bulan"}).status_code == 404
    missing = siti.get("/pengajuan/mulai/", {"goal": BABY})
    assert missing.status_code == 422
    assert "Pertanyaan ini belum dijawab." in text(missing)
    wrong = siti.post("/pengajuan/mulai/", {"goal": BABY, "business": "bukan-uuid", **CARD})
    assert wrong.status_code == 404
    assert siti.post("/pengajuan/mulai/", {"goal": BABY, "business": str(uuid4()), **CARD}).status_code == 404


def test_taking_a_part_back_asks_first_and_says_what_needs_it(siti: Client, city: Cast) -> None:
    row = filed(city.siti.actor)
    question = f"/pengajuan/{row.id}/tarik/{BIRTH}/"
    shown = text(siti.get(question))
    assert f'value="{FAMILY}"' in shown
    assert siti.post(question).status_code == 403
    assert part(row, BIRTH).state == "filed"
    assert siti.post(question, {"sure": "yes"}).status_code == 302
    assert "Memerlukan Akta kelahiran, yang tidak terbit." in text(siti.get(f"/pengajuan/{row.id}/"))
    assert siti.get(question).status_code == 404


def test_a_refusal_is_shown_calmly_with_what_to_do(siti: Client, city: Cast) -> None:
    row = filed(city.siti.actor)
    conclude(row, BIRTH, approve=False)
    conclude(row, "jkn-bayi-baru-lahir")
    shown = text(siti.get(f"/pengajuan/{row.id}/"))
    assert "Sebagian sudah terbit: 1 dari 4" in shown
    assert "Perbaiki dan ajukan lagi" in shown
    draft = siti.post(f"/pengajuan/{row.id}/ajukan-lagi/{BIRTH}/")["location"]
    assert re.fullmatch(r"/permohonan/[0-9a-f-]{36}/periksa/", draft)
    assert siti.post(draft).status_code == 302
    tasks.drain()
    assert part(row, BIRTH).state == "filed"


def test_a_changed_catalogue_is_shown_before_anything_is_sent(siti: Client, row: Submission) -> None:
    new_version(get_service(FAMILY), sla_working_days=9)
    reload_atlas()
    refused = siti.post(f"/pengajuan/{row.id}/periksa/")
    assert "Ketentuan berubah sejak Anda mulai" in text(refused)
    assert "Kirim semua" not in text(refused)
    assert not Application.objects.exists()
    again = siti.post(f"/pengajuan/{row.id}/rencana-baru/")["location"]
    assert again == f"/pengajuan/{row.id}/persetujuan/"


def test_a_bill_of_any_part_stands_on_the_one_bill_page(siti: Client, city: Cast) -> None:
    row = filed(city.siti.actor, "dinkes-labkesda", x="y")
    application = part(row, "dinkes-labkesda").application_id
    assert application is not None
    while (step := factories.open_step(application)) is not None and step.kind != "payment":
        factories.proceed(application, step)
    shown = text(siti.get(f"/pengajuan/{row.id}/"))
    assert "Sekarang giliran Anda: bayar" in shown
    assert "Paling lambat" in shown
    assert (
        shown.count(f"/pengajuan/{row.id}/tagihan/") == 2
    )  # in the first line and in the foot, not a third time
    bills = text(siti.get(f"/pengajuan/{row.id}/tagihan/"))
    assert re.search(r"Bayar Rp[\d.]+", bills)
    assert "Bayar semua" not in bills


def owing(by: Actor) -> tuple[Submission, list[UUID]]:
    """A bundle of two services that both wait for their money."""
    services = ["dinkes-labkesda", "pengecekan-sertipikat"]
    row = api.begin_submission(goals=services, finder={}, by=by)
    answer(row, by)
    api.consent(submission_id=row.id, by=by)
    api.file_submission(submission_id=row.id, by=by)
    applications = [part(row, service).application_id for service in services]
    for application in applications:
        assert application is not None
        while (step := factories.open_step(application)) is not None and step.kind != "payment":
            factories.proceed(application, step)
    return row, [application for application in applications if application]


def test_all_open_bills_are_paid_with_one_payment(
    siti: Client,
    city: Cast,
    browser: Browser,  # noqa: F811
    silent_bank: Any,
) -> None:
    row, applications = owing(city.siti.actor)
    address = f"/pengajuan/{row.id}/tagihan/"
    assert "Sekarang giliran Anda: bayar 2 tagihan, semuanya Rp" in text(siti.get(f"/pengajuan/{row.id}/"))
    whole = re.search(r"Bayar semua: (Rp[\d.]+)", text(siti.get(address)))
    assert whole
    assert browser(city.budi).post(address).status_code == 404
    silent_bank.control({"mode": "fail"})
    away = siti.post(address)
    assert away.status_code == 503
    assert "Tagihan Anda tetap berlaku" in text(away)
    silent_bank.control({"mode": "ok"})
    bank_page = siti.post(address)
    assert bank_page.status_code == 303
    assert len(silent_bank.payments) == 1
    calls = silent_bank.calls
    siti.get(f"{address}kembali/")
    assert silent_bank.calls == calls + 1, "two bills, one payment, one question"
    httpx.post(bank_page["location"], data={"pilihan": "bayar"})
    assert siti.get(f"{address}kembali/")["location"] == address
    again = siti.post(f"/tagihan/{get_bill(f'application:{applications[0]}').id}/bayar/")
    assert again["location"].startswith("/tagihan/"), "what is paid is shown, not paid again"
    after = text(siti.get(address))
    assert "Tidak ada tagihan yang harus dibayar sekarang" in after
    assert after.count("Lunas") == 2
    tasks.drain()
    assert {api.get_own(one, city.siti.actor).state for one in applications}.isdisjoint({"awaiting_payment"})


def test_a_bill_that_ended_before_the_money_came_says_so(siti: Client, city: Cast, silent_bank: Any) -> None:
    row, applications = owing(city.siti.actor)
    address = f"/pengajuan/{row.id}/tagihan/"
    bank_page = siti.post(address)["location"]
    api.withdraw_part(submission_id=row.id, service_id="pengecekan-sertipikat", by=city.siti.actor)
    httpx.post(bank_page, data={"pilihan": "bayar"})
    siti.get(f"{address}kembali/")
    after = text(siti.get(address))
    assert "Dibatalkan" in after
    assert "Lunas" in after
    assert "Uang Anda Rp50.000 belum dipakai" in after
    assert "tetap milik Anda" in text(siti.get(f"/tagihan/{get_bill(f'application:{applications[1]}').id}/"))


def test_the_applicant_of_a_bundle_may_want_a_person(
    siti: Client, city: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "draw", lambda *_: 0.999999)  # nobody is drawn for a second look
    assert "Saya ingin diperiksa petugas" not in text(siti.get(review_of(begun(city.siti.actor))))
    for wants in (False, True):
        row = api.begin_submission(goals=[DOMICILE], finder={}, by=city.siti.actor)
        answers, sources = told(get_service(DOMICILE), city.siti.actor)
        Submission.objects.filter(id=row.id).update(answers=answers, sources=sources)
        api.consent(submission_id=row.id, by=city.siti.actor)
        page = text(siti.get(review_of(row)))
        assert "Saya ingin diperiksa petugas" in page
        assert "sistem memutus: Surat keterangan domisili" in page
        assert siti.post(review_of(row), {"wants_person": "on"} if wants else {}).status_code == 302
        application = part(row, DOMICILE).application_id
        assert application is not None
        assert Application.objects.get(id=application).wants_person is wants
        assert (factories.open_step(application) is not None) is wants


def test_parts_that_start_later_are_decided_by_a_person_too(city: Cast) -> None:
    row = begun(city.siti.actor)
    api.file_submission(submission_id=row.id, by=city.siti.actor, wants_person=True)
    conclude(row, BIRTH)
    later = part(row, FAMILY).application_id
    assert Application.objects.get(id=later).wants_person
    factories.conclude(later, approve=False)  # type: ignore[arg-type]
    tasks.drain()
    again = api.refile_part(submission_id=row.id, service_id=FAMILY, by=city.siti.actor)
    assert Application.objects.get(id=again).wants_person


def review_of(row: Submission) -> str:
    return f"/pengajuan/{row.id}/periksa/"


def test_what_the_account_says_is_not_changed_in_a_form(siti: Client, city: Cast) -> None:
    row = begun(city.siti.actor)
    page = f"/pengajuan/{row.id}/isi/applicant/"
    assert f'href="{page}?ubah=1#f-person_nik"' not in text(siti.get(review_of(row)))
    assert 'id="f-person_nik"' not in text(siti.get(f"{page}?ubah=1"))


def test_what_becomes_known_meanwhile_is_taken_into_a_draft_begun_before(city: Cast) -> None:
    by = city.siti.actor
    row = api.begin_submission(goals=[BABY], finder=CARD, by=by)
    assert "person_birth_place" not in api.typed_answers(row)
    record_facts(
        facts={"person.birth_place": "Tarempa"}, source="dukcapil", verified=True, by=SYSTEM, person_id=by.id
    )
    again = api.begin_submission(goals=[BABY], finder=CARD, by=by)
    assert again.id == row.id
    assert api.typed_answers(again)["person_birth_place"] == "Tarempa"
    assert again.sources["person_birth_place"]["source"] == "dukcapil"


def test_an_officer_reads_about_the_applicant_not_about_themselves(browser: Browser, city: Cast) -> None:  # noqa: F811
    row = filed(city.siti.actor)
    application = part(row, BIRTH).application_id
    assert application is not None
    officer = factories.holder_of(factories.open_step(application))  # type: ignore[arg-type]
    page = text(
        browser(factories.Account(User.objects.get(id=officer.id), officer)).get(f"/kerja/{application}/")
    )
    assert "Tentang pemohon" in page
    assert "Tentang Anda" not in page
