"""Action runs: the list with bulk redrive, and the page of one run with its attempts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action

from actions.finish import cancel, redrive
from actions.runs import ActionRun, Attempt, AttemptDetail, RunState
from admin_ui import people
from admin_ui.links import page_at
from admin_ui.pages import StaffAdmin, page, staff, typed
from admin_ui.templatetags.staff import badge, moment, ref
from core import audit, catalog
from core.acting import acting
from core.events import Event
from rules.rule_sets import RuleSetVersion

MAX_REASON = 500


class OfAction(admin.SimpleListFilter):
    """By action; the choices are what is declared, so that no table is searched for them."""

    title, parameter_name = _("action"), "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in catalog.actions.names()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(action=self.value()) if self.value() else queryset


class OfRule(admin.SimpleListFilter):
    """By rule; the choices are the keys of the rules that are live."""

    title, parameter_name = _("rule"), "rule"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        live = RuleSetVersion.objects.filter(state="live").values_list("document", flat=True)[:200]
        return [(key, key) for key in sorted({rule["key"] for document in live for rule in document.get("rules", [])})]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(rule=self.value()) if self.value() else queryset


@admin.register(ActionRun)
class ActionRunAdmin(StaffAdmin):
    """Runs are made by decisions only; staff try dead ones again or stop what has not begun."""

    list_display = ("id", "show_action", "show_target", "rule", "show_state", "show_due", "attempts", "show_said")
    list_display_links = ("id", "show_action")
    list_filter = ("state", "queue", OfAction, OfRule)
    search_fields = ("=subject", "=target", "=customer", "=rule")
    search_help_text = _("order:12, customer:17 or the key of a rule")
    actions = ("redrive_all",)

    @admin.display(description=_("action"))
    def show_action(self, run: ActionRun) -> str:
        return run.action

    @admin.display(description=_("on"))
    def show_target(self, run: ActionRun) -> SafeString:
        return ref(run.target)

    @admin.display(description=_("state"))
    def show_state(self, run: ActionRun) -> SafeString:
        return badge(run.state, run.get_state_display())

    @admin.display(description=_("due at"), ordering="due_at")
    def show_due(self, run: ActionRun) -> SafeString:
        return moment(run.due_at)

    @admin.display(description=_("outcome"))
    def show_said(self, run: ActionRun) -> SafeString:
        return format_html("{}", run.said[:120])

    @action(description=_("Try dead letters again"), permissions=["operate"])
    def redrive_all(self, request: HttpRequest, queryset: QuerySet[ActionRun]) -> None:
        """Redrive each selected run that is dead; the others are left alone."""
        done = sum(_redrive(request, key) for key in queryset.values_list("pk", flat=True))
        messages.success(request, gettext("%(count)d dead letters are tried again.") % {"count": done})

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return people.has_role(request, people.OPERATORS)

    def get_urls(self) -> list[URLPattern]:
        return [
            path("<int:key>/redrive/", staff(redrive_one, roles=people.OPERATORS), name="redrive"),
            path("<int:key>/cancel/", staff(cancel_one, roles=people.OPERATORS), name="cancel"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ActionRun]:
        return super().get_queryset(request).defer("arguments", "params", "unless")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        self.demand_sight(request)
        run = self.get_object(request, object_id)
        if run is None:
            raise Http404
        attempts = list(Attempt.objects.filter(run=run).order_by("-number"))
        details = AttemptDetail.objects.in_bulk([attempt.pk for attempt in attempts])
        return page(
            request, "admin_ui/run.html", gettext("Action run %(number)d") % {"number": run.pk},
            run=run, attempts=[(attempt, details.get(attempt.pk)) for attempt in attempts],
            event=Event.objects.filter(pk=run.event_id).first(), sentence=_sentence(run), needed=_needed(run),
            may_operate=people.has_role(request, people.OPERATORS), states=RunState,
        )  # fmt: skip


def _sentence(run: ActionRun) -> str:
    """What the run does, in words with its own values; empty where its action is no longer declared."""
    spec = catalog.actions.find(run.action)
    if spec is None:
        return ""
    try:
        return str(spec.sentence).format_map({"target": run.target, **run.arguments})
    except (KeyError, IndexError, ValueError):
        return str(spec.title)


def _needed(run: ActionRun) -> ActionRun | None:
    return ActionRun.objects.filter(key=run.needs).first() if run.needs else None


@require_POST
def redrive_one(request: HttpRequest, key: int) -> HttpResponse:
    """Try a dead run again."""
    if _redrive(request, key):
        messages.success(request, gettext("The run is tried again."))
    else:
        messages.error(request, gettext("The run is not a dead letter any more; nothing was done."))
    return HttpResponseRedirect(page_at(ActionRun, key))


@require_POST
def cancel_one(request: HttpRequest, key: int) -> HttpResponse:
    """Stop a run that has not begun, for a reason that is kept."""
    reason = typed(request.POST, "reason", MAX_REASON)
    who = people.actor(request)
    if not reason:
        messages.error(request, gettext("Say why the run is cancelled."))
        return HttpResponseRedirect(page_at(ActionRun, key))
    with acting(who), transaction.atomic():
        done = cancel(key, f"cancelled by {who.ref}")
        if done:
            audit.note("action_run.cancelled", f"action_run:{key}", text=reason)
    if done:
        messages.success(request, gettext("The run is cancelled."))
    else:
        messages.error(request, gettext("The run has begun or ended already; it cannot be cancelled."))
    return HttpResponseRedirect(page_at(ActionRun, key))


def _redrive(request: HttpRequest, key: int) -> bool:
    with acting(people.actor(request)), transaction.atomic():
        done = redrive(key)
        if done:
            audit.note("action_run.redriven", f"action_run:{key}")
    return done
