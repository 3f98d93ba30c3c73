"""A rule from a past event: "when something like this happens". Begins a change request, with what was chosen filled in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from admin_ui import people
from admin_ui.facts_table import FactRow, table_of
from admin_ui.pages import typed
from admin_ui.rule_texts import starting_text
from core import catalog
from core.catalog import Kind
from core.events import Event
from rules.change_requests import OPEN, ChangeRequest
from rules.editing import begin
from rules.rule_sets import HOUSE

MOST = 20


def choices_of(event: Event) -> list[FactRow]:
    """Facts of an event that a rule may ask for: those that are set and say something of more than this one object."""
    declared = catalog.facts_of_event(event.type) or {}
    found = []
    for row in table_of(event):
        kind = declared[row.path].kind if row.path in declared else None
        telling = kind in (Kind.TEXT, Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN, Kind.MONEY)
        if telling and row.value not in (None, "") and not row.path.endswith((".number", ".ref")):
            found.append(row)
    return found


def open_changes() -> list[ChangeRequest]:
    """Open change requests of the house, to which a rule can be added."""
    found = ChangeRequest.objects.filter(rule_set__key=HOUSE, state__in=OPEN).defer("text")
    return list(found.order_by("-pk")[:50])


@require_POST
def rule_from_event(request: HttpRequest, key: int) -> HttpResponse:
    """/staff/core/event/<key>/rule/: goes on to the editor of the change request that was chosen, or begins one."""
    event = Event.objects.filter(pk=key).first()
    if event is None:
        raise Http404
    draft = _draft(request, event)
    asked: list[tuple[str, Any]] = [("event", str(event.pk))]
    asked += [("fact", path) for path in request.POST.getlist("fact")[:MOST]]
    return HttpResponseRedirect(f"{reverse('admin:rule_sentence', args=[draft.pk])}?{urlencode(asked)}")


def _draft(request: HttpRequest, event: Event) -> ChangeRequest:
    chosen = typed(request.POST, "change", 20)
    found = next((one for one in open_changes() if str(one.pk) == chosen), None)
    if found is not None:
        return found
    title = gettext("A rule for %(event)s") % {"event": event.type}
    return begin(HOUSE, title=title, text=starting_text(HOUSE), actor=people.actor(request))
