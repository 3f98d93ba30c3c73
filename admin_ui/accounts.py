"""Users and their roles (groups); for superusers only, as Django's own permissions have it."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as PlainGroupAdmin
from django.contrib.auth.admin import UserAdmin as PlainUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from admin_ui import people
from core import second_factor
from core.acting import acting
from core.permission import ADMINISTRATOR, APPROVER, AUTHOR, OPERATOR, VIEWER

MAY = {
    VIEWER: _("Look at everything, but change nothing."),
    AUTHOR: _("Write rules, numbers and texts, and hand them in."),
    APPROVER: _("Write rules, approve those of others, and switch rules off."),
    OPERATOR: _("Work with customers, orders and invoices; try failed actions again; switch rules off."),
    ADMINISTRATOR: _("Everything, with API tokens, accounts at outside services and webhook sources."),
}

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(PlainUserAdmin, ModelAdmin):
    """Who may sign in. A role is membership in the group of that name."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_filter = ("is_staff", "is_superuser", "is_active", "groups")
    actions = ("remove_second_factor",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Personal info"), {"fields": ("first_name", "last_name", "email")}),
        (_("Permissions"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Important dates"), {"fields": ("last_login", "date_joined")}),
    )

    @admin.action(description=_("Remove the second factor, because the telephone is lost"))
    def remove_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        with acting(people.actor(request)):
            removed = sum(second_factor.remove(user) for user in users)
        said = ngettext("%d second factor was removed.", "%d second factors were removed.", removed)
        messages.success(request, said % removed)


@admin.register(Group)
class GroupAdmin(PlainGroupAdmin, ModelAdmin):
    """Roles: viewer, author, approver, operator, administrator. What a role may do is the program's, not Django's."""

    fields = ("name", "show_may")
    readonly_fields = ("show_may",)
    list_display = ("name", "show_may")
    filter_horizontal = ()

    @admin.display(description=_("what it may do"))
    def show_may(self, role: Group) -> str:
        return str(MAY.get(role.name, _("Nothing: the program knows no role of this name.")))
