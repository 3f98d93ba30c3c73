"""Keeping the control panel in step with services, and making workspaces there."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from actions.declare import EXTERNAL, Call, action
from actions.gateways.panel import ACTIVE, GONE, PANEL, SUSPENDED, PanelGateway
from actions.outcome import Failed, Outcome, Skipped
from state_machines.services import Service

STATES = {"active": ACTIVE, "suspended": SUSPENDED, "expired": SUSPENDED, "terminated": GONE}
ROUNDS = 3


@action(
    "service.sync_panel",
    title=_("Bring the panel in step"),
    sentence=_("Let the service's account on the panel be as the service is"),
    kind=EXTERNAL,
    queue="high",
    targets=("service",),
)
def sync(call: Call) -> Outcome:
    """By the service's state as it is now, whatever it was at the event; so runs may overtake each other, and repeat.

    What the panel said last is what became of it.
    """
    told = ""
    answer: Outcome = Skipped(f"{call.target} has no account yet")
    for _round in range(ROUNDS):
        state = STATES.get(Service.objects.values_list("state", flat=True).get(pk=call.row().pk), "")
        if state == told:
            return answer
        answer = PANEL.through(partial(_set, call.target, state, f"{call.key}{state}"))
        if isinstance(answer, Failed):
            return answer
        told = state
    return Failed(f"{call.target} changes faster than the panel follows", retryable=True)


def _set(service: str, state: str, key: str, panel: PanelGateway) -> Outcome:
    return panel.set_state(service, state, key)


@action(
    "workspace.create",
    title=_("Make a workspace"),
    sentence=_("Make the workspace of the subscription, for {max_projects} project(s)"),
    parameters={"max_projects": {"type": "integer", "minimum": 1, "maximum": 100_000}},
    kind=EXTERNAL,
)
def create_workspace(call: Call, max_projects: int = 1) -> Outcome:
    """One for the subscription, with room for what its plan has."""
    return PANEL.through(lambda panel: panel.create_workspace(call.target, max_projects, call.key))
