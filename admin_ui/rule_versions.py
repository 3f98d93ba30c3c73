"""Versions of rule sets: frozen, so they are only read; publishing happens on the page of a change request."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from admin_ui.pages import StaffAdmin, page
from admin_ui.rule_sets import title_of
from core.events import Event
from rules.rule_sets import RuleSetVersion


@admin.register(RuleSetVersion)
class RuleSetVersionAdmin(StaffAdmin):
    """A version's text and its events."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        self.demand_sight(request)
        return HttpResponseRedirect(reverse("admin:rules_ruleset_changelist"))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        self.demand_sight(request)
        version = self.get_object(request, object_id)
        if version is None:
            raise Http404
        events = Event.objects.filter(subject=version.ref).order_by("-sequence")[:20]
        return page(
            request, "admin_ui/rule_version.html", f"{title_of(version.rule_set.key)} – {version.number}",
            version=version, events=list(events), change=getattr(version, "change_request", None),
        )  # fmt: skip
