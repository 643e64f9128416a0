"""Sending a stored file so that no browser takes it for anything but what it is."""

from pathlib import Path
from typing import TypeVar

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase

Reply = TypeVar("Reply", bound=HttpResponseBase)


def send_file(path: Path, name: str, content_type: str) -> FileResponse:
    """An attachment with the type its content has: never sniffed, never run, never cached by others."""
    return _safe(FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=content_type))


def send_bytes(content: bytes, name: str, content_type: str) -> HttpResponse:
    """The same for what was made for this reply and is kept nowhere. ``name``: plain letters, digits and dashes."""
    return _safe(
        HttpResponse(
            content,
            content_type=content_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    )


def _safe(response: Reply) -> Reply:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
