"""The door for the web server."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pendopo.config.settings")
os.environ.setdefault("PENDOPO_POOL", "0")  # few threads, always busy: each keeps a connection of its own

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 - import every view now, not at somebody's first page
gc.collect()
gc.freeze()  # what is loaded now lives as long as the process: the collector need not look at it at every request
gc.set_threshold(20_000, 20, 20)
