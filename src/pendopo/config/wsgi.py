"""The door for the web server."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pendopo.config.settings")

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 - import every view now, not at somebody's first page
