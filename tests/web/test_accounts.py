"""Every account page is ours, renders in both languages and works without JavaScript."""

import re
from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import mail
from django.template import engines
from django.template.loader import get_template
from django.test import Client

pytestmark = [pytest.mark.urls("tests.web.urls"), pytest.mark.django_db]

THEIRS = Path(allauth.__file__).parent / "templates"
OURS = Path(settings.ROOT) / "src/pendopo/web/templates"
PARTS = ("base_", "snippets/", "/base.html")  # of their pages: never rendered by a view


def pages() -> list[str]:
    apps = [app.split(".")[1] for app in settings.INSTALLED_APPS if app.startswith("allauth.")]
    names = [str(p.relative_to(THEIRS)) for app in apps for p in sorted((THEIRS / app).rglob("*.html"))]
    return [name for name in names if not any(part in name for part in PARTS)] + [
        "mfa/recovery_codes/download.txt"
    ]


@pytest.mark.django_db(False)
@pytest.mark.parametrize("name", pages())
def test_every_page_of_the_library_has_our_own(name: str) -> None:
    assert (OURS / name).exists()
    assert get_template(name).backend is engines["jinja2"]  # type: ignore[attr-defined]


@pytest.fixture
def browser() -> Client:
    return Client()


@pytest.fixture
def member(browser: Client) -> Client:
    """Signed in with a password, as a person would."""
    user = get_user_model()(email="sri@contoh.id")
    user.set_password("kata sandi panjang")
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    sign_in(browser)
    proof = browser.post("/akun/reauthenticate/", {"password": "kata sandi panjang"})
    assert proof.status_code == 302
    return browser


def sign_in(browser: Client) -> Any:
    return browser.post("/akun/login/", {"login": "sri@contoh.id", "password": "kata sandi panjang"})


def look(browser: Client, address: str) -> str:
    reply = browser.get(address)
    assert reply.status_code == 200, (address, reply.status_code, reply.headers.get("Location"))
    text = reply.content.decode()
    assert 'class="brand"' in text
    assert text.count("<h1>") == 1
    return text


@pytest.mark.parametrize(
    "address", ["login", "signup", "password/reset", "password/reset/done", "inactive", "confirm-email"]
)
def test_pages_for_strangers(browser: Client, address: str) -> None:
    look(browser, f"/akun/{address}/")


def test_signing_up_says_what_is_wrong_beside_the_field(browser: Client) -> None:
    text = browser.post("/akun/signup/", {"email": "bukan", "password1": "pendek"}).content.decode()
    assert 'href="#f-email"' in text
    assert 'id="e-password1"' in text
    assert 'value="bukan"' in text
    assert "pendek" not in text.replace("terlalu pendek", "")


def test_a_wrong_password_is_said_plainly(browser: Client) -> None:
    text = browser.post("/akun/login/", {"login": "a@b.id", "password": "salah"}).content.decode()
    assert 'class="errors"' in text


def test_a_lost_password_is_set_anew(member: Client) -> None:
    stranger = Client()
    assert stranger.post("/akun/password/reset/", {"email": "sri@contoh.id"}).status_code == 302
    link = re.search(r"http://\S+?(/akun/\S+)", str(mail.outbox[0].body))
    assert link
    reply = stranger.get(link[1], follow=True)
    assert "Buat kata sandi baru" in reply.content.decode()
    address = reply.redirect_chain[-1][0]
    new = {"password1": "kata sandi yang baru", "password2": "kata sandi yang baru"}
    done = stranger.post(address, new, follow=True)
    assert "Kata sandi sudah diganti" in done.content.decode()
    assert "Tautan ini tidak berlaku lagi" in stranger.get(link[1], follow=True).content.decode()


@pytest.mark.parametrize(
    "address",
    ["email", "password/change", "logout", "2fa", "2fa/totp/activate", "2fa/webauthn", "2fa/webauthn/add"],
)
def test_pages_for_members(member: Client, address: str) -> None:
    look(member, f"/akun/{address}/")


def test_a_code_app_from_setting_up_to_taking_off(member: Client) -> None:
    text = look(member, "/akun/2fa/totp/activate/")
    secret = re.search(r"<code>(\w+)</code>", text)
    assert secret
    wrong = member.post("/akun/2fa/totp/activate/", {"code": "000000"})
    assert 'id="e-code"' in wrong.content.decode()
    secret = re.search(r"<code>(\w+)</code>", wrong.content.decode())
    assert secret
    member.post("/akun/2fa/totp/activate/", {"code": now_code(secret[1])})
    assert Authenticator.objects.filter(type="totp").exists()
    codes = re.findall(r"<li><code>(\w+)</code>", look(member, "/akun/2fa/recovery-codes/"))
    assert len(codes) == 10
    assert codes[0] in member.get("/akun/2fa/recovery-codes/download/").content.decode()
    look(member, "/akun/2fa/recovery-codes/generate/")
    look(member, "/akun/2fa/")
    member.post("/akun/logout/")
    assert sign_in(member)["Location"] == "/akun/2fa/authenticate/"
    look(member, "/akun/2fa/authenticate/")
    assert 'id="e-code"' in member.post("/akun/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert member.post("/akun/2fa/authenticate/", {"code": codes[0]}).status_code == 302
    assert member.get("/akun/2fa/totp/deactivate/")["Location"].startswith("/akun/reauthenticate/")
    look(member, "/akun/reauthenticate/")
    look(member, "/akun/2fa/reauthenticate/")
    assert member.post("/akun/2fa/reauthenticate/", {"code": codes[1]}).status_code == 302
    look(member, "/akun/2fa/totp/deactivate/")
    assert member.post("/akun/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.filter(type="totp").exists()


def now_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_a_passkey_can_be_renamed_and_removed(member: Client) -> None:
    key = Authenticator.objects.create(
        user=get_user_model().objects.get(), type="webauthn", data={"name": "Ponsel", "credential": {}}
    )
    assert "Ponsel" in look(member, "/akun/2fa/webauthn/")
    assert 'value="Ponsel"' in look(member, f"/akun/2fa/webauthn/keys/{key.pk}/edit/")
    assert "Ponsel" in look(member, f"/akun/2fa/webauthn/keys/{key.pk}/remove/")
    look(member, "/akun/2fa/")
    assert member.post(f"/akun/2fa/webauthn/keys/{key.pk}/remove/").status_code == 302
    assert not Authenticator.objects.exists()


def test_another_address_is_added_and_confirmed(member: Client) -> None:
    member.post("/akun/email/", {"action_add": "1", "email": "lain@contoh.id"})
    assert "belum diperiksa" in look(member, "/akun/email/")
    link = re.search(r"http://\S+?(/akun/confirm-email/\S+)", str(mail.outbox[-1].body))
    assert link
    assert "lain@contoh.id" in look(member, link[1])
    assert member.post(link[1]).status_code == 302
    assert "belum diperiksa" not in look(member, "/akun/email/")


def test_account_pages_in_english(browser: Client) -> None:
    text = browser.get("/akun/login/", headers={"accept-language": "en"}).content.decode()
    assert "Email address" in text
    assert "Kata sandi" not in text
