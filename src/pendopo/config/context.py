"""What desk pages know beside the frame: the agencies an officer works for, by name. Asked only by a page that says it."""

from typing import Any

from django.utils.functional import SimpleLazyObject

from pendopo.catalogue.api import agencies_of


def desk(request: Any) -> dict[str, Any]:
    """Context processor: ``posts``, the agencies of who is signed in ({name, name_en}), those they stand in at included."""
    return {"posts": SimpleLazyObject(lambda: _posts(request.actor.duties))}


def _posts(agencies: Any) -> list[dict[str, str]]:
    found = agencies_of(agencies)
    return sorted(found.values(), key=lambda agency: agency["name"])
