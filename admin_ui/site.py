"""The site of the staff pages: what stands around every page, made without work that no page shows."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite

from admin_ui import navigation


class StaffSite(UnfoldAdminSite):
    """As the library has it, but the list of all apps and models is put together only where a page reads it."""

    empty_value_display = "–"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        return SimpleLazyObject(partial(super().get_app_list, request, app_label))

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        return navigation.sections(request)
