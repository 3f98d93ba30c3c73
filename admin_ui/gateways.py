"""Accounts at outside services, and which doors are shut; for administrators."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from actions.gateways.accounts import GatewayAccount
from actions.gateways.breakers import Breaker
from admin_ui import people
from admin_ui.pages import ForAdministrators, StaffAdmin
from core import audit
from core.acting import acting
from core.catalog import gateways


class AccountForm(forms.ModelForm):
    """The secret is written and never shown; left empty, it stays as it is."""

    secret = forms.CharField(
        label=capfirst(_("secret")),
        required=False,
        max_length=2000,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("It is stored encrypted and never shown again. Leave it empty to keep what is there."),
    )

    class Meta:
        model = GatewayAccount
        fields = ("door", "address", "secret", "options", "enabled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(door.name, door.title) for door in gateways]
        self.fields["door"] = forms.ChoiceField(
            label=capfirst(_("gateway")), choices=choices, widget=UnfoldAdminSelectWidget
        )
        self.initial["secret"] = ""

    def clean_secret(self) -> str:
        return self.cleaned_data["secret"] or (self.instance.secret if self.instance.pk else "")


@admin.register(GatewayAccount)
class GatewayAccountAdmin(ForAdministrators):
    """Only administrators may look: an address may tell who the customers are."""

    form = AccountForm
    list_display = ("door", "address", "enabled")

    def save_model(self, request: HttpRequest, obj: GatewayAccount, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        with acting(people.actor(request)):
            audit.note("gateway.changed", f"gateway:{obj.door}")


@admin.register(Breaker)
class BreakerAdmin(StaffAdmin):
    """Doors that fail, with the last reason."""

    list_display = ("door", "failures", "shut_until", "reason")
    ordering = ("door",)
