"""Servers."""

from __future__ import annotations

import pytest

from core.errors import BadFacts, Blocked
from core.events import Event
from core.machine import change, perform, record
from tests.state_machines.made import a_server, an_active_service

pytestmark = pytest.mark.django_db


def test_is_not_decommissioned_with_services_on_it() -> None:
    server, other = a_server(), a_server("web-02")
    service = an_active_service(server=server)
    perform(server, "take_offline")
    with pytest.raises(Blocked, match="server web-01 still has 1 services"):
        perform(server, "decommission")
    change(service, server=other)
    perform(server, "decommission")
    event = Event.objects.get(type="service.server_changed")
    assert (event.was, event.facts["service"]["server"]) == ({"service.server": server.ref}, other.ref)


def test_tells_of_load_in_known_words() -> None:
    server = a_server()
    record(server, "server.overload", {"resource": "cpu", "percent": 97})
    with pytest.raises(BadFacts):
        record(server, "server.overload", {"resource": "the neighbour", "percent": 97})


def test_a_change_of_several_sorts_is_several_events() -> None:
    service = an_active_service(server=a_server())
    change(service, server=a_server("web-02"), price_minor=99)
    types = Event.objects.filter(subject=service.ref).order_by("pk").values_list("type", flat=True)
    assert list(types)[2:] == ["service.server_changed", "service.updated"]
