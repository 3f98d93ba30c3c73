"""Rule sets: the list, the page of one set with its live version, and the way to a customer's own set."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from admin_ui import people
from admin_ui.links import page_of
from admin_ui.pages import StaffAdmin, page, staff, typed
from admin_ui.rule_texts import starting_text
from admin_ui.templatetags.staff import ref
from core import refs
from core.errors import PravilaError
from rules.change_requests import OPEN, ChangeRequest
from rules.editing import begin as begin_request
from rules.reading import live_version
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion

SHOWN = 50


@admin.register(RuleSet)
class RuleSetAdmin(StaffAdmin):
    """Sets are changed by change requests only."""

    list_display = ("show_name", "show_live", "show_open")
    search_fields = ("key",)
    ordering = ("key",)
    list_select_related = ("live__rule_set",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleSet]:
        rows: QuerySet[RuleSet] = super().get_queryset(request).defer("live__text", "live__document")
        return rows.annotate(open_requests=Count("change_requests", filter=Q(change_requests__state__in=OPEN)))

    @admin.display(description=_("set"), ordering="key")
    def show_name(self, row: RuleSet) -> SafeString:
        return format_html("{}", title_of(row.key))

    @admin.display(description=_("live version"))
    def show_live(self, row: RuleSet) -> str:
        return str(row.live.number) if row.live else gettext("none yet")

    @admin.display(description=_("open change requests"))
    def show_open(self, row: RuleSet) -> int:
        return row.open_requests  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern]:
        return [
            path("of/<str:key>/", staff(of_key), name="rules_of"),
            path("of/<str:key>/begin/", staff(begin, roles=people.WRITERS), name="begin_change"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        self.demand_sight(request)
        rule_set = self.get_object(request, object_id)
        if rule_set is None:
            raise Http404
        return _show(request, rule_set.key)


def title_of(key: str) -> str:
    """What people call a set."""
    return gettext("Rules of the house") if key == HOUSE else gettext("Rules of %(customer)s") % {"customer": key}


def of_key(request: HttpRequest, key: str) -> HttpResponse:
    """The page of a set by its key, also of a customer who has no rules of their own yet."""
    _demand_key(key)
    return _show(request, key)


@require_POST
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """Begin a change request over the live version of a set."""
    _demand_key(key)
    title = typed(request.POST, "title", 200) or gettext("A change")
    draft = begin_request(key, title=title, text=starting_text(key), actor=people.actor(request))
    messages.success(request, gettext("Nothing is live before you publish it."))
    return HttpResponseRedirect(page_of(draft))


def _show(request: HttpRequest, key: str) -> HttpResponse:
    versions = RuleSetVersion.objects.filter(rule_set__key=key).select_related("change_request", "rule_set")
    drafts = ChangeRequest.objects.filter(rule_set__key=key, state__in=OPEN)
    return page(
        request, "admin_ui/rule_set.html", title_of(key),
        key=key, live=live_version(key), subject="" if key == HOUSE else ref(key),
        versions=list(versions.defer("text", "document", "change_request__text").order_by("-number")[:SHOWN]),
        drafts=list(drafts.defer("text").order_by("-id")[:SHOWN]),
        may_write=people.has_role(request, people.WRITERS),
        stuck=RuleSet.objects.filter(key=key).exclude(stays_on=None).select_related("stays_on").first(),
        in_conflict=list(RuleSet.objects.exclude(stays_on=None).order_by("conflict_since")[:SHOWN]) if key == HOUSE else [],
    )  # fmt: skip


def _demand_key(key: str) -> None:
    if key == HOUSE:
        return
    try:
        customer = refs.resolve(key)
    except PravilaError:
        raise Http404 from None
    if customer.machine.noun != "customer" or customer.ref != key:
        raise Http404
