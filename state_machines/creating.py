"""Making a row from data that came from outside: checked against its schema, its references and its model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction

from core import permission, refs
from core.acting import Actor, acting
from core.errors import BadArguments, NotPermitted, ObjectMissing
from core.machine import Machine
from core.schemas import Check
from state_machines import fields


def create(noun: str, given: Mapping[str, Any], actor: Actor) -> Machine:
    """A new row of machine `noun`, born with its event. References are texts such as customer:17.

    Raises NotDeclared, NotPermitted, BadArguments with the first problem, or ObjectMissing for a row that does not exist
    for this actor.
    """
    model = refs.model_of(noun)
    permission.demand_operator(actor, f"{noun}.create")
    if problem := Check(fields.schema(model)).problem(dict(given)):
        raise BadArguments(what=f"{noun}.create", problem=problem)
    with acting(actor), transaction.atomic():
        try:
            row = model(**_resolved(model, given, actor))
            row.full_clean()
        except ValidationError as error:
            raise BadArguments(what=f"{noun}.create", problem=_sentence(error)) from None
        if not permission.sees(actor, row):
            raise NotPermitted(actor=actor.ref, what=f"{noun}.create")
        row.save()
    return row


def _resolved(model: type[Machine], given: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    resolved: dict[str, Any] = {}
    owners: dict[str, str] = {}
    for field in fields.creatable(model):
        if field.name not in given:
            continue
        value = given[field.name]
        if field.is_relation and value is not None:
            row = refs.resolve(value)
            if not permission.sees(actor, row):
                raise ObjectMissing(ref=value)
            if owner := row.shape.customer(row):
                owners[owner] = value
            resolved[field.name] = row
        else:
            resolved[field.name] = fields.parsed(field, value)
    if len(owners) > 1:
        said = " and ".join(f"{ref} is of {owner}" for owner, ref in owners.items())
        raise BadArguments(
            what=f"{model.machine.noun}.create", problem=f"its references are of several customers: {said}"
        )
    return resolved


def _sentence(error: ValidationError) -> str:
    parts = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    return "; ".join(
        " ".join(said) if name == NON_FIELD_ERRORS else f"{name}: {' '.join(said)}" for name, said in parts.items()
    )
