import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import which

import pytest
from django.db import DatabaseError, transaction
from pytest_django import Settings

from pendopo.documents import api
from pendopo.documents.actions import issue as actions
from pendopo.documents.connectors.files import client as files
from pendopo.documents.connectors.pades import authority
from pendopo.documents.connectors.pades import client as pades
from pendopo.documents.connectors.typst import client as typst
from pendopo.documents.models import Document, NumberSeries
from pendopo.documents.rules import content
from pendopo.identity.api import PUBLIC
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, NotFound, Unavailable
from pendopo.kernel.models import Outbox
from tests.documents import samples
from tests.documents.conftest import BUDI, OFFICER, OPERATOR, SITI, STRANGER, issue, together

AT = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _november() -> Iterator[None]:
    with clock.use(clock.FixedClock(AT)):
        yield


@pytest.mark.django_db
class TestIssue:
    def test_a_paper_has_number_page_signature_event_and_news(self) -> None:
        made = issue(valid_until=date(2031, 11, 22))
        assert made.number == "503/SIP-PERAWAT/0001/DPMPTSP-BATAM/XI/2026"
        pdf = api.open_document(made.id, SITI).path.read_bytes()
        assert (files.sha256_of(pdf), len(pdf)) == (made.sha256, made.size)
        assert content.inspect(pdf) == "application/pdf"
        (event,) = events.history(f"document:{made.id}")
        assert (event.verb, event.actor, event.data["number"]) == ("issued", OFFICER.ref, made.number)
        news = Outbox.objects.get(topic="document_issued")
        assert news.payload == {"document": str(made.id), "subject": "application:1", "number": made.number}

    def test_issuing_twice_returns_the_same_paper(self) -> None:
        first, second = issue(), issue(holder_name="Nama lain")
        assert first == second
        assert Document.objects.count() == Outbox.objects.filter(topic="document_issued").count() == 1
        assert NumberSeries.objects.get().last == 1

    def test_numbers_follow_without_gap_each_series_for_itself(self) -> None:
        numbers = [issue(f"application:{n}").number.split("/")[2] for n in range(3)]
        other = issue(
            "application:9",
            kind="rejection",
            template="rejection",
            reasons=[("STR tidak berlaku", "Pasal 1")],
        )
        assert numbers == ["0001", "0002", "0003"]
        assert other.number.split("/")[1:3] == ["PENOLAKAN", "0001"]
        with clock.use(clock.FixedClock(AT + timedelta(days=60))):
            assert issue("application:10").number.split("/")[2] == "0001"

    def test_the_year_and_month_are_those_of_the_city(self) -> None:
        with clock.use(
            clock.FixedClock(datetime(2026, 12, 31, 18, 0, tzinfo=UTC))
        ):  # 01.00 of 1 January in Batam
            assert issue().number.endswith("/I/2027")

    def test_a_failure_uses_up_no_number_and_leaves_no_row(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object, **__: object) -> bytes:
            raise Unavailable("no key")

        with monkeypatch.context() as patched:
            patched.setattr(pades, "sign_pdf", fail)
            with pytest.raises(Unavailable):
                issue()
        assert Document.objects.count() == 0
        assert issue().number.split("/")[2] == "0001"

    def test_a_missing_template_says_so(self) -> None:
        for template in ("nothing", "../region", "paper.typ"):
            with pytest.raises(Unavailable, match="template"):
                issue(template=template)

    def test_validity_must_run_forwards(self) -> None:
        with pytest.raises(Denied, match="validity"):
            issue(valid_until=date(2026, 1, 1))

    @pytest.mark.parametrize(
        "name",
        ["O", '<b>Siti</b> & "Budi"', '#panic("x") \\u{41} $x^2$ @ref <label>', "Siti\u202eanimA", "محمد علي", "Siti 😀👩\u200d🎓", "王小明",
         "A" * 200, "Panjang " * 80, "'; DROP TABLE documents_document; --", "Ńgọc Ánh d'Ärc-Çelik", "\u0000\u0007x", "⃝ x⃝"],
    )  # fmt: skip
    def test_any_name_can_be_printed(self, name: str) -> None:
        made = issue(holder_name=name, rows=[("Nama", name), (name, "x")], closing=name)
        assert api.verify(made.code).standing is api.Standing.VALID
        assert made.holder_name
        assert "\u202e" not in made.holder_name

    def test_the_holder_staff_of_the_agency_and_the_operator_may_read(self) -> None:
        made = issue()
        for actor in (SITI, OFFICER, OPERATOR):
            assert api.open_document(made.id, actor).size == made.size
        for actor in (BUDI, STRANGER, PUBLIC):
            with pytest.raises(NotFound):
                api.open_document(made.id, actor)
        assert api.open_document(made.id, BUDI, allowed=True).name == made.number.replace("/", "-") + ".pdf"
        assert api.list_held(SITI.ref) == [made] == api.list_documents(["application:1"])
        assert api.document_of("application:1", made.kind) == made
        assert api.document_of("application:1", "other") is None

    def test_the_database_lets_nobody_rewrite_a_paper(self) -> None:
        made = issue()
        row = Document.objects.filter(pk=made.id)
        for change in (
            {"holder_name": "x"},
            {"valid_until": date(2999, 1, 1)},
            {"data": {}},
            {"state": "revoked"},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                row.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            row.delete()

    def test_verify_knows_the_day(self) -> None:
        made = issue(valid_from=date(2026, 12, 1), valid_until=date(2026, 12, 31))
        assert api.verify(made.code).standing is api.Standing.NOT_YET
        with clock.use(clock.FixedClock(AT + timedelta(days=10))):
            assert api.verify(api.show_code(made.code).lower()).standing is api.Standing.VALID
        with clock.use(clock.FixedClock(AT + timedelta(days=40))):
            assert api.verify(made.code).standing is api.Standing.EXPIRED
        assert api.verify("0" * 16).standing is api.Standing.UNKNOWN
        assert api.verify("").paper is None

    def test_a_file_is_matched_byte_for_byte_or_its_signature_told(self) -> None:
        made = issue()
        pdf = api.open_document(made.id, SITI).path.read_bytes()
        exact = api.match_pdf(pdf)
        assert exact.exact
        assert exact.verification.paper == made
        appended = api.match_pdf(samples.updated(pdf))
        assert not appended.exact
        assert (appended.signature.intact, appended.signature.trusted, appended.signature.whole_file) == (
            True,
            True,
            False,
        )
        torn = api.match_pdf(pdf + b"\n% more\n%%EOF\n")
        assert (torn.signature.signed, torn.signature.intact) == (True, False)
        changed = bytearray(pdf)
        changed[len(pdf) // 4] ^= 1
        assert not api.match_pdf(bytes(changed)).signature.good

    def test_a_receipt_is_typeset_on_demand(self) -> None:
        pdf = api.receipt(
            number="MPP-2026-1",
            agency_name="DPMPTSP",
            status_path="/permohonan/1/",
            rows=[("Nama", "O 😀")],
            enclosures=["KTP.pdf"],
        )
        assert content.inspect(pdf) == "application/pdf"
        assert not api.verify_pdf(pdf).signed


def test_the_signature_is_pades_ours_and_covers_the_file() -> None:
    page = typst.typeset(
        "receipt", {"title": "T", "qr": typst.qr_svg("x"), "status_url": "x", "agency_name": "A"}, at=AT
    ).pdf
    signed = pades.sign_pdf(page, name="Drs. Contoh", reason="Uji", location="Batam")
    report = api.verify_pdf(signed)
    assert report.good
    assert "DEMO" in report.signer
    assert report.signed_at is not None
    assert b"/ETSI.CAdES.detached" in signed
    assert signed.startswith(page)
    assert b"/Metadata" in page
    assert signed.count(b"xmpmeta ") == page.count(b"xmpmeta ") == 1
    again = pades.sign_pdf(
        page, name="Orang lain", reason="Uji", location="Batam"
    )  # cast from the first container
    assert api.verify_pdf(again).good
    assert again != signed
    assert not api.verify_pdf(page).signed
    assert not api.verify_pdf(b"%PDF-1.7 junk").signed
    assert not api.verify_pdf(b"").signed


def test_another_authority_is_not_trusted(settings: Settings, tmp_path: Path) -> None:
    page = typst.typeset("receipt", {"title": "T", "qr": typst.qr_svg("x"), "status_url": "x"}, at=AT).pdf
    signed = pades.sign_pdf(page, name="A", reason="Uji", location="Batam")
    settings.SIGNING_DIR = tmp_path / "other"
    report = api.verify_pdf(signed)
    assert (report.signed, report.intact, report.trusted, report.good) == (True, True, False, False)


def test_the_authority_is_made_once_and_kept_from_others(settings: Settings, tmp_path: Path) -> None:
    settings.SIGNING_DIR = tmp_path / "signing"
    found: list[authority.Material] = []
    threads = [threading.Thread(target=lambda: found.append(authority.load())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len({material.key for material in found}) == 1
    for path in settings.SIGNING_DIR.iterdir():
        assert path.stat().st_mode & 0o077 == 0
    assert settings.SIGNING_DIR.stat().st_mode & 0o077 == 0


def test_production_makes_no_key_of_its_own(settings: Settings, tmp_path: Path) -> None:
    settings.SIGNING_DIR, settings.MODE = tmp_path / "none", "production"
    with pytest.raises(Unavailable, match="Mend"):
        authority.load()
    assert not (tmp_path / "none").exists()


@pytest.mark.skipif(which("pdfsig") is None, reason="poppler-utils is not installed")
def test_pdfsig_agrees(tmp_path: Path) -> None:
    page = typst.typeset("receipt", {"title": "T", "qr": typst.qr_svg("x"), "status_url": "x"}, at=AT).pdf
    path = tmp_path / "a.pdf"
    path.write_bytes(pades.sign_pdf(page, name="A", reason="Uji", location="Batam"))
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said


def test_pages_are_archival_tagged_and_the_same_each_time() -> None:
    data = {"title": "Surat", "qr": typst.qr_svg("x"), "status_url": "x"}
    one, two = (typst.typeset("receipt", data, at=AT).pdf for _ in range(2))
    assert one == two
    assert b"pdfaid:part>2<" in one
    assert b"pdfuaid:part>1<" in one
    assert b"/MarkInfo" in one


@pytest.mark.slow
def test_a_web_process_does_not_load_the_typesetter() -> None:
    code = (
        "import django, sys; django.setup(); import pendopo.documents.urls; "
        "print([m for m in ('typst', 'pyhanko', 'asn1crypto') if m in sys.modules])"
    )
    here = Path(__file__).resolve().parents[2]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(here / "src")])}
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert said.stdout.strip() == "[]"


# Threads


def test_threads_get_numbers_without_gap_or_repeat(committed: None) -> None:
    def take(n: int) -> list[int]:
        taken = []
        for turn in range(10):
            try:
                with transaction.atomic():
                    number = actions.take_number("thread", "k", 2026)
                    if (n + turn) % 4 == 0:
                        raise Unavailable("falls back")  # noqa: TRY301
                    taken.append(number)
            except Unavailable:
                continue
        return taken

    numbers = sorted(number for taken in together(6, take) for number in taken)
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 30


def test_threads_issuing_the_same_paper_get_the_same_paper(committed: None) -> None:
    made = together(4, lambda _: issue("thread:1", agency_id="thread"))
    assert len(made) == 4
    assert len({paper.id for paper in made}) == 1
    assert NumberSeries.objects.get(agency_id="thread").last == 1
