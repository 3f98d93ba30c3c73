"""Settings of the bench: its own models, and a log that is not printed."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS, LOGGING

INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench"]
LOGGING["root"]["level"] = "ERROR"
