"""The start page: what waits, what died, and what could not be decided. Counts are bounded, whatever the tables hold."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from actions.runs import ActionRun, RunState
from admin_ui.pages import page
from core.events import Event
from core.health import lag_seconds
from core.outbox import Outbox
from rules.change_requests import OPEN, ChangeRequest
from rules.decisions import Decision
from rules.switches import Switch

MOST = 10_000
SHOWN = 8


def start_page(request: HttpRequest) -> HttpResponse:
    """/staff/"""
    failed = list(Decision.objects.filter(outcome="failed").order_by("-id")[:SHOWN])
    events = Event.objects.defer("facts", "was").in_bulk([decision.event_id for decision in failed])
    dead = ActionRun.objects.filter(state=RunState.DEAD).defer("arguments", "params", "unless").order_by("-id")
    states = [(state, count(ActionRun.objects.filter(state=state.value))) for state in RunState]
    return page(
        request, "admin_ui/start.html", _("Overview"),
        switched_off=Switch.objects.order_by("-at")[:SHOWN],
        waiting=count(Outbox.objects.filter(held=False)),
        held=count(Outbox.objects.filter(held=True)),
        lag=round(lag_seconds()),
        states=states,
        dead=list(dead[:SHOWN]),
        failed=[(decision, events.get(decision.event_id)) for decision in failed],
        drafts=list(ChangeRequest.objects.filter(state__in=OPEN).select_related("rule_set").defer("text")[:SHOWN]),
        newest=list(Event.objects.order_by("-id").defer("facts", "was")[:SHOWN]),
    )  # fmt: skip


def count(rows: QuerySet[Any]) -> str:
    """How many rows there are, as text; never counts beyond MOST."""
    found = rows.order_by()[: MOST + 1].count()
    return f"{MOST}+" if found > MOST else str(found)
