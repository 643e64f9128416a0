"""Sessions and accounts as Django and allauth keep them, each read with one plain statement: every page begins with both."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.db import connection

from pendopo.identity.api import User

_SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > now()"
_COLUMNS = tuple(field.attname for field in User._meta.concrete_fields)  # noqa: SLF001 - Django's documented Model API
_ACCOUNT = f"SELECT {', '.join(_COLUMNS)} FROM identity_user WHERE id = %s AND is_active"  # noqa: S608 - names of columns


class SessionStore(db.SessionStore):
    """Only reading differs."""

    def load(self) -> dict[str, Any]:
        """The session's data, or an empty new session."""
        row = _one(_SESSION, self.session_key)
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])


class Accounts(AuthenticationBackend):  # type: ignore[misc, unused-ignore]
    """Only finding the account of a session differs."""

    def get_user(self, user_id: Any) -> User | None:
        """The active account, or None."""
        row = _one(_ACCOUNT, user_id)
        return User.from_db("default", _COLUMNS, row) if row else None


def _one(statement: str, value: Any) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [value])
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row
