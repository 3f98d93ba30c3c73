"""The figures of the business on the start page: invoiced and collected by week, what is overdue, and funnels of events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Sum
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from admin_ui.charts import Series, bars, share
from admin_ui.templatetags.staff import amounts
from core import catalog
from core.money import Money, digits
from core.tallies import since
from state_machines.figures import COLLECTED, INVOICED
from state_machines.invoices import Invoice

WEEKS = 13
FUNNELS = (
    ("order.created", "order.submitted", "order.paid", "order.completed"),
    ("invoice.created", "invoice.issued", "invoice.paid"),
    ("payment.created", "payment.succeeded"),
)
Tallied = Mapping[tuple[str, str], Mapping[date, int]]


@dataclass(frozen=True)
class Currency:
    """The figures of one currency, as people read them."""

    code: str
    invoiced: str
    collected: str
    overdue: str
    overdue_count: int
    chart: SafeString


@dataclass(frozen=True)
class Stage:
    """One event type of a funnel, with its share of the first one."""

    event: str
    count: int
    bar: SafeString


def currencies(today: date) -> list[Currency]:
    """The last WEEKS weeks, for each currency in which anything was invoiced, collected or is overdue."""
    monday = today - timedelta(days=today.weekday())
    weeks = [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    tallied = since(weeks[0], INVOICED.name, COLLECTED.name)
    owed = Invoice.objects.filter(state="overdue").order_by().values_list("currency")
    left = owed.annotate(number=Count("pk"), left=Sum(F("total_minor") - F("paid_minor")))
    overdue = {code: (number, minor or 0) for code, number, minor in left}
    codes = sorted({name for _kind, name in tallied} | set(overdue))
    return [_currency(code, weeks, tallied, overdue.get(code, (0, 0))) for code in codes]


def _currency(code: str, weeks: list[date], tallied: Tallied, overdue: tuple[int, int]) -> Currency:
    def by_week(kind: str) -> list[int]:
        days = tallied.get((kind, code), {})
        return [sum(number for day, number in days.items() if 0 <= (day - week).days < 7) for week in weeks]

    invoiced, collected = by_week(INVOICED.name), by_week(COLLECTED.name)
    labels = [gettext("week of %(day)s") % {"day": date_format(week, "j M")} for week in weeks]
    whole = 10 ** digits(code)
    chart = bars(
        gettext("Invoiced and collected by week, in %(currency)s") % {"currency": code},
        labels,
        [
            Series(gettext("invoiced"), "main", [minor // whole for minor in invoiced]),
            Series(gettext("collected"), "good", [minor // whole for minor in collected]),
        ],
        stacked=False,
        under=[date_format(week, "j M") for week in weeks],
    )
    said = [amounts(str(Money(amount, code))) for amount in (sum(invoiced), sum(collected), overdue[1])]
    return Currency(code, said[0], said[1], said[2], overdue[0], chart)


def funnels(tallied: Tallied) -> list[list[Stage]]:
    """What became of what began, of the event types that are declared; funnels in which nothing began are left out."""
    found = []
    for names in FUNNELS:
        counts = [
            (name, sum(tallied.get(("event", name), {}).values())) for name in names if name in catalog.event_types
        ]
        if counts and counts[0][1]:
            found.append([Stage(name, count, share(count, counts[0][1])) for name, count in counts])
    return found
