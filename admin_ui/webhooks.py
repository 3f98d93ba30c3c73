"""Webhooks: what came in, what was refused, and who may post."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from admin_ui import people
from admin_ui.machine_pages import MachineAdmin
from admin_ui.pages import ForAdministrators, StaffAdmin
from core import audit
from core.acting import acting
from state_machines.sources.declare import sources
from state_machines.webhook_sources import WebhookSource
from state_machines.webhooks import InvalidWebhook, Webhook, WebhookBody

SHOWN_BYTES = 20_000


def shown(body: bytes | memoryview) -> str:
    """The beginning of a body, as text."""
    return bytes(body)[:SHOWN_BYTES].decode("utf-8", errors="replace").replace("\x00", "")


@admin.register(Webhook)
class WebhookAdmin(MachineAdmin):
    """Only services make webhooks. What failed is applied again by its button, once its reason is gone."""

    shown = ("source", "kind", "payment", "code", "received_at")
    list_filter = ("state", "source")
    search_fields = ("=id", "=external_id", "=gateway_id", "=alias")
    readonly_fields = ("show_body",)

    @admin.display(description=_("body"))
    def show_body(self, row: Webhook) -> str:
        kept = WebhookBody.objects.filter(pk=row.pk).first()
        return shown(kept.body) if kept else "–"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = list(super().get_fields(request, obj))
        return [*fields, "show_body"] if people.has_role(request, people.OPERATORS) else fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(InvalidWebhook)
class InvalidWebhookAdmin(StaffAdmin):
    """What was refused, the newest first, for operators: a body may tell of persons."""

    list_display = ("id", "source", "reason", "at")
    list_filter = ("source",)
    fields = ("source", "reason", "at", "show_body")
    readonly_fields = fields

    @admin.display(description=_("body"))
    def show_body(self, row: InvalidWebhook) -> str:
        return shown(row.body)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return people.has_role(request, people.OPERATORS)

    has_module_permission = has_view_permission


class SourceForm(forms.ModelForm):
    """Secrets are written and never shown; left empty, they stay. A new one makes the present one the former."""

    secret = forms.CharField(
        label=capfirst(_("secret")),
        required=False,
        max_length=2000,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("It is stored encrypted and never shown again. A new one is taken beside the one before it."),
    )
    forget_former = forms.BooleanField(
        label=capfirst(_("forget the former secret")), required=False, widget=UnfoldBooleanSwitchWidget
    )

    class Meta:
        model = WebhookSource
        fields = ("name", "declared", "secret", "forget_former", "options", "believed", "enabled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.name, one.title) for one in sources]
        self.fields["declared"] = forms.ChoiceField(
            label=capfirst(_("kind of source")), choices=choices, widget=UnfoldAdminSelectWidget
        )
        self.initial["secret"] = ""
        self._before = self.instance.secret if self.instance.pk else ""

    def clean_secret(self) -> str:
        return self.cleaned_data["secret"] or self._before

    def save(self, commit: bool = True) -> Any:
        if self._before and self.cleaned_data["secret"] != self._before:
            self.instance.former_secret = self._before
        if self.cleaned_data["forget_former"]:
            self.instance.former_secret = ""
        return super().save(commit)


@admin.register(WebhookSource)
class WebhookSourceAdmin(ForAdministrators):
    """For administrators."""

    form = SourceForm
    list_display = ("name", "declared", "believed", "enabled")

    def save_model(self, request: HttpRequest, obj: WebhookSource, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        with acting(people.actor(request)):
            audit.note("webhook_source.changed", f"webhook_source:{obj.name}")
