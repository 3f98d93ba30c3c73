"""Every page of the staff, found from the addresses of the server: one that is new is among them, or fails until it can be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from actions.runs import ActionRun, RunState
from core.events import Event
from rules.rule_sets import RuleSet
from rules.simulation.backtests import Backtest
from state_machines.customers import Customer
from tests.browser.beside import open_change
from tests.browser.one_of_each import OURS

ELSEWHERE = re.compile(
    r"admin:(logout|jsi18n|autocomplete|search|view_on_site|password_change_done|login)|set_language"
)

LIST = re.compile(r"/staff/\w+/\w+/")


def every_page(client: Client) -> list[str]:
    """The address of every page that this person may open, with rows of the database in it. Fails where there is no row."""
    found = [address for address in dict.fromkeys([*_named(), *_further()]) if _is_page(client, address)]
    assert len(found) > 150
    return found


def _named() -> Iterator[str]:
    theirs = {model._meta.app_label for model in admin.site._registry} - {*OURS, "auth"}
    histories = 0
    for name, pattern in _patterns(get_resolver("admin_ui.urls")):
        plain = name.removeprefix("admin:")
        histories += plain.endswith("_history")
        if plain.endswith("_history") and histories > 1:  # nothing on it is of the model
            continue
        if ELSEWHERE.fullmatch(name) or any(plain.startswith(f"{label}_") for label in theirs):
            continue
        kept = {key: _kept(name, key) for key in pattern.pattern.converters}
        if pattern.pattern.regex.groups and not kept:  # Django's page of one app
            kept = {"app_label": "rules"}
        asked = f"?{urlencode({'event': _submitted().name, 'rule': _rule()})}" if name == "backtest_proof" else ""
        yield f"{reverse(name, kwargs=kept)}{asked}"


def _patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _patterns(one, one.namespace or namespace)
        elif one.name:
            yield (f"{namespace}:{one.name}" if namespace else one.name), one


def _kept(name: str, key: str) -> Any:
    """What stands in an address at this place."""
    house = RuleSet.objects.get(key="house")
    assert house.live is not None
    if key == "key" and name in ("admin:rules_of", "admin:assign_customer", "admin:begin_change"):
        return "house"
    if name == "number":
        return next(iter(house.live.document["params"]))
    if key == "name":
        texts = house.live.document.get("texts", {}) if name == "text" else {}
        return next(iter(texts), "submit")  # of a transition, which is no page
    if "backtest" in name and name != "start_backtest":
        return Backtest.objects.earliest("pk").pk
    if name in ("start_backtest", "admin:rule_sentences", "admin:rule_sentence", "admin:review_change"):
        return open_change().pk
    for model in admin.site._registry:
        if re.search(rf"[:_]{model._meta.app_label}_{model._meta.model_name}(_|$)", name):
            row = (
                open_change()
                if model._meta.model_name == "changerequest"
                else model._base_manager.order_by("pk").first()
            )
            assert row is not None, f"{name}: there is no row to show; make one in tests/browser/one_of_each.py"
            return row.pk
    return 1


def _further() -> Iterator[str]:
    """Pages that show something else, for what is asked of them."""
    event = _submitted()
    dead = ActionRun.objects.filter(state=RunState.DEAD).latest("pk")
    change, proof = open_change(), reverse("admin:core_event_change", args=[event.pk])
    yield f"{reverse('cause')}?{urlencode({'action': dead.action, 'said': dead.said})}"
    yield f"{reverse('try')}?event={event.pk}"
    yield from (proof, f"{proof}?proof=1")
    yield f"{reverse('admin:rule_sentence', args=[change.pk])}?key={_rule()}"
    yield f"{reverse('admin:review_change', args=[change.pk])}"
    yield reverse("admin:rules_of", args=[Customer.objects.earliest("pk").ref])
    yield reverse("admin:actions_actionrun_change", args=[dead.pk])
    yield reverse("admin:rules_rulesetversion_change", args=[change.rule_set.live_id])


def _submitted() -> Event:
    return Event.objects.filter(type="order.submitted").earliest("pk")


def _rule() -> str:
    """A rule that acts on orders that are submitted."""
    rules = open_change().rule_set.live.document["rules"]  # type: ignore[union-attr]
    return next(str(rule["key"]) for rule in rules if rule["when"] == "order.submitted" and "if" in rule)


def _is_page(client: Client, address: str) -> bool:
    """Whether it answers with a page; what is only sent to, redirects, or belongs to nobody, is none."""
    if address.endswith("/change/") or LIST.fullmatch(address):
        return True
    answer = client.get(address)
    assert answer.status_code in (200, 302, 403, 405), (address, answer.status_code)
    return answer.status_code == 200 and b"<html" in answer.content
