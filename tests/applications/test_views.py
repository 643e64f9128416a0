"""Pages of the heart: the happy path, strangers, and everything people can send that is not what was asked."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pendopo.applications import api
from pendopo.applications.models import Application
from pendopo.applications.rules import Act, Remark, StepKind, Verb
from pendopo.applications.views import desk as desk_views
from pendopo.catalogue.api import get_service, get_version
from pendopo.documents.api import receive
from pendopo.identity.api import (
    PUBLIC,
    Role,
    actor_of_person,
    give_consent,
    has_consent,
    list_accesses,
    open_account,
)
from pendopo.kernel import clock, tasks
from pendopo.kernel.errors import Denied
from tests import factories
from tests.documents import samples
from tests.documents.conftest import body_of
from tests.factories import Account, Cast

NOBODYS = "7b1c2f64-3d5e-4c80-9a1b-2f3e4d5c6b7a"  # an id that nothing has
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]

SIP = "dpmptsp-sip-perawat"
COMPANYS = "disnaker-wlkp"
ASSESSED = "dinkes-surat-sehat"
Browser = Callable[..., Client]


@pytest.fixture
def browser(city: Cast) -> Browser:
    """A browser in which this person has signed in; staff with their second factor."""

    def open_one(who: Account | None = None, *, second_factor: bool = True, strict: bool = False) -> Client:
        client = Client(enforce_csrf_checks=strict, headers={"accept-language": "id"})
        if who is not None:
            client.force_login(who.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
            if who.actor.kind == "staff" and second_factor:
                Authenticator.objects.get_or_create(
                    user=who.user, type=Authenticator.Type.TOTP, defaults={"data": {}}
                )
        return client

    return open_one


@pytest.fixture
def siti(browser: Browser, city: Cast) -> Client:
    return browser(city.siti)


@pytest.fixture
def form(siti: Client) -> str:
    """Siti's fresh draft of a nurse's permit: the address of its pages."""
    answer = siti.post(f"/ajukan/{SIP}/", {"business": ""})
    assert answer.status_code == 302
    return str(re.match(r"/permohonan/[0-9a-f-]{36}/", answer["location"])[0])  # type: ignore[index]


def row_of(form: str) -> Application:
    return Application.objects.get(id=form.split("/")[2])


def kept(form: str) -> dict[str, Any]:
    return api.open_answers(row_of(form).answers)


def beside(answer: Any, field: str) -> str:
    """The message that stands beside a field."""
    found = re.search(rf'id="e-{field}".*?</p>', answer.content.decode(), re.DOTALL)
    assert found, f"no message beside {field}"
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0].partition(">")[2])).split())


def value_in(answer: Any, field: str) -> str:
    """What the page shows in an input."""
    found = re.search(rf'<input[^>]*name="{field}"[^>]*>', answer.content.decode())
    assert found, f"no input {field}"
    value = re.search(r'value="([^"]*)"', found[0])
    return html.unescape(value[1]) if value else ""


def fill_in(form: str, **changed: Any) -> None:
    """Save good answers on every page."""
    row = row_of(form)
    by = actor_of_person(row.applicant)
    answers = factories.valid_answers(get_service(row.service_id), by) | changed
    api.save(application_id=row.id, answers=answers, by=by)


def filed(client: Client, form: str) -> UUID:
    fill_in(form)
    answer = client.post(f"{form}periksa/")
    assert answer["location"] == f"{form}tanda-terima/"
    return row_of(form).id


# The happy path


def test_what_a_page_saves_by_itself_too_late_undoes_nothing(siti: Client, form: str) -> None:
    page, itself = f"{form}isi/kontak/", {"x-autosave": "1"}
    seen = re.findall(r'name="seen" value="([^"]+)"', siti.get(page).content.decode())[0]
    siti.post(page, {"person_address": "Jl. Melati 5", "person_phone": "081234567890"})
    late = siti.post(page, {"person_address": "Jl. Mel", "person_phone": "", "seen": seen}, headers=itself)
    assert late.status_code == 409
    assert kept(form)["person_address"] == "Jl. Melati 5"
    assert kept(form)["person_phone"] == "081234567890"
    again = {"person_address": "Jl. Mawar 1", "seen": late.json()["seen"]}
    assert siti.post(page, again, headers=itself).json()["saved"] is True
    assert kept(form)["person_address"] == "Jl. Mawar 1"
    pressed = siti.post(page, {"person_address": "Jl. Kenanga 9", "seen": seen})
    assert pressed.status_code in {302, 422}
    assert kept(form)["person_address"] == "Jl. Kenanga 9", "a pressed button counts whatever it had seen"


def test_from_search_page_to_document(browser: Browser, city: Cast, siti: Client, form: str) -> None:
    assert siti.get(f"/ajukan/{SIP}/").status_code == 200
    good = {
        "person_nik": "2171 1057 0895 0002",
        "person_full_name": "Siti Rahmawati",
        "person_birth_place": "Batam",
        "person_birth_date": "17-08-1995",
        "person_sex": "PEREMPUAN",
    }
    answer = siti.post(f"{form}isi/diri/", good)
    assert answer["location"] == f"{form}isi/kontak/"
    assert kept(form)["person_birth_date"] == "1995-08-17"
    autosaved = siti.post(f"{form}isi/kontak/", {"person_address": "Jl. Melati"}, headers={"x-autosave": "1"})
    assert autosaved.json() == {"saved": True, "seen": row_of(form).updated_at.isoformat()}
    assert siti.get(form)["location"] == f"{form}isi/kontak/"
    assert siti.get(f"{form}tanda-terima/")["location"] == f"{form}periksa/"
    fill_in(form)
    page = siti.get(f"{form}periksa/")
    assert "217110******0002" in page.content.decode()
    assert factories.NIK not in page.content.decode()
    assert siti.post(f"{form}periksa/")["location"] == f"{form}tanda-terima/"
    number = row_of(form).number
    assert number in siti.get(f"{form}tanda-terima/").content.decode()
    assert siti.get(form).status_code == 200
    assert number in siti.get("/saya/").content.decode()
    tasks.drain()

    officer = browser(city.officer)
    inbox = officer.get("/kerja/").content.decode()
    assert number in inbox
    row = row_of(form)
    assert officer.get(f"/kerja/{row.id}/").status_code == 200
    papers = officer.get(f"/kerja/{row.id}/berkas/str_file/")
    assert papers["content-type"] == "application/pdf"
    body_of(papers)
    assert [access.reader_name for access in list_accesses(row.applicant_id)] == ["Dewi Anggraini"]
    assert "Dewi Anggraini" in siti.get("/saya/data/").content.decode()
    done = officer.post(f"/kerja/{row.id}/completeness/complete/", {"note": "Lengkap"})
    assert done["location"] == "/kerja/"
    factories.conclude(row.id)
    page = siti.get(form).content.decode()
    assert "Selesai" in page
    document = siti.get(f"/dokumen/{row_of(form).document_id}/dokumen.pdf")
    assert document["content-type"] == "application/pdf"
    assert body_of(document).startswith(b"%PDF-")


def test_a_known_page_is_passed_over(siti: Client, form: str) -> None:
    filed(siti, form)
    tasks.drain()
    answer = siti.post(f"/ajukan/{SIP}/", {"business": ""})
    assert not answer["location"].endswith("/isi/diri/")
    again = answer["location"].partition("isi/")[0]
    page = siti.get(f"{again}isi/diri/").content.decode()
    assert "Dari jawaban Anda sebelumnya" in page
    assert "Dari akun Anda" in page


def test_a_correction_asks_only_what_was_remarked(siti: Client, form: str, city: Cast) -> None:
    application_id = filed(siti, form)
    remarks = Act(remarks=(Remark("person_str_no", "mismatch", "Lihat STR"),))
    factories.act(application_id, Verb.RETURN, remarks)
    assert "Lihat STR" in siti.get(form).content.decode()
    page = siti.get(f"{form}isi/profesi/").content.decode()
    assert 'name="person_str_no"' in page
    assert 'name="nurse_kind"' not in page
    assert siti.post(f"{form}isi/profesi/", {"person_str_no": ""}).status_code == 422
    assert (
        siti.post(f"{form}isi/profesi/", {"person_str_no": "STR-2", "nurse_kind": "X"})["location"]
        == f"{form}periksa/"
    )
    assert siti.post(f"{form}periksa/")["location"] == form
    assert kept(form)["person_str_no"] == "STR-2"
    assert kept(form)["nurse_kind"] != "X"


def test_withdrawing_asks_first(siti: Client, form: str) -> None:
    application_id = filed(siti, form)
    assert f"{form}tarik/" in siti.get(form).content.decode()
    assert 'name="sure"' in siti.get(f"{form}tarik/").content.decode()
    assert siti.post(f"{form}tarik/").status_code in {403, 409}
    assert siti.post(f"{form}tarik/", {"sure": "yes"})["location"] == "/saya/"
    assert api.load(application_id).case.state == "withdrawn"
    assert siti.get(f"{form}tarik/")["location"] == form


def test_a_company_applies(siti: Client, city: Cast) -> None:
    page = siti.get(f"/ajukan/{COMPANYS}/").content.decode()
    assert "PT Laut Jaya Sejahtera" in page
    answer = siti.post(f"/ajukan/{COMPANYS}/", {"business": str(city.company)})
    assert answer.status_code == 302
    assert siti.get(answer["location"]).status_code == 200


def test_who_has_no_company_is_led_to_linking_one(browser: Browser, city: Cast) -> None:
    answer = browser(city.budi).get(f"/ajukan/{COMPANYS}/")
    assert answer["location"] == f"/saya/usaha/?next=/ajukan/{COMPANYS}/"
    assert browser(city.budi).post(f"/ajukan/{COMPANYS}/", {"business": ""}).status_code == 403


@pytest.mark.parametrize("business", ["bukan-uuid", NOBODYS, "\0", "9" * 400])
def test_a_company_that_is_not_yours_is_not_found(siti: Client, business: str) -> None:
    assert siti.post(f"/ajukan/{COMPANYS}/", {"business": business}).status_code == 404


# The officer's desk


def test_the_desk_says_why_not_and_keeps_what_was_typed(
    browser: Browser, city: Cast, siti: Client, form: str
) -> None:
    application_id = filed(siti, form)
    factories.act(application_id, Verb.COMPLETE)
    officer = browser(city.officer)
    desk = f"/kerja/{application_id}/verification/"
    answer = officer.post(
        f"{desk}reject/", {"reason": "Alasan yang sudah panjang saya tulis", "legal_basis": ""}
    )
    assert answer.status_code == 422
    assert "Alasan yang sudah panjang saya tulis" in answer.content.decode()
    assert officer.post(f"{desk}request_correction/", {}).status_code == 422
    begun = {
        "remark_field": ["str_file", "str_no"],
        "remark_reason": ["unreadable", ""],
        "remark_note": ["", "Ganti nomornya"],
    }
    refused = officer.post(f"{desk}request_correction/", begun)
    assert refused.status_code == 422
    assert "Ganti nomornya" in refused.content.decode()
    assert "Lengkapi setiap catatan" in refused.content.decode()
    assert officer.get(f"{desk}request_correction/").headers["location"] == f"/kerja/{application_id}/"
    assert officer.post(f"{desk}sign/").status_code in {409, 422}
    assert officer.post(f"{desk}tidak-ada/").status_code == 404
    assert officer.post(f"/kerja/{application_id}/tidak-ada/verify/").status_code in {409, 422}
    remark = {
        "remark_field": ["str_file", ""],
        "remark_reason": ["unreadable", ""],
        "remark_note": ["Gelap", ""],
    }
    assert officer.post(f"{desk}request_correction/", remark).status_code == 302
    again = officer.post(f"{desk}verify/")
    assert again.status_code == 409
    assert api.load(application_id).case.state == "in_correction"


def test_the_fee_is_assessed_line_by_line(browser: Browser, city: Cast, siti: Client) -> None:
    application_id = factories.file(get_service(ASSESSED), city.siti.actor)
    while (step := factories.open_step(application_id)) and step.kind is not StepKind.FEE_ASSESSMENT:
        factories.proceed(application_id, step)
    assert step is not None
    holder = factories.staff("biaya@x.id", "Bendahara", step.agency_id, *[Role(step.role)])
    client = browser(holder)
    address = f"/kerja/{application_id}/{step.key}/assess_fee/"
    assert client.get(f"/kerja/{application_id}/").status_code == 200
    for amount in ("banyak", "-5", "9" * 16, "1,5"):
        answer = client.post(address, {"fee_name": "Retribusi", "fee_amount": amount, "fee_basis": "Perda"})
        assert answer.status_code == 422, amount
    assert client.post(address, {}).status_code == 422
    lines = {"fee_name": ["Retribusi", ""], "fee_amount": ["Rp 25.000", ""], "fee_basis": ["Perda", ""]}
    assert client.post(address, lines).status_code == 302
    assert api.load(application_id).case.fee_idr == 25_000
    page = siti.get(f"/permohonan/{application_id}/").content.decode()
    assert "Rp25.000" in page


@pytest.mark.parametrize(
    "after", ["x", "2026-13-45,1", "infinity,9", "2026-11-22,abc", "\0", "2026-11-22," + "9" * 30]
)
def test_the_inbox_bears_any_page_key(browser: Browser, city: Cast, after: str) -> None:
    assert browser(city.officer).get("/kerja/", {"after": after}).status_code == 200


@pytest.mark.parametrize(("typed", "at"), [("09.30", "09:30"), ("9:45", "09:45"), ("13.45", "13:45")])
def test_a_visit_is_at_the_minute_that_was_typed(typed: str, at: str) -> None:
    post = {"visit_on": (clock.today() + timedelta(days=3)).isoformat(), "visit_at": typed, "place": "Nongsa"}
    assert f"T{at}:00" in desk_views._details(post)["at"]


@pytest.mark.parametrize("typed", ["25.00", "09.7", "pagi", "0930"])
def test_a_visit_at_no_time_is_refused(typed: str) -> None:
    with pytest.raises(Denied) as refused:
        desk_views._details({"visit_on": "2026-12-09", "visit_at": typed, "place": "Nongsa"})
    assert refused.value.code == "appointment_incomplete"


def test_nobody_recommends_by_leaving_a_box_alone(
    browser: Browser, city: Cast, siti: Client, form: str
) -> None:
    application_id = filed(siti, form)
    factories.act(application_id, Verb.COMPLETE)
    factories.act(application_id, Verb.VERIFY)
    step = factories.open_step(application_id)
    assert step is not None
    expert = browser(factories.staff("ahli@x.id", "Ahli", step.agency_id, *[Role(step.role)]))
    address = f"/kerja/{application_id}/{step.key}/recommend/"
    assert expert.post(address, {"note": "Baik"}).status_code == 422
    assert expert.post(address, {"note": "Baik", "favourable": "yes"}).status_code == 302


def test_what_is_free_shows_no_step_of_payment(siti: Client, form: str) -> None:
    page = siti.get(f"/permohonan/{filed(siti, form)}/").content.decode()
    assert "Paraf" in page
    for never in ("Tunggu pembayaran", "Tetapkan biaya", "Tinjau lokasi"):
        assert never not in page


# Strangers


CITIZENS_PAGES = ("", "periksa/", "isi/diri/", "tanda-terima/", "tarik/")


def visit(client: Client, address: str) -> Any:
    return client.post(address, {"sure": "yes"}) if address.endswith("tarik/") else client.get(address)


@pytest.mark.parametrize("page", CITIZENS_PAGES)
def test_another_citizens_ids_in_addresses_are_not_found(
    browser: Browser, city: Cast, form: str, page: str
) -> None:
    answer = visit(browser(city.budi), f"{form}{page}")
    assert answer.status_code == 404
    assert "Siti" not in answer.content.decode()


@pytest.mark.parametrize("page", CITIZENS_PAGES)
def test_who_is_not_signed_in_signs_in_first_and_comes_back(browser: Browser, form: str, page: str) -> None:
    answer = visit(browser(), f"{form}{page}")
    assert answer.status_code == 302
    assert answer["location"].startswith("/akun/login/?next=/permohonan/")


@pytest.mark.parametrize("page", CITIZENS_PAGES)
def test_staff_do_not_apply(browser: Browser, city: Cast, form: str, page: str) -> None:
    assert visit(browser(city.officer), f"{form}{page}").status_code == 403


def test_another_agencys_officer_finds_nothing(browser: Browser, city: Cast, siti: Client, form: str) -> None:
    application_id = filed(siti, form)
    stranger = browser(city.stranger)
    for address in (f"/kerja/{application_id}/", f"/kerja/{application_id}/berkas/str_file/"):
        answer = stranger.get(address)
        assert answer.status_code == 404
        assert "Siti" not in answer.content.decode()
    assert stranger.post(f"/kerja/{application_id}/completeness/complete/").status_code == 404
    assert list_accesses(row_of(form).applicant_id) == []
    assert api.load(application_id).case.state == "submitted"


def test_citizens_have_no_desk_and_staff_without_second_factor_neither(
    browser: Browser, city: Cast, siti: Client, form: str
) -> None:
    application_id = filed(siti, form)
    for address in ("/kerja/", f"/kerja/{application_id}/", f"/kerja/{application_id}/berkas/str_file/"):
        assert siti.get(address).status_code == 403
        assert browser().get(address)["location"].startswith("/akun/login/")
        assert browser(city.officer, second_factor=False).get(address)["location"] == "/akun/2fa/"
    assert siti.post(f"/kerja/{application_id}/completeness/complete/").status_code == 403


def test_attachments_are_only_files_of_the_application(
    browser: Browser, city: Cast, siti: Client, form: str
) -> None:
    application_id = filed(siti, form)
    officer = browser(city.officer)
    for field in ("person_nik", "tidak-ada", "declaration"):
        assert officer.get(f"/kerja/{application_id}/berkas/{field}/").status_code == 404


def test_drafts_are_not_on_any_desk(browser: Browser, city: Cast, form: str) -> None:
    assert browser(city.officer).get(f"/kerja/{row_of(form).id}/").status_code == 404


def test_what_is_not_there_is_not_found(siti: Client, form: str) -> None:
    for address in (
        f"/permohonan/{uuid4()}/",
        f"{form}isi/tidak-ada/",
        "/ajukan/tidak-ada/",
        "/permohonan/1/",
    ):
        assert siti.get(address).status_code == 404


# What people send that was not asked: said beside the field, and kept


@pytest.mark.parametrize(
    ("page", "field", "typed", "words"),
    [
        ("diri", "person_nik", "2171103202950001", "bukan tanggal lahir"),  # the 32nd of February
        ("diri", "person_nik", "2171103002950001", "bukan tanggal lahir"),  # the 30th of February
        ("diri", "person_nik", "217110570895", "16 angka"),
        ("diri", "person_nik", "dua satu tujuh", "16 angka"),
        ("diri", "person_birth_date", "31-02-1995", "tanggal"),
        ("diri", "person_birth_date", "17-08-2095", "masih akan datang"),
        ("diri", "person_birth_date", "17-08-1795", "tanggal"),
        ("diri", "person_birth_date", "kemarin", "tanggal"),
        ("diri", "person_full_name", "S" * 500, "Paling banyak 120 huruf"),
        ("diri", "person_full_name", "", "belum diisi"),
        ("diri", "person_full_name", " \u200b\u202e ", "belum diisi"),
        ("diri", "person_sex", "ROBOT", "pilihan"),
        ("kontak", "person_phone", "nomor saya", "ponsel"),
        ("kontak", "person_email", "siti@", "surel"),
        ("profesi", "person_str_valid_until", "9999-99-99", "tanggal"),
    ],
)
def test_a_wrong_answer_is_explained_beside_its_field_and_kept(
    siti: Client, form: str, page: str, field: str, typed: str, words: str
) -> None:
    answer = siti.post(f"{form}isi/{page}/", {field: typed})
    assert answer.status_code == 422
    assert words in beside(answer, field)
    summary = re.search(rf'href="#f-{field}">([^<]*)</a>', answer.content.decode())
    label = get_version(row_of(form).version_id).content["form"]["schema"]["properties"][field]["title"]
    assert summary, "no way from the summary to the field"
    assert label.rstrip("?").lower() in html.unescape(summary[1]).lower(), "the summary names the field"
    if typed.strip(" \u200b\u202e") and field not in {"person_sex", "person_str_valid_until"}:
        shown = value_in(siti.get(f"{form}isi/{page}/"), field)
        assert shown in {typed, "-".join(reversed(typed.split("-")))}  # a date is shown as its input wants it


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ('"><img src=x onerror=alert(1)>', '"><img src=x onerror=alert(1)>'),
        ("{{ 7 * 7 }}{% debug %}", "{{ 7 * 7 }}{% debug %}"),
        ("Siti \u202eitamhaR", "Siti itamhaR"),
        ("Siti\0 Rahmawati", "Siti Rahmawati"),
        ("Siti 👩🏽\u200d⚕️", "Siti 👩🏽\u200d⚕️"),
        ("O", "O"),
        ("D'Angelo Ñandú", "D'Angelo Ñandú"),
    ],
)
def test_strange_names_are_text_and_nothing_else(
    browser: Browser, city: Cast, siti: Client, form: str, typed: str, stored: str
) -> None:
    answer = siti.post(f"{form}isi/diri/", {"person_full_name": typed})
    assert "e-person_full_name" not in answer.content.decode()
    assert kept(form)["person_full_name"] == stored
    fill_in(form, person_full_name=stored)
    pages = [siti.get(f"{form}isi/diri/"), siti.get(f"{form}periksa/")]
    assert siti.post(f"{form}periksa/").status_code == 302
    application_id = row_of(form).id
    pages.append(browser(city.officer).get(f"/kerja/{application_id}/"))
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "\u202e" not in text
        if "{{" in typed:
            assert "49" not in re.findall(r"<dd[^>]*>(.*?)</dd>", text, re.DOTALL)
    tasks.drain()
    assert factories.conclude(application_id) == "completed"


def test_a_very_long_text_is_refused_and_not_kept_whole(siti: Client, form: str) -> None:
    answer = siti.post(f"{form}isi/kontak/", {"person_address": "x" * 3_000_000})
    assert answer.status_code == 422
    assert "Paling banyak" in beside(answer, "person_address")
    assert len(kept(form)["person_address"]) < 30_000


def test_bytes_that_are_no_text_do_no_harm(siti: Client, form: str) -> None:
    raw = b"person_full_name=Siti%FF%FE%00&person_birth_place=\xff\xfe&%ff=1"
    answer = siti.post(f"{form}isi/diri/", raw, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert kept(form)["person_full_name"].startswith("Siti")
    weird = siti.post(f"{form}isi/diri/", b"\xff\xfe{", content_type="application/json")
    assert weird.status_code in {302, 422}
    torn = siti.post(
        f"{form}isi/diri/", b"--x\r\nContent-Dispo", content_type="multipart/form-data; boundary=x"
    )
    assert torn.status_code in {302, 400, 422}
    assert siti.post(f"{form}isi/diri/", b"x", content_type="multipart/form-data").status_code == 400


def test_ten_thousand_fields_are_one_clear_page(siti: Client, form: str) -> None:
    before = kept(form)
    answer = siti.post(f"{form}isi/diri/", {f"f{n}": "x" for n in range(10_000)})
    assert answer.status_code in {400, 413}
    assert "tidak bisa kami baca" in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    assert kept(form) == before


def test_unknown_fields_are_left_alone(siti: Client, form: str) -> None:
    siti.post(
        f"{form}isi/diri/", {"state": "approved", "applicant_id": "1", "__proto__": "x", "person_phone": "1"}
    )
    assert not {"state", "applicant_id", "__proto__", "person_phone"} & kept(form).keys()
    assert row_of(form).state == "draft"


# Files


def bomb() -> bytes:
    """A small PDF that unpacks to a hundred megabytes."""
    return samples.pdf(stream=samples.packed(b"\0" * 100_000_000))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("str.pdf", samples.EXE),
        ("str.pdf", samples.HTML),
        ("str.png", samples.SVG),
        ("str.pdf", samples.archive()),
        ("str.pdf", samples.pdf(b"/OpenAction << /S /JavaScript /JS (x) >>")),
        ("str.pdf", b""),
        ("str.pdf", bomb),
        ("str.pdf", b"%PDF-1.7\n" + b"x" * 11 * 1024 * 1024),
        ("../../etc/passwd\0.pdf", samples.EXE),
    ],
    ids=["exe", "html", "svg", "zip", "javascript", "empty", "bomb", "oversize", "path"],
)
def test_a_bad_file_is_refused_beside_its_field_and_the_form_is_kept(
    siti: Client, form: str, name: str, content: Any
) -> None:
    body = content() if callable(content) else content
    sent = SimpleUploadedFile(name, body, content_type="application/pdf")
    answer = siti.post(f"{form}isi/profesi/", {"str_file": sent, "person_str_no": "STR-77"})
    assert answer.status_code == 422
    assert len(beside(answer, "str_file")) > 20
    assert kept(form)["person_str_no"] == "STR-77"
    assert "str_file" not in kept(form)


def test_a_good_file_is_kept_while_the_rest_is_wrong(siti: Client, form: str) -> None:
    sent = SimpleUploadedFile("STR asli.pdf", samples.pdf())
    answer = siti.post(f"{form}isi/profesi/", {"str_file": sent, "nurse_kind": "DUKUN"})
    assert answer.status_code == 422
    assert "STR asli.pdf" in answer.content.decode()
    again = siti.post(f"{form}isi/profesi/", {"str_file_id": kept(form)["str_file"], "nurse_kind": "DUKUN"})
    assert "e-str_file" not in again.content.decode()


@pytest.mark.parametrize("claimed", ["bukan-uuid", "../../etc/passwd", NOBODYS, "\ud7ff", "x" * 5000])
def test_a_hidden_field_that_lies_is_found_at_the_end(siti: Client, form: str, claimed: str) -> None:
    fill_in(form)
    siti.post(f"{form}isi/profesi/", {"str_file_id": claimed})
    assert siti.get(f"{form}isi/profesi/").status_code == 200
    answer = siti.post(f"{form}periksa/")
    assert answer.status_code == 422
    assert row_of(form).state == "draft"


def test_anothers_file_in_a_hidden_field_shows_nothing_of_it(city: Cast, siti: Client, form: str) -> None:
    theirs = receive(
        by=city.budi.actor, name="rahasia budi.pdf", stream=BytesIO(samples.pdf()), requirement="str"
    )
    fill_in(form)
    answer = siti.post(f"{form}isi/profesi/", {"str_file_id": str(theirs.id)})
    page = siti.get(f"{form}isi/profesi/").content.decode() + siti.get(f"{form}periksa/").content.decode()
    assert "rahasia budi" not in page + answer.content.decode()
    assert siti.post(f"{form}periksa/").status_code == 422
    assert siti.get(f"/berkas/{theirs.id}/").status_code == 404


# Twice, late, and without a token


def test_a_double_post_files_once(siti: Client, form: str) -> None:
    fill_in(form)
    first, second = siti.post(f"{form}periksa/"), siti.post(f"{form}periksa/")
    assert first["location"] == second["location"] == f"{form}tanda-terima/"
    assert [entry.verb for entry in api.timeline(row_of(form).id)] == ["submit"]


def test_what_saved_itself_wrong_is_said_on_the_check_page_which_does_not_send(
    siti: Client, form: str
) -> None:
    fill_in(form)
    assert "Kirim permohonan" in siti.get(f"{form}periksa/").content.decode()
    siti.post(f"{form}isi/diri/", {"person_birth_date": "kemarin dulu"}, headers={"x-autosave": "1"})
    page = siti.get(f"{form}periksa/")
    assert page.status_code == 200
    text = page.content.decode()
    entry = f'<a href="{form}isi/diri/?ubah=1#f-person_birth_date">Tanggal lahir: Isi tanggal yang benar'
    assert entry in text, re.findall(r"<li><a.*", text)
    assert "kemarin dulu" in text
    assert "Kirim permohonan" not in text
    assert siti.post(f"{form}periksa/").status_code == 422


def test_filing_with_gaps_names_every_gap(siti: Client, form: str) -> None:
    answer = siti.post(f"{form}periksa/")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Anda perawat apa?" in text
    assert text.count("belum diisi") >= 3
    assert "Berkas belum diunggah" in text
    assert row_of(form).state == "draft"


def test_a_sent_form_is_not_changed_any_more(siti: Client, form: str) -> None:
    filed(siti, form)
    before = kept(form)
    answer = siti.post(f"{form}isi/diri/", {"person_full_name": "Orang Lain"})
    assert answer.status_code in {403, 409}
    assert kept(form) == before


def test_a_session_that_ends_in_the_middle_loses_nothing(
    browser: Browser, city: Cast, siti: Client, form: str
) -> None:
    siti.post(f"{form}isi/kontak/", {"person_address": "Jl. Kamboja 5"}, headers={"x-autosave": "1"})
    siti.logout()
    late = siti.post(f"{form}isi/kontak/", {"person_address": "Jl. Kamboja 5", "person_phone": "08123"})
    assert late.status_code == 302
    assert late["location"].startswith("/akun/login/?next=/permohonan/")
    back = browser(city.siti).get(f"{form}isi/kontak/")
    assert value_in(back, "person_address") == "Jl. Kamboja 5"


def test_a_form_without_its_token_says_what_to_do(browser: Browser, city: Cast, form: str) -> None:
    client = browser(city.siti, strict=True)
    answer = client.post(f"{form}isi/kontak/", {"person_address": "Jl. Kamboja 5"})
    assert answer.status_code == 403
    assert "terbuka terlalu lama" in answer.content.decode()
    assert "person_address" not in kept(form)


# Who one is


@pytest.fixture
def newcomer(browser: Browser, city: Cast) -> Client:
    return browser(Account(open_account(email="pendatang@contoh.id", password=None), PUBLIC))


def test_a_newcomer_says_who_they_are_and_comes_back(newcomer: Client) -> None:
    asked = newcomer.get(f"/ajukan/{SIP}/")
    assert asked["location"] == f"/saya/identitas/?next=/ajukan/{SIP}/"
    assert newcomer.get(asked["location"]).status_code == 200
    answer = newcomer.post(
        "/saya/identitas/", {"full_name": "Ani", "nik": "2171.1041.0190.0007", "next": f"/ajukan/{SIP}/"}
    )
    assert answer["location"].startswith("/saya/dukcapil/?next=")
    assert newcomer.get(answer["location"]).status_code == 200
    assert (
        newcomer.post("/saya/dukcapil/", {"consent": "no", "next": f"/ajukan/{SIP}/"})["location"]
        == f"/ajukan/{SIP}/"
    )
    assert newcomer.get("/saya/").status_code == 200
    assert newcomer.get("/saya/identitas/")["location"] == "/saya/"


@pytest.mark.parametrize(
    ("nik", "words"),
    [
        ("2171103202950001", "bukan tanggal lahir"),
        ("2171107202950001", "bukan tanggal lahir"),
        ("217110", "16 angka"),
        ("0071104101900001", "kode wilayah"),
        ("2171104101900000", "0000"),
        ("", "16 angka"),
        ("２１７１１０４１０１９００００１", "16 angka"),
        (factories.NIK, "akun lain"),
    ],
)
def test_a_nik_that_cannot_be_is_explained_and_kept(newcomer: Client, nik: str, words: str) -> None:
    answer = newcomer.post("/saya/identitas/", {"full_name": "Ani", "nik": nik})
    assert answer.status_code == 422
    assert words in beside(answer, "nik")
    assert value_in(answer, "nik") == nik
    assert value_in(answer, "full_name") == "Ani"


@pytest.mark.parametrize("name", ["", "\u202e", "x" * 121])
def test_a_name_that_cannot_be_is_explained(newcomer: Client, name: str) -> None:
    answer = newcomer.post("/saya/identitas/", {"full_name": name, "nik": "2171104101900007"})
    assert answer.status_code == 422
    assert beside(answer, "full_name")


@pytest.mark.parametrize(
    "away", ["https://jahat.example/", "//jahat.example", "javascript:alert(1)", "\\\\jahat"]
)
def test_nobody_is_led_away(newcomer: Client, away: str) -> None:
    answer = newcomer.post("/saya/identitas/", {"full_name": "Ani", "nik": "2171104101900007", "next": away})
    assert "jahat" not in answer["location"]
    assert "javascript" not in answer["location"]


def test_staff_are_not_applicants_anywhere(browser: Browser, city: Cast) -> None:
    officer = browser(city.officer)
    assert officer.get("/saya/")["location"] == "/kerja/"
    for address in ("/saya/identitas/", "/saya/data/", "/saya/dukcapil/", f"/ajukan/{SIP}/"):
        assert officer.get(address).status_code == 403


def test_pages_of_ones_own_ask_for_a_login(browser: Browser) -> None:
    for address in (
        "/saya/",
        "/saya/identitas/",
        "/saya/data/",
        "/saya/dukcapil/",
        f"/ajukan/{SIP}/",
        "/kerja/",
    ):
        assert browser().get(address)["location"].startswith("/akun/login/?next=")


@pytest.mark.parametrize("page", ["diri", "kontak", "profesi", "tempat", "berkas", "pernyataan"])
def test_every_page_speaks_english_too(siti: Client, form: str, page: str) -> None:
    answer = siti.get(f"{form}isi/{page}/", headers={"accept-language": "en"})
    assert answer.status_code == 200
    assert 'lang="en"' in answer.content.decode()


def test_a_consent_is_taken_back_on_ones_own_page(siti: Client, city: Cast) -> None:
    by = city.siti.actor
    assert by.id is not None
    given = give_consent(person_id=by.id, registry="dukcapil", purpose="Mengisi formulir", facts=[], by=by)
    assert "Mengisi formulir" in siti.get("/saya/data/").content.decode()
    assert siti.post(f"/saya/persetujuan/{given.id}/tarik/")["location"] == "/saya/data/"
    assert not has_consent(by.id, "dukcapil")


def test_what_was_typed_after_the_session_ended_is_there_after_the_login(
    city: Cast, siti: Client, form: str
) -> None:
    siti.logout()
    late = siti.post(f"{form}isi/kontak/", {"person_address": "Jl. Anggrek 9"})
    assert late["location"].startswith("/akun/login/")
    siti.force_login(city.siti.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    assert value_in(siti.get(f"{form}isi/kontak/"), "person_address") == "Jl. Anggrek 9"


def test_what_was_typed_is_not_given_to_another(city: Cast, siti: Client, form: str) -> None:
    siti.logout()
    siti.post(f"{form}isi/kontak/", {"person_address": "Jl. Anggrek 9"})
    siti.force_login(city.budi.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    assert siti.get(f"{form}isi/kontak/").status_code == 404
    assert kept(form).get("person_address") != "Jl. Anggrek 9"
