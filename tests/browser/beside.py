"""What stands beside the orders of a company on a busy day, so that every page of the staff has something to show."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import Group, User

from actions.runs import ActionRun, RunState
from core import accounts, clock, holds
from core.events import Event
from core.outbox import Outbox
from core.permission import ROLES
from rules import exemptions, parity, scenarios, switches
from rules.change_requests import ChangeRequest
from rules.decisions import Decision
from rules.editing import begin, check
from rules.publish import publish_text
from rules.rule_sets import RuleSet
from rules.simulation import backtests
from rules.simulation.running import compute
from state_machines.orders import Order
from tests.browser.one_of_each import Words, one_of_each, plain


def beside(order: Order, other: str, words: Words = plain) -> None:
    """What stands beside orders under rules of the house: a change to `other`, switches, holds, exemptions, tokens; a row
    of everything else."""
    customer, said = order.customer, words(Decision._meta.get_field("problem"))
    house = RuleSet.objects.get(key="house")
    event = Event.objects.filter(subject=order.ref).latest("pk")
    rule = RuleSet.objects.get(key="house").live.document["rules"][0]["key"]  # type: ignore[union-attr]
    own = f"set: {customer.ref}\nrules:\n- key: own\n  title: {{}}\n  when: order.paid\n  then: [{{do: order.flag_for_review}}]\n"
    publish_text(customer.ref, own.replace("{}", "Their own"), title="Their own rule")
    draft = begin("house", title=said[:200], text=other)
    check(draft)
    compute(backtests.start(draft).pk)
    begin("house", title="Another change of the same rules")
    exemptions.give(rule, customer.ref, clock.now() + timedelta(days=4), said[:500])
    exemptions.give(rule, order.ref, clock.now() + timedelta(days=4), said[:500])
    switches.switch_off(switches.scope_of(customer.ref, "own"), said[:500])
    holds.write(order.ref, ["cancel"], said[:200])
    accounts.issue_token(User.objects.create_user("machine"), said[:100])
    scenarios.from_event(event, name=said[:100])
    parity.evaluate()
    Outbox.objects.update_or_create(event_id=event.pk, defaults={"shard": event.shard, "held": True})
    Decision.objects.create(event_id=event.pk, attempt=9, at=clock.now(), outcome="failed", problem=said)
    RuleSet.objects.filter(key=customer.ref).update(stays_on=house.live, conflicts=[said], conflict_since=clock.now())
    for role in ROLES:
        Group.objects.get_or_create(name=role)
    one_of_each(words)
    if not ActionRun.objects.filter(state=RunState.DEAD).exists():
        run = ActionRun.objects.earliest("pk")
        ActionRun.objects.filter(pk=run.pk).update(state=RunState.DEAD, said=said, finished_at=clock.now())


def open_change() -> ChangeRequest:
    """The change that is under way."""
    return ChangeRequest.objects.exclude(state="published").earliest("pk")
