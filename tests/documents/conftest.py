"""One folder for files and one authority for the run; requests carry their actor in a header."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from pytest_django import DjangoDbBlocker, Settings

from pendopo.documents import api
from pendopo.identity.api import PUBLIC, Actor, ActorKind, Role

SITI = Actor(ActorKind.PERSON, UUID(int=1), "Siti Aminah")
BUDI = Actor(ActorKind.PERSON, UUID(int=2), "Budi")
OFFICER = Actor(ActorKind.STAFF, UUID(int=3), "Petugas", {"dpmptsp-batam": frozenset({Role.BACK_OFFICER})})
STRANGER = Actor(ActorKind.STAFF, UUID(int=4), "Petugas lain", {"imigrasi": frozenset({Role.BACK_OFFICER})})
OPERATOR = Actor(ActorKind.STAFF, UUID(int=5), "Pengelola", {"mpp": frozenset({Role.MALL_OPERATOR})})
SIGNATORY = Actor(ActorKind.STAFF, UUID(int=6), "Kepala", {"dpmptsp-batam": frozenset({Role.SIGNATORY})})
SECTION_HEAD = Actor(ActorKind.STAFF, UUID(int=7), "Kabid", {"dpmptsp-batam": frozenset({Role.SECTION_HEAD})})
FOREIGN_HEAD = Actor(ActorKind.STAFF, UUID(int=8), "Kepala lain", {"imigrasi": frozenset({Role.SIGNATORY})})
CAST = {
    actor.ref: actor
    for actor in (PUBLIC, SITI, BUDI, OFFICER, STRANGER, OPERATOR, SIGNATORY, SECTION_HEAD, FOREIGN_HEAD)
}


def actor_from_header(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware for tests: ``X-Actor`` names one of the cast."""

    def handle(request: HttpRequest) -> HttpResponse:
        request.actor = CAST[request.headers.get("X-Actor", PUBLIC.ref)]  # type: ignore[attr-defined]
        return get_response(request)

    return handle


@pytest.fixture(scope="session")
def signing_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signing")


@pytest.fixture(autouse=True)
def _house(settings: Settings, tmp_path: Path, signing_dir: Path) -> None:
    settings.FILES_DIR = tmp_path / "files"
    settings.SIGNING_DIR = signing_dir
    settings.BASE_URL = "http://mpp.test"
    settings.ROOT_URLCONF = "tests.documents.urls"
    settings.MIDDLEWARE = [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "tests.documents.conftest.actor_from_header",
        "pendopo.web.middleware.ErrorsAsPages",
    ]


def body_of(response: Any) -> bytes:
    """All bytes of a sent file; closes the file but not the database connection of the test."""
    data = b"".join(response) if response.streaming else response.content
    for close in response._resource_closers:
        close()
    return bytes(data)


def issue(subject: str = "application:1", **changed: object) -> api.Paper:
    """A permit as ``applications`` would have it issued."""
    given: dict[str, object] = {
        "by": OFFICER,
        "subject": subject,
        "kind": "dpmptsp-sip-perawat",
        "title": "Surat Izin Praktik Perawat",
        "service_id": "dpmptsp-sip-perawat",
        "service_name": "Surat Izin Praktik Perawat (SIP)",
        "agency_id": "dpmptsp-batam",
        "agency_name": "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu",
        "holder_name": "Siti Aminah",
        "holder_ref": SITI.ref,
        "signatory": api.Signatory(
            "Drs. Contoh Pejabat, M.Si.", "Kepala Dinas", "Pembina Utama Muda", "19700101 199003 1 001"
        ),
        "rows": [("Nama", "Siti Aminah"), ("Tempat praktik", "RSUD Embung Fatimah")],
        "legal_basis": ["Undang-Undang Nomor 17 Tahun 2023 tentang Kesehatan"],
    }
    return api.issue(**{**given, **changed})  # type: ignore[arg-type]


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For threads, which need committed rows: whatever names "thread" is taken away again."""
    with django_db_blocker.unblock():
        yield
        with transaction.atomic(), connection.cursor() as cursor:
            for table in ("documents_document", "kernel_event"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute("DELETE FROM kernel_event WHERE data->>'about' LIKE 'thread:%%'")
            cursor.execute("DELETE FROM kernel_outbox WHERE payload->>'subject' LIKE 'thread:%%'")
            cursor.execute("DELETE FROM documents_document WHERE subject LIKE 'thread:%%'")
            cursor.execute("DELETE FROM documents_upload WHERE name LIKE 'thread%%'")
            cursor.execute("DELETE FROM documents_numberseries WHERE agency_id LIKE 'thread%%'")
            cursor.execute(
                "SET CONSTRAINTS ALL IMMEDIATE"
            )  # foreign keys are checked now: a table with such work waiting stays as it is
            for table in ("documents_document", "kernel_event"):
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def together(count: int, work: Any) -> list[Any]:
    """Run ``work(n)`` in threads that start at once; each closes its connection."""
    results: list[Any] = []
    barrier = threading.Barrier(count)

    def run(n: int) -> None:
        try:
            barrier.wait()
            results.append(work(n))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
