"""Pages: the happy path, what is refused, what odd input does."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client, RequestFactory

from pendopo.catalogue import api, views
from pendopo.identity.api import Actor, ActorKind, Role
from pendopo.kernel.errors import Denied

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _loaded(folder: Path) -> None:
    api.load(folder, by="system")


def text(client: Client, address: str, status: int = 200, language: str = "id") -> str:
    response = client.get(address, headers={"accept-language": language})
    assert response.status_code == status, address
    return response.content.decode()


def test_home_shows_search_and_situations(client: Client) -> None:
    page = text(client, "/")
    assert 'role="search"' in page
    assert "/kebutuhan/business/" in page
    assert "3 layanan dari 2 instansi" in page


def test_search_finds_with_citizens_words(client: Client) -> None:
    assert "/layanan/izin-dagang/" in text(client, "/layanan/?q=mau+buka+warung")


def test_an_empty_search_helps_and_is_noted(client: Client) -> None:
    page = text(client, "/layanan/?q=%3Cscript%3Ezzqqxx")
    assert "<script>zz" not in page
    assert "/kebutuhan/business/" in page
    assert [miss.query for miss in api.list_misses()] == ["<script>zzqqxx"]


def test_every_service_can_be_browsed(client: Client) -> None:
    page = text(client, "/layanan/")
    assert all(f"/layanan/{name}/" in page for name in ("izin-dagang", "laik-sehat", "surat-sehat"))
    assert "Sertifikat" not in text(client, "/layanan/?after=laik-sehat")


@pytest.mark.parametrize("query", ["%00", "%F0%9F%99%82", "a" * 5000, "%E2%80%AEabc"])
def test_odd_queries_get_a_page(client: Client, query: str) -> None:
    text(client, f"/layanan/?q={query}")
    text(client, f"/layanan/?after={query}")


def test_a_service_page_shows_the_published_standard(client: Client) -> None:
    page = text(client, "/layanan/laik-sehat/")
    for part in (
        "Persyaratan",
        "prosedur",
        "Jangka waktu",
        "Biaya",
        "Produk pelayanan",
        "Pengaduan",
        "Dasar hukum",
    ):
        assert part in page
    assert "/layanan/izin-dagang/" in page  # another service of the mall issues what it needs
    assert "menunggu konfirmasi instansi" in page
    assert "/ajukan/laik-sehat/" in page
    assert "Gratis" in page
    assert "Bayar" not in page  # a free service has no payment step


def test_a_confirmed_fee_is_shown_without_a_warning(client: Client) -> None:
    page = text(client, "/layanan/surat-sehat/")
    assert "Rp25.000" in page
    assert "30 menit" in page
    assert "Tidak perlu dibawa" in page


def test_pages_speak_english(client: Client) -> None:
    assert "Food stall hygiene certificate" in text(client, "/layanan/laik-sehat/", language="en")


@pytest.mark.parametrize("address", ["/instansi/", "/instansi/dinas-sehat/", "/kebutuhan/health/"])
def test_agencies_and_situations(client: Client, address: str) -> None:
    assert "Sehat" in text(client, address) or "Kesehatan" in text(client, address)


@pytest.mark.parametrize("address", ["/layanan/x/", "/instansi/x/", "/kebutuhan/x/", "/kebutuhan/tourism/"])
def test_unknown_things_are_404(client: Client, address: str) -> None:
    text(client, address, status=404)


def test_nothing_may_be_posted(client: Client) -> None:
    assert client.post("/layanan/").status_code == 405


def inventory(actor: Any) -> str:
    request = RequestFactory().get("/operator/inventaris/")
    request.actor = actor  # type: ignore[attr-defined]
    request.session = {}  # type: ignore[assignment]
    return views.inventory(request).content.decode()


def test_the_operator_sees_the_inventory() -> None:
    api.note_miss("kata warga")
    duties = {"dinas-izin": frozenset({Role.MALL_OPERATOR})}
    page = inventory(Actor(ActorKind.STAFF, name="Operator", duties=duties))
    assert "Dinas Kesehatan" in page
    assert "waktu belum dikonfirmasi" in page
    assert "kata warga" in page


@pytest.mark.parametrize(
    "actor",
    [
        None,
        Actor(ActorKind.PUBLIC),
        Actor(ActorKind.PERSON, name="Warga"),
        Actor(ActorKind.STAFF, name="Petugas", duties={"dinas-izin": frozenset({Role.FRONT_OFFICER})}),
        SimpleNamespace(kind="staff", duties={}),
    ],
)
def test_strangers_do_not_see_the_inventory(actor: Any) -> None:
    with pytest.raises(Denied):
        inventory(actor)


def test_the_inventory_asks_visitors_to_sign_in(client: Client) -> None:
    assert client.get("/operator/inventaris/").status_code in {302, 403}
