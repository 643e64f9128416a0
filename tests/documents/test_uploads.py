import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from pendopo.documents import api
from pendopo.documents.actions import uploads as actions
from pendopo.documents.connectors.files import client as files
from pendopo.documents.models import Upload
from pendopo.documents.rules import uploads as rules
from pendopo.identity.api import PUBLIC
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, Invalid, NotFound, Unavailable
from tests.documents import samples
from tests.documents.conftest import BUDI, OFFICER, SITI, body_of

pytestmark = pytest.mark.django_db


@contextmanager
def later(**delta: float) -> Iterator[None]:
    fixed = clock.FixedClock(clock.now())
    fixed.move(**delta)
    with clock.use(fixed):
        yield


def test_a_file_arrives_in_pieces() -> None:
    data = samples.pdf()
    sent = api.begin(by=SITI, name="../KTP.pdf", size=len(data), requirement="ktp")
    assert (sent.offset, sent.state, sent.name, sent.requirement) == (0, "receiving", "KTP.pdf", "ktp")
    sent = api.append(by=SITI, upload_id=sent.id, offset=0, piece=data[:100])
    assert (sent.offset, sent.state) == (100, "receiving")
    sent = api.append(by=SITI, upload_id=sent.id, offset=100, piece=data[100:])
    assert (sent.offset, sent.state, sent.content_type, sent.message) == (
        len(data),
        "complete",
        "application/pdf",
        "",
    )
    assert sent.sha256 == files.sha256_of(data)
    found = api.open_upload(sent.id, SITI)
    assert (found.path.read_bytes(), found.name, found.content_type) == (data, "KTP.pdf", "application/pdf")


def test_a_repeated_or_early_piece_learns_the_true_place_and_harms_nothing() -> None:
    data = samples.pdf()
    sent = api.begin(by=SITI, name="a.pdf", size=len(data))
    api.append(by=SITI, upload_id=sent.id, offset=0, piece=data[:100])
    for offset in (0, 50, 101, 10**9):
        with pytest.raises(api.WrongOffset) as wrong:
            api.append(by=SITI, upload_id=sent.id, offset=offset, piece=data[:100])
        assert wrong.value.offset == 100
    api.append(by=SITI, upload_id=sent.id, offset=100, piece=data[100:])
    with pytest.raises(Denied, match="closed"):
        api.append(by=SITI, upload_id=sent.id, offset=len(data), piece=b"x")
    assert api.open_upload(sent.id, SITI).path.read_bytes() == data


def test_what_a_crash_left_on_disk_is_cut_and_what_it_took_is_asked_again() -> None:
    data = samples.pdf()
    sent = api.begin(by=SITI, name="a.pdf", size=len(data))
    api.append(by=SITI, upload_id=sent.id, offset=0, piece=data[:100])
    path = files.upload_path(sent.id)
    path.write_bytes(data[:100] + b"torn and never committed")
    assert api.get_upload(sent.id, SITI).offset == 100
    path.write_bytes(data[:40])
    assert api.get_upload(sent.id, SITI).offset == 40
    done = api.append(by=SITI, upload_id=sent.id, offset=40, piece=data[40:])
    assert done.state == "complete"
    assert path.read_bytes() == data


def test_more_than_was_announced_is_refused() -> None:
    sent = api.begin(by=SITI, name="a.pdf", size=10)
    with pytest.raises(Denied, match="too long"):
        api.append(by=SITI, upload_id=sent.id, offset=0, piece=b"x" * 11)
    assert api.get_upload(sent.id, SITI).offset == 0


@pytest.mark.parametrize(
    ("data", "word"),
    [(samples.EXE, "program"), (samples.archive(), "ZIP"), (samples.pdf(b"/Encrypt 1 0 R"), "sandi")],
)
def test_a_bad_file_is_rejected_with_words_and_leaves_the_disk(data: bytes, word: str) -> None:
    sent = api.begin(by=SITI, name="ktp.pdf", size=len(data))
    sent = api.append(by=SITI, upload_id=sent.id, offset=0, piece=data)
    assert sent.state == "rejected"
    assert word in sent.message
    assert not files.upload_path(sent.id).exists()
    with pytest.raises(NotFound):
        api.open_upload(sent.id, SITI)
    with pytest.raises(Invalid) as invalid:
        api.receive(by=SITI, name="ktp.pdf", stream=io.BytesIO(data), requirement="ktp")
    assert word in invalid.value.errors["ktp"]


@pytest.mark.parametrize(
    ("size", "requirement", "word"),
    [(0, "", "kosong"), (10 * 1024 * 1024 + 1, "", "10 MB"), (5, "<script>", "persyaratan")],
)
def test_what_may_not_begin(size: int, requirement: str, word: str) -> None:
    with pytest.raises(Invalid) as invalid:
        api.begin(by=SITI, name="a.pdf", size=size, requirement=requirement)
    assert word in invalid.value.errors["berkas"]


def test_nobody_unknown_sends_files() -> None:
    with pytest.raises(Denied, match="not signed in"):
        api.begin(by=PUBLIC, name="a.pdf", size=3)
    with pytest.raises(Denied, match="not signed in"):
        api.receive(by=PUBLIC, name="a.pdf", stream=io.BytesIO(samples.pdf()))


def test_other_people_find_nothing() -> None:
    sent = api.receive(by=SITI, name="a.pdf", stream=io.BytesIO(samples.pdf()))
    for other in (BUDI, OFFICER, PUBLIC):
        with pytest.raises(NotFound):
            api.open_upload(sent.id, other)
        with pytest.raises(NotFound):
            api.append(by=other, upload_id=sent.id, offset=0, piece=b"x")
    assert api.open_upload(sent.id, OFFICER, allowed=True).size == sent.size
    with pytest.raises(NotFound):
        api.open_upload(uuid4(), SITI)


def test_one_person_cannot_fill_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "OPEN_MAX", 2)
    for _ in range(2):
        api.begin(by=SITI, name="a.pdf", size=9)
    with pytest.raises(Invalid) as invalid:
        api.begin(by=SITI, name="a.pdf", size=9)
    assert "Terlalu banyak" in invalid.value.errors["berkas"]
    api.begin(by=BUDI, name="a.pdf", size=9)
    with later(hours=25):
        api.begin(by=SITI, name="a.pdf", size=9)


def test_a_plain_form_is_received_whole() -> None:
    for data, content_type in (
        (samples.pdf(), "application/pdf"),
        (samples.png(), "image/png"),
        (samples.jpeg(), "image/jpeg"),
    ):
        sent = api.receive(by=SITI, name="ktp.exe", stream=io.BytesIO(data), requirement="ktp")
        assert (sent.state, sent.content_type, sent.offset) == ("complete", content_type, len(data))
    assert api.list_uploads([sent.id, uuid4()]) == {sent.id: sent}
    assert api.list_latest_uploads(SITI, ["ktp", "kk"]) == [sent]
    assert api.list_latest_uploads(BUDI, ["ktp"]) == []


@pytest.mark.parametrize(
    ("data", "word"), [(b"", "kosong"), (b"%PDF-1.7" + b"\0" * (10 * 1024 * 1024), "10 MB")]
)
def test_a_plain_form_has_the_same_limits(data: bytes, word: str, settings: Settings) -> None:
    with pytest.raises(Invalid) as invalid:
        api.receive(by=SITI, name="a.pdf", stream=io.BytesIO(data))
    assert word in invalid.value.errors["berkas"]
    assert not [path for path in Path(settings.FILES_DIR).rglob("*") if path.is_file()]


def test_a_full_disk_is_said_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data = samples.pdf()
    sent = api.begin(by=SITI, name="a.pdf", size=len(data))
    api.append(by=SITI, upload_id=sent.id, offset=0, piece=data[:10])

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(Unavailable, match="full"), transaction.atomic():
            api.append(by=SITI, upload_id=sent.id, offset=10, piece=data[10:])
    assert api.get_upload(sent.id, SITI).offset == 10
    assert api.append(by=SITI, upload_id=sent.id, offset=10, piece=data[10:]).state == "complete"


def test_old_remains_are_swept_and_finished_files_stay() -> None:
    kept = api.receive(by=SITI, name="a.pdf", stream=io.BytesIO(samples.pdf()))
    begun = api.begin(by=SITI, name="b.pdf", size=100)
    api.append(by=SITI, upload_id=begun.id, offset=0, piece=b"%PDF-1.7")
    assert api.sweep_uploads() == 0
    with later(hours=actions.STALE_HOURS + 1):
        assert api.sweep_uploads() == 1
    assert not files.upload_path(begun.id).exists()
    assert api.open_upload(kept.id, SITI).size == kept.size


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": 0},
        {"received": 11},
        {"state": "complete"},
        {"state": "rejected"},
        {"sha256": "0" * 64},
        {"state": "odd"},
    ],
)
def test_the_database_refuses_impossible_rows(wrong: dict[str, Any]) -> None:
    given = {"owner": "x", "name": "a", "size": 10, "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
    with pytest.raises(DatabaseError), transaction.atomic():
        Upload.objects.create(**{**given, **wrong})


def test_a_piece_costs_few_statements(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    sent = api.begin(by=SITI, name="a.pdf", size=100)
    with django_assert_num_queries(4):  # savepoint, lock, update, release
        api.append(by=SITI, upload_id=sent.id, offset=0, piece=b"x" * 10)


# Over HTTP


def begin(client: Client, data: bytes, name: str = "KTP.pdf", actor: str = SITI.ref) -> Any:
    body = {"name": name, "size": len(data), "requirement": "ktp"}
    return client.post("/berkas/", body, content_type="application/json", headers={"X-Actor": actor})


def patch(client: Client, address: str, offset: object, piece: bytes, actor: str = SITI.ref) -> Any:
    headers = {"X-Actor": actor, "Upload-Offset": str(offset)}
    return client.patch(address, piece, content_type="application/offset+octet-stream", headers=headers)


def test_over_http_a_file_survives_a_lost_line(client: Client) -> None:
    data = samples.pdf()
    made = begin(client, data, "../<b>KTP</b>\u202e.pdf")
    assert made.status_code == 201
    assert made.json()["offset"] == 0
    address = made["Location"]
    assert made.json()["chunk"] == api.CHUNK
    first = patch(client, address, 0, data[:50])
    assert first.json() == {"offset": 50, "state": "receiving"}
    again = patch(client, address, 0, data[:50])
    assert (again.status_code, again["Upload-Offset"], again.json()["offset"]) == (409, "50", 50)
    place = client.head(address, headers={"X-Actor": SITI.ref})
    assert (place.status_code, place["Upload-Offset"], place["Upload-Length"]) == (200, "50", str(len(data)))
    assert patch(client, address, 50, data[50:]).json() == {"offset": len(data), "state": "complete"}
    assert patch(client, address, 50, data[50:]).status_code == 409
    got = client.get(address, headers={"X-Actor": SITI.ref})
    assert body_of(got) == data
    assert got["Content-Type"] == "application/pdf"
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Disposition"].startswith("attachment;")
    assert "\u202e" not in got["Content-Disposition"]


def test_over_http_a_large_body_is_stored_piece_by_piece(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "CHUNK", 64)
    data = samples.pdf()
    address = begin(client, data)["Location"]
    assert patch(client, address, 0, data).json() == {"offset": len(data), "state": "complete"}


def test_over_http_a_renamed_program_is_refused_in_plain_words(client: Client) -> None:
    address = begin(client, samples.EXE, "surat.pdf")["Location"]
    answer = patch(client, address, 0, samples.EXE)
    again = patch(client, address, 0, samples.EXE)
    for said in (answer, again):  # a sender that missed the answer hears it again
        assert said.status_code == 422
        assert said.json()["error"] == "file_program"
        assert "program" in said.json()["message"]
    assert client.get(address, headers={"X-Actor": SITI.ref}).status_code == 404


@pytest.mark.parametrize(
    "body",
    ["", "no json", "[]", "[" * 3000, '{"name": 1, "size": 2}', '{"name": "a", "size": true}', '{"name": "a", "size": "9"}',
     '{"name": "a", "size": 1e3}', '{"size": 3}', '{"name": "a", "size": 3, "requirement": 5}', '{"name": "%s"}' % ("a" * 5000),
     '{"name": "a", "size": 99999999999}', '{"name": "a", "size": -1}', '{"name": "a", "size": 0}'],
)  # fmt: skip
def test_over_http_a_broken_announcement_is_422(client: Client, body: str) -> None:
    answer = client.post("/berkas/", body, content_type="application/json", headers={"X-Actor": SITI.ref})
    assert answer.status_code == 422
    assert answer.json()["message"]


@pytest.mark.parametrize("offset", ["", "-1", "x", "1.5", "9" * 40, "²"])
def test_over_http_a_broken_offset_is_422(client: Client, offset: str) -> None:
    address = begin(client, samples.pdf())["Location"]
    assert patch(client, address, offset.encode().decode("latin-1"), b"x").status_code == 422


def test_over_http_strangers_learn_nothing(client: Client) -> None:
    address = begin(client, samples.pdf())["Location"]
    for actor in (BUDI.ref, PUBLIC.ref, OFFICER.ref):
        headers = {"X-Actor": actor}
        assert client.head(address, headers=headers).status_code == 404
        assert client.get(address, headers=headers).status_code == 404
        assert patch(client, address, 0, b"x", actor).status_code == 404
    assert begin(client, b"x", actor=PUBLIC.ref).status_code == 403
    assert client.get(f"/berkas/{uuid4()}/", headers={"X-Actor": SITI.ref}).status_code == 404
    assert client.delete(address, headers={"X-Actor": SITI.ref}).status_code == 405
    assert client.get("/berkas/").status_code == 405
