"""Surveys go to who agreed to such letters, and to no address that is spared."""

from __future__ import annotations

import pytest

from actions.gateways.doors import doubles
from actions.runs import ActionRun
from actions.suppressions import Suppression, hashes
from tests.kit import in_force, work
from tests.state_machines.made import a_customer

pytestmark = pytest.mark.django_db
ASK = {"key": "ask", "when": "customer.activated", "then": [{"do": "survey.send", "with": {"survey": "first-week"}}]}


def test_who_agreed_is_asked_once_in_their_language() -> None:
    in_force(ASK)
    with doubles() as made:
        customer = a_customer(marketing_consent=True, language="ro")
        work()
        [asked] = made["surveys"].asked
    assert (asked.path, asked.key) == ("/invitations", ActionRun.objects.get().key)
    assert asked.body == {
        "survey": "first-week", "email": customer.email, "language": "ro", "object": customer.ref
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "state", "said"),
    [
        ({"marketing_consent": False}, "skipped", "did not agree"),
        ({"marketing_consent": True}, "skipped", "spared"),
        ({"marketing_consent": True, "email": ""}, "dead", "has no e-mail address"),
    ],
)
def test_nobody_else_is(fields: dict[str, object], state: str, said: str) -> None:
    in_force(ASK)
    Suppression.objects.create(address=hashes("ana@example.ro")[0], cause="bounced")
    with doubles() as made:
        a_customer(**fields)
        work()
        assert made["surveys"].asked == []
    run = ActionRun.objects.get(rule="ask")
    assert run.state == state
    assert said in run.said
