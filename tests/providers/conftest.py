"""The bindings that the server ships, connected while a test runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

import pytest
from django.conf import settings
from django.dispatch import Signal

from core.bridge import connecting
from core.bridge.binding import Binding, load

READY = settings.BASE_DIR / "core" / "bridge" / "ready"


def connected(name: str, **parts: str) -> Iterator[list[Binding]]:
    bindings = [replace(binding, **parts) for binding in load(READY / name)]  # type: ignore[arg-type]
    connecting.connect(bindings)
    yield bindings
    connecting.disconnect(bindings)


@pytest.fixture
def easypay(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Signal]]:
    """The signals of django-easypay, which asks for a newer Django and Python than are used here, by their names."""
    package, module = ModuleType("easypay"), ModuleType("easypay.signals")
    found = {f"payment_{name}": Signal() for name in ("registered", "approved", "failed", "cancelled")}
    vars(module).update(found)
    monkeypatch.setitem(sys.modules, "easypay", package)
    monkeypatch.setitem(sys.modules, "easypay.signals", module)
    connection = connected("django-easypay.yaml", customer="customer:{payment.customer_id}")
    next(connection)
    yield found
    next(connection, None)


@pytest.fixture
def athm() -> Iterator[list[Binding]]:
    yield from connected("django-athm.yaml")


@pytest.fixture
def midtrans() -> Iterator[list[Binding]]:
    yield from connected("django-subscription-midtrans.yaml")
