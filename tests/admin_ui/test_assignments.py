"""The page of a segment's rules: who is assigned to it by hand."""

from __future__ import annotations

import pytest

from rules.assignments import SegmentAssignment, assigned_to
from tests.admin_ui.conftest import SignIn
from tests.kit import in_force
from tests.state_machines.made import a_customer

pytestmark = pytest.mark.django_db
PAGE = "/staff/rules/ruleset/of/segment:vip/"


def test_a_customer_is_assigned_by_hand_and_that_is_ended(sign_in: SignIn) -> None:
    in_force(segments=[{"key": "vip"}])
    customer, client = a_customer(), sign_in("author")
    assert "segment:vip" in client.get("/staff/rules/ruleset/of/house/").content.decode()
    form = {"customer": customer.ref, "reason": "<b>they</b> signed"}
    client.post(f"{PAGE}assign/", form)
    assert [row.customer for row in assigned_to("vip")] == [customer.ref]
    assert customer.ref in client.get(PAGE).content.decode()
    client.post(f"{PAGE}assign/", {**form, "end": "1"})
    assert not assigned_to("vip").exists()
    assert "Nobody; customers are in it" in client.get(PAGE).content.decode()


def test_bad_input_is_a_sentence(sign_in: SignIn) -> None:
    in_force(segments=[{"key": "vip"}])
    client = sign_in("author")
    answer = client.post(f"{PAGE}assign/", {"customer": "customer:999", "reason": "because"}, follow=True)
    assert answer.status_code == 200
    assert client.post("/staff/rules/ruleset/of/segment:vpi/assign/", {}).status_code == 404
    assert not SegmentAssignment.objects.exists()


def test_who_may_not_write_rules_may_look_only(sign_in: SignIn) -> None:
    in_force(segments=[{"key": "vip"}])
    customer, client = a_customer(), sign_in("viewer")
    assert "Assign</button>" not in client.get(PAGE).content.decode()
    client.post(f"{PAGE}assign/", {"customer": customer.ref, "reason": "because"})
    assert not SegmentAssignment.objects.exists()
