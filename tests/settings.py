"""The service's own settings, on a throwaway server, without rate limits and without collected static files."""

import os

os.environ["CLEARHOST_POSTGRES"] = "test"
os.environ.setdefault("THROTTLE", "off")

from config.settings import *  # noqa: F403
from config.settings import MIDDLEWARE, STORAGES

STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = False
STAFF_SECOND_FACTOR = False
if os.environ.get("SHAKE", "0") != "0":
    MIDDLEWARE = ["tests.shake.in_halves", *MIDDLEWARE]
