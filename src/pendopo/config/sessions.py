"""Sessions and accounts as Django and allauth keep them, read together with one plain statement: every page begins with both."""

from typing import Any, cast

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from pendopo.agencies.api import ACCOUNT, STANDING, account, account_from
from pendopo.identity.api import Actor, Session, User
from pendopo.kernel import clock, sql

_SESSION = f"""
SELECT s.session_data, {ACCOUNT}
FROM identity_session s
LEFT JOIN identity_user u ON u.id = s.account_id AND u.is_active
LEFT JOIN identity_person p ON p.user_id = u.id
WHERE s.session_key = %(key)s AND s.expire_date > now()
"""  # noqa: S608 - names of columns


class SessionStore(db.SessionStore):
    """Its row says whose it is, so that the account comes along when it is read."""

    account: User | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Django asks this where its own table would be."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row to be written, with the account that signed in."""
        row = cast("Session", super().create_model_instance(data))
        row.account_id = data.get(SESSION_KEY)
        return row

    def load(self) -> dict[str, Any]:
        """The session's data, or an empty new session."""
        row = sql.one(_SESSION, {"key": self.session_key, "on": clock.today()})
        if row is None:
            self._session_key = None
            return {}
        if row[1] is not None:
            self.account = _known(account_from(row[1:]))
        return self.decode(row[0])


def user_of(request: HttpRequest) -> User | AnonymousUser:
    """Who signed in: the account that came with the session where the session vouches for it, else as Django finds (or ends) it."""
    session = request.session
    whose, backend = (
        session.get(SESSION_KEY),
        session.get(BACKEND_SESSION_KEY),
    )  # read first: the account comes with it
    known: User | None = getattr(session, "account", None)
    if known is None or whose != str(known.id) or backend not in settings.AUTHENTICATION_BACKENDS:
        return get_user(request)
    vouched = constant_time_compare(session.get(HASH_SESSION_KEY, ""), known.get_session_auth_hash())
    return known if vouched else get_user(request)


class Accounts(AuthenticationBackend):  # type: ignore[misc, unused-ignore]
    """Only finding the account of a session differs."""

    def get_user(self, user_id: Any) -> User | None:
        """The active account, or None. Who it is was read along with it: ``request.actor`` needs no statement of its own."""
        found = account(user_id)
        return _known(found) if found else None


def _known(found: tuple[User, Actor]) -> User:
    user, actor = found
    setattr(user, STANDING, actor)
    return user
