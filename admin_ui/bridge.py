"""What the bridge could not read, so that nobody's events are missing unnoticed."""

from __future__ import annotations

from django.contrib import admin

from admin_ui.pages import StaffAdmin
from core.bridge.seen import BridgeProblem


@admin.register(BridgeProblem)
class BridgeProblemAdmin(StaffAdmin):
    """One row for each binding that ever failed, the latest first."""

    list_display = ("binding", "count", "reason", "at")
    ordering = ("-at",)
