"""A session brings its account along, and vouches for nobody it should not."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db.models.functions import Now
from django.test import Client

from pendopo.identity.api import Session, User, forget_sessions
from tests.factories import Cast

pytestmark = pytest.mark.django_db
PAGE = "/saya/data/"


@pytest.fixture
def siti(city: Cast) -> Client:
    client = Client()
    client.force_login(city.siti.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return client


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def test_who_signed_in_is_known_by_the_first_statement(
    siti: Client, city: Cast, django_assert_num_queries: Any
) -> None:
    assert is_in(siti)
    assert Session.objects.get().account_id == city.siti.user.id
    with django_assert_num_queries(1):
        assert siti.get("/aksesibilitas/").content.decode().count("/akun/logout/") == 1


def test_a_changed_password_ends_the_sessions_begun_before(siti: Client, city: Cast) -> None:
    user = User.objects.get(id=city.siti.user.id)
    user.set_password("yang lama sudah bocor")
    user.save()
    assert not is_in(siti)


def test_a_closed_account_is_out_at_once(siti: Client, city: Cast) -> None:
    User.objects.filter(id=city.siti.user.id).update(is_active=False)
    assert not is_in(siti)


def test_a_session_that_ended_is_nobodys(siti: Client) -> None:
    Session.objects.update(expire_date=Now() - timedelta(seconds=1))
    assert not is_in(siti)


def test_what_ended_is_forgotten_at_night(siti: Client) -> None:
    assert forget_sessions() == 0
    Session.objects.update(expire_date=Now() - timedelta(seconds=1))
    assert forget_sessions() == 1


def test_the_signed_words_of_the_session_count_and_not_its_row(siti: Client, city: Cast) -> None:
    Session.objects.update(account_id=city.officer.user.id)
    assert is_in(siti)
    Session.objects.update(account_id=None)
    assert is_in(siti)


def test_signing_out_leaves_no_session(siti: Client) -> None:
    siti.post("/akun/logout/")
    assert not is_in(siti)
    assert not Session.objects.filter(account_id__isnull=False).exists()
