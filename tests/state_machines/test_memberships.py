"""Who belongs to a customer."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from core.events import Event
from core.machine import Machine, perform
from core.testing.machine_contract import MachineContract
from state_machines.memberships import customers_of
from state_machines.models import Membership
from tests.state_machines.conftest import Caller, problem
from tests.state_machines.made import a_customer


def a_membership(role: str = "tech") -> Membership:
    user = User.objects.create_user(f"u{uuid4().hex}")
    return Membership.objects.create(customer=a_customer(), user=user, role=role)


class TestMembership(MachineContract):
    model = Membership

    def make(self) -> Machine:
        return a_membership()


@pytest.mark.django_db
class TestMemberships:
    def test_are_staffs_to_give(self, operator: Caller) -> None:
        customer, user = a_customer(), User.objects.create_user("ana")
        given = {"customer": customer.ref, "user": f"user:{user.pk}", "role": "owner"}
        assert operator.post("membership", given).status_code == 201
        assert customers_of(user) == {customer.ref: "owner"}
        event = Event.objects.get(type="membership.created")
        assert (event.facts["membership"]["user"], event.customer) == (f"user:{user.pk}", customer.ref)
        problem(operator.post("membership", given | {"user": "user:9999999"}), 404, "not-found")

    def test_one_user_belongs_once(self) -> None:
        membership = a_membership()
        again = Membership(customer=membership.customer, user=membership.user, role="owner")
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save()
        perform(membership, "revoke")
        Membership.objects.create(customer=membership.customer, user=membership.user, role="owner")
        assert customers_of(membership.user) == {membership.customer.ref: "owner"}

    def test_another_role_is_an_event(self, operator: Caller) -> None:
        membership = a_membership()
        operator.send("PATCH", f"membership/{membership.pk}", {"role": "billing"})
        event = Event.objects.latest("id")
        assert (event.type, event.was["membership.role"]) == ("membership.role_changed", "tech")
