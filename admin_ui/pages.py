"""What the staff pages share: the frame around a page, and lists that never count a whole table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from admin_ui import people
from core.errors import PravilaError
from core.http import sentence

View = Callable[..., HttpResponse]


def page(request: HttpRequest, template: str, title: Any, **context: Any) -> TemplateResponse:
    """A staff page: `template` inside the frame with side bar and header."""
    request.current_app = admin.site.name
    frame = admin.site.each_context(request)
    return TemplateResponse(request, template, {**frame, "title": title, **context})


def staff(view: View, *, roles: tuple[str, ...] | None = None) -> View:
    """The view for signed-in staff with any role, or with one of `roles`."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not people.may_see(request) or (roles is not None and not people.has_role(request, roles)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return admin.site.admin_view(guarded)


def attempt(request: HttpRequest, act: Callable[[], Any]) -> bool:
    """Do something that may be refused; a refusal becomes a message with its sentence. Whether it was done."""
    try:
        act()
    except PravilaError as refused:
        messages.error(request, sentence(refused))
        return False
    except OperationalError:
        messages.error(request, gettext("The database was busy, and nothing was changed. Try again in a moment."))
        return False
    return True


def typed(given: Mapping[str, Any], name: str, longest: int = 200) -> str:
    """What a person typed into a field of a plain form: at most `longest` characters, none of which a database refuses."""
    return str(given.get(name, "")).replace("\x00", "").strip()[:longest]


class StaffAdmin(ModelAdmin):
    """A noun that staff look at. Nothing can be added, changed or deleted unless a subclass allows it."""

    show_full_result_count = False
    paginator = InfinitePaginator
    list_per_page = 50
    ordering = ("-id",)
    actions: Any = None
    list_disable_select_all = True

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if any("\x00" in value for values in request.GET.lists() for value in values[1]):
            return HttpResponseRedirect(request.path)  # PostgreSQL has no such text, so nothing can fit
        return super().changelist_view(request, extra_context)

    def demand_sight(self, request: HttpRequest) -> None:
        """Raise PermissionDenied for somebody who has no role."""
        if not people.may_see(request):
            raise PermissionDenied

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return people.may_see(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return people.may_see(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
