"""Versions whose matchers said different things: they are decided by the reference alone until another one is published."""

from __future__ import annotations

from django.contrib import admin

from admin_ui.pages import StaffAdmin
from rules.incidents import Incident


@admin.register(Incident)
class IncidentAdmin(StaffAdmin):
    """The latest first, with what each said."""

    list_display = ("at", "matcher", "event", "reference", "other", "error", "content_hash")
    ordering = ("-at",)
