"""The server's settings with the example app of a user plugged in, and databases that no other test run shares."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("PRAVILA_VAR", tempfile.mkdtemp(prefix="pravila-test-"))

from core.settings import *  # noqa: E402, F403
from core.settings import CONFIG, DATABASES, INSTALLED_APPS  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "tests.fines"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
_NAME = f"test_pravila_{os.getpid()}"
if DATABASES["default"]["ENGINE"] == "core.sqlite":
    DATABASES["default"]["TEST"] = {"NAME": Path(CONFIG.var_dir) / f"{_NAME}.sqlite3"}
else:
    DATABASES["default"]["TEST"] = {"NAME": _NAME}
