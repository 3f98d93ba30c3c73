"""Scenarios: saved events with the plan that is expected of them. All run before a version goes live."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import audit, clock
from core.acting import Actor, acting, present
from core.errors import PravilaError
from core.events import Event
from core.said import Said, said
from rules import assignments
from rules.as_of import AsOf
from rules.change_requests import demand_writer
from rules.describing import shown
from rules.document.model import Document
from rules.document.problem import Problem
from rules.groups import first_of_groups
from rules.matchers.reference import ReferenceMatcher
from rules.observing import UNSEEN, resolved
from rules.overlays import Effective, effective
from rules.planning import PlannedAction, plan
from rules.reading import document_of, sets_for
from rules.rule_sets import HOUSE, RuleSetVersion
from rules.segments import SEGMENT, Assignments, membership, set_of
from rules.wording import kept

MAX_SCENARIOS = 500
Plan = list[dict[str, Any]]


class BadScenario(PravilaError):
    """This is no scenario: {problem}. It needs a name, an event as in the history files, and a list of expected actions."""

    status = 422
    code = "bad-scenario"


class Scenario(models.Model):
    """An event as a document, and the actions that are expected: rule, id, do, target, with, after. Relations and
    aggregates see the log as it was at `position`, that of the real event; one that was made up has none."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    event = models.JSONField(_("event"))
    position = models.BigIntegerField(_("position in the log"), null=True, blank=True)
    expected = models.JSONField(_("expected plan"), default=list)
    author = models.CharField(_("by"), max_length=100)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


def planned(event: Mapping[str, Any], found: Effective, position: int | None = None) -> Plan:
    """What these effective rules ask for on this event, as a scenario expects it. `once` and limits are not asked."""
    observing = [rule for rule in found.rules if rule.sources]
    event = resolved(event, observing, found.params, AsOf(position) if position else UNSEEN)
    matcher = ReferenceMatcher(found.rules)
    rules = {rule.key: rule for rule in found.rules}
    true = [rules[key] for key in matcher.match(event, found.params)]
    acting_rules, _held_back = first_of_groups(true)
    return [json.loads(json.dumps(_plain(action))) for action in plan(acting_rules, event, found.params)]


def _plain(action: PlannedAction) -> dict[str, Any]:
    """A planned action as a scenario has it, without what is not set."""
    given = {
        "rule": action.rule, "id": action.id, "do": action.do, "target": action.target, "with": action.arguments or None,
        "after": action.after, "needs": action.needs, "problem": action.problem,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value is not None}


def from_event(event: Event, *, name: str, actor: Actor | None = None) -> Scenario:
    """Keep a real event, with what the live rules ask for on it now. A scenario of this name is replaced."""
    document = event.as_document()
    expected = planned(document, live_rules(document), event.pk)
    return save(name, document, expected, position=event.pk, actor=actor)


def save(
    name: str, event: Mapping[str, Any], expected: Plan, *, position: int | None = None, actor: Actor | None = None
) -> Scenario:
    """Keep a scenario under its name. Raises BadScenario or NotPermitted."""
    if not name.strip() or len(name) > 100:
        raise BadScenario(problem="its name has no letters, or more than 100")
    if not isinstance(event.get("type"), str) or not isinstance(event.get("facts"), dict):
        raise BadScenario(problem=said('the event of "{name}" has no type or no facts', name=name))
    if not all(isinstance(action, dict) and {"rule", "do"} <= set(action) for action in expected):
        raise BadScenario(
            problem=said('an expected action of "{name}" does not say its rule and what it does', name=name)
        )
    with acting(actor), transaction.atomic():
        demand_writer("save a scenario")
        if Scenario.objects.exclude(name=name).count() >= MAX_SCENARIOS:
            raise BadScenario(problem=said("there are {most} scenarios already; delete some", most=MAX_SCENARIOS))
        given = {
            "event": dict(event),
            "expected": expected,
            "position": position,
            "author": present().actor.ref,
            "at": clock.now(),
        }
        scenario, _made = Scenario.objects.update_or_create(name=name, defaults=given)
        audit.note("scenario.saved", f"scenario:{scenario.pk}")
        return scenario


def delete(scenario: Scenario, *, actor: Actor | None = None) -> None:
    """Raises NotPermitted."""
    with acting(actor), transaction.atomic():
        demand_writer("delete a scenario")
        audit.note("scenario.deleted", f"scenario:{scenario.pk}")
        scenario.delete()


def live_rules(event: Mapping[str, Any]) -> Effective:
    """The effective rules by which this event would be decided now."""
    live = sets_for(event)
    return effective(live.house, *live.overlays)


def failures(document: Document) -> list[Problem]:
    """The scenarios that would not come out as expected if `document` were live, as findings."""
    scenarios = list(Scenario.objects.all())
    if not scenarios:
        return []
    customers = {_customer(scenario) for scenario in scenarios} - {""}
    live = RuleSetVersion.objects.filter(state="live").select_related("rule_set")
    wanted = live.filter(Q(rule_set__key__in=[HOUSE, *customers]) | Q(rule_set__key__startswith=SEGMENT))
    sets = {version.rule_set.key: document_of(version) for version in wanted} | {document.set: document}
    assigned = assignments.of(customers) if sets.get(HOUSE, document).segments else {}
    return failures_in(list(sets.values()), scenarios, assigned, touched=document.set)


def failures_in(
    documents: Sequence[Document],
    scenarios: Iterable[Scenario],
    assigned: Assignments | None = None,
    *,
    touched: str = HOUSE,
) -> list[Problem]:
    """The same by these sets alone, of the scenarios that the set `touched` has a part in; needs no database for scenarios
    without a position in the log."""
    sets = {document.set: document for document in documents}
    house = sets.get(HOUSE) or Document({"set": HOUSE, "rules": []})
    segments = effective(house).segments
    found: dict[tuple[str, str], Effective] = {}
    problems: list[Problem] = []
    for scenario in scenarios:
        member = membership(segments, scenario.event, assigned)
        keys = set_of(member.key) if member else "", _customer(scenario)
        if touched not in (HOUSE, *keys):
            continue
        if keys not in found:
            found[keys] = effective(house, *(sets.get(key) for key in keys))
        if not found[keys].problems:  # who is in conflict stays on the former version
            problems += _differences(scenario, planned(scenario.event, found[keys], scenario.position))
    return problems


def _customer(scenario: Scenario) -> str:
    return str(scenario.event.get("customer") or "")


def _differences(scenario: Scenario, got: Plan) -> Iterator[Problem]:
    wanted, seen = [_text(action) for action in scenario.expected], [_text(action) for action in got]
    for action, text in zip(scenario.expected, wanted, strict=True):
        if text not in seen:
            yield _finding(scenario, action, said("is expected and would not be asked for"))
    for action, text in zip(got, seen, strict=True):
        if text not in wanted:
            yield _finding(scenario, action, said("would be asked for and is not expected"))
    if wanted != seen and sorted(wanted) == sorted(seen):
        yield Problem("error", "", "", said('scenario "{name}": the actions come in another order', name=scenario.name))


def _finding(scenario: Scenario, action: Mapping[str, Any], says: Said) -> Problem:
    arguments = _with(action["with"]) if action.get("with") else ""
    finding = said(
        'scenario "{name}": {do}{arguments} by the rule "{rule}" {says}',
        name=scenario.name,
        do=action["do"],
        arguments=arguments,
        rule=action["rule"],
        says=says,
    )
    return Problem("error", str(action["rule"]), "", finding)


@kept()
def _with(arguments: Any) -> Said:
    return said(" with {arguments}", arguments=shown(arguments))


def _text(action: Mapping[str, Any]) -> str:
    return json.dumps(action, sort_keys=True, ensure_ascii=False)
