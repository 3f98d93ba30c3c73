"""The fields with which a row is created, as a JSON schema, and their values as data."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core import clock, schemas
from core.machine import Machine

OWN = ("id", "state", "sequence")
Field: TypeAlias = "models.Field[Any, Any]"


def creatable(model: type[Machine]) -> list[Field]:
    """The fields that somebody who creates a row may give."""
    return [field for field in model._meta.concrete_fields if field.editable and field.name not in OWN]


def schema(model: type[Machine]) -> dict[str, Any]:
    """The JSON schema of what creates a row; rows of other machines are given as references."""
    fields = creatable(model)
    required = [field.name for field in fields if not (field.has_default() or field.blank or field.null)]
    return schemas.of_arguments({field.name: _schema_of(field) for field in fields}, required)


def _schema_of(field: Field) -> dict[str, Any]:
    made = _plain_schema(field)
    if field.choices and "type" in made:
        made["enum"] = [value for value, _title in field.flatchoices] + ([""] if field.blank else [])
    if field.null and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made | {"title": str(field.verbose_name)}


def _plain_schema(field: Field) -> dict[str, Any]:
    if isinstance(field, models.ForeignKey):
        noun = field.related_model.machine.noun if issubclass(field.related_model, Machine) else r"[a-z_]+"
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
    """Every column of the row beyond its key, state and sequence, as JSON data; other machines' rows as references."""
    return {field.name: _as_data(field, row) for field in row._meta.concrete_fields if field.name not in OWN}


def _as_data(field: Field, row: Machine) -> Any:
    value = getattr(row, field.attname)
    if isinstance(field, models.ForeignKey) and value is not None:
        model = field.related_model
        return f"{model.machine.noun}:{value}" if issubclass(model, Machine) else value
    if isinstance(value, datetime):
        return clock.iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
