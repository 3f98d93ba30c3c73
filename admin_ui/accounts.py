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

    @admin.action(description=_("Remove the second factor, because the telephone is lost"))
    def remove_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        with acting(people.actor(request)):
            removed = sum(second_factor.remove(user) for user in users)
        said = ngettext("%d second factor was removed.", "%d second factors were removed.", removed)
        messages.success(request, said % removed)


@admin.register(Group)
class GroupAdmin(PlainGroupAdmin, ModelAdmin):
    """Roles: viewer, author, approver, operator, administrator."""
