"""Reads of files people sent, and the words for why a file was refused. Access is decided by the caller's ``allowed``."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from pendopo.documents.connectors.files import client as files
from pendopo.documents.models import Upload
from pendopo.documents.queries.hands import check_hand_on_file
from pendopo.documents.rules.content import SUFFIX
from pendopo.documents.rules.words import with_suffix
from pendopo.identity.api import Actor, ActorKind
from pendopo.kernel import sql
from pendopo.kernel.errors import NotFound
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


def stored(row: Upload) -> Stored:
    """A row as others see it; the offset never promises more than the disk holds."""
    offset = (
        row.received if row.state == "complete" else min(row.received, files.size(files.upload_path(row.id)))
    )
    return Stored(
        id=row.id, owner=row.owner, requirement=row.requirement, name=row.name, size=row.size, offset=offset, state=row.state,
        content_type=row.content_type, sha256=row.sha256, refusal=row.refusal, created_at=row.created_at,
    )  # fmt: skip


def get_upload(upload_id: UUID, actor: Actor, *, allowed: bool = False) -> Stored:
    """One upload in any state. ``allowed``: the caller has decided that this actor may see it.

    Raises: NotFound; Denied("mandate_...") for a hand that may do no service that asks for it.
    """
    row = Upload.objects.filter(pk=upload_id).first()
    if row is None or not (allowed or owns(row.owner, actor)):
        raise NotFound
    if not allowed:
        check_hand_on_file(actor, row.requirement)
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
    found = sql.every(_BY_ID, [list(ids)])  # by hand: every submission asks it
    rows = [Upload.from_db("default", _COLUMNS, row) for row in found]
    return {row.id: stored(row) for row in rows}


_COLUMNS = tuple(field.attname for field in Upload._meta.concrete_fields)  # noqa: SLF001 - Django's documented Model API
_BY_ID = f"SELECT {', '.join(_COLUMNS)} FROM documents_upload WHERE id = ANY(%s::uuid[]) ORDER BY created_at"  # noqa: S608 - names of columns


def list_latest_uploads(actor: Actor, requirements: Iterable[str]) -> list[Stored]:
    """The actor's newest complete file for each of the requirements: what need not be uploaded again."""
    rows = Upload.objects.filter(owner=actor.ref, state="complete", requirement__in=list(requirements))
    return [stored(row) for row in rows.order_by("requirement", "-created_at").distinct("requirement")]


def owns(owner: str, actor: Actor) -> bool:
    """True when this is the actor's own."""
    return actor.kind is not ActorKind.PUBLIC and actor.ref == owner
