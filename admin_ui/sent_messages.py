"""The message log: what was sent to whom, newest first."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from actions.message_log import SentMessage
from actions.runs import ActionRun
from admin_ui.links import page_at
from admin_ui.pages import StaffAdmin
from admin_ui.templatetags.staff import badge, moment, ref


@admin.register(SentMessage)
class SentMessageAdmin(StaffAdmin):
    """Texts and addresses are not kept; each leads to the customer, and its page to the run that sent it."""

    list_display = ("show_at", "channel", "show_customer", "template", "rule", "show_state", "said")
    list_display_links = ("show_at",)
    list_filter = ("state", "channel")
    search_fields = ("=customer", "=rule", "=template")
    search_help_text = _("customer:17, the key of a rule or the name of a text")
    fields = ("show_at", "channel", "show_customer", "template", "rule", "show_run", "show_state", "said", "show_told")
    readonly_fields: Any = fields

    @admin.display(description=_("at"))
    def show_at(self, row: SentMessage) -> SafeString:
        return moment(row.at)

    @admin.display(description=_("last notice"))
    def show_told(self, row: SentMessage) -> SafeString | str:
        return moment(row.told_at) if row.told_at else "–"

    @admin.display(description=_("customer"))
    def show_customer(self, row: SentMessage) -> SafeString:
        return ref(row.customer)

    @admin.display(description=_("state"))
    def show_state(self, row: SentMessage) -> SafeString:
        return badge(row.state, row.get_state_display())

    @admin.display(description=_("action run"))
    def show_run(self, row: SentMessage) -> SafeString | str:
        run = ActionRun.objects.filter(key=row.key).first()
        return format_html('<a class="pv-link" href="{}">{}</a>', page_at(ActionRun, run.pk), run.ref) if run else "–"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields
