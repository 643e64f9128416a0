"""The door for the web server. Every answer says how long it took in here (``Server-Timing``, shown by browsers' tools)."""

import gc
import os
import time
from collections.abc import Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pendopo.config.settings")
os.environ.setdefault("PENDOPO_POOL", "0")  # few threads, always busy: each keeps a connection of its own

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Django, timed from the request as it came in to the answer as it goes out, compression included."""
    began = time.perf_counter()

    def timed(status: str, headers: list[tuple[str, str]], *failed: Any) -> Any:
        took = f"app;dur={(time.perf_counter() - began) * 1000:.2f}"
        return start_response(status, [*headers, ("Server-Timing", took)], *failed)

    return _django(environ, timed)


get_resolver().url_patterns  # noqa: B018 - import every view now, not at somebody's first page
gc.collect()
gc.freeze()  # what is loaded now lives as long as the process: the collector need not look at it at every request
gc.set_threshold(20_000, 20, 20)
