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
    given = _allowed(model, given, actor)
    if problem := Check(fields.schema(model)).problem(dict(given)):
        raise BadArguments(what=f"{noun}.create", problem=problem)
    with acting(actor), transaction.atomic():
        try:
            row = model(**resolved(fields.creatable(model), given, actor, what=f"{noun}.create"))
            row.full_clean()
        except ValidationError as error:
            raise BadArguments(what=f"{noun}.create", problem=sentence(error)) from None
        if not _may_have(actor, row):
            raise NotPermitted(actor=actor.ref, what=f"{noun}.create")
        row.save()
    return row


def _allowed(model: type[Machine], given: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """What is given, with what the server says of rows that customers create. Raises NotPermitted or BadArguments."""
    rights, what = model.machine.customers, f"{model.machine.noun}.create"
    if not model.machine.created_by_doors:
        raise NotPermitted(actor=actor.ref, what=what)
    if permission.is_operator(actor):
        return dict(given)
    if not any(permission.has_customer_role(actor, customer, rights.create) for customer in actor.customers or ()):
        raise NotPermitted(actor=actor.ref, what=what)
    if unknown := sorted(set(given) - set(rights.fields)):
        problem = f"its fields are {', '.join(rights.fields)}, and not {', '.join(unknown)[:200]}"
        raise BadArguments(what=what, problem=problem)
    return {**given, **rights.given}


def _may_have(actor: Actor, row: Machine) -> bool:
    if actor.customers is None or not permission.sees(actor, row):
        return actor.customers is None
    customer = row.shape.customer(row)
    return permission.is_operator(actor) or permission.has_customer_role(actor, customer, row.machine.customers.create)


def resolved(
    allowed: list[fields.Field], given: Mapping[str, Any], actor: Actor, *, what: str, owner: str = ""
) -> dict[str, Any]:
    """Values as the model takes them. All references must be of one customer, that of the row if it has an `owner`.

    Raises BadArguments, or ObjectMissing for a row that does not exist for this actor.
    """
    resolved: dict[str, Any] = {}
    owners: dict[str, str] = {owner: "the row itself"} if owner else {}
    for field in allowed:
        if field.name not in given:
            continue
        value = given[field.name]
        if field.is_relation and value is not None:
            row = fields.row_named(field, value)
            if not isinstance(row, Machine):
                resolved[field.name] = row
                continue
            if permission.path_to_customer(type(row)) and not permission.sees(actor, row):
                raise ObjectMissing(ref=value)
            if of := row.shape.customer(row):
                owners[of] = value
            resolved[field.name] = row
        else:
            resolved[field.name] = fields.parsed(field, value)
    if len(owners) > 1:
        said = " and ".join(f"{ref} is of {owner}" for owner, ref in owners.items())
        raise BadArguments(what=what, problem=f"its references are of several customers: {said}")
    return resolved


def sentence(error: ValidationError) -> str:
    """What is wrong, field by field."""
    parts = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    return "; ".join(
        " ".join(said) if name == NON_FIELD_ERRORS else f"{name}: {' '.join(said)}" for name, said in parts.items()
    )
