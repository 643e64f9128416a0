"""Questions are put to the applicant; everybody else reads what was asked, neutrally."""

import re
from typing import Any

import pytest

from pendopo.applications import forms
from pendopo.applications.rules import Verb
from pendopo.applications.views import drawn
from pendopo.catalogue.api import current_versions, get_service, get_version
from tests import factories
from tests.applications.conftest import SIP, Browser
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]


def test_an_officer_reads_labels_and_the_applicant_questions(city: Cast, signed_in: Browser) -> None:
    application = factories.file(get_service(SIP), city.siti.actor)
    factories.act(application, Verb.COMPLETE)
    desk = signed_in(city.officer).get(f"/kerja/{application}/").content.decode()
    for question, label in (
        ("Anda perawat apa?", "Jenis perawat"),
        ("Di mana Anda akan berpraktik?", "Tempat praktik"),
        ("Unggah STR Anda", "STR"),
    ):
        assert f">{question}<" not in desk
        assert f">{label}<" in desk
    assert signed_in(city.officer).get(f"/kerja/{application}/perhitungan/").status_code == 200
    asked = get_service(SIP).content["form"]["schema"]
    assert drawn.labels(asked)["nurse_kind"] == "Anda perawat apa?"
    assert drawn.labels(asked, at_desk=True)["nurse_kind"] == "Jenis perawat"


@pytest.mark.parametrize("label", ["", "Jenis"])
def test_a_field_without_a_label_keeps_its_question(label: str) -> None:
    field: dict[str, Any] = {"title": "Jenisnya?", "x-title-en": "Which kind?", "x-label": label}
    assert forms.called(field) == "Jenisnya?"
    assert forms.called(field, at_desk=True) == (label or "Jenisnya?")


def test_no_form_of_the_city_addresses_the_officer(city: Cast) -> None:
    found = [
        (service_id, name, label)
        for service_id, version_id in current_versions().items()
        for name, label in drawn.labels(
            get_version(version_id).content["form"]["schema"], at_desk=True
        ).items()
        if "anda" in re.findall(r"\w+", label.lower())
    ]
    assert found == []
