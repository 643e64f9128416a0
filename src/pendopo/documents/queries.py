"""Reads: files people sent, papers, and the words for why a file was refused. Access is decided by the caller's ``allowed``."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import yaml
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from pendopo.documents.connectors.files import client as files
from pendopo.documents.connectors.pades.client import SignatureReport, verify_pdf
from pendopo.documents.models import Document, Upload
from pendopo.documents.rules.content import PDF, SUFFIX, check_is_pdf
from pendopo.documents.rules.papers import NumberPlan, Standing, check_pattern, read_code, standing
from pendopo.documents.rules.words import with_suffix
from pendopo.identity.api import Actor, ActorKind, Role
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, Invalid, NotFound
from pendopo.web import words

# Why a file was refused and what to do, one sentence each.
REFUSALS: Final = {
    "file_empty": _("Berkas ini kosong. Pilih berkas lain."),
    "file_too_large": _(
        "Berkas terlalu besar. Ukuran paling besar 10 MB; foto ulang atau pindai dengan mutu lebih rendah."
    ),
    "file_type": _("Jenis berkas ini tidak diterima. Kirim PDF, JPG, atau PNG."),
    "file_program": _("Isi berkas ini program, bukan dokumen. Kirim PDF, JPG, atau PNG."),
    "file_zip": _(
        "Berkas ini berupa kumpulan berkas (ZIP) atau dokumen Word. Simpan sebagai PDF, lalu kirim PDF-nya."
    ),
    "file_office": _("Dokumen Office lama tidak diterima. Simpan sebagai PDF, lalu kirim PDF-nya."),
    "file_web": _(
        "Berkas ini halaman web atau gambar SVG. Simpan sebagai PDF, JPG, atau PNG, lalu kirim lagi."
    ),
    "file_heic": _(
        "Foto HEIC belum dapat diterima. Ubah setelan kamera ke JPG atau kirim tangkapan layarnya."
    ),
    "file_mixed": _(
        "Berkas ini menyimpan berkas lain di dalamnya. Simpan atau cetak ulang sebagai PDF, lalu kirim lagi."
    ),
    "file_damaged": _(
        "Berkas ini rusak atau terpotong sehingga tidak dapat dibuka. Pindai atau simpan ulang, lalu kirim lagi."
    ),
    "file_locked": _("PDF ini dikunci dengan kata sandi. Buka kuncinya dahulu, lalu kirim lagi."),
    "file_active": _(
        "PDF ini berisi perintah yang dapat berjalan sendiri. Cetak ulang sebagai PDF biasa, lalu kirim lagi."
    ),
    "file_attached": _(
        "PDF ini membawa lampiran tersembunyi. Cetak ulang sebagai PDF biasa, lalu kirim lagi."
    ),
    "file_bomb": _("Isi PDF ini membengkak di luar wajar. Cetak ulang sebagai PDF biasa, lalu kirim lagi."),
    "file_not_pdf": _("Berkas ini gambar. Untuk diperiksa, kirim berkas PDF yang ditandatangani."),
    "image_too_large": _("Gambar ini lebih dari 50 megapiksel. Kecilkan ukurannya, lalu kirim lagi."),
    "requirement_unknown": _(
        "Berkas ini tidak cocok dengan persyaratan mana pun. Muat ulang halaman, lalu coba lagi."
    ),
    "too_many_uploads": _("Terlalu banyak berkas dalam sehari. Coba lagi besok atau datang ke loket."),
    "upload_closed": _("Berkas ini sudah selesai dikirim. Muat ulang halaman untuk melihatnya."),
    "upload_offset": _("Sambungan sempat terputus. Kami lanjutkan dari bagian yang sudah diterima."),
    "upload_too_long": _("Berkas berubah selama pengiriman. Pilih berkas itu sekali lagi."),
}


def refusal(code: str) -> str:
    """The sentence for a refused file, in the active language."""
    return str(REFUSALS.get(code) or words.denied(code))


@dataclass(frozen=True, slots=True)
class Stored:
    """A file someone sends or has sent. ``offset``: bytes safely on disk. ``state``: receiving, complete, rejected."""

    id: UUID
    owner: str
    requirement: str
    name: str
    size: int
    offset: int
    state: str
    content_type: str
    sha256: str
    refusal: str
    created_at: datetime

    @property
    def message(self) -> str:
        """Why it was refused; "" otherwise."""
        return refusal(self.refusal) if self.refusal else ""


@dataclass(frozen=True, slots=True)
class Readable:
    """A file ready to be sent out."""

    path: Path
    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Paper:
    """An issued paper as others see it. ``valid_until`` None: no end. Dates are local."""

    id: UUID
    number: str
    code: str
    kind: str
    subject: str
    service_id: str
    service_name: str
    agency_id: str
    agency_name: str
    holder_ref: str
    holder_name: str
    valid_from: date
    valid_until: date | None
    issued_at: datetime
    signatory_name: str
    signatory_title: str
    sha256: str
    size: int
    state: str
    revoked_at: datetime | None
    revoked_reason: str
    data: dict[str, Any]

    @property
    def title(self) -> str:
        """What stands on top of the paper."""
        return str(self.data.get("title", self.service_name))

    @property
    def is_refusal(self) -> bool:
        """True for a letter that grants nothing: it must never be taken for a permit."""
        return bool(self.data.get("reasons"))


@dataclass(frozen=True, slots=True)
class Verification:
    """Answer to "is this paper real?". ``paper`` is None exactly when ``standing`` is unknown."""

    standing: Standing
    paper: Paper | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Answer to "is this PDF file real?". ``exact``: byte for byte the file we issued."""

    exact: bool
    verification: Verification
    signature: SignatureReport = field(default_factory=SignatureReport)


def stored(row: Upload) -> Stored:
    """A row as others see it; the offset never promises more than the disk holds."""
    offset = (
        row.received if row.state == "complete" else min(row.received, files.size(files.upload_path(row.id)))
    )
    return Stored(
        id=row.id, owner=row.owner, requirement=row.requirement, name=row.name, size=row.size, offset=offset, state=row.state,
        content_type=row.content_type, sha256=row.sha256, refusal=row.refusal, created_at=row.created_at,
    )  # fmt: skip


def paper(row: Document) -> Paper:
    """A row as others see it."""
    return Paper(**{name: getattr(row, name) for name in Paper.__dataclass_fields__})


def get_upload(upload_id: UUID, actor: Actor, *, allowed: bool = False) -> Stored:
    """One upload in any state. ``allowed``: the caller has decided that this actor may see it. Raises: NotFound."""
    row = Upload.objects.filter(pk=upload_id).first()
    if row is None or not (allowed or _owns(row.owner, actor)):
        raise NotFound
    return stored(row)


def open_upload(upload_id: UUID, actor: Actor, *, allowed: bool = False) -> Readable:
    """A complete upload, to be sent out with the type its content has. Raises: NotFound."""
    found = get_upload(upload_id, actor, allowed=allowed)
    path = files.upload_path(upload_id)
    if found.state != "complete" or files.size(path) != found.size:
        raise NotFound
    return Readable(path, with_suffix(found.name, SUFFIX[found.content_type]), found.content_type, found.size)


def list_uploads(ids: Iterable[UUID]) -> dict[UUID, Stored]:
    """Uploads by id, in one query; unknown ids are absent. The caller decides who may see them."""
    return {row.id: stored(row) for row in Upload.objects.filter(pk__in=list(ids)).order_by("created_at")}


def list_latest_uploads(actor: Actor, requirements: Iterable[str]) -> list[Stored]:
    """The actor's newest complete file for each of the requirements: what need not be uploaded again."""
    rows = Upload.objects.filter(owner=actor.ref, state="complete", requirement__in=list(requirements))
    return [stored(row) for row in rows.order_by("requirement", "-created_at").distinct("requirement")]


def get_document(document_id: UUID, actor: Actor, *, allowed: bool = False) -> Paper:
    """A paper for its holder, for staff of the agency that issued it and for the mall operator. Raises: NotFound."""
    row = Document.objects.filter(pk=document_id).first()
    if row is None or not (allowed or _may_read(row, actor)):
        raise NotFound
    return paper(row)


@dataclass(frozen=True, slots=True)
class Label:
    """What names a paper on other pages."""

    id: UUID
    number: str
    code: str


def get_label(document_id: UUID) -> Label:
    """Number and code of a paper, for pages whose reader may see it anyway. Raises: NotFound."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, number, code FROM documents_document WHERE id = %s", [document_id])
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    return Label(*row)


def open_document(document_id: UUID, actor: Actor, *, allowed: bool = False) -> Readable:
    """The signed PDF, for those of :func:`get_document`. Raises: NotFound."""
    return readable(get_document(document_id, actor, allowed=allowed))


def document_of(subject: str, kind: str) -> Paper | None:
    """The paper issued about a subject such as ``application:<uuid>``, if it has been."""
    row = Document.objects.filter(subject=subject, kind=kind).first()
    return paper(row) if row else None


def list_documents(subjects: Iterable[str]) -> list[Paper]:
    """Papers issued about any of the subjects, oldest first, in one query. The caller decides who may see them."""
    return [paper(row) for row in Document.objects.filter(subject__in=list(subjects)).order_by("issued_at")]


def list_papers(ids: Iterable[UUID]) -> dict[UUID, Paper]:
    """Papers by id, in one query; unknown ids are absent. The caller decides who may see them."""
    return {row.id: paper(row) for row in Document.objects.filter(pk__in=list(ids)).order_by("issued_at")}


def list_held(holder_ref: str, limit: int = 100) -> list[Paper]:
    """Papers a person holds, newest first."""
    return [
        paper(row) for row in Document.objects.filter(holder_ref=holder_ref).order_by("-issued_at")[:limit]
    ]


def readable(found: Paper) -> Readable:
    """The file of a paper. Raises: NotFound when it is not on disk."""
    path = files.document_path(found.id)
    if files.size(path) != found.size:
        raise NotFound
    return Readable(path, found.number.replace("/", "-") + ".pdf", PDF, found.size)


def verify(code: str) -> Verification:
    """Is there a paper with this code (as typed), and does it stand today?"""
    wanted = read_code(code)
    return _verified(Document.objects.filter(code=wanted).first() if wanted else None)


def match_pdf(pdf: bytes) -> Match:
    """Is this PDF one we issued? Compares the fingerprint first; only a stranger's file has its signature examined.

    Raises: Invalid({"berkas": message}) for what is no sound PDF.
    """
    row = Document.objects.filter(sha256=files.sha256_of(pdf)).first()
    if row is not None:
        return Match(
            True, _verified(row), SignatureReport(True, True, True, True, row.signatory_name, row.issued_at)
        )
    try:
        check_is_pdf(pdf)
    except Denied as refused:
        raise Invalid({"berkas": refusal(refused.code)}) from refused
    return Match(False, Verification(Standing.UNKNOWN), verify_pdf(pdf))


@cache
def number_plan() -> NumberPlan:
    """How this city writes numbers; the defaults when it does not say. Raises: Denied("number_pattern")."""
    path = Path(settings.CITY_DIR) / "documents" / "numbers.yaml"
    said = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    maps = {
        key: tuple(sorted((said.pop(key, None) or {}).items()))
        for key in ("patterns", "labels", "classifications")
    }
    parts: dict[str, Any] = {**said, **maps}
    plan = NumberPlan(**parts)
    for pattern in (plan.pattern, *dict(plan.patterns).values()):
        check_pattern(pattern)
    return plan


def _verified(row: Document | None) -> Verification:
    if row is None:
        return Verification(Standing.UNKNOWN)
    return Verification(standing(row.state, row.valid_from, row.valid_until, clock.today()), paper(row))


def _owns(owner: str, actor: Actor) -> bool:
    return actor.kind is not ActorKind.PUBLIC and actor.ref == owner


def _may_read(row: Document, actor: Actor) -> bool:
    if _owns(row.holder_ref, actor) or actor.kind is ActorKind.SYSTEM:
        return True
    duties = actor.duties if actor.kind is ActorKind.STAFF else {}
    return row.agency_id in duties or any(Role.MALL_OPERATOR in roles for roles in duties.values())
