import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pendopo.documents import api
from tests.documents import samples
from tests.documents.conftest import BUDI, OFFICER, SITI, STRANGER, body_of, issue

pytestmark = pytest.mark.django_db


def read(paper: api.Paper) -> bytes:
    return api.open_document(paper.id, SITI).path.read_bytes()


def test_the_public_page_says_what_the_paper_says_and_no_more(client: Client) -> None:
    made = issue(rows=[("NIK", "2171101708950001")], holder_name="Siti <b>Aminah</b>")
    page = client.get(f"/v/{made.code}/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "asli dan masih berlaku" in text
    assert made.number in text
    assert "Siti &lt;b&gt;Aminah" in text
    assert made.sha256 in text
    assert "2171101708950001" not in text
    assert SITI.ref not in text
    assert str(made.id) not in text
    assert "application:1" not in text
    assert page["X-Robots-Tag"] == "noindex"
    assert page["Cache-Control"] == "no-store"


@pytest.mark.parametrize("code", ["0000000000000000", "x", "1' OR 1=1", "%00", "a" * 300])
def test_an_unknown_code_is_404_and_helps_nobody_guess(client: Client, code: str) -> None:
    page = client.get(f"/v/{code}/")
    assert page.status_code == 404
    assert "Tidak ada dokumen dengan kode ini" in page.content.decode()
    assert client.get(f"/v/{code}/dokumen.pdf").status_code == 404


def test_a_refusal_is_never_taken_for_a_permit(client: Client) -> None:
    made = issue(kind="rejection", template="rejection", reasons=[("STR tidak berlaku", "Pasal 264")])
    text = client.get(f"/v/{made.code}/").content.decode()
    assert "isinya penolakan, bukan izin" in text
    assert "masih berlaku" not in text
    assert "Berlaku sampai" not in text


def test_whoever_holds_the_paper_gets_the_signed_file(client: Client) -> None:
    made = issue()
    got = client.get(f"/v/{api.show_code(made.code)}/dokumen.pdf")
    assert body_of(got) == read(made)
    assert (got["Content-Type"], got["X-Content-Type-Options"]) == ("application/pdf", "nosniff")


def test_the_holder_downloads_and_the_stranger_finds_nothing(client: Client) -> None:
    made = issue()
    for actor, status in ((SITI, 200), (OFFICER, 200), (BUDI, 404), (STRANGER, 404)):
        got = client.get(f"/dokumen/{made.id}/dokumen.pdf", headers={"X-Actor": actor.ref})
        assert got.status_code == status
        body_of(got)
    assert client.get(f"/dokumen/{made.id}/dokumen.pdf").status_code == 404


def test_a_typed_code_leads_to_its_page(client: Client) -> None:
    made = issue()
    answer = client.get("/v/", {"kode": f" {api.show_code(made.code).lower()} "}, follow=True)
    assert answer.status_code == 200
    assert made.number in answer.content.decode()
    assert client.get("/v/", {"kode": "a/b"}, follow=True).status_code == 404
    assert client.get("/v/", {"kode": ""}).status_code == 200


def check(client: Client, data: bytes, name: str = "surat.pdf") -> tuple[int, str]:
    page = client.post("/v/", {"berkas": SimpleUploadedFile(name, data)})
    return page.status_code, page.content.decode()


def test_a_file_can_be_checked(client: Client) -> None:
    made = issue()
    pdf = read(made)
    status, text = check(client, pdf)
    assert (status, "sama persis" in text, made.number in text) == (200, True, True)
    assert "diubah setelah ditandatangani" in check(client, samples.updated(pdf))[1]
    assert "tidak sah lagi" in check(client, pdf + b"\n%more\n%%EOF\n")[1]
    assert "tidak membawa tanda tangan" in check(client, samples.pdf())[1]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "kosong"),
        (samples.EXE, "program"),
        (samples.png(), "gambar"),
        (samples.archive(), "ZIP"),
        (b"%PDF-1.7" + b"0" * (10 * 1024 * 1024), "10 MB"),
    ],
)
def test_a_wrong_file_is_answered_beside_the_field(client: Client, data: bytes, word: str) -> None:
    status, text = check(client, data)
    assert status == 422
    assert word in text
    assert 'id="e-berkas"' in text


def test_no_file_at_all_is_answered_too(client: Client) -> None:
    assert client.post("/v/", {"berkas": "text"}).status_code == 422
    assert client.post("/v/").status_code == 422
