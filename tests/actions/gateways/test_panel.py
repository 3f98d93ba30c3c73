"""The door to the control panel: one contract, held by the real gateway against a stand-in and by the double."""

from __future__ import annotations

import pytest

from actions.gateways.accounts import GatewayAccount
from actions.gateways.doors import doubles
from actions.gateways.panel import PANEL, PanelGateway
from actions.outcome import Done, Failed
from tests.stand_in import StandIn

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["real", "double"])
def panel(request: pytest.FixtureRequest, outside: StandIn) -> PanelGateway:
    GatewayAccount.objects.create(door="panel", address=outside.url, secret="t0ken")
    if request.param == "real":
        return PANEL.behind()
    with doubles() as made:
        found: PanelGateway = made["panel"]
        return found


def test_each_question_has_an_answer_and_may_be_repeated(panel: PanelGateway) -> None:
    for _time in range(2):
        assert isinstance(panel.create_account("service:7", "web-1", "k1"), Done)
        assert isinstance(panel.set_state("service:7", "suspended", "k2"), Done)
        assert isinstance(panel.create_workspace("subscription:3", 5, "k3"), Done)


def test_the_panel_gets_references_and_keys(outside: StandIn) -> None:
    GatewayAccount.objects.create(door="panel", address=f"{outside.url}/api/", secret="t0ken")
    panel = PANEL.behind()
    panel.create_account("service:7", "web-1", "k1")
    panel.set_state("service:7", "gone", "k2")
    panel.create_workspace("subscription:3", 5, "k3")
    assert [(one.path, one.headers["Idempotency-Key"], one.json) for one in outside.asked] == [
        ("/api/accounts", "k1", {"account": "service:7", "plan": "web-1"}),
        ("/api/accounts/state", "k2", {"account": "service:7", "state": "gone"}),
        ("/api/workspaces", "k3", {"owner": "subscription:3", "max_projects": 5}),
    ]


def test_before_an_account_is_entered_it_says_that_nothing_is_hosted() -> None:
    made = PANEL.behind().create_account("service:7", "web-1", "k1")
    assert isinstance(made, Done)
    assert "no panel is entered" in made.said


def test_an_account_that_is_off_is_no_licence_to_pretend(outside: StandIn) -> None:
    GatewayAccount.objects.create(door="panel", address=outside.url, secret="t0ken", enabled=False)
    found = PANEL.behind().set_state("service:7", "active", "k1")
    assert isinstance(found, Failed)
    assert (found.retryable, outside.asked) == (False, [])
