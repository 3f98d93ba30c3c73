"""Action runs: the list with bulk redrive, and the page of one run with its attempts."""

from __future__ import annotations

from collections.abc import Iterator
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

from actions.compensating import COMPENSATED, compensate, compensation
from actions.finish import cancel, redrive
from actions.runs import ActionRun, Attempt, AttemptDetail, RunState
from admin_ui import people
from admin_ui.links import page_at
from admin_ui.object_cards import asked_form
from admin_ui.pages import OwnPage, attempt, page, staff, typed
from admin_ui.retold import retold
from admin_ui.rule_rows import live_keys
from admin_ui.templatetags.staff import badge, moment, ref
from core import audit, catalog
from core.acting import acting
from core.audit import AuditRow
from core.events import Event

MAX_REASON = 500


class OfAction(admin.SimpleListFilter):
    """By action; the choices are what is declared, so that no table is searched for them."""

    title, parameter_name = _("action"), "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in catalog.actions.names()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(action=self.value()) if self.value() else queryset


class OfRule(admin.SimpleListFilter):
    """By rule, in a field that offers the keys of the rules that are live, for there may be hundreds."""

    title, parameter_name = _("rule"), "rule"
    template = "admin_ui/rule_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, key) for key in live_keys()]

    def choices(self, changelist: Any) -> Iterator[Any]:
        kept = [(name, value) for name, values in changelist.filter_params.items() for value in values]
        yield {"keys": live_keys(), "kept": [(name, value) for name, value in kept if name != self.parameter_name]}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(rule=self.value()) if self.value() else queryset


@admin.register(ActionRun)
class ActionRunAdmin(OwnPage):
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
        return format_html("{}", retold(run.said)[:120])

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
            path("<int:key>/compensate/", staff(compensate_one, roles=people.OPERATORS), name="compensate"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ActionRun]:
        return super().get_queryset(request).defer("arguments", "params", "unless")

    def show(self, request: HttpRequest, run: ActionRun) -> HttpResponse:
        attempts = list(Attempt.objects.filter(run=run).order_by("-number"))
        details = AttemptDetail.objects.in_bulk([attempt.pk for attempt in attempts])
        back = compensation(run)
        return page(
            request, "admin_ui/run.html", gettext("Action run %(number)d") % {"number": run.pk},
            run=run, attempts=[(attempt, details.get(attempt.pk)) for attempt in attempts],
            event=Event.objects.filter(pk=run.event_id).first(), sentence=_sentence(run), needed=_needed(run),
            may_operate=people.has_role(request, people.OPERATORS), states=RunState,
            back=back, back_form=asked_form(back.spec, back.row, initial=back.arguments) if back else None,
            taken_back=AuditRow.objects.filter(verb=COMPENSATED, object=run.ref).first(),
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


@require_POST
def compensate_one(request: HttpRequest, key: int) -> HttpResponse:
    """Take back what a run did, by the inverse of its action."""
    run = ActionRun.objects.filter(pk=key).first()
    if run is None:
        raise Http404
    back = compensation(run)
    form = asked_form(back.spec, back.row, request.POST) if back else None
    if form is not None and not form.is_valid():
        messages.error(request, form.sentence())
    elif attempt(request, lambda: compensate(run, form.arguments() if form else {}, actor=people.actor(request))):
        messages.success(request, gettext("It is being taken back."))
    return HttpResponseRedirect(page_at(ActionRun, key))


def _redrive(request: HttpRequest, key: int) -> bool:
    with acting(people.actor(request)), transaction.atomic():
        done = redrive(key)
        if done:
            audit.note("action_run.redriven", f"action_run:{key}")
    return done
