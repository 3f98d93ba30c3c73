"""Stand-ins for the tests of gateways; only there may a gateway lead to this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.stand_in import StandIn, stand_in


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.CONFIG.__dict__, "loopback_gateways", True)


@pytest.fixture
def outside(loopback: None) -> Iterator[StandIn]:
    with stand_in() as service:
        yield service
