"""Service groups."""

from __future__ import annotations

import pytest

from core.errors import Blocked
from core.events import Event
from core.machine import perform
from tests.state_machines.made import a_customer, a_dependency, a_group, a_service, an_active_service

pytestmark = pytest.mark.django_db


def test_suspends_dependants_first_and_resumes_what_it_suspended() -> None:
    customer = a_customer()
    domain = an_active_service(customer)
    hosting = an_active_service(customer)
    a_dependency(hosting, domain)
    late = an_active_service(customer)
    perform(late, "suspend", arguments={"reason": "overdue"})
    group = a_group(domain, hosting, late)
    perform(group, "activate")
    perform(group, "suspend")
    suspended = Event.objects.filter(type="service.suspended").order_by("pk").values_list("subject", flat=True)
    assert list(suspended) == [late.ref, hosting.ref, domain.ref]
    perform(group, "resume")
    states = []
    for service in (domain, hosting, late):
        service.refresh_from_db()
        states.append(service.state)
    assert states == ["active", "active", "suspended"]


def test_suspends_all_or_nothing() -> None:
    customer = a_customer()
    domain, hosting = an_active_service(customer), an_active_service(customer)
    outside = an_active_service(customer)
    a_dependency(outside, domain)
    group = a_group(domain, hosting)
    perform(group, "activate")
    with pytest.raises(Blocked, match=f"needed by the active service {outside.pk}"):
        perform(group, "suspend")
    hosting.refresh_from_db()
    group.refresh_from_db()
    assert (hosting.state, group.state) == ("active", "active")
    assert not Event.objects.filter(type__endswith=".suspended").exists()


def test_is_cancelled_when_its_services_are_over() -> None:
    service = an_active_service()
    group = a_group(service)
    with pytest.raises(Blocked, match=f"services {service.pk} of the group are not over"):
        perform(group, "cancel")
    perform(service, "terminate")
    assert perform(group, "cancel").type == "service_group.cancelled"


def test_without_services_is_not_activated() -> None:
    service = a_service()
    group = a_group(service)
    empty = type(group).objects.create(customer=service.customer)
    with pytest.raises(Blocked, match="has no services"):
        perform(empty, "activate")
