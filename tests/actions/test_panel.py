"""The panel follows the services, whatever order runs come in, and workspaces have the room of their plan."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from actions.gateways.doors import doubles, replaced
from actions.gateways.panel import LocalPanel
from actions.outcome import Done, Outcome
from actions.runs import ActionRun
from core.machine import perform
from state_machines.models import Service
from tests.flows.test_provider_packs import with_house
from tests.kit import in_force, work
from tests.state_machines.made import a_plan, a_service, a_subscription, an_active_service

pytestmark = pytest.mark.django_db
SYNC = {"key": "step", "when": "service.*", "then": [{"do": "service.sync_panel"}]}


@dataclass
class Late(LocalPanel):
    """A panel that somebody is faster than: the service is suspended while it is told that it is active."""

    told: list[str] = field(default_factory=list)

    def set_state(self, service: str, state: str, key: str) -> Outcome:
        self.told.append(state)
        if self.told == ["active"]:
            perform(Service.objects.get(), "suspend", arguments={"reason": "abuse"})
        self.states[service] = state
        return Done("told")


def test_it_is_told_what_the_service_is_now() -> None:
    in_force(SYNC)
    service = an_active_service()
    perform(service, "suspend", arguments={"reason": "abuse"})
    with doubles() as made:
        work()
        assert made["panel"].states == {service.ref: "suspended"}
        perform(service, "terminate")
        work()
        assert made["panel"].states == {service.ref: "gone"}


def test_what_changes_meanwhile_is_told_too() -> None:
    in_force({**SYNC, "when": "service.activated"})
    service = an_active_service()
    panel = Late()
    with replaced(panel=panel):
        work()
    assert panel.told == ["active", "suspended"]
    assert panel.states == {service.ref: "suspended"}


def test_where_no_panel_is_entered_its_run_does_not_say_that_one_followed() -> None:
    in_force({**SYNC, "when": "service.activated"})
    service = an_active_service()
    work()
    run = ActionRun.objects.get()
    assert (run.state, run.said) == ("done", f"no panel is entered; {service.ref} would be active")


def test_what_has_no_account_yet_is_skipped() -> None:
    in_force({**SYNC, "when": "service.created"})
    a_service()
    with doubles() as made:
        work()
        assert made["panel"].states == {}
    assert ActionRun.objects.get().state == "skipped"


def test_a_subscription_gets_a_workspace_where_its_plan_has_one() -> None:
    with_house()
    with doubles() as made:
        roomy, plain = a_subscription(plan=a_plan(max_projects=5)), a_subscription(plan=a_plan())
        for one in (roomy, plain):
            perform(one, "activate")
        work()
        assert made["panel"].workspaces == {roomy.ref: 5}
