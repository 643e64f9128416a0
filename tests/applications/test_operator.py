"""The operator's home: what waits, with few statements; nobody else comes in."""

from typing import Any

import pytest

from pendopo.applications.models import RuleStanding
from pendopo.catalogue.api import note_miss
from pendopo.kernel import clock
from pendopo.payments.models import Discrepancy
from tests.applications.conftest import Browser
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]


def test_the_operator_sees_what_waits(
    city: Cast, signed_in: Browser, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(city.operator)
    calm = client.get("/operator/").content.decode()
    assert "Semua aturan berjalan." in calm
    assert "Semua uang cocok" in calm
    assert "/operator/kalender/jam/" in calm
    note_miss("izin odong-odong")
    note_miss("izin odong-odong")
    RuleStanding.objects.create(
        rule="domisili-dikenal", service_id="kecamatan-surat-domisili", agency_id="kecamatan-kelurahan-batam",
        is_on=False, since=clock.now(), reason="6 dari 20 tinjauan memutus lain.", by="system",
    )  # fmt: skip
    Discrepancy.objects.create(
        kind="unknown_reference",
        provider="snap",
        provider_reference="REF-77",
        told_idr=55_000,
        at=clock.now(),
    )
    with django_assert_max_num_queries(14):
        page = client.get("/operator/").content.decode()
    for said in (
        "izin odong-odong",
        "2 kali",
        "6 dari 20 tinjauan memutus lain.",
        "Rp55.000",
        "nomor bank REF-77",
    ):
        assert said in page


def test_only_the_operator_comes_in(city: Cast, signed_in: Browser) -> None:
    assert signed_in(city.officer).get("/operator/").status_code == 403
    assert signed_in(city.siti).get("/operator/").status_code == 403
    assert signed_in(None).get("/operator/").status_code == 302


def test_the_inventory_speaks_to_an_operator_and_names_the_file_only_beside(
    city: Cast, signed_in: Browser
) -> None:
    note_miss("izin odong-odong")
    page = signed_in(city.operator).get("/operator/inventaris/").content.decode()
    assert "Tentukan layanan mana yang mereka maksud" in page
    assert page.index("Untuk tim teknis") < page.index("synonyms.yaml")
    assert page.count("synonyms.yaml") == 1
