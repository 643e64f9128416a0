"""Keeps files under ``FILES_DIR``: grown piece by piece (uploads) or written once (papers). Knows no row.

A file in growth is only as long as its row says: what a crash left beyond that is cut before the next piece. A paper is
written beside its place, forced to disk and renamed, so a reader never meets half of it.
"""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from pendopo.kernel.errors import NotFound, Unavailable


def upload_path(upload_id: UUID) -> Path:
    """Where an upload lies."""
    return Path(settings.FILES_DIR) / "uploads" / upload_id.hex[-2:] / str(upload_id)


def document_path(document_id: UUID) -> Path:
    """Where an issued paper lies."""
    return Path(settings.FILES_DIR) / "documents" / document_id.hex[-2:] / f"{document_id}.pdf"


def size(path: Path) -> int:
    """Bytes on disk; 0 when there is no file."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def append(path: Path, offset: int, piece: bytes) -> int:
    """Put ``piece`` at ``offset``, cut what lies beyond, force it to disk. Returns the new length.

    Raises: Unavailable when the disk is full or broken; the file then still holds its first ``offset`` bytes.
    """
    with _disk():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            file.truncate(offset)
            file.seek(offset)
            _write_all(file.fileno(), piece)
            os.fsync(descriptor)
        if offset == 0:
            _sync_folder(path.parent)
    return offset + len(piece)


def write_once(path: Path, content: bytes) -> None:
    """Write a whole file so that it is either there complete or not there at all. Raises: Unavailable."""
    with _disk():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_name(f".{path.name}.{uuid4().hex}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _write_all(descriptor, content)
            os.fsync(descriptor)
            beside.rename(path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)
        _sync_folder(path.parent)


def read(path: Path) -> bytes:
    """The whole file. Raises: NotFound."""
    try:
        return path.read_bytes()
    except FileNotFoundError as gone:
        raise NotFound from gone


def remove(path: Path) -> None:
    """Delete; nothing happens when it is gone already."""
    path.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """Fingerprint, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of(content: bytes) -> str:
    """Fingerprint of what is in memory already."""
    return hashlib.sha256(content).hexdigest()


@contextmanager
def mapped(path: Path) -> Iterator[mmap]:
    """The file as a memory map: read page by page by whoever looks, never copied whole."""
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as view:
        yield view


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync_folder(folder: Path) -> None:
    """Make the name itself durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as failed:
        full = failed.errno in {errno.ENOSPC, errno.EDQUOT}
        raise Unavailable("the disk is full" if full else f"the disk failed: {failed.strerror}") from failed
