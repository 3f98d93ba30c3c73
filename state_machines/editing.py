"""Changing fields of a row that may be edited as they are: with an event that says what they were and are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from core import permission
from core.acting import Actor
from core.errors import BadArguments, NotPermitted
from core.machine import Machine, change
from core.schemas import Check
from state_machines import fields
from state_machines.creating import resolved, sentence


def edit(row: Machine, given: Mapping[str, Any], actor: Actor) -> Machine:
    """The row with the fields changed; where they are so already, nothing happens.

    Raises NotPermitted, BadArguments with the first problem, Sealed, or ObjectMissing for a reference to a row that does
    not exist for this actor.
    """
    model, what = type(row), f"{row.machine.noun}.edit"
    allowed = editable_for(actor, row)
    if not allowed:
        raise NotPermitted(actor=actor.ref, what=what)
    schema = fields.edit_schema(model)
    names = [field.name for field in allowed]
    schema["properties"] = {name: schema["properties"][name] for name in names}
    if not given:
        raise BadArguments(what=what, problem=f"give at least one of {', '.join(names)}")
    if problem := Check(schema).problem(dict(given)):
        raise BadArguments(what=what, problem=problem)
    try:
        values = resolved(allowed, given, actor, what=what, owner=row.shape.customer(row))
        return change(row.ref, actor=actor, **values)
    except ValidationError as error:
        raise BadArguments(what=what, problem=sentence(error)) from None


def editable_for(actor: Actor, row: Machine) -> list[fields.Field]:
    """The fields of this row that the actor may edit."""
    rights, may_edit = row.machine.customers, fields.editable(type(row))
    if permission.is_operator(actor):
        return may_edit
    if permission.has_customer_role(actor, row.shape.customer(row), rights.edit):
        return [field for field in may_edit if field.name in rights.fields]
    return []
