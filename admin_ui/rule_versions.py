"""Versions of rule sets: frozen, so they are only read; publishing happens on the page of a change request."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from admin_ui import people
from admin_ui.pages import OwnPage, page, staff
from admin_ui.rule_sets import title_of
from core.events import Event
from rules.describing import differences
from rules.publish import roll_back
from rules.reading import document_of
from rules.rule_sets import RuleSetVersion


@admin.register(RuleSetVersion)
class RuleSetVersionAdmin(OwnPage):
    """A version's text, what it changed, and its events."""

    def get_urls(self) -> list[URLPattern]:
        back = path("<int:key>/roll-back/", staff(begin_roll_back, roles=people.WRITERS), name="roll_back")
        return [back, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        self.demand_sight(request)
        return HttpResponseRedirect(reverse("admin:rules_ruleset_changelist"))

    def show(self, request: HttpRequest, version: RuleSetVersion) -> HttpResponse:
        former = version.rule_set.versions.filter(number__lt=version.number).order_by("-number").first()
        said = differences(document_of(former, version.rule_set.key).data, version.document)
        events = Event.objects.filter(subject=version.ref).order_by("-sequence")[:20]
        return page(
            request, "admin_ui/rule_version.html", f"{title_of(version.rule_set.key)} – {version.number}",
            version=version, events=list(events), change=getattr(version, "change_request", None),
            said=said[:200], former=former, may_write=people.has_role(request, people.WRITERS),
        )  # fmt: skip


@require_POST
def begin_roll_back(request: HttpRequest, key: int) -> HttpResponse:
    """A change request with the rules of this version, over those that are live."""
    version = RuleSetVersion.objects.select_related("rule_set").filter(pk=key).first()
    if version is None:
        raise Http404
    draft = roll_back(version, actor=people.actor(request))
    messages.success(request, gettext("Nothing is live before you publish it."))
    return HttpResponseRedirect(reverse("admin:review_change", args=[draft.pk]))
