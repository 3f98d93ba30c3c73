"""Versions whose matchers said different things: they are decided by the reference alone until another one is published."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from admin_ui.pages import StaffAdmin
from admin_ui.templatetags.staff import fact, ref
from rules.incidents import Incident


@admin.register(Incident)
class IncidentAdmin(StaffAdmin):
    """The latest first, with what each said."""

    list_display = ("at", "matcher", "show_event", "show_reference", "show_other", "error")
    fields = ("at", "matcher", "show_event", "show_reference", "show_other", "error", "content_hash")
    readonly_fields: Any = fields
    ordering = ("-at",)

    @admin.display(description=_("event"))
    def show_event(self, row: Incident) -> SafeString:
        subject, at, number = row.event.partition("@")
        return format_html("{}{}{}", ref(subject), at, number)

    @admin.display(description=_("the reference said"))
    def show_reference(self, row: Incident) -> SafeString:
        return fact(row.reference)

    @admin.display(description=_("the matcher said"))
    def show_other(self, row: Incident) -> SafeString:
        return fact(row.other)
