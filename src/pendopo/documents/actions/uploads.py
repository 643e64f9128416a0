"""Receiving files: piece by piece with resuming, or whole from a plain form. Content is judged when the last byte is on disk.

Truth about an unfinished file is what was forced to disk before its row was committed; a repeated, late or torn piece is
answered with that place and harms nothing.
"""

from datetime import timedelta
from typing import Protocol
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, Sum

from pendopo.documents.connectors.files import client as files
from pendopo.documents.models import Upload
from pendopo.documents.queries import Stored, check_hand_on_file, check_hand_on_piece, refusal, stored
from pendopo.documents.rules import content, uploads
from pendopo.documents.rules.words import clean_name
from pendopo.identity.api import Actor, ActorKind
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, Invalid, NotFound

FIELD = "berkas"
STALE_HOURS = 48


class Stream(Protocol):
    """Whatever bytes can be read from in portions."""

    def read(self, length: int, /) -> bytes: ...


def begin(*, by: Actor, name: str, size: int, requirement: str = "") -> Stored:
    """Announce a file of ``size`` bytes; then :func:`append` its pieces.

    Raises: Invalid({"berkas": message}) when it may not come in; Denied("not_signed_in" | "mandate_...").
    """
    _check_begin(by, size, requirement)
    row = Upload.objects.create(
        owner=by.ref, requirement=requirement, name=clean_name(name), size=size, created_at=clock.now()
    )
    return stored(row)


def append(*, by: Actor, upload_id: UUID, offset: int, piece: bytes) -> Stored:
    """Put ``piece`` at ``offset``; the last one completes or rejects the file.

    Raises: NotFound; WrongOffset (with the true offset); Denied(refusal | "upload_closed" | "upload_too_long"); Unavailable.
    """
    with transaction.atomic():
        row = Upload.objects.select_for_update().filter(pk=upload_id, owner=by.ref).first()
        if row is None or by.kind is ActorKind.PUBLIC:
            raise NotFound
        check_hand_on_piece(by, row.id, row.requirement)
        uploads.check_piece(
            row.state,
            row.refusal,
            true_offset=stored(row).offset,
            offset=offset,
            length=len(piece),
            size=row.size,
        )
        row.received = files.append(files.upload_path(row.id), offset, piece)
        if row.received == row.size:
            _judge(row)
        row.save(update_fields=["received", "state", "content_type", "sha256", "refusal"])
    return stored(row)


def receive(*, by: Actor, name: str, stream: Stream, requirement: str = "") -> Stored:
    """Take a whole file from a plain form (no script). ``requirement`` names the field of the message.

    Raises: Invalid({requirement or "berkas": message}); Denied("not_signed_in"); Unavailable (disk).
    """
    field, upload_id = requirement or FIELD, uuid4()
    _check_begin(by, 1, requirement, field)
    path = files.upload_path(upload_id)
    try:
        size = _pour(stream, upload_id)
        uploads.check_begin(size, settings.UPLOAD_MAX_BYTES, requirement)
        with files.mapped(path) as view:
            content_type = content.inspect(view)
        row = Upload.objects.create(
            id=upload_id, owner=by.ref, requirement=requirement, name=clean_name(name), size=size, received=size,
            state="complete", content_type=content_type, sha256=files.sha256(path), created_at=clock.now(),
        )  # fmt: skip
    except Denied as refused:
        files.remove(path)
        raise Invalid({field: refusal(refused.code)}) from refused
    return stored(row)


def sweep_uploads(*, limit: int = 500) -> int:
    """Delete files that were never finished or were refused, two days after they began. Returns how many."""
    before = clock.now() - timedelta(hours=STALE_HOURS)
    with transaction.atomic():
        ids = list(
            Upload.objects.select_for_update(skip_locked=True)
            .filter(state__in=["receiving", "rejected"], created_at__lt=before)
            .order_by("created_at")
            .values_list("id", flat=True)[:limit]
        )
        for upload_id in ids:
            files.remove(files.upload_path(upload_id))
        Upload.objects.filter(pk__in=ids).delete()
    return len(ids)


def _check_begin(by: Actor, size: int, requirement: str, field: str = FIELD) -> None:
    if by.kind is ActorKind.PUBLIC:
        raise Denied("not_signed_in")
    sent = Upload.objects.filter(owner=by.ref, created_at__gt=clock.now() - timedelta(days=1)).aggregate(
        under_way=Count("id", filter=Q(state="receiving")), today=Sum("size", default=0)
    )
    try:
        uploads.check_begin(size, settings.UPLOAD_MAX_BYTES, requirement)
        uploads.check_quota(sent["under_way"], sent["today"], size)
    except Denied as refused:
        raise Invalid({field: refusal(refused.code)}) from refused
    check_hand_on_file(by, requirement)


def _judge(row: Upload) -> None:
    """Complete or reject a file whose last byte has arrived."""
    path = files.upload_path(row.id)
    try:
        with files.mapped(path) as view:
            row.content_type = content.inspect(view)
    except Denied as refused:
        row.state, row.refusal, row.content_type = "rejected", refused.code, ""
        files.remove(path)
    else:
        row.state, row.sha256 = "complete", files.sha256(path)


def _pour(stream: Stream, upload_id: UUID) -> int:
    """Copy to disk in pieces; stop one piece after the limit."""
    path, size = files.upload_path(upload_id), 0
    while size <= settings.UPLOAD_MAX_BYTES and (piece := stream.read(uploads.CHUNK)):
        size = files.append(path, size, piece)
    return size
