"""The three ways to say no. Views turn them into 404, 409/403 and field messages; nothing else needs to."""

from collections.abc import Mapping


class Denied(Exception):
    """A rule said no. ``code`` is stable (tests, API, i18n key); ``detail`` is for logs, never for people."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code.replace("_", " "))
        self.code = code


class NotFound(Exception):
    """There is no such thing, or this actor may not know that there is."""


class Invalid(Exception):
    """Input has the wrong shape. ``errors``: field name -> message for people, in the active language."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors.items()))
        self.errors = dict(errors)


class Unavailable(Exception):
    """Something outside did not answer. ``permanent``: trying again cannot help; ``unknown``: it has no such thing as was asked about."""

    def __init__(self, what: str, *, permanent: bool = False, unknown: bool = False) -> None:
        super().__init__(what)
        self.permanent, self.unknown = permanent, unknown
