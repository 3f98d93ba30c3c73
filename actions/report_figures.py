"""What reports count: the events of a span of time, and the VAT of what was issued in it. Read from the log, so that a report
that is made late has the figures of its day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.clock import ZONE
from core.events import Event
from core.money import Money
from state_machines.invoice_lines import InvoiceLine

COUNTED = {  # type of event -> path of the money that is added up; none where only their number counts
    "customer.activated": "",
    "order.submitted": "order.total",
    "order.cancelled": "order.total",
    "invoice.issued": "invoice.total",
    "invoice.voided": "invoice.total",
    "invoice.overdue": "invoice.remaining",
    "payment.succeeded": "payment.amount",
    "payment.failed": "payment.amount",
    "refund.completed": "refund.amount",
    "service.activated": "",
    "service.suspended": "",
    "ticket.created": "",
    "action_run.died": "",
}
ISSUED = ("issued", "overdue")  # what a voided invoice was before, where it had been declared
PAGE = 500

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Span:
    """From `since`, which is out of it, to `until`, which is in it."""

    since: datetime
    until: datetime


def day_until(moment: datetime) -> Span:
    """The day that ends at a moment, on the wall clock: 23 hours in a spring night, 25 in an autumn one."""
    here = moment.astimezone(ZONE)
    return Span((here.replace(tzinfo=None) - timedelta(days=1)).replace(tzinfo=ZONE), here)


def month_before(moment: datetime) -> Span:
    """The calendar month before the one in which a moment lies."""
    first = moment.astimezone(ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    former = (first - timedelta(days=1)).replace(day=1)
    instant = timedelta(microseconds=1)
    return Span(former - instant, first - instant)


def of_day(span: Span) -> Iterator[Cells]:
    """event, currency, number, amount: one row for each type and currency, and one for each type without any event."""
    yield ("event", "currency", "number", "amount")
    numbers: Counter[tuple[str, str]] = Counter()
    sums: Counter[tuple[str, str]] = Counter()
    for kind, facts in _events(span, COUNTED).values_list("type", "facts").iterator(PAGE):
        money = _money(facts, COUNTED[kind])
        place = kind, money.currency if money else ""
        numbers[place] += 1
        sums[place] += money.minor if money else 0
    for kind, path in COUNTED.items():
        currencies = sorted(currency for one, currency in numbers if one == kind) or [""]
        for currency in currencies:
            place = kind, currency
            amount = str(Money(sums[place], currency)).partition(" ")[0] if path and currency else ""
            yield (kind, currency, str(numbers[place]), amount)


def of_taxes(span: Span) -> Iterator[Cells]:
    """what, percent, currency, documents, net, tax: issued invoices by rate, what was voided of those that had been issued,
    and refunds with what they took back of invoices, whose taxes stand in the credit notes."""
    yield ("what", "percent", "currency", "documents", "net", "tax")
    for what, subjects in (("issued", _issued(span)), ("voided", _voided(span))):
        yield from _by_rate(what, subjects)
    refunds: Counter[str] = Counter()
    amounts: Counter[str] = Counter()
    for facts in _events(span, ["refund.completed"]).values_list("facts", flat=True).iterator(PAGE):
        money = _taken_back(facts)
        if money and money.minor and isinstance(facts.get("invoice"), dict):
            refunds[money.currency] += 1
            amounts[money.currency] += money.minor
    for currency, number in sorted(refunds.items()):
        yield ("refunded", "", currency, str(number), _plain(amounts[currency], currency), "")


def _taken_back(facts: Any) -> Money | None:
    """What a completed refund took back of its invoice: what was paid too much goes back first, and was never on it."""
    money, all_of_it = _money(facts, "refund.amount"), _money(facts, "payment.refunded")
    if money is None or all_of_it is None:
        return money
    overpaid = _money(facts, "payment.overpaid")
    counted = all_of_it.minor - (overpaid.minor if overpaid else 0)
    return Money(max(0, min(money.minor, counted)), money.currency)


def _by_rate(what: str, invoices: list[int]) -> Iterator[Cells]:
    documents: dict[tuple[str, str], set[int]] = {}
    nets: Counter[tuple[str, str]] = Counter()
    taxes: Counter[tuple[str, str]] = Counter()
    for start in range(0, len(invoices), PAGE):
        lines = InvoiceLine.objects.filter(invoice__in=invoices[start : start + PAGE])
        shown = lines.values_list("invoice", "tax_percent", "invoice__currency", "net_minor", "tax_minor")
        for invoice, percent, currency, net, tax in shown:
            place = f"{percent:.2f}", currency
            documents.setdefault(place, set()).add(invoice)
            nets[place] += net
            taxes[place] += tax
    for place in sorted(documents):
        rate, currency = place
        number = str(len(documents[place]))
        yield (what, rate, currency, number, _plain(nets[place], currency), _plain(taxes[place], currency))


def _issued(span: Span) -> list[int]:
    return _keys(_events(span, ["invoice.issued"]))


def _voided(span: Span) -> list[int]:
    return _keys(_events(span, ["invoice.voided"]).filter(source__in=ISSUED))


def _keys(events: Any) -> list[int]:
    return [int(subject.partition(":")[2]) for subject in events.values_list("subject", flat=True)]


def _events(span: Span, types: Iterable[str]) -> Any:
    return Event.objects.filter(type__in=list(types), at__gt=span.since, at__lte=span.until).order_by("id")


def _money(facts: Any, path: str) -> Money | None:
    for name in path.split(".") if path else ():
        facts = facts.get(name) if isinstance(facts, dict) else None
    return Money.from_fact(facts) if path and isinstance(facts, dict) else None


def _plain(minor: int, currency: str) -> str:
    return str(Money(minor, currency)).partition(" ")[0]
