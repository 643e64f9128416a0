"""Who is signed in, and a permit that was just issued: what several files of tests begin with."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.test import Client

from pendopo.applications.models import Application
from pendopo.catalogue.api import get_service
from pendopo.documents.api import Paper, get_document
from pendopo.identity.api import SYSTEM
from tests import factories
from tests.factories import Account, Cast

SIP = "dpmptsp-sip-perawat"
Browser = Callable[[Account | None], Client]


@pytest.fixture
def signed_in(city: Cast) -> Browser:
    """A browser in which this person has signed in; staff with their second factor."""

    def open_one(who: Account | None) -> Client:
        client = Client(headers={"accept-language": "id"})
        if who is not None:
            client.force_login(who.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
            if who.actor.kind == "staff":
                Authenticator.objects.get_or_create(
                    user=who.user, type=Authenticator.Type.TOTP, defaults={"data": {}}
                )
        return client

    return open_one


@pytest.fixture
def permit(city: Cast) -> Paper:
    """Siti's permit, just issued."""
    return permit_of(city)


def permit_of(city: Cast) -> Paper:
    application = factories.file(get_service(SIP), city.siti.actor)
    factories.conclude(application)
    issued = Application.objects.get(id=application).document_id
    assert issued is not None
    return get_document(issued, SYSTEM)
