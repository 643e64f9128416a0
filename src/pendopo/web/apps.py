"""Starts the frame: makes sure that English is compiled (a compiled catalogue is not kept in git)."""

import logging
from pathlib import Path

from django.apps import AppConfig

PO = Path(__file__).resolve().parent / "locale" / "en" / "LC_MESSAGES" / "django.po"


class WebConfig(AppConfig):
    name = "pendopo.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Two file times when all is well; Babel is loaded only when there is something to compile."""
        mo = PO.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= PO.stat().st_mtime:
            return
        from pendopo.web import messages

        try:
            messages.compile_messages(PO)
        except messages.Unwritable as error:
            logging.getLogger(__name__).warning("%s", error)
