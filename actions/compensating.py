"""Taking back what a run did: the inverse that its action declares, asked for by a person, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from actions import by_hand
from actions.runs import ActionRun, RunState
from core import audit, catalog, machine, refs
from core.acting import Actor, acting
from core.audit import AuditRow
from core.catalog import ActionSpec
from core.errors import PravilaError
from core.events import Event
from core.machine import Machine

COMPENSATED = "action_run.compensated"


class NothingToTakeBack(PravilaError):
    """{ref} cannot be taken back: it is not done, its action has no inverse, or it was taken back already. Look at it again."""

    status = 409
    code = "nothing-to-take-back"


@dataclass(frozen=True)
class Compensation:
    """`spec` is the inverse, `row` what it stands on, `arguments` what the run says of them."""

    spec: ActionSpec
    row: Machine
    arguments: Mapping[str, Any]


def compensation(run: ActionRun) -> Compensation | None:
    """How the run is taken back; None where it cannot be, or was."""
    done = catalog.actions.find(run.action) if run.state == RunState.DONE else None
    spec = catalog.actions.find(done.inverse) if done is not None and done.inverse else None
    row = _stands_on(run, spec) if spec is not None else None
    if spec is None or row is None or AuditRow.objects.filter(verb=COMPENSATED, object=run.ref).exists():
        return None
    known = {"cause": run.rule, **run.arguments}
    return Compensation(
        spec, row, {name: known[name] for name in spec.parameters.get("properties", {}) if name in known}
    )


def compensate(run: ActionRun, arguments: Mapping[str, Any], *, actor: Actor | None = None) -> None:
    """Ask for the inverse. Raises NothingToTakeBack, and what performing a transition or asking for an action raises."""
    with acting(actor), transaction.atomic():
        locked = ActionRun.objects.select_for_update().get(pk=run.pk)
        found = compensation(locked)
        if found is None:
            raise NothingToTakeBack(ref=run.ref)
        if name := _transition(found.spec):
            machine.perform(found.row.ref, name, arguments=arguments)
        else:
            by_hand.ask(found.row, found.spec.name, arguments)
        audit.note(COMPENSATED, run.ref)


def _transition(spec: ActionSpec) -> str:
    noun, _dot, name = spec.name.partition(".")
    declared = catalog.machines.find(noun)
    return name if declared is not None and name in declared.transitions else ""


def _stands_on(run: ActionRun, spec: ActionSpec) -> Machine | None:
    """What the run stood on; for a transition of another machine, the one row of it that the run made."""
    ref, noun = run.target, spec.name.partition(".")[0]
    if _transition(spec) and ref.partition(":")[0] != noun:
        made = Event.objects.filter(cause=run.event_id, actor=f"rule:{run.rule}", type=f"{noun}.created")
        subjects = list(made.values_list("subject", flat=True)[:2])
        if len(subjects) != 1:
            return None
        ref = subjects[0]
    try:
        return refs.resolve(ref)
    except PravilaError:
        return None
