"""The fields with which a row is created, as a JSON schema, and their values as data."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core import clock, facts, refs, schemas
from core.encrypted import EncryptedField
from core.errors import ObjectMissing
from core.machine import Machine

OWN = ("id", "state", "sequence")
Field: TypeAlias = "models.Field[Any, Any]"


def creatable(model: type[Machine]) -> list[Field]:
    """The fields that somebody who creates a row may give; none of what a function of its own creates."""
    if not model.machine.created_by_doors:
        return []
    return [field for field in model._meta.concrete_fields if field.editable and field.name not in OWN]


def in_facts(model: type[Machine]) -> set[str]:
    """Names of the fields that facts are read from."""
    return {name for declared in model.spec.facts for name in facts.columns(declared)}


def recorded(model: type[Machine]) -> set[str]:
    """Names of the fields that change only with an event: those that the database guards, and keys that make links."""
    first_steps = {path.partition(".")[0] for path in model.machine.related.values()}
    return (in_facts(model) | first_steps | set(model.machine.recorded) | set(model.machine.links)) - {"state"}


def editable(model: type[Machine]) -> list[Field]:
    """The fields that staff may edit as they are: the declared `edits`, else those that no event records; no secret."""
    edits, kept = model.machine.edits, recorded(model)
    return [
        one
        for one in model._meta.concrete_fields
        if one.editable
        and one.name not in OWN
        and not isinstance(one, EncryptedField)
        and (one.name not in kept if edits is None else one.name in edits)
    ]


def row_named(field: Field, ref: str) -> models.Model:
    """The row that a reference given for a foreign key names. Raises BadReference or ObjectMissing."""
    related: Any = field.related_model
    if issubclass(related, Machine):
        return refs.resolve(ref)
    found: models.Model | None = related._default_manager.filter(pk=refs.parse_row(ref)[1]).first()
    if found is None:
        raise ObjectMissing(ref=ref)
    return found


def schema(model: type[Machine]) -> dict[str, Any]:
    """The JSON schema of what creates a row; rows of other machines are given as references."""
    fields = creatable(model)
    required = [field.name for field in fields if not (field.has_default() or field.blank or field.null)]
    return schemas.of_arguments({field.name: _schema_of(field) for field in fields}, required)


def edit_schema(model: type[Machine]) -> dict[str, Any]:
    """The JSON schema of what edits a row."""
    return schemas.of_arguments({field.name: _schema_of(field) for field in editable(model)}, [])


def _schema_of(field: Field) -> dict[str, Any]:
    made = plain_schema(field)
    if field.choices and "type" in made:
        made["enum"] = [value for value, _title in field.flatchoices] + ([""] if field.blank else [])
    if field.null and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made | {"title": str(field.verbose_name)}


def plain_schema(field: Field) -> dict[str, Any]:
    """The JSON schema of a value, whatever choices the field has."""
    if isinstance(field, models.ForeignKey):
        noun = noun_of(field.related_model)
        return {"type": "string", "pattern": rf"^{noun}:[0-9]{{1,18}}$"}
    if isinstance(field, models.BooleanField):
        return {"type": "boolean"}
    if isinstance(field, models.IntegerField):
        return {"type": "integer"}
    if isinstance(field, models.DecimalField):
        return {"type": "string", "maxLength": 40}
    if isinstance(field, models.DateTimeField):
        return {"type": "string", "format": "date-time", "maxLength": 40}
    if isinstance(field, models.DateField):
        return {"type": "string", "format": "date", "maxLength": 10}
    if isinstance(field, models.CharField | models.TextField):
        return {"type": "string"} | ({"maxLength": field.max_length} if field.max_length else {})
    return {}


def parsed(field: Field, value: Any) -> Any:
    """The value as the field takes it. Raises ValidationError for a moment without zone, or outside 1900 to 9000."""
    if not isinstance(field, models.DateTimeField) or value is None:
        return value
    try:
        moment = parse_datetime(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValidationError({field.name: _("Write a moment with its zone, as in 2026-03-01T09:00:00Z.")})
    if not 1900 <= moment.year <= 9000:
        raise ValidationError({field.name: _("Write a moment between the years 1900 and 9000.")})
    return moment


def values(row: Machine) -> dict[str, Any]:
    """Every column of the row beyond its key, state, sequence and secrets, as JSON data; other rows as references."""
    shown = (one for one in row._meta.concrete_fields if one.name not in OWN and not isinstance(one, EncryptedField))
    return {field.name: _as_data(field, row) for field in shown}


def noun_of(model: Any) -> str:
    """What the rows of a model are called in references: user:3, invoice:1042."""
    return str(model.machine.noun if issubclass(model, Machine) else model._meta.model_name)


def _as_data(field: Field, row: Machine) -> Any:
    value = getattr(row, field.attname)
    if isinstance(field, models.ForeignKey) and value is not None:
        return f"{noun_of(field.related_model)}:{value}"
    if isinstance(value, datetime):
        return clock.iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
