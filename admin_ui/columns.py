"""Which columns of a machine stand in its list, and which fields of it staff may edit directly."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.db import models
from django.utils.safestring import SafeString

from admin_ui.templatetags.staff import fact, moment
from core import facts
from core.encrypted import EncryptedField
from core.machine import Machine
from core.money import Money

OWN = ("id", "state", "sequence")
SHOWN = 5
Column = str | Callable[[Any], Any]


def recorded(model: type[Machine]) -> set[str]:
    """Names of the fields that change only with an event: those that the database guards, and keys that make links."""
    named = {name for declared in model.spec.facts for name in facts.columns(declared)}
    first_steps = {path.partition(".")[0] for path in model.machine.related.values()}
    return (named | first_steps | set(model.machine.recorded) | set(model.machine.links)) - {"state"}


def fields_of(model: type[Machine], edits: tuple[str, ...]) -> tuple[list[Column], list[Column]]:
    """Every field of a row's page but stored secrets, and those that are read only there: all recorded ones but `edits`."""
    kept = recorded(model) - set(edits)
    fields = [
        field
        for field in model._meta.concrete_fields
        if field.name not in OWN and not isinstance(field, EncryptedField)
    ]
    named = {field.name for field in fields}
    everything: list[Column] = []
    read_only: list[Column] = []
    for field in fields:
        if field.editable and field.name not in kept:
            everything.append(field.name)
            continue
        column = _column(field, named)
        everything.append(column)
        read_only.append(column)
    return everything, read_only


def shown(
    model: type[models.Model], names: tuple[str, ...] = (), currency: Callable[[Any], str] | None = None
) -> list[Column]:
    """Columns of the list: those named, or the first short fields; amounts with the row's currency, or as `currency` has it."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    if not names:
        short = (name for name, field in fields.items() if not isinstance(field, models.TextField | models.JSONField))
        names = tuple(name for name in short if name not in (*OWN, "currency"))[:SHOWN]
    return [_column(fields[name], set(fields), currency) for name in names]


def _column(field: Any, names: set[str], currency: Callable[[Any], str] | None = None) -> Column:
    """The field's name, or a function where its plain value would be hard to read."""
    if field.name.endswith("_minor") and (currency or "currency" in names):
        read = currency or attrgetter("currency")
        return _shown_by(field, lambda row, minor: _money(minor, read(row)), _title(field))
    if isinstance(field, models.DateTimeField):
        return _shown_by(field, lambda row, value: moment(value), field.verbose_name)  # noqa: ARG005
    return str(field.name)


def _title(field: Any) -> Any:
    """The field's own title; of one that has none, its name without the unit. Stays lazy, for it is translated later."""
    named = field.verbose_name
    return named.removesuffix(" minor") if isinstance(named, str) else named


def _shown_by(field: Any, show: Callable[[Any, Any], SafeString], title: Any) -> Callable[[Any], SafeString]:
    @admin.display(description=title, ordering=field.name)
    def column(row: Any) -> SafeString:
        return show(row, getattr(row, field.name))

    return column


def _money(minor: int | None, currency: str) -> SafeString:
    return fact(None if minor is None else Money(minor, currency).as_fact())
