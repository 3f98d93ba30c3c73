"""What of this room must be wired before a server starts."""

from __future__ import annotations

from actions.declare import EXTERNAL, INTERNAL, performers
from core import catalog, wiring
from core.bells import QUEUES


def register() -> None:
    """Let the start-up check ask this room too."""
    if unwired not in wiring.DEMANDS:
        wiring.DEMANDS.append(unwired)


def unwired() -> list[str]:
    """Actions that nothing performs, and inverses, targets, queues and kinds that do not exist."""
    faults = []
    for spec in catalog.actions:
        if spec.name not in performers:
            faults.append(f"action {spec.name} is declared, but nothing performs it")
        if spec.inverse and spec.inverse not in catalog.actions:
            faults.append(f"the inverse of action {spec.name}, {spec.inverse}, is no action")
        if spec.queue not in QUEUES:
            faults.append(f"action {spec.name} waits in queue {spec.queue}, on which nobody works")
        if spec.kind not in (INTERNAL, EXTERNAL):
            faults.append(f"action {spec.name} is {spec.kind}; it must be {INTERNAL} or {EXTERNAL}")
        faults += [
            f"action {spec.name} stands on {noun}, which is no machine"
            for noun in spec.targets
            if noun not in catalog.machines
        ]
    return faults
