"""The bindings that the server ships, connected while a test runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings

from core.bridge import connecting
from core.bridge.binding import Binding, load

READY = settings.BASE_DIR / "core" / "bridge" / "ready"


def connected(name: str) -> Iterator[list[Binding]]:
    bindings = load(READY / name)
    connecting.connect(bindings)
    yield bindings
    connecting.disconnect(bindings)


@pytest.fixture
def athm() -> Iterator[list[Binding]]:
    yield from connected("django-athm.yaml")


@pytest.fixture
def midtrans() -> Iterator[list[Binding]]:
    yield from connected("django-subscription-midtrans.yaml")
