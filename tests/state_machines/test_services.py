"""Services."""

from __future__ import annotations

import pytest

from core import links
from core.errors import Blocked
from core.machine import perform
from state_machines.models import Customer
from tests.state_machines.made import a_customer, a_service, an_active_service

pytestmark = pytest.mark.django_db


def test_is_set_up() -> None:
    service = a_service()
    perform(service, "start_provisioning")
    perform(service, "complete_provisioning")
    assert service.state == "active"
    assert service.activated_at is not None


def test_activation_needs_an_active_customer() -> None:
    prospect = Customer.objects.create(name="Ana")
    with pytest.raises(Blocked, match=f"customer {prospect.pk} is prospect, not active"):
        perform(a_service(prospect), "activate")


def test_suspension_is_remembered_and_lifted() -> None:
    service = an_active_service()
    first = service.activated_at
    event = perform(service, "suspend", arguments={"reason": "overdue"})
    assert event.facts["service"]["suspend_reason"] == "overdue"
    event = perform(service, "activate")
    assert "suspend_reason" not in event.facts["service"]
    assert (service.suspended_at, service.activated_at) == (None, first)


@pytest.mark.parametrize(("name", "arguments"), [("suspend", {"reason": "abuse"}), ("terminate", {})])
def test_stays_while_another_needs_it(name: str, arguments: dict[str, str]) -> None:
    customer = a_customer()
    domain = an_active_service(customer, product_type="domain")
    hosting = an_active_service(customer, depends_on=domain)
    assert links.children(domain.ref, "dependants") == [hosting.ref]
    with pytest.raises(Blocked, match=f"needed by the active service {hosting.pk}"):
        perform(domain, name, arguments=arguments)
    perform(hosting, "suspend", arguments={"reason": "overdue"})
    perform(domain, name, arguments=arguments)


def test_other_ways() -> None:
    failed, discarded, expired = a_service(), a_service(), an_active_service()
    for row, names in (
        (failed, ("fail_provisioning", "retry", "activate", "terminate")),
        (discarded, ("discard",)),
        (expired, ("expire", "restore_from_expiration")),
    ):
        for name in names:
            perform(row, name)
    assert [failed.state, discarded.state, expired.state] == ["terminated", "terminated", "active"]
