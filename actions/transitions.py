"""Every transition of every machine is an action by itself: `order.pay`, `service.suspend`."""

from __future__ import annotations

from typing import Any

from actions.declare import INTERNAL, Call, add
from actions.outcome import Done, Outcome
from core import catalog
from core.catalog import ActionSpec, MachineSpec, Transition
from core.machine import perform
from core.schemas import of_arguments


def declare_all() -> None:
    """Enter the transitions of all registered machines into the catalog of actions."""
    for machine in catalog.machines:
        for transition in machine.transitions.values():
            _declare(machine, transition)


def _declare(machine: MachineSpec, transition: Transition) -> None:
    name = f"{machine.noun}.{transition.name}"

    def carry_out(call: Call, **arguments: Any) -> Outcome:
        event = perform(call.target, transition.name, arguments=arguments)
        return Done(f"{event.subject} is {event.target}")

    spec = ActionSpec(
        name=name,
        title=transition.title,
        sentence=f"{transition.title}: {machine.title}",
        parameters=of_arguments(transition.arguments, transition.required),
        kind=INTERNAL,
        queue="high" if transition.moves_money else "default",
        targets=(machine.noun,),
        moves_money=transition.moves_money,
        emits=(transition.event,),
        atomic=True,
    )
    if name not in catalog.actions:
        add(spec, carry_out)
