"""Signals and models of somebody else, and bindings that live as long as a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.dispatch import Signal

from core.bridge import connecting
from core.bridge.binding import Binding, bindings

paid = Signal()  # somebody else's
Bind = Callable[..., list[Binding]]


@pytest.fixture
def bind() -> Iterator[Bind]:
    """bind(signals=[…], models=[…]): connected until the test ends."""
    connected: list[Binding] = []

    def connect(**rows: Any) -> list[Binding]:
        found = bindings(rows)
        connecting.connect(found)
        connected.extend(found)
        return found

    yield connect
    connecting.disconnect(connected)


PAID = {
    "signal": "tests.core.bridge.conftest.paid",
    "event": "shop.paid",
    "subject": "cart:{cart.key}",
    "customer": "customer:{cart.owner}",
    "facts": {
        "cart.total": {"path": "cart.total", "kind": "money", "currency": "RON"},
        "cart.state": {"path": "cart.state", "kind": "text", "choices": ["open", "paid", "gone"]},
    },
}
