"""The door to the control panel that hosts services."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from actions.gateways.accounts import GatewayAccount
from actions.gateways.asking import HttpAsking, Question
from actions.gateways.doors import Door
from actions.outcome import Done, Outcome

ACTIVE, SUSPENDED, GONE = "active", "suspended", "gone"


class PanelGateway(Protocol):
    def create_account(self, service: str, plan: str, key: str) -> Outcome:
        """Make the account of a service (`service:7`); the same key a second time makes no second account."""

    def set_state(self, service: str, state: str, key: str) -> Outcome:
        """Let the account of a service be active, suspended or gone, whatever it was; safe to repeat."""

    def create_workspace(self, owner: str, max_projects: int, key: str) -> Outcome:
        """Make the workspace of a subscription, with room for so many projects; once for a key."""


class HttpPanel:
    """Asks the panel of the account that the operator entered."""

    _asking = HttpAsking("panel")

    def create_account(self, service: str, plan: str, key: str) -> Outcome:
        return self._asking.ask(Question("/accounts", {"account": service, "plan": plan}, key))

    def set_state(self, service: str, state: str, key: str) -> Outcome:
        return self._asking.ask(Question("/accounts/state", {"account": service, "state": state}, key))

    def create_workspace(self, owner: str, max_projects: int, key: str) -> Outcome:
        return self._asking.ask(Question("/workspaces", {"owner": owner, "max_projects": max_projects}, key))


@dataclass
class LocalPanel:
    """The panel of a server that hosts nothing yet, and the double: it remembers what it was told and refuses nothing;
    `answers` are given first, in order."""

    accounts: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    workspaces: dict[str, int] = field(default_factory=dict)
    answers: list[Outcome] = field(default_factory=list)

    def create_account(self, service: str, plan: str, key: str) -> Outcome:
        if self.answers:
            return self.answers.pop(0)
        self.accounts.setdefault(key, service)
        return Done(f"no panel is entered, so the account of {service} is only noted", request={"plan": plan})

    def set_state(self, service: str, state: str, key: str) -> Outcome:
        if self.answers:
            return self.answers.pop(0)
        self.states[service] = state
        return Done(f"no panel is entered; {service} would be {state}")

    def create_workspace(self, owner: str, max_projects: int, key: str) -> Outcome:
        if self.answers:
            return self.answers.pop(0)
        self.workspaces.setdefault(owner, max_projects)
        return Done(f"no panel is entered, so the workspace of {owner} is only noted")


@dataclass
class Panel:
    """The operator's panel; before any account is entered, one that only notes what it is told, and says so."""

    local: LocalPanel = field(default_factory=LocalPanel)

    def create_account(self, service: str, plan: str, key: str) -> Outcome:
        return self._chosen().create_account(service, plan, key)

    def set_state(self, service: str, state: str, key: str) -> Outcome:
        return self._chosen().set_state(service, state, key)

    def create_workspace(self, owner: str, max_projects: int, key: str) -> Outcome:
        return self._chosen().create_workspace(owner, max_projects, key)

    def _chosen(self) -> PanelGateway:
        # one that is there and not enabled is no licence to pretend
        return HttpPanel() if GatewayAccount.objects.filter(door="panel").exists() else self.local


PANEL: Door[PanelGateway] = Door("panel", _("Control panel"), real=Panel, double=LocalPanel)
