"""Rule sets: the list, the page of one set with its live version, and the way to a customer's own set."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from admin_ui import people
from admin_ui.links import page_of
from admin_ui.pages import OwnPage, attempt, page, staff, typed
from admin_ui.rule_texts import starting_text
from admin_ui.templatetags.staff import ref
from core import refs
from core.acting import acting
from core.errors import PravilaError
from rules.assigning import assign
from rules.assignments import assigned_to
from rules.change_requests import OPEN, ChangeRequest
from rules.editing import begin as begin_request
from rules.reading import live_version, segment_sets
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion
from rules.segments import SEGMENT

SHOWN = 50
STUCK = Q(stays_on__isnull=False) | ~Q(stays_in="")


@admin.register(RuleSet)
class RuleSetAdmin(OwnPage):
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
            path("of/<str:key>/assign/", staff(assign_customer, roles=people.WRITERS), name="assign_customer"),
            path("of/<str:key>/begin/", staff(begin, roles=people.WRITERS), name="begin_change"),
            *super().get_urls(),
        ]

    def show(self, request: HttpRequest, rule_set: RuleSet) -> HttpResponse:
        return _show(request, rule_set.key)


def title_of(key: str) -> str:
    """What people call a set."""
    if key.startswith(SEGMENT):
        return gettext("Rules of the segment %(segment)s") % {"segment": key.removeprefix(SEGMENT)}
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


@require_POST
def assign_customer(request: HttpRequest, key: str) -> HttpResponse:
    """Put a customer into a segment, or with `end` leave that to the conditions of the list again."""
    if key not in segment_sets():
        raise Http404
    given = request.POST
    segment = "" if "end" in given else key.removeprefix(SEGMENT)
    with acting(people.actor(request)):
        attempt(request, lambda: assign(typed(given, "customer", 100), segment, typed(given, "reason", 500)))
    return HttpResponseRedirect(reverse("admin:rules_of", args=[key]))


def _show(request: HttpRequest, key: str) -> HttpResponse:
    versions = RuleSetVersion.objects.filter(rule_set__key=key).select_related("change_request", "rule_set")
    drafts = ChangeRequest.objects.filter(rule_set__key=key, state__in=OPEN)
    segment = key.removeprefix(SEGMENT) if key.startswith(SEGMENT) else ""
    return page(
        request, "admin_ui/rule_set.html", title_of(key),
        segment=segment, assigned=list(assigned_to(segment)[:SHOWN]) if segment else [],
        segments=segment_sets() if key == HOUSE else [],
        key=key, live=live_version(key), subject=ref(key) if key.startswith("customer:") else "",
        versions=list(versions.defer("text", "document", "change_request__text").order_by("-number")[:SHOWN]),
        drafts=list(drafts.defer("text").order_by("-id")[:SHOWN]),
        may_write=people.has_role(request, people.WRITERS),
        stuck=RuleSet.objects.filter(key=key).filter(STUCK).select_related("stays_on", "stays_on_segment").first(),
        in_conflict=list(RuleSet.objects.filter(STUCK).order_by("conflict_since")[:SHOWN]) if key == HOUSE else [],
    )  # fmt: skip


def _demand_key(key: str) -> None:
    if key == HOUSE or key in segment_sets() or RuleSet.objects.filter(key=key).exists():
        return
    try:
        customer = refs.resolve(key)
    except PravilaError:
        raise Http404 from None
    if customer.machine.noun != "customer" or customer.ref != key:
        raise Http404
