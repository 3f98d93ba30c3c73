"""Webhook endpoints and what was delivered there."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from actions.webhook_deliveries import WebhookDelivery, redeliver
from admin_ui import people
from admin_ui.links import page_at
from admin_ui.machine_pages import MachineAdmin
from admin_ui.pages import StaffAdmin
from admin_ui.templatetags.staff import badge, moment, ref
from core import audit
from core.acting import acting
from core.events import Event
from state_machines.webhook_endpoints import WebhookEndpoint

AT_ONCE = 10  # redeliveries of one request; each waits for its answer


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(MachineAdmin):
    """The secret is for administrators, who hand it to the other side."""

    shown = ("customer", "address", "failing_since")
    readonly_fields = ("show_secret",)

    @admin.display(description=_("secret"))
    def show_secret(self, row: WebhookEndpoint) -> str:
        return row.secret

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = list(super().get_fields(request, obj))
        if obj is None:
            return [name for name in fields if name != "show_secret"]
        return [*fields, "show_secret"] if people.has_role(request, ()) else fields


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(StaffAdmin):
    """The newest first. What was not taken is tried again by its action run for days; staff may post it at once."""

    list_display = ("id", "show_endpoint", "show_event", "show_state", "status", "attempts", "said", "show_at")
    fields = ("show_endpoint", "show_event", "show_state", "status", "attempts", "said", "show_at", "key")
    readonly_fields: Any = fields
    list_filter = ("state",)
    search_fields = ("=endpoint", "=event_id")
    search_help_text = _("webhook_endpoint:3 or the position of an event")
    actions = ("redeliver_all",)

    @admin.display(description=_("endpoint"))
    def show_endpoint(self, row: WebhookDelivery) -> SafeString:
        return ref(row.endpoint)

    @admin.display(description=_("event"), ordering="event_id")
    def show_event(self, row: WebhookDelivery) -> SafeString:
        return format_html('<a class="pv-link" href="{}">{}</a>', page_at(Event, row.event_id), row.event_id)

    @admin.display(description=_("state"))
    def show_state(self, row: WebhookDelivery) -> SafeString:
        return badge(row.state, row.get_state_display())

    @admin.display(description=_("at"))
    def show_at(self, row: WebhookDelivery) -> SafeString:
        return moment(row.at)

    @action(description=_("Deliver again"), permissions=["operate"])
    def redeliver_all(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        """Post each selected delivery again, at most ten in one request."""
        with acting(people.actor(request)):
            states = [self._redelivered(delivery) for delivery in queryset.order_by("id")[:AT_ONCE]]
        taken = states.count("delivered")
        said = gettext("%(taken)d of %(count)d deliveries were taken.") % {"taken": taken, "count": len(states)}
        messages.success(request, said)

    def _redelivered(self, delivery: WebhookDelivery) -> str:
        audit.note("webhook_delivery.redelivered", f"webhook_delivery:{delivery.pk}")
        return redeliver(delivery)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return people.has_role(request, people.OPERATORS)
