"""An action that a person asks for on an object: an event of the object says so, and the run goes the way of all runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from actions.declare import problem_with
from actions.runs import ActionRun
from core import audit, bells, catalog, clock, permission
from core.acting import Actor, acting, present
from core.catalog import ActionSpec, Fact, Kind
from core.declare import event_type
from core.errors import BadArguments, NotDeclared
from core.machine import Machine, record

ASKED = event_type(
    "action_run.asked",
    _("A person asked for an action"),
    facts=(Fact("action_run.action", Kind.TEXT, free_of_persons=True),),
    internal=True,
)
BY_HAND = "by-hand"


def possible(row: Machine) -> list[ActionSpec]:
    """The actions that may stand on the row; its transitions are not among them, for they are performed at once."""
    noun = row.machine.noun
    return [
        spec for spec in catalog.actions if (not spec.targets or noun in spec.targets) and not _is_transition(spec.name)
    ]


def ask(row: Machine, action: str, arguments: Mapping[str, Any], *, actor: Actor | None = None) -> ActionRun:
    """Ask for an action on the row; it is carried out by a worker, once. Raises NotPermitted, NotDeclared or BadArguments."""
    with acting(actor), transaction.atomic():
        permission.demand_operator(present().actor, f"ask for {action}")
        spec = next((one for one in possible(row) if one.name == action), None)
        if spec is None:
            raise NotDeclared(sort="action", name=action, known=[one.name for one in possible(row)])
        if problem := problem_with(action, arguments):
            raise BadArguments(what=action, problem=problem)
        event = record(row, ASKED.name, {"action_run.action": action})
        run = ActionRun.objects.create(
            key=f"{event.pk}/{BY_HAND}/{action}/", event_id=event.pk, subject=event.subject, customer=event.customer,
            rule_set="", rule=BY_HAND, version="", item=action, action=action, target=row.ref,
            arguments=dict(arguments), queue=spec.queue, due_at=event.at, correlation=event.correlation,
            depth=event.depth, created_at=clock.now(),
        )  # fmt: skip
        audit.note("action_run.asked", run.ref)
        transaction.on_commit(lambda: bells.ring_queue(spec.queue))
        return run


def _is_transition(name: str) -> bool:
    noun, _dot, transition = name.partition(".")
    machine = catalog.machines.find(noun)
    return machine is not None and transition in machine.transitions
