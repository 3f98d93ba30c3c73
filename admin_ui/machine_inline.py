"""Rows that belong to a row, as a table on its page: added where that is allowed, and read only afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.admin import TabularInline

from admin_ui import columns, people
from admin_ui.amount_form import AmountForm, amount_field
from core.machine import Machine


class MachineInline(TabularInline):
    """`shown` are the columns; amounts stand with their currency except where they are typed."""

    form = AmountForm
    shown: tuple[str, ...] = ()
    currency: Callable[[Any], str] | None = None
    extra = 0
    show_change_link = True
    hide_title = True

    def __init__(self, parent: type[models.Model], site: admin.AdminSite) -> None:
        super().__init__(parent, site)
        names = self.shown + (("state",) if issubclass(self.model, Machine) else ())
        self._columns = dict(zip(names, columns.shown(self.model, names, self.currency), strict=True))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        typed = self.has_add_permission(request, obj)
        return [name if typed and self._is_typed(name) else column for name, column in self._columns.items()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [field for field in self.get_fields(request, obj) if callable(field) or not self._is_typed(field)]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name.endswith("_minor") and db_field.editable:
            return amount_field(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def _is_typed(self, name: str) -> bool:
        return name != "state" and bool(self.model._meta.get_field(name).editable)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return people.may_see(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return people.has_role(request, people.OPERATORS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
