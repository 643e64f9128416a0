"""Sessions and accounts as Django and allauth keep them, each read with one plain statement: every page begins with both."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db

from pendopo.agencies.api import STANDING, account
from pendopo.identity.api import User
from pendopo.kernel import sql

_SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > now()"


class SessionStore(db.SessionStore):
    """Only reading differs."""

    def load(self) -> dict[str, Any]:
        """The session's data, or an empty new session."""
        row = sql.one(_SESSION, [self.session_key])
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])


class Accounts(AuthenticationBackend):  # type: ignore[misc, unused-ignore]
    """Only finding the account of a session differs."""

    def get_user(self, user_id: Any) -> User | None:
        """The active account, or None. Who it is was read along with it: ``request.actor`` needs no statement of its own."""
        found = account(user_id)
        if found is None:
            return None
        user, actor = found
        setattr(user, STANDING, actor)
        return user
