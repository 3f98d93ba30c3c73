"""Service relationships."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core.errors import Blocked
from core.machine import perform
from tests.state_machines.made import a_customer, a_dependency, a_service, an_active_service

pytestmark = pytest.mark.django_db


def test_keeps_what_is_needed_running_until_it_ends() -> None:
    customer = a_customer()
    domain, hosting = an_active_service(customer), an_active_service(customer)
    link = a_dependency(hosting, domain)
    with pytest.raises(Blocked, match=f"needed by the active service {hosting.pk}"):
        perform(domain, "suspend", arguments={"reason": "overdue"})
    perform(link, "end")
    perform(domain, "suspend", arguments={"reason": "overdue"})


@pytest.mark.parametrize("fields", [{"required": False}, {"kind": "addon"}])
def test_forbids_nothing_unless_required(fields: dict[str, object]) -> None:
    customer = a_customer()
    domain, hosting = an_active_service(customer), an_active_service(customer)
    a_dependency(hosting, domain, **fields)
    assert perform(domain, "terminate").target == "terminated"


def test_refuses_circles_other_customers_and_itself() -> None:
    customer = a_customer()
    first, second, third = a_service(customer), a_service(customer), a_service(customer)
    a_dependency(first, second)
    a_dependency(second, third)
    with pytest.raises(ValidationError, match="depends on this one already"):
        a_dependency(third, first)
    with pytest.raises(ValidationError, match="one customer"):
        a_dependency(first, a_service())
    with pytest.raises(ValidationError, match="depends on this one already"):
        a_dependency(first, first)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_dependency(first, second)
