"""What the staff pages share: the frame around a page, and lists that never count a whole table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache, wraps
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from unfold.admin import ModelAdmin, checkbox
from unfold.paginator import InfinitePaginator

from admin_ui import people
from admin_ui.change_lists import StaffChangeList
from core.errors import PravilaError
from core.http import sentence

View = Callable[..., HttpResponse]
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9000, 12, 31)
DAYS = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
MOMENTS = [
    MinValueValidator(datetime.combine(FIRST_DAY, time.min, UTC)),
    MaxValueValidator(datetime.combine(LAST_DAY, time.max, UTC)),
]


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


def typed_day(text: str) -> date:
    """A day of the calendar, as in 2026-03-01. Raises ValueError for what is none, or lies so far that its hours may not exist."""
    day = date.fromisoformat(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(text)
    return day


_PLACE = 'value="0"'


@lru_cache(maxsize=8)
def _checkbox(_language: str | None) -> str:
    """The library's box before a row, which differs from row to row only in its value."""
    return str(checkbox.render(ACTION_CHECKBOX_NAME, "0"))


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

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The library's own history is offered where something is written into it."""
        kept = {"show_history": self.has_change_permission(request), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, kept)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[StaffChangeList]:
        return StaffChangeList

    @admin.display(description=ModelAdmin.action_checkbox.short_description)
    def action_checkbox(self, obj: Any) -> SafeString:
        return mark_safe(_checkbox(get_language()).replace(_PLACE, f'value="{escape(obj.pk)}"'))  # noqa: S308 - escaped

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


class ForAdministrators(StaffAdmin):
    """A noun that administrators alone look at, and change."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return people.has_role(request, ())

    has_module_permission = has_view_permission
    has_add_permission = has_view_permission
    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission


class OwnPage(StaffAdmin):
    """A noun with a page of its own in the place of a form: a subclass has `show`."""

    def show(self, request: HttpRequest, row: Any) -> HttpResponse:
        """The page of one row, for somebody who may see it."""
        raise NotImplementedError

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        self.demand_sight(request)
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return self.show(request, row)
