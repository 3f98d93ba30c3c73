"""The audit: who did what, newest first. Rows are never changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from admin_ui.pages import StaffAdmin
from admin_ui.templatetags.staff import moment, ref
from core.audit import AuditDetail, AuditRow


@admin.register(AuditRow)
class AuditAdmin(StaffAdmin):
    """Ids only; what a person typed is read from its erasable side row."""

    list_display = ("show_at", "show_actor", "verb", "show_object")
    list_display_links = ("show_at",)
    search_fields = ("=object", "=actor", "=verb")
    search_help_text = _("customer:17, user:3 or rule_set.published")
    fields = ("show_at", "show_actor", "verb", "show_object", "show_text", "request_id")
    readonly_fields: Any = fields

    @admin.display(description=_("at"))
    def show_at(self, row: AuditRow) -> SafeString:
        return moment(row.at)

    @admin.display(description=_("by"))
    def show_actor(self, row: AuditRow) -> SafeString:
        return ref(row.actor)

    @admin.display(description=_("object"))
    def show_object(self, row: AuditRow) -> SafeString:
        return ref(row.object)

    @admin.display(description=_("given reason"))
    def show_text(self, row: AuditRow) -> str:
        detail = AuditDetail.objects.filter(pk=row.pk).first()
        return detail.text if detail else "–"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields
