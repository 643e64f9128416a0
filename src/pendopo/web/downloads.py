"""Sending a stored file so that no browser takes it for anything but what it is."""

from pathlib import Path

from django.http import FileResponse


def send_file(path: Path, name: str, content_type: str) -> FileResponse:
    """An attachment with the type its content has: never sniffed, never run, never cached by others."""
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
