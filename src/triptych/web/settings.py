"""Django's settings. The accounts file holds identities, credentials and sessions; no trial decides from it.

`TRIPTYCH_DATA` is the ledger's place; `TRIPTYCH_ACCOUNTS` the folder of the accounts file, by default the same folder.
"""

import os
from pathlib import Path

from csp.constants import NONCE

HERE = Path(__file__).parent
DATA = os.environ.get("TRIPTYCH_DATA", "triptych-data")
FOLDER = Path(os.environ.get("TRIPTYCH_ACCOUNTS") or ("triptych-data" if "://" in DATA else DATA))


SECRET_KEY = os.environ.get("TRIPTYCH_SECRET_KEY", "")
"""Signs sessions. `triptych serve` sets it from the file beside the accounts; without it nothing starts."""
DEBUG = False
ALLOWED_HOSTS = os.environ.get("TRIPTYCH_HOSTS", "localhost,127.0.0.1,participant.localhost").split(",")
CDS_ORIGINS = tuple(filter(None, os.environ.get("TRIPTYCH_CDS_ORIGINS", "").split(",")))
"""The origins from which a browser may call CDS Hooks. None are named unless the operator names some."""
PARTICIPANT_HOSTS = tuple(host for host in ALLOWED_HOSTS if host.startswith("participant."))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "triptych.web",
    "triptych.web.identity",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "triptych.web.hosts.HostMiddleware",
    "triptych.web.words.remembering",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "triptych.web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            "environment": "triptych.web.templating.environment",
            "context_processors": ["triptych.web.words.speaking"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "accounts"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "triptych.web.words.speaking",
            ]
        },
    },
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": FOLDER / "accounts.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=wal"},
    }
}
DATABASES["identity"] = {**DATABASES["default"], "NAME": FOLDER / "identity.sqlite3"}
DATABASE_ROUTERS = ["triptych.web.identity.router.Router"]
IDENTITY_KEY = Path(os.environ.get("TRIPTYCH_IDENTITY_KEY") or FOLDER / "identity.key")
"""The key that identities are sealed with. Keep it on another disk than the database, and back it up apart."""
PUSH_KEY = Path(os.environ.get("TRIPTYCH_PUSH_KEY") or FOLDER / "push.key")
"""The key that tells push services who asks. Devices that were switched on under another key are not woken."""
RECORDING_KEY = Path(os.environ.get("TRIPTYCH_RECORDING_KEY") or FOLDER / "recording.key")
"""The key that recordings are sealed with, to be kept like that of identities."""
MUSIC = Path(os.environ["TRIPTYCH_MUSIC"]) if os.environ.get("TRIPTYCH_MUSIC") else None
"""The folder of the site's own music, which is only read. Without it no music is played from the session's screen."""
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "triptych.web.people.Adapter"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

SESSION_COOKIE_NAME = "triptych"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_SAMESITE = "Strict"
HTTPS = os.environ.get("TRIPTYCH_HTTPS", "")
"""`yes` where this server speaks HTTPS; `proxy` behind a proxy that does, and that sets X-Forwarded-Proto itself."""
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS in ("yes", "proxy")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS == "proxy" else None
CSRF_FAILURE_VIEW = "triptych.web.pages.wrong.forgotten"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "style-src": ["'self'", NONCE],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

STATIC_URL = "static/"
STATICFILES_DIRS: list[Path] = []
LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
