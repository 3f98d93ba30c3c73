"""Today: what waits for a person, what happened, what the business did, what failed and what is slow. Reads tallies and
bounded samples, whatever the tables hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actions.runs import ActionRun, RunState
from actions.tallying import DIED_BY_ACTION, DIED_BY_RULE
from admin_ui import attention, business
from admin_ui.causes import causes
from admin_ui.charts import Series, bars
from admin_ui.pages import page
from admin_ui.speeds import speeds
from admin_ui.templatetags.staff import gap
from core import clock
from core.events import Event
from core.health import lag_seconds
from core.outbox import Outbox
from core.tallies import since
from rules.decisions import Decision
from rules.parity import Parity
from rules.switches import Switch
from rules.tallying import ACTED, UNDECIDED

DAYS = 30
LATE = 60  # seconds for which an event waits before that is shown as late
RECENT = 7
SHOWN = 8
UNDER_WAY = (RunState.READY, RunState.WAITING, RunState.ASKING, RunState.RUNNING)
Tallied = Mapping[tuple[str, str], Mapping[date, int]]


def start_page(request: HttpRequest) -> HttpResponse:
    """/staff/"""
    today = clock.today()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    tallied = since(days[0], "event", ACTED, UNDECIDED, DIED_BY_ACTION, DIED_BY_RULE)
    actions, rules = speeds()
    lag = round(lag_seconds())
    return page(
        request, "admin_ui/start.html", _("Today"),
        switched_off=Switch.objects.order_by("-at")[:SHOWN],
        reasons=attention.waiting(),
        waiting=attention.count(Outbox.objects.filter(held=False)),
        lag=gap(timedelta(seconds=lag)), late=lag > LATE,
        under_way=[(state, attention.count(ActionRun.objects.filter(state=state.value))) for state in UNDER_WAY],
        charts=_charts(days, tallied),
        currencies=business.currencies(today), funnels=business.funnels(tallied), weeks=business.WEEKS,
        causes=causes()[:SHOWN], failed=_failed(), ailing=_ailing(today, tallied),
        slow_actions=actions[:SHOWN], slow_rules=rules[:SHOWN],
        parity=Parity.objects.order_by("-at").first(),
        newest=list(Event.objects.order_by("-id").defer("facts", "was")[:SHOWN]),
    )  # fmt: skip


def _charts(days: list[date], tallied: Tallied) -> list[tuple[str, SafeString]]:
    def by_day(*kinds: str) -> list[int]:
        rows = [counts for (kind, _name), counts in tallied.items() if kind in kinds]
        return [sum(row.get(day, 0) for row in rows) for day in days]

    labels = [date_format(day, "j M") for day in days]
    acted = Series(gettext("rules that acted"), "good", by_day(ACTED))
    died = Series(gettext("dead letters and undecided events"), "bad", by_day(DIED_BY_ACTION, UNDECIDED))
    happened = Series(gettext("events"), "main", by_day("event"))
    return [
        (gettext("Events by day"), bars(gettext("Events by day"), labels, [happened])),
        (gettext("What rules did, and what failed"), bars(gettext("What rules did, by day"), labels, [acted, died])),
    ]


def _failed() -> list[tuple[Decision, Event | None]]:
    failed = list(Decision.objects.filter(outcome="failed").order_by("-id")[:SHOWN])
    events = Event.objects.defer("facts", "was").in_bulk([decision.event_id for decision in failed])
    return [(decision, events.get(decision.event_id)) for decision in failed]


def _ailing(today: date, tallied: Tallied) -> list[tuple[str, int, int]]:
    """Rules of which actions died in the last RECENT days: key, how many, and how often it acted; the worst first."""
    from_day = today - timedelta(days=RECENT - 1)

    def recent(kind: str, name: str) -> int:
        return sum(number for day, number in tallied.get((kind, name), {}).items() if day >= from_day)

    found = [(name, recent(kind, name), recent(ACTED, name)) for kind, name in tallied if kind == DIED_BY_RULE]
    return sorted((row for row in found if row[1]), key=lambda row: (-row[1], row[0]))[:SHOWN]
