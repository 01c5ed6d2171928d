"""Every setting of the service; what differs between places comes from the environment (a .env is read)."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import logs, state
from config.embedded_postgres import APPLICATION, cluster
from config.openapi import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
HTTPS = env.bool("HTTPS", default=False)  # behind a proxy that speaks TLS and sets X-Forwarded-Proto

# Secrets: given, or made once for this installation; there is none that everybody knows.
SECRET_KEY = env.str("SECRET_KEY", default="") or state.secret("secret_key")
REVIEWER_KEYS = env.list("REVIEWER_KEY", default=[]) or state.Secrets("reviewer_key")  # the first, and those around it

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "config",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework_api_key",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "procrastinate.contrib.django",
    "influencers",
    "feedback",
    "ratings",  # before allauth: its templates are in the house's design
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "config.guards.EveryAnswer",
    "ratings.api.documents.PublicDocuments",  # stored documents need none of the others
    "ratings.api.lists.PublicLists",
    "config.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ratings.pages.moved.Moved",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.middleware.LanguageFromQuery",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.guards.NoSuchPath",
    "config.guards.BodyLimit",
    "config.guards.StaffSessions",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "config.middleware.StaffSecondFactor",
    "config.guards.StaffLooks",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# What a query of the web tier may take (config/wsgi.py sets it); commands and the worker take their time.
STATEMENT_TIMEOUT = env.str("STATEMENT_TIMEOUT", default="")
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", default=500)

# The database: a given one, or the embedded server's address (manage.py and the supervisor start it, never this file).
# Whoever migrates connects as its owner (manage.py says so), everything else as the application.
EMBEDDED = cluster().address() if env.bool("DATABASE_OWNER", default=False) else cluster().application()
# Past a pooler (DIRECT_DATABASE_URL says the way round it) a connection lasts for one transaction: no cursor, no
# prepared statement and no setting outlives it; the pooler sets the timeout.
DATABASE_POOLED = env.str("DIRECT_DATABASE_URL", default="") not in ("", env.str("DATABASE_URL", default=""))
SESSION_OPTIONS = f"-c statement_timeout={STATEMENT_TIMEOUT}" if STATEMENT_TIMEOUT and not DATABASE_POOLED else ""
DATABASES = {
    "default": {
        **(
            env.db("DATABASE_URL")
            if env.str("DATABASE_URL", default="")
            else {"ENGINE": "django.db.backends.postgresql", **EMBEDDED}
        ),
        "OPTIONS": {
            "connect_timeout": env.int("CONNECT_TIMEOUT", default=5),  # seconds
            **({"options": SESSION_OPTIONS} if SESSION_OPTIONS else {}),
            "prepare_threshold": None if DATABASE_POOLED else 5,  # of the few that are asked with every event or card
        },
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": DATABASE_POOLED,
    }
}
DATABASE_APPLICATION_ROLE = (
    env.str("DATABASE_APPLICATION_ROLE", default="") or DATABASES["default"]["USER"]
    if env.str("DATABASE_URL", default="")
    else APPLICATION
)
# How many requests of a web worker may wait for what is sent to them: fewer than it has threads
BODIES_AT_ONCE = env.int("BODIES_AT_ONCE", default=32)
DOCUMENTS_IN_PROCESS = env.int("DOCUMENTS_IN_PROCESS", default=2_000)  # held by each web worker; none: always read anew
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}
if CACHES["default"]["BACKEND"].endswith("RedisCache"):
    CACHES["default"]["BACKEND"] = "config.caches.SharedCache"

# Accounts: sign-up, confirmation, reset, second factor and session list by django-allauth
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "config.accounts.Backend",
]
PASSWORD_LENGTH = 12  # OWASP ASVS 2.1.1; no rules of composition, nothing that expires
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {},
        "MinimumLengthValidator": {"min_length": PASSWORD_LENGTH},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/me/"
ACCOUNT_ADAPTER = "config.accounts.AccountAdapter"
ACCOUNT_FORMS = {"signup": "config.accounts.SignUp"}
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 3
# who fails too often is held by axes, by name and address together: a stranger cannot lock an account for its owner
# nor, for more than an hour, can many: a hundred tries an hour for one account (OWASP ASVS 2.2.1)
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {"login_failed": "20/m/ip,100/h/key"}
MFA_ADAPTER = "config.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Clearhost"
MFA_TOTP_TOLERANCE = 1
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=True)  # the demo's staff may go without
USERSESSIONS_TRACK_ACTIVITY = True
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 1  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "feedback.addresses.ip_of"  # behind a proxy everybody would have one address
AXES_USERNAME_CALLABLE = "config.accounts.name_tried"
AXES_LOCKOUT_CALLABLE = "config.accounts.locked_out"
AXES_RESET_ON_SUCCESS = True

# Mail: to the log unless a server is given
globals().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", default="Clearhost <no-reply@localhost>")

# What a browser is told
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 7 * 24 * 3600  # staff have less (config/guards.py)
if HTTPS:  # a name that a browser takes from this host alone, over TLS, for all paths
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Languages
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("简体中文"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# The queue: tasks are found where they are, and known to who runs or defers them
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = ["ratings.jobs.tasks"]

# Static files
STATIC_URL = "/static/"
STATIC_ROOT = state.folder() / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Who may read /metrics: whoever sends this as a bearer token; without one there is no such address
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# Where people reach the service: what letters, which answer no request, put before an address
PUBLIC_URL = (env.str("PUBLIC_URL", default="") or f"http://127.0.0.1:{env.int('PORT', default=8000)}").rstrip("/")

# Whom an influencer can turn to when work is too much: shown on its own page, nowhere else
SUPPORT_CONTACTS = env.json("SUPPORT_CONTACTS", default=[])

# host:port that web-hooks may call although it is private: for a receiver in the same closed network, and for tests
WEBHOOK_EXEMPT = env.list("WEBHOOK_EXEMPT", default=[])

# What consumers attach to complaints: outside everything that is served by itself
ATTACHMENTS_ROOT = state.folder() / "attachments"

# Files that staff look at before they load them, for a day
IMPORTS_ROOT = state.folder() / "imports"

# REST
THROTTLE = env.str("THROTTLE", default="on") != "off"
if not THROTTLE:
    ACCOUNT_RATE_LIMITS = False
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("NUM_PROXIES", default=0)
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["feedback.api.parsers.FlatJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "feedback.addresses.ReadsByAddress",
        "feedback.addresses.ReadsByAccount",
    ]
    if THROTTLE
    else [],
    "DEFAULT_THROTTLE_RATES": {"anon": "600/min", "user": "1200/min"},
    "EXCEPTION_HANDLER": "ratings.api.errors.handler",
    "URL_FORMAT_OVERRIDE": None,
    "NUM_PROXIES": env.int("NUM_PROXIES", default=0),
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

LOGGING = logs.to_stderr(level=env.str("LOG_LEVEL", default="INFO"))
