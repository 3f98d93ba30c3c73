"""The server's settings with the example app of a user plugged in, and databases that no other test run shares."""

import atexit
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

if "PRAVILA_VAR" not in os.environ:
    os.environ["PRAVILA_VAR"] = tempfile.mkdtemp(prefix="pravila-test-")
    atexit.register(shutil.rmtree, os.environ["PRAVILA_VAR"], ignore_errors=True)

from core.settings import *  # noqa: F403
from core.settings import CONFIG, DATABASES, INSTALLED_APPS

CONFIG = replace(
    CONFIG, gate_seconds=0.0, api_per_minute=0
)  # a process for each published text; tests of the gate turn it on
_PROVIDERS = ["django_athm", "rest_framework", "django_filters", "django_celery_beat", "subscriptions"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.fines", *_PROVIDERS]
MIDTRANS_SERVER_KEY = "SB-Mid-server-test"
MIDTRANS_CLIENT_KEY = "SB-Mid-client-test"
MIDTRANS_IS_PRODUCTION = False
MIDTRANS_API_BASE_URL = "https://midtrans.invalid"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
_NAME = f"test_pravila_{os.getpid()}"
if DATABASES["default"]["ENGINE"] == "core.sqlite":
    DATABASES["default"]["TEST"] = {"NAME": Path(CONFIG.var_dir) / f"{_NAME}.sqlite3"}
else:
    DATABASES["default"]["TEST"] = {"NAME": _NAME}
