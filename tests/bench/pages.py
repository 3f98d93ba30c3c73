"""Every staff page over a large house: 100,000 events with their decisions and runs, 15,000 customers, 500 rules. Time at
the server and number of statements, asked by somebody who may do everything.

By the clock stands what the page took; beside it the thread's own processor time and the time of its statements, so that a
machine with other work can be told: there the clock says much more than both."""

from __future__ import annotations

import logging
import statistics
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from actions.runs import ActionRun
from core.events import Event
from rules.change_requests import ChangeRequest
from rules.decisions import Decision
from rules.rule_sets import HOUSE
from rules.simulation.backtests import Backtest
from state_machines.customers import Customer
from state_machines.invoices import Invoice
from state_machines.orders import Order
from tests.bench import checks
from tests.bench.asked import Asked, asked
from tests.bench.measure import table
from tests.bench.pages_seed import RULES, seed

BAR, SEARCH_BAR = 200, 100  # milliseconds
NOT_PAGES = ("jsi18n", "autocomplete", "logout", "view_on_site", "app_list", "set_language", "admin_site_search")
SEARCHES = ("customer 7", "customer-12@example.com", "customer:10017", "Nobody at all")
HEAD = ("median ms", "own processor ms", "database ms", "statements", "bar ms")


def run() -> None:
    """A page of ours that breaks raises here, and the bench ends; one that refuses to be looked at is counted apart."""
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    seed()
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.filter(is_superuser=True)[0])
    every = [(name, asked(client, path)) for name, path in pages()]
    found = sorted(((name, one) for name, one in every if one.status == 200), key=lambda pair: -pair[1].work)
    counts = (Event.objects.count(), ActionRun.objects.count(), Customer.objects.count(), RULES)
    title = "Staff pages over {:,} events, {:,} runs, {:,} customers and {} rules".format(*counts)
    table(f"{title}: of {len(found)} those with most work", ("page", *HEAD), [_row(*pair, BAR) for pair in found[:30]])
    middle = statistics.median(one.work for _name, one in found)
    most = max(one.statements for _name, one in found)
    print(f"  over the bar: {_over(found, BAR)}; median work {middle:.1f} ms, most statements {most}")
    others = Counter(one.status for _name, one in every if one.status != 200)
    print(f"  not looked at, by status: {', '.join(f'{count} {status}' for status, count in sorted(others.items()))}")
    searches = [(words, asked(client, f"/staff/state_machines/customer/?q={words}")) for words in SEARCHES]
    table("Search for a customer", ("words", *HEAD), [_row(*pair, SEARCH_BAR) for pair in searches])
    print(f"  over the bar: {_over(searches, SEARCH_BAR)}")


def _row(name: str, one: Asked, bar: int) -> tuple[object, ...]:
    return name, round(one.clock, 1), round(one.own, 1), round(one.database, 1), one.statements, bar


def _over(found: list[tuple[str, Asked]], bar: int) -> str:
    by_clock = sum(one.clock >= bar for _name, one in found)
    by_work = sum(one.work >= bar for _name, one in found)
    return f"{by_clock} by the clock, {by_work} by the work alone"


def pages() -> Iterator[tuple[str, str]]:
    """Name and address of every staff page that has something to show, of machines the newest row."""
    fixed: dict[str, dict[str, Any]] = {
        "rules_of": {"key": HOUSE}, "number": {"name": next(iter(checks.PARAMS))}, "backtest": _key(Backtest), "backtest_proof": _key(Backtest),
        **dict.fromkeys(("review_change", "rule_sentences", "rule_sentence", "check_rules"), _key(ChangeRequest)),
    }  # fmt: skip
    foreign = _foreign()
    newest = {f"{model._meta.app_label}_{model._meta.model_name}": _key(model) for model in admin.site._registry}
    for namespace, one in _named(get_resolver("admin_ui.urls")):
        name = str(one.name)
        wanted = set(one.pattern.converters)
        given = fixed.get(name) or newest.get(name.removesuffix("_change")) or {}
        if name.endswith(("_delete", "_history")) or name.startswith(foreign) or name in NOT_PAGES:
            continue
        if wanted and not any(given.values()):
            continue
        full = f"{namespace}:{name}" if namespace else name
        yield name, reverse(full, kwargs=dict.fromkeys(wanted, next(iter(given.values()), None)))
    for noun, model in (("customer", Customer), ("invoice", Invoice), ("order", Order)):
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            yield f"{noun} with a history", reverse(f"admin:state_machines_{noun}_change", args=[row.pk])
    acted = Decision.objects.filter(outcome="acted").order_by("pk").first()
    if acted is not None:
        yield "event with its proof", reverse("admin:core_event_change", args=[acted.event_id]) + "?proof=1"
        yield "try an event", f"{reverse('try')}?event={acted.event_id}"


def _foreign() -> tuple[str, ...]:
    """How the names begin of those pages that another package registers here."""
    ours = [
        model._meta.app_label
        for model, page in admin.site._registry.items()
        if type(page).__module__.startswith("admin_ui")
    ]
    return tuple(f"{model._meta.app_label}_" for model in admin.site._registry if model._meta.app_label not in ours)


def _key(model: type[models.Model]) -> dict[str, Any]:
    return {"key": model._default_manager.order_by("-pk").values_list("pk", flat=True).first()}


def _named(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _named(one, one.namespace or namespace)
        elif one.name:
            yield namespace, one
