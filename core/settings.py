"""Settings, all from the environment; the defaults run the embedded demo. docs/settings.md lists them."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from csp.constants import NONE, SELF

from core import env, keys

os.umask(0o077)  # what any of our processes writes is nobody else's to read
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)

# ---- who we are -------------------------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")
SECRET_KEY = keys.secret_key(DATA_DIR)
SEALING_KEYS, LOOKUP_KEY = keys.sealing_keys(DATA_DIR)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
PUBLIC_URL = env.url("PUBLIC_URL")

# ---- the vendors; the defaults are the local sandbox ---------------------------------------------------------------
SANDBOX_URL = env.url("SANDBOX_URL", f"http://127.0.0.1:{env.port('SANDBOX_PORT', 8900)}")
# Every deadline of a vendor call, and every lease, times this: below 1 for rehearsing crashes, 1 for work.
DEADLINE_SCALE = env.seconds("DEADLINE_SCALE", 1.0, least=0.001)
CARDSCAN_URL = env.url("CARDSCAN_URL", f"{SANDBOX_URL}/cardscan/v1")
CARDSCAN_API_KEY = env.text("CARDSCAN_API_KEY", "sk_test_cardscan_ai_sandbox_0001")
# Where CardScan tells what has happened; without one it is derived from CARDSCAN_URL.
CARDSCAN_SOCKET_URL = env.socket_url("CARDSCAN_SOCKET_URL")
CARDSCAN_LISTEN = env.flag("CARDSCAN_LISTEN", default=True)
CARDSCAN_DIRECT_UPLOAD = env.flag("CARDSCAN_DIRECT_UPLOAD", default=True)
CARDSCAN_WEBHOOK_SECRETS = env.signing_secrets("CARDSCAN_WEBHOOK_SECRET")
CANDID_API_URL = env.url("CANDID_API_URL", f"{SANDBOX_URL}/candid")
CANDID_PRE_ENCOUNTER_URL = env.url("CANDID_PRE_ENCOUNTER_URL", f"{SANDBOX_URL}/candid")
CANDID_CLIENT_ID = env.text("CANDID_CLIENT_ID", "candid-sandbox")
CANDID_CLIENT_SECRET = env.text("CANDID_CLIENT_SECRET", "candid-sandbox-secret")
CANDID_CONCURRENCY = env.integer("CANDID_CONCURRENCY", 10, least=1)
# Payer ids and service type codes for which the treating provider's NPI is sent instead of the clinic's.
CANDID_RENDERING_PROVIDER_FOR = env.words("CANDID_RENDERING_PROVIDER_FOR")
SPRY_URL = env.url("SPRY_URL", f"{SANDBOX_URL}/spry")
SPRY_CLIENT_ID = env.text("SPRY_CLIENT_ID", "spry-sandbox")
SPRY_CLIENT_SECRET = env.text("SPRY_CLIENT_SECRET", "spry-sandbox-secret")
SPRY_ORGANISATION_ID = env.integer("SPRY_ORGANISATION_ID", 67 if SPRY_URL.startswith(SANDBOX_URL) else 0)
SPRY_RESOLVE_SECONDS = env.seconds("SPRY_RESOLVE_SECONDS", 300)

PAYMENTS_ENABLED = env.flag("PAYMENTS_ENABLED", default=True)
PAYMENTS_OUTBOUND_ENABLED = env.flag("PAYMENTS_OUTBOUND_ENABLED", default=True)
PAYMENTS_BASE_URL = env.url("PAYMENTS_BASE_URL", f"{SANDBOX_URL}/payments/api/v1")
PAYMENTS_API_KEYS = env.pairs("PAYMENTS_API_KEYS", "ACCT1=payments-sandbox-key,ACCT2=payments-sandbox-key-2")
PAYMENTS_STATUS_READS = env.flag("PAYMENTS_STATUS_READS", default=True)
PAYMENTS_QUIET_SECONDS = env.seconds("PAYMENTS_QUIET_SECONDS", 300)
PAYMENTS_INITIATE_ACTION = env.one_of("PAYMENTS_INITIATE_ACTION", {"start", "release-empty"}, "start")
PAYMENTS_REMIT_METHODS = env.words("PAYMENTS_REMIT_METHODS", "DATA")
PAYMENTS_CLAIM_ADJUSTMENT_FIELD = env.text("PAYMENTS_CLAIM_ADJUSTMENT_FIELD")
PAYMENTS_SECOND_APPROVAL_OVER = env.dollars("PAYMENTS_SECOND_APPROVAL_OVER", "50000.00")
PAYMENTS_CHUNK_COUNT = env.integer("PAYMENTS_CHUNK_COUNT", 100, least=1)
PAYMENTS_CHUNK_BYTES = env.integer("PAYMENTS_CHUNK_BYTES", 900_000, least=1)

# ---- the program ------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "core",
    "clinic",
    "intake",
    "eligibility",
]
if PAYMENTS_ENABLED:
    INSTALLED_APPS.append("payments")

MIDDLEWARE = [
    "core.middleware.BoundedRequests",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.middleware.PrivatePages",
    "core.middleware.ExplainedRefusals",
    "clinic.middleware.CurrentClinic",
    "core.idempotency.IdempotentPosts",
]
ROOT_URLCONF = "core.urls"
WSGI_APPLICATION = "core.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.context.frame",
            ]
        },
    }
]

# ---- database ---------------------------------------------------------------------------------------------------
DATABASES: dict[str, Any] = {
    "default": env.database("DATABASE_URL", f"sqlite:///{quote(str(DATA_DIR / 'frontdesk.sqlite3'))}")
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # One writer at a time, waiting in line, and an intent survives a power cut (synchronous=FULL).
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- cache and broker -----------------------------------------------------------------------------------------------
REDIS_URL = env.redis("REDIS_URL")
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
BROKER_DIR = DATA_DIR / "broker"
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost//"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {"visibility_timeout": 600, "unacked_restore_interval": 5, "unacked_restore_throttle": 1}
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
        "polling_interval": 0.05,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CONCURRENCY = env.integer("WORKER_THREADS", 12, least=1)
CELERY_TASK_PUBLISH_RETRY = False
# Celery would open a new connection to the database for every task, which costs more than most tasks; ours are kept
# for CONN_MAX_AGE as those of requests are (core.celery).
CELERY_DB_REUSE_MAX = 10**9
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "tidy": {"task": "core.tasks.tidy", "schedule": timedelta(days=1)},
}

# ---- files ----------------------------------------------------------------------------------------------------------
STORAGE_URL = env.text("STORAGE_URL")
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "core.storage.SealedStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "media"
STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Card photos and payment files stay in memory, never in a plain file: no handler writes to the disk, and
# BoundedRequests refuses what is larger.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE = 40 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_100  # an answer to each row of the largest table (core/tables.py), and a few more

# ---- people ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "clinic.User"
AUTHENTICATION_BACKENDS = ["clinic.accounts.StaffBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
ACCOUNT_ADAPTER = "clinic.accounts.ClosedAccounts"
MFA_ADAPTER = "clinic.accounts.SealedSecrets"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"open_phone_link": "30/m/ip"}  # beside the library's own limits of signing in
ACCOUNT_SESSION_REMEMBER = False
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if env.text("EMAIL_HOST") else "core.mail.NoMailServer"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.port("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "frontdesk@localhost")

# ---- safety ---------------------------------------------------------------------------------------------------------
SECURE_COOKIES = env.flag("SECURE_COOKIES", default=PUBLIC_URL.startswith("https://"))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # on the server, in no cookie
SESSION_COOKIE_AGE = env.integer("SESSION_HOURS", 12, least=1) * 3600
SECURE_SSL_REDIRECT = SECURE_COOKIES
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
BEHIND_PROXY = env.flag("BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0  # whose word about the client's address is taken
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# ---- API ------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["clinic.tokens.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["core.api.ExactJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.ExactJSONParser", "rest_framework.parsers.MultiPartParser"],
    "EXCEPTION_HANDLER": "core.api.problem_details",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Frontdesk API",
    "DESCRIPTION": "The services of the pages: patients, cards, coverages, eligibility, captures, payment batches.",
    "VERSION": "1",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "ENUM_NAME_OVERRIDES": {
        "Sex": "intake.patient_record.Sex",
        "CardFlagKind": "intake.models.flags.CardFlag.Kind",
        "CardStatus": "intake.models.cards.CardScan.Status",
        "AppointmentStatus": "intake.models.visits.Appointment.Status",
        "CoverageStatus": "intake.models.coverage.Coverage.Status",
        "CheckStatus": "eligibility.choices.CheckStatus",
        "CaptureStatus": "eligibility.choices.CaptureStatus",
        "BatchStatus": "payments.states.BatchStatus",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": False},
}

# ---- language, time, logs -------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "core.logs.QuietFormatter", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.one_of("LOG_LEVEL", {"DEBUG", "INFO", "WARNING", "ERROR"}, "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "CRITICAL"},  # its messages hold the exception's; tasks log their own
        "urllib3": {"level": "WARNING"},
        "websockets": {"level": "WARNING"},  # below it, it writes addresses with the key in them
        "PIL": {"level": "WARNING"},
    },
}
