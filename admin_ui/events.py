"""The event log: its list, and the page of one event with cause, decision, proof and runs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from actions.dispatch import redecide
from admin_ui import people
from admin_ui.chain_card import branches
from admin_ui.event_search import EventFilter, search
from admin_ui.facts_table import table_of
from admin_ui.links import page_at
from admin_ui.pages import OwnPage, page, staff
from admin_ui.rule_from_event import choices_of, open_changes, rule_from_event
from admin_ui.runs_of import runs_of
from core import audit
from core.acting import acting
from core.chains import chain_of
from core.events import Event, EventDetail
from rules.decisions import Decision
from rules.explaining import as_text, explain


@admin.register(Event)
class EventAdmin(OwnPage):
    """Events are never edited; the pages are the room's own, so that a long log stays quick."""

    def get_urls(self) -> list[URLPattern]:
        own = path("<int:key>/decide-again/", staff(decide_again, roles=people.OPERATORS), name="decide_again")
        rule = path("<int:key>/rule/", staff(rule_from_event, roles=people.WRITERS), name="rule_from_event")
        return [own, rule, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        self.demand_sight(request)
        form = EventFilter(request.GET)
        found = search(form.cleaned_data if form.is_valid() else {})
        older = request.GET.copy()
        if found.before:
            older["before"] = str(found.before)
        outcomes = _outcomes([event.pk for event in found.events])
        return page(
            request, "admin_ui/events.html", _("Event log"),
            form=form, events=found.events, outcomes=outcomes, older=older.urlencode() if found.before else "",
            is_fullwidth="1",
        )  # fmt: skip

    def show(self, request: HttpRequest, event: Event) -> HttpResponse:
        may_write = people.has_role(request, people.WRITERS)
        decisions = list(Decision.objects.filter(event_id=event.pk).order_by("-attempt"))
        decision = decisions[0] if decisions else None
        explained = explain(event) if decision is not None and decision.house else None
        texts = {language: as_text(explained, language) for language in dict(settings.LANGUAGES)} if explained else {}
        chain = explained.chain if explained else chain_of(event)
        return page(
            request, "admin_ui/event.html", gettext("Event %(name)s") % {"name": event.name},
            event=event, table=table_of(event), chain=chain, branches=branches(chain), decision=decision, earlier=decisions[1:],
            proven=explained.proven if explained else None, texts=texts, runs=runs_of(event_id=event.pk), detail=EventDetail.objects.filter(pk=event.pk).first(),
            may_operate=people.has_role(request, people.OPERATORS), may_write=may_write,
            choices=choices_of(event) if may_write else [], changes=open_changes() if may_write else [],
        )  # fmt: skip


def _outcomes(keys: list[int]) -> dict[int, tuple[str, str]]:
    """Event -> outcome of its newest decision, with the title of the outcome."""
    rows = Decision.objects.filter(event_id__in=keys).order_by("attempt").only("event_id", "outcome")
    return {row.event_id: (row.outcome, row.get_outcome_display()) for row in rows}


@require_POST
def decide_again(request: HttpRequest, key: int) -> HttpResponse:
    """Put an event whose decision failed back into the queue."""
    with acting(people.actor(request)), transaction.atomic():
        queued = redecide(key)
        if queued:
            audit.note("event.decided_again", f"event:{key}")
    if queued:
        messages.success(request, gettext("The event waits for its decision again."))
    else:
        messages.error(request, gettext("Its decision has not failed, or it waits for a new one already."))
    return HttpResponseRedirect(page_at(Event, key))
