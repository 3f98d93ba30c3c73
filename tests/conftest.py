"""What every test may use, and which tests this machine can run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as property_settings
from redis import Redis
from redis.exceptions import RedisError

from actions.gateways.backups import BackupsDouble
from actions.gateways.doors import replaced
from core import clock

pytest_plugins = ["actions.testing.fixtures"]
property_settings.register_profile("any machine", deadline=None, suppress_health_check=list(HealthCheck))
property_settings.load_profile("any machine")  # how quickly examples are drawn says nothing about the product
SHARED = Path(__file__).resolve().parents[2] / "shared"


def _redis_answers() -> bool:
    if not settings.CONFIG.redis_url:
        return False
    try:
        return bool(Redis.from_url(settings.CONFIG.redis_url, socket_connect_timeout=1).ping())
    except RedisError:
        return False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reasons = {
        "postgresql": None if connection.vendor == "postgresql" else "DATABASE_URL names no PostgreSQL server",
        "sqlite": None if connection.vendor == "sqlite" else "DATABASE_URL names another database than SQLite",
        "redis": None if _redis_answers() else "no Redis server answers at REDIS_URL",
        "browser": None if shutil.which("chromium") else "Chromium is not installed",
    }
    for item in items:
        for mark, reason in reasons.items():
            if reason and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A huge input is named by its size, not by itself."""
    return f"{argname}-{len(val)}" if isinstance(val, str | bytes) and len(val) > 60 else None


@pytest.fixture(autouse=True)
def _no_backups() -> Iterator[None]:
    """The house asks for a backup each night, also where a test turns the clock over a month."""
    with replaced(backups=BackupsDouble()):
        yield


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A page that was asked for in a language leaves none to the next test."""
    yield
    translation.deactivate()


@pytest.fixture
def midsummer() -> Iterator[None]:
    """The clock stands still on a day in June: each of the days that follow has 24 hours, and nothing is late meanwhile."""
    with clock.turned_to(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


@pytest.fixture
def shared() -> Path:
    """The folder of real inputs beside the project; tests that need it are skipped where it is not."""
    if not (SHARED / "data").is_dir():
        pytest.skip("no real inputs beside the project")
    return SHARED
