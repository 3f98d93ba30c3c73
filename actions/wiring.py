"""What of this room must be wired before a server starts."""

from __future__ import annotations

from actions.declare import performers
from core import catalog, wiring


def register() -> None:
    """Let the start-up check ask this room too."""
    if unwired not in wiring.DEMANDS:
        wiring.DEMANDS.append(unwired)


def unwired() -> list[str]:
    """Actions that nothing performs, and inverses and targets that do not exist."""
    faults = []
    for spec in catalog.actions:
        if spec.name not in performers:
            faults.append(f"action {spec.name} is declared, but nothing performs it")
        if spec.inverse and spec.inverse not in catalog.actions:
            faults.append(f"the inverse of action {spec.name}, {spec.inverse}, is no action")
        faults += [
            f"action {spec.name} stands on {noun}, which is no machine"
            for noun in spec.targets
            if noun not in catalog.machines
        ]
    return faults
