"""Events that a scenario tells in a few words, with what the log would say, and what rules ask for on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core import catalog
from core.catalog import Fact, Kind
from core.lookups import Row, Rows
from rules.groups import first_of_groups
from rules.matchers.reference import ReferenceMatcher
from rules.observed import Observed
from rules.observing import Params, measured, resolved, sources_of
from rules.overlays import Effective
from rules.planning import PlannedAction, plan
from rules.rule import Rule
from rules.timing import MOMENT_DUE

PLAIN: dict[Kind, Any] = {
    Kind.TEXT: "x1",
    Kind.INTEGER: 0,
    Kind.NUMBER: 0,
    Kind.BOOLEAN: False,
    Kind.MONEY: {"minor": 0, "currency": "RON"},
    Kind.MOMENT: "2026-03-02T10:00:00+00:00",
    Kind.DATE: "2026-03-02",
    Kind.REF: "thing:1",
    Kind.LIST: [],
    Kind.ANY: "x1",
}


class Given:
    """The related objects and earlier events that a scenario gives."""

    def __init__(self, rows: Mapping[str, Any]) -> None:
        self.rows = rows

    def observe(self, event: Mapping[str, Any], rules: Sequence[Rule], params: Params) -> Observed:
        found = {source: self._rows(source.text) for source in sources_of(rules, event)}
        return measured(event, rules, params, found)

    def _rows(self, name: str) -> Rows:
        given = self.rows.get(name, [])
        if isinstance(given, int):
            return Rows(bare=given)
        named = ({"ref": f"row:{place}", **row} for place, row in enumerate(given, 1))
        return Rows(tuple(Row(place, row["ref"], row) for place, row in enumerate(named, 1)))


def an_event(case: Mapping[str, Any], rule: Rule) -> dict[str, Any]:
    """The event that a case tells of; one without `on` is the moment `number`, else the first, of the rule that is tried."""
    kind = case.get("on", MOMENT_DUE)
    noun = kind.partition(".")[0] if "on" in case else rule.timing.noun if rule.timing else ""
    known = (catalog.facts_of_event(kind) if "on" in case else noun and catalog.facts_of(noun)) or {}
    facts: dict[str, Any] = {}
    for path, fact in known.items():
        put(facts, path, _plain(fact))
    for path, value in case.get("facts", {}).items():
        assert path in known, path
        put(facts, path, value)
    if "on" not in case:
        facts["moment"] = {"rule": rule.key, "number": case.get("number", 1), "offset": "1d", "last": False}
    if "from" in case:
        facts["transition"] = {"from": case["from"]}
    event = {"id": "e1", "type": kind, "subject": f"{noun}:1", "sequence": 1, "facts": facts, "actor": "user:1"}
    return event | {"at": "2026-03-02T10:00:00+00:00", "customer": "customer:1", "was": case.get("was", {})}


def _plain(fact: Fact) -> Any:
    return fact.choices[0] if fact.choices else PLAIN[fact.kind]


def put(facts: dict[str, Any], path: str, value: Any) -> None:
    noun, _dot, name = path.partition(".")
    if name:
        facts.setdefault(noun, {})[name] = value
    else:
        facts[path] = value


def asked_by(key: str, found: Effective, case: Mapping[str, Any]) -> list[PlannedAction]:
    history = Given(case.get("rows", {}))
    rules = {rule.key: rule for rule in found.rules}
    event = resolved(an_event(case, rules[key]), [rule for rule in found.rules if rule.sources], found.params, history)
    true = [rules[name] for name in ReferenceMatcher(found.rules).match(event, found.params)]
    acting, _held_back = first_of_groups(true)
    return [action for action in plan(acting, event, found.params) if action.rule == key]
