"""Which columns of a machine stand in its list, and which fields of it staff may edit directly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString

from admin_ui.links import page_of
from admin_ui.templatetags.staff import fact, moment
from core.encrypted import EncryptedField
from core.machine import Machine
from core.money import Money
from state_machines.fields import OWN, editable

SHOWN = 5
FIGURE = "__figure"  # ends the names of columns that stand right; the style sheet looks for it
Column = str | Callable[[Any], Any]


def editable_of(model: type[Machine]) -> list[str]:
    """Names of the fields that staff may edit on a row's page, in the order of the model."""
    may_edit = {field.name for field in editable(model)}
    return [field.name for field in model._meta.concrete_fields if field.name in may_edit]


def recorded_of(row: Machine) -> list[tuple[str, Any]]:
    """Title and value of each field that is read only on a row's page, but stored secrets."""
    model, may_edit = type(row), set(editable_of(type(row)))
    fields = {field.name: field for field in model._meta.concrete_fields}
    found = []
    for name, field in fields.items():
        if name in OWN or name in may_edit or isinstance(field, EncryptedField):
            continue
        if name == "currency" and any(one.endswith("_minor") for one in fields):
            continue  # it stands with every amount
        found.append(
            (str(_title(field) if name.endswith("_minor") else field.verbose_name), _value(row, field, set(fields)))
        )
    return found


def _value(row: Machine, field: Any, names: set[str]) -> Any:
    value = getattr(row, field.name)
    if isinstance(field, models.ForeignKey):
        return _row_link(value)
    if field.name.endswith("_minor") and "currency" in names:
        return _money(value, row.currency)  # type: ignore[attr-defined]
    if isinstance(value, datetime):
        return moment(value)
    if field.choices and value:
        return getattr(row, f"get_{field.name}_display")()
    return fact(value)


def _row_link(row: Any) -> Any:
    if row is None or not admin.site.is_registered(type(row)):
        return fact(None if row is None else str(row))
    return format_html('<a class="pv-link" href="{}">{}</a>', page_of(row), str(row))


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
        return _shown_by(
            field, lambda row, minor: _money(minor, read(row)), _title(field), name=f"{field.name}{FIGURE}"
        )
    if isinstance(field, models.DateTimeField):
        return _shown_by(field, lambda row, value: moment(value), field.verbose_name)  # noqa: ARG005
    if isinstance(field, models.JSONField):
        return _shown_by(field, lambda row, value: fact(value), field.verbose_name)  # noqa: ARG005
    if isinstance(field, models.IntegerField | models.DecimalField) and not field.choices:
        return _shown_by(field, lambda row, value: fact(value), field.verbose_name, name=f"{field.name}{FIGURE}")  # noqa: ARG005
    return str(field.name)


def _title(field: Any) -> Any:
    """The field's own title; of one that has none, its name without the unit. Stays lazy, for it is translated later."""
    named = field.verbose_name
    return named.removesuffix(" minor") if isinstance(named, str) else named


def _shown_by(
    field: Any, show: Callable[[Any, Any], SafeString], title: Any, name: str = ""
) -> Callable[[Any], SafeString]:
    @admin.display(description=title, ordering=field.name)
    def column(row: Any) -> SafeString:
        return show(row, getattr(row, field.name))

    column.__name__ = column.__qualname__ = name or field.name
    return column


def _money(minor: int | None, currency: str) -> SafeString:
    return fact(None if minor is None else Money(minor, currency).as_fact())
