"""The door to the control panel that hosts services."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from actions.gateways.doors import Door
from actions.outcome import Done, Outcome


class PanelGateway(Protocol):
    def create_account(self, service: str, plan: str, key: str) -> Outcome:
        """Make the account of a service (`service:7`); the same key a second time makes no second account."""


@dataclass
class LocalPanel:
    """The panel of a server that hosts nothing yet: it remembers each account by key and refuses none."""

    accounts: dict[str, str] = field(default_factory=dict)
    answers: list[Outcome] = field(default_factory=list)

    def create_account(self, service: str, plan: str, key: str) -> Outcome:
        if self.answers:
            return self.answers.pop(0)
        self.accounts.setdefault(key, service)
        return Done(f"account of {service} made for plan {plan}", request={"service": service, "key": key})


PANEL: Door[PanelGateway] = Door("panel", _("Control panel"), real=LocalPanel, double=LocalPanel)
