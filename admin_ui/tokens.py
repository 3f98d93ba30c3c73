"""API tokens, for administrators: issued, shown once, revoked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
)

from admin_ui import people
from admin_ui.pages import StaffAdmin, page
from admin_ui.templatetags.staff import moment, ref
from core import refs
from core.accounts import MAX_DAYS, SCOPES, ApiToken, issue_token, revoke_token
from core.acting import acting
from core.errors import PravilaError
from core.http import sentence

SCOPE_TITLES = {
    "read": _("read what its user sees"),
    "perform": _("create and change objects"),
    "events": _("post events"),
    "rules": _("change rules"),
    "runs": _("steer action runs"),
}


class TokenForm(forms.ModelForm):
    """What a new token may do. Saving it issues the token."""

    customer = forms.CharField(
        label=capfirst(_("customer")),
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "customer:17"}),
        help_text=_("It sees this customer's objects only. Left empty, it sees what its user sees."),
    )
    scopes = forms.MultipleChoiceField(
        label=capfirst(_("scopes")),
        choices=[(scope, SCOPE_TITLES[scope]) for scope in SCOPES],
        initial=["read"],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    days = forms.IntegerField(
        label=capfirst(_("days until it expires")),
        min_value=1,
        max_value=MAX_DAYS,
        initial=90,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    class Meta:
        model = ApiToken
        fields = ("user", "name", "customer")
        labels = {"user": capfirst(_("user"))}
        help_texts = {
            "user": _("The program may do what this person may. A person without a role sees what memberships give."),
            "name": _("What it is for, as in: web shop."),
        }

    def clean_customer(self) -> str:
        given = str(self.cleaned_data["customer"]).strip()
        try:
            noun = refs.resolve(given).machine.noun if given else "customer"
        except PravilaError as refused:
            raise forms.ValidationError(sentence(refused)) from None
        if noun != "customer":
            raise forms.ValidationError(_("Write the reference of a customer, as in customer:17."))
        return given

    def issue(self) -> str:
        """The token, for once."""
        given = self.cleaned_data
        return issue_token(
            given["user"],
            given["name"],
            days=given["days"],
            customer=given["customer"],
            scopes=given["scopes"],
        )


@admin.register(ApiToken)
class ApiTokenAdmin(StaffAdmin):
    """Deleting a token revokes it."""

    form = TokenForm
    list_display = ("id", "name", "show_user", "show_customer", "show_scopes", "show_expiry", "show_use")
    list_display_links = ("id", "name")
    list_select_related = ("user",)
    search_fields = ("name", "user__username", "=customer")
    search_help_text = _("name of the token, name of the user, or customer:17")
    fields = ("user", "name", "customer", "scopes", "days")

    @admin.display(description=_("user"))
    def show_user(self, row: ApiToken) -> str:
        return str(row.user)

    @admin.display(description=_("customer"))
    def show_customer(self, row: ApiToken) -> SafeString | str:
        return ref(row.customer) if row.customer else "–"

    @admin.display(description=_("scopes"))
    def show_scopes(self, row: ApiToken) -> str:
        return ", ".join(row.scopes)

    @admin.display(description=_("expires at"))
    def show_expiry(self, row: ApiToken) -> SafeString:
        return moment(row.expires_at)

    @admin.display(description=_("last used at"))
    def show_use(self, row: ApiToken) -> SafeString | str:
        return moment(row.last_used_at) if row.last_used_at else "–"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return people.has_role(request, ())

    has_module_permission = has_view_permission
    has_add_permission = has_view_permission
    has_delete_permission = has_view_permission

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (
            self.fields if obj is None else ("user", "name", "show_customer", "show_scopes", "show_expiry", "show_use")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.get_fields(request, obj)

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        """Issue it; the token itself goes to the next page and nowhere else."""
        with acting(people.actor(request)):
            obj.shown_once = form.issue()  # type: ignore[attr-defined]

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the issue is in the audit."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Nothing: the revocation is in the audit."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return page(request, "admin_ui/token_issued.html", _("API token"), token=obj.shown_once, name=obj.name)

    def delete_model(self, request: HttpRequest, obj: ApiToken) -> None:
        with acting(people.actor(request)):
            revoke_token(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            self.delete_model(request, token)
