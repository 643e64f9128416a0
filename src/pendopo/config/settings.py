"""Every setting of an instance, read from the environment. Production refuses weak or default secrets."""

from pathlib import Path
from urllib.parse import unquote, urlparse

import yaml

from pendopo.kernel import env

ROOT = Path(__file__).resolve().parents[3]

# What kind of instance this is: demo (one click logins, simulators), production, or test.
MODE = env.choice("PENDOPO_MODE", "demo", ("demo", "production", "test"))
DEMO = MODE == "demo"
DEBUG = False
DATA_DIR = env.folder("PENDOPO_DATA", ROOT / ".data")
CITY_DIR = env.folder("PENDOPO_CITY", ROOT / "cities" / "batam")
FILES_DIR = env.folder("PENDOPO_FILES", DATA_DIR / "files")
BASE_URL = env.text("PENDOPO_BASE_URL", "http://127.0.0.1:8000").rstrip("/")

# Another clock for tests and demos; all processes of one instance read the same variable, so they agree.
CLOCK = env.clock("PENDOPO_CLOCK")
if MODE == "production" and CLOCK:
    raise env.Misconfigured(
        "PENDOPO_CLOCK is set, but a real instance lives by the machine's clock. Mend: unset PENDOPO_CLOCK"
    )

DEMO_SECRET = "demo-only-" + "0" * 54
MIN_SECRET_LENGTH, MIN_SECRET_CHARACTERS = 40, 16


def _weak(secret: str) -> bool:
    return len(secret) < MIN_SECRET_LENGTH or len(set(secret)) < MIN_SECRET_CHARACTERS


SECRET_KEY = env.text("PENDOPO_SECRET", DEMO_SECRET)
if MODE == "production" and (SECRET_KEY == DEMO_SECRET or _weak(SECRET_KEY)):
    raise env.Misconfigured(
        "PENDOPO_SECRET is missing, the demo's, or weak. Mend: export PENDOPO_SECRET=$(openssl rand -base64 48)"
    )
# Seals NIK and finds it by keyed hash; kept apart from SECRET_KEY so that sessions can be rotated without it.
SEAL_KEY = env.text("PENDOPO_SEAL_KEY", DEMO_SECRET if MODE != "production" else None)
if MODE == "production" and (SEAL_KEY in {DEMO_SECRET, SECRET_KEY} or _weak(SEAL_KEY)):
    raise env.Misconfigured(
        "PENDOPO_SEAL_KEY is the demo's, weak or equal to PENDOPO_SECRET. "
        "Mend: export PENDOPO_SEAL_KEY=$(openssl rand -base64 48) and keep a copy: without it no NIK can be read"
    )

_HOSTS = env.text("PENDOPO_HOSTS", urlparse(BASE_URL).hostname or "127.0.0.1")
ALLOWED_HOSTS = [*_HOSTS.split(","), "127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "pendopo.web.views.csrf_failure"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "pendopo.kernel",
    "pendopo.web",
    "pendopo.region",
    "pendopo.identity",
    "pendopo.notices",
    "pendopo.catalogue",
    "pendopo.agencies",
    "pendopo.documents",
    "pendopo.payments",
    "pendopo.applications",
    "pendopo.feedback",
]

MIDDLEWARE = [
    "pendopo.config.middleware.BodyLimit",
    "django.middleware.security.SecurityMiddleware",
    "pendopo.config.middleware.Programs",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "pendopo.config.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pendopo.web.middleware.ErrorsAsPages",
]
ROOT_URLCONF = "pendopo.config.urls"
WSGI_APPLICATION = "pendopo.config.wsgi.application"
WIRING = "pendopo.config.wiring"

TEMPLATES = [
    {
        "NAME": "jinja2",
        "BACKEND": "pendopo.web.environment.Engine",
        "DIRS": [ROOT / "src/pendopo/web/templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "pendopo.web.environment.environment",
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "pendopo.web.context.page",
                "pendopo.config.context.desk",
            ],
        },
    },
    {  # only for what allauth renders and we did not draw ourselves (plain-text mails)
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]


# How many connections the threads of this process share; 0: each thread keeps its own.
POOL = env.number("PENDOPO_POOL", 10, low=0, high=100)


def _database(url: str) -> dict[str, object]:
    """``postgresql://user:password@host:port/name`` -> Django's dictionary."""
    parts = urlparse(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise env.Misconfigured(
            "DATABASE_URL is not a PostgreSQL address. Mend: export DATABASE_URL=postgresql://user:password@host:5432/name"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 0 if POOL else None,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            "server_side_binding": True,
            "prepare_threshold": 5,
            **({"pool": {"min_size": 1, "max_size": POOL, "timeout": 10}} if POOL else {}),
            "options": "-c statement_timeout=15000 -c lock_timeout=4000 -c timezone=UTC",
        },
        "TEST": {"NAME": env.text("PENDOPO_TEST_DB", "test_pendopo")},
    }


DATABASES = {
    "default": _database(env.text("DATABASE_URL", "postgresql://pendopo:pendopo@127.0.0.1:54329/pendopo"))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["pendopo.config.sessions.Accounts"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/saya/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "pendopo.web.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional" if DEMO else "mandatory"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/key,100/h/ip", "signup": "100/h/ip"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
MFA_TOTP_ISSUER = "Pendopo"


def _mail(url: str) -> dict[str, object]:
    """``smtp+tls://user:password@host:587`` (or ``smtps://`` with TLS from the start, ``smtp://`` without) -> Django's settings."""
    parts = urlparse(url)
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    if parts.scheme not in ports or not parts.hostname:
        raise env.Misconfigured(
            "PENDOPO_MAIL_URL is not a mail server. Mend: export PENDOPO_MAIL_URL=smtp+tls://user:password@host:587"
        )
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


# Mails: to the server of PENDOPO_MAIL_URL; without one to files of the data directory in the demo, and nowhere for real: a log is no place
# for personal mails. Mails of notices wait then (SENDS_MAILS); those of accounts (confirmation, new password) are lost.
MAIL_URL = env.text("PENDOPO_MAIL_URL", "")
if MAIL_URL:
    globals().update(_mail(MAIL_URL))
EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = str(DATA_DIR / "mails")
_EMAIL_BACKEND = env.text("PENDOPO_EMAIL_BACKEND", "")
_WITHOUT_SERVER = {"demo": "filebased", "production": "dummy"}.get(MODE, "console")
EMAIL_BACKEND = (
    _EMAIL_BACKEND or f"django.core.mail.backends.{'smtp' if MAIL_URL else _WITHOUT_SERVER}.EmailBackend"
)
SENDS_MAILS = MODE != "production" or bool(MAIL_URL or _EMAIL_BACKEND)
NO_MAILS = "no mail is sent: notices wait, and nobody can confirm a new account or reset a password"
NO_MAILS_MEND = "export PENDOPO_MAIL_URL=smtp+tls://user:password@host:587"
DEFAULT_FROM_EMAIL = env.text("PENDOPO_FROM", "layanan@localhost")

SESSION_ENGINE = "pendopo.config.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = MODE == "production"
SECURE_SSL_REDIRECT = MODE == "production" and BASE_URL.startswith("https")
SECURE_HSTS_SECONDS = 31536000 if MODE == "production" else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# Region: the folder of the city says where and when we are.
REGION = (
    yaml.safe_load((CITY_DIR / "region.yaml").read_text(encoding="utf-8"))
    if (CITY_DIR / "region.yaml").exists()
    else {}
)
TIME_ZONE = REGION.get("timezone", "Asia/Jakarta")
USE_TZ = True
USE_I18N = True
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [ROOT / "src/pendopo/web/locale"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "src/pendopo/web/static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(FILES_DIR)},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_MAX_AGE = 31536000

# What may come in.
UPLOAD_MAX_BYTES = 10 * 1024 * 1024
GROUP_MAX_ROWS = env.number("PENDOPO_GROUP_MAX_ROWS", 20_000, low=1, high=1_000_000)  # people in one sheet
DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_MAX_BYTES + 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# The outside world; in the demo these are simulators on loopback.
DUKCAPIL_URL = env.text("PENDOPO_DUKCAPIL_URL", "http://127.0.0.1:8101")
DUKCAPIL_TOKEN = env.text("PENDOPO_DUKCAPIL_TOKEN", "demo-dukcapil")
OSS_URL = env.text("PENDOPO_OSS_URL", "http://127.0.0.1:8103")
OSS_USER_KEY = env.text("PENDOPO_OSS_USER_KEY", "demo-oss")
PAYMENT_URL = env.text("PENDOPO_PAYMENT_URL", "http://127.0.0.1:8102")
PAYMENT_SECRET = env.text("PENDOPO_PAYMENT_SECRET", "demo-payment-secret" if MODE != "production" else None)
SIGNING_DIR = env.folder("PENDOPO_SIGNING", DATA_DIR / "signing")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("PENDOPO_LOG", "WARNING")},
}
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]
