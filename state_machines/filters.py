"""Which rows a list asks for: by what events tell of them and by unique names, never by what people typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext

from core import permission, refs
from core.acting import Actor
from core.encrypted import EncryptedField
from core.errors import BadArguments, BadReference
from core.machine import Machine
from state_machines import fields

RANGES = ("gte", "gt", "lte", "lt")
MOST_VALUES = 50
FLAGS = {"true": True, "false": False}


def known(model: type[Machine], actor: Actor) -> dict[str, Any]:
    """The filters of a machine: name -> JSON schema. A range is asked as `total_minor.gte`, and whether there is a value
    as `due_at.exists`; several values of an equality stand between commas."""
    found: dict[str, Any] = {}
    for field in _columns(model, actor).values():
        schema = fields.plain_schema(field)
        if not _is_ordered(field) or isinstance(field, models.ForeignKey):
            found[field.name] = {"type": "string", "title": str(field.verbose_name)}
            if field.choices:
                found[field.name]["examples"] = [value for value, _title in field.flatchoices]
        else:
            found |= {f"{field.name}.{op}": schema | {"title": str(field.verbose_name)} for op in RANGES}
        if field.null:
            found[f"{field.name}.exists"] = {"type": "string", "enum": list(FLAGS)}
    if permission.path_to_customer(model) not in {None, "pk"}:
        found["customer"] = {"type": "string", "title": gettext("customer")}
    return found


def narrowed(
    rows: QuerySet[Machine], model: type[Machine], asked: Mapping[str, list[str]], actor: Actor
) -> QuerySet[Machine]:
    """The rows for which all that is asked is so. Raises BadArguments with the filters that there are."""
    may_ask, columns = known(model, actor), _columns(model, actor)
    for name, values in asked.items():
        what = f"a list of {model.machine.noun}"
        if name not in may_ask:
            raise BadArguments(what=what, problem=f"it is asked by {', '.join(sorted(may_ask))}, not by {name[:60]}")
        column, _dot, op = name.partition(".")
        try:
            if column == "customer" and column not in columns:
                path = permission.path_to_customer(model) or ""
                rows = rows.filter(**{f"{path}__in": _keys("customer", _split(values))})
            elif op == "exists":
                rows = rows.filter(**{f"{column}__isnull": not _flag(values[-1])})
            elif op:
                rows = rows.filter(**{f"{column}__{op}": _value(columns[column], values[-1])})
            else:
                rows = rows.filter(**{f"{column}__in": [_value(columns[column], one) for one in _split(values)]})
        except (ValidationError, ValueError, BadReference) as error:
            said = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
            raise BadArguments(what=what, problem=f"{name}: {said}") from None
    return rows


def _columns(model: type[Machine], actor: Actor) -> dict[str, fields.Field]:
    """The columns that facts and links are read from, unique names, and the state; those that this actor may know of."""
    named = fields.in_facts(model) | set(model.machine.links) | {"state"}
    hidden = permission.hidden(actor, model.machine.noun)
    return {
        field.name: field
        for field in model._meta.concrete_fields
        if (field.name in named or (field.unique and isinstance(field, models.CharField)))
        and field.name not in hidden
        and not isinstance(field, EncryptedField | models.JSONField | models.TextField)
    }


def _is_ordered(field: fields.Field) -> bool:
    return isinstance(field, models.IntegerField | models.DecimalField | models.DateField) and not field.choices


def _split(values: list[str]) -> list[str]:
    parts = [part for value in values for part in value.split(",")]
    if len(parts) > MOST_VALUES:
        raise ValueError(f"at most {MOST_VALUES} values")
    return parts


def _flag(text: str) -> bool:
    if text not in FLAGS:
        raise ValueError("write true or false")
    return FLAGS[text]


def _keys(noun: str, values: list[str]) -> list[int]:
    found = [refs.parse_row(value) for value in values]
    if wrong := next((given for given, _key in found if given != noun), None):
        raise ValueError(f"{wrong[:40]} is no {noun}")
    return [key for _noun, key in found]


def _value(field: fields.Field, text: str) -> Any:
    if isinstance(field, models.ForeignKey):
        return _keys(fields.noun_of(field.related_model), [text])[0]
    if field.choices:
        names = [str(value) for value, _title in field.flatchoices]
        if text not in names:
            raise ValueError(f"it is one of {', '.join(names)}")
        return text
    if isinstance(field, models.BooleanField):
        return _flag(text)
    if isinstance(field, models.DateTimeField):
        return fields.parsed(field, text)
    if isinstance(field, models.DateField):
        return date.fromisoformat(text)
    if isinstance(field, models.DecimalField):
        return _decimal(text)
    if isinstance(field, models.IntegerField):
        number = int(text) if text.lstrip("-").isascii() and text.lstrip("-").isdigit() and len(text) < 20 else None
        if number is None or abs(number) >= 2**63:
            raise ValueError("write a whole number")
        return number
    return text


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("write a number") from None
    if not number.is_finite() or len(text) > 40 or number.adjusted() > 20:
        raise ValueError("write a number")
    return number
