"""Pages of goals and plans: for strangers by link, for people with what they hold; odd links get clear words."""

import re
from typing import Any

import pytest
from django.test import Client

from pendopo.catalogue.api import list_goals
from pendopo.identity.api import SYSTEM, record_facts
from tests.applications.test_views import Browser, browser  # noqa: F401 - a fixture
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house", "city")]

CAFE = "/rencana/buka-kedai-kopi/?kecamatan=batam-kota&pelaku=perorangan&pekerja=tidak&merek=tidak"
HOTEL = "/rencana/bangun-hotel/?kecamatan=galang&pelaku=badan&tanah=alokasi&kamar=kecil"


@pytest.fixture
def stranger() -> Client:
    return Client(headers={"accept-language": "id"})


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_every_goal_stands_under_its_situation(stranger: Client) -> None:
    page = text(stranger.get("/rencana/"))
    assert all(f'href="/rencana/{goal.id}/"' in page for goal in list_goals())
    assert page.index("Kependudukan dan keluarga") < page.index("Bayi saya lahir")
    found = text(stranger.get("/rencana/", {"q": "warung kopi"}))
    assert "Membuka kedai kopi" in found
    assert "Bayi saya lahir" not in found
    assert "Belum ada rencana untuk" in text(stranger.get("/rencana/", {"q": "zzzz qqqq"}))


def test_the_finder_asks_and_the_plan_answers_without_signing_in(stranger: Client) -> None:
    asked = stranger.get("/rencana/buka-kedai-kopi/")
    assert asked.status_code == 200
    assert "Siapa yang berusaha?" in text(asked)
    plan = text(stranger.get(CAFE))
    assert "8 layanan dari 5 instansi" in re.sub(r"\s+", " ", plan)
    assert "selesai paling cepat" in plan
    assert plan.count('<svg class="plan-wide" viewBox="0 0 ') == 1
    assert plan.count('<svg class="plan-narrow" viewBox="0 0 ') == 1
    assert "berwenang menurut PP 25/2025" in plan
    assert (
        'href="/pengajuan/mulai/?goal=buka-kedai-kopi&amp;kecamatan=batam-kota&amp;pelaku=perorangan' in plan
    )


def test_the_plan_says_which_question_was_answered_how(stranger: Client) -> None:
    plan = re.sub(r"<[^>]+>|\s+", " ", text(stranger.get(CAFE)))
    plan = re.sub(r"\s+", " ", plan)
    assert "Siapa yang berusaha? Saya sendiri (perorangan)" in plan
    assert "Jawaban Anda:" not in plan


def test_what_is_not_confirmed_is_said_once_and_marked_on_each_line(stranger: Client) -> None:
    page = text(stranger.get(CAFE))
    seen = re.sub(r'<span class="hidden">.*?</span>', "", page)
    assert seen.count("menunggu konfirmasi instansi") == 1, "the legend alone"
    marks = page.count(
        '<span aria-hidden="true">†</span><span class="hidden"> (menunggu konfirmasi instansi)'
    )
    assert marks > 1
    assert seen.count("†") == marks + 1


def test_a_plan_of_one_service_needs_no_picture(stranger: Client) -> None:
    page = text(stranger.get("/rencana/pergi-ke-luar-negeri/?siapa=dewasa&jenis_paspor=biasa"))
    assert "1 layanan" in page
    assert "plan-picture" not in page


def test_known_fees_are_summed(stranger: Client) -> None:
    page = text(stranger.get("/rencana/dirikan-pt/?pendiri=satu&pekerja=tidak"))
    assert re.search(r"biaya <strong>Rp[1-9]", page)
    assert "Jumlah yang sudah diketahui" in page


def test_what_is_there_or_lacking_changes_the_plan_by_link(stranger: Client) -> None:
    plan = text(stranger.get(CAFE))
    (out,) = re.findall(r'href="(\?[^"]+punya=[^"]*npwp[^"]*)"', plan)
    without = text(stranger.get("/rencana/buka-kedai-kopi/" + out.replace("&amp;", "&")))
    assert "Pendaftaran NPWP orang pribadi" in plan
    assert "Pendaftaran NPWP orang pribadi" not in without
    more = text(stranger.get(CAFE + "&tanpa=ktp"))
    assert "KTP-el baru dan perekaman" in more


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/rencana/buka-kapal-selam/", 404, "Rencana ini tidak ada lagi"),
        ("/rencana/buka-kedai-kopi/?pelaku=perorangan", 422, "Pertanyaan ini belum dijawab"),
        (CAFE.replace("perorangan", "kerajaan"), 422, "Jawaban ini tidak ada lagi di antara pilihan"),
        (HOTEL, 422, "lahan tidak dialokasikan BP Batam"),
        (CAFE + "&katalog=000000000000", 200, "Katalog layanan sudah berubah"),
        (CAFE + "&punya=" + "x," * 5000 + "&lain=1", 200, "selesai paling cepat"),
    ],
)
def test_odd_and_old_links_get_clear_words(stranger: Client, address: str, status: int, words: str) -> None:
    answer = stranger.get(address)
    assert answer.status_code == status
    assert words in text(answer)


def test_nothing_may_be_posted(stranger: Client) -> None:
    assert stranger.post("/rencana/").status_code == 405
    assert stranger.post("/rencana/bayi-lahir/").status_code == 405


def test_somebody_who_is_known_is_asked_less(browser: Browser, city: Cast, stranger: Client) -> None:  # noqa: F811
    told = {"person.phone": "081234567890"}
    record_facts(facts=told, source="self", verified=False, by=SYSTEM, person_id=city.siti.actor.id)
    address = "/rencana/bayi-lahir/?kartu_anak=ya"
    known, unknown = text(browser(city.siti).get(address)), text(stranger.get(address))
    assert "sudah kami ketahui" in known
    assert "sudah kami ketahui" not in unknown


def test_the_button_leads_to_the_same_plan(browser: Browser, city: Cast) -> None:  # noqa: F811
    citizen = browser(city.siti)
    page = text(citizen.get(CAFE + "&punya=npwp"))
    (address,) = set(re.findall(r'href="(/pengajuan/mulai/[^"]+)"', page))
    begin = citizen.get(address.replace("&amp;", "&"))
    assert begin.status_code == 200
    assert "Pendaftaran NPWP orang pribadi" not in text(begin)
    assert "Sertifikat laik higiene sanitasi" in text(begin)


def test_home_search_and_situations_lead_to_plans(stranger: Client) -> None:
    assert 'href="/rencana/"' in text(stranger.get("/"))
    assert 'href="/rencana/buka-kedai-kopi/"' in text(stranger.get("/layanan/", {"q": "buka warung kopi"}))
    assert 'href="/rencana/buka-apotek/"' in text(stranger.get("/kebutuhan/health/"))


def test_a_plan_costs_few_statements(stranger: Client, django_assert_max_num_queries: Any) -> None:
    stranger.get(CAFE)
    with django_assert_max_num_queries(8):
        stranger.get(CAFE)
