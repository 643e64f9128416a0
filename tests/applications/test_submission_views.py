"""Pages of a submission: the happy path, strangers, double posts, sessions that end, and how it all reads."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from pendopo.applications import api
from pendopo.applications.models import Part, Submission
from tests import factories
from tests.applications.test_submission import (
    BABY,
    CARD,
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
    assert sent == f"/pengajuan/{row.id}/"
    shown = text(siti.get(sent))
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
    assert siti.get(f"{sent}tagihan/").status_code == 200
    assert siti.get(f"{sent}periksa/").status_code == 200
    assert "Kirim semua" not in text(siti.get(f"{sent}periksa/"))
