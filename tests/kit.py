"""What tests of more than one room do: put rules in force, let the worker work, and look at what came of it."""

from __future__ import annotations

from typing import Any

from actions.lap import lap
from actions.runs import ActionRun
from core.machine import perform
from rules.document.model import Document, content_hash
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion
from tests.fines.models import Fine


def in_force(*rules: dict[str, Any], key: str = HOUSE, **parts: Any) -> RuleSetVersion:
    """Put rules in force as the next version of a set, unchecked; with further parts of the document."""
    rule_set, _made = RuleSet.objects.get_or_create(key=key)
    document = Document({"set": key, "rules": list(rules), **parts})
    number = rule_set.versions.count() + 1
    version = RuleSetVersion.objects.create(
        rule_set=rule_set, number=number, text="", document=document.data, content_hash=content_hash(document)
    )
    former, rule_set.live = rule_set.live, version
    rule_set.save()
    perform(version, "publish")
    if former is not None:
        perform(former, "retire")
    return version


def work(laps: int = 20) -> int:
    """Decide and carry out until nothing is due. The number of runs worked on; fails where there is no end."""
    runs = 0
    for _lap in range(laps):
        decided, carried_out = lap()
        runs += carried_out
        if not decided and not carried_out:
            return runs
    raise AssertionError("the chain does not end")


def outcomes() -> list[tuple[str, str, str]]:
    """(action, target, state) of every run, in order."""
    return list(ActionRun.objects.order_by("id").values_list("action", "target", "state"))


def a_fine(**fields: Any) -> Fine:
    return Fine.objects.create(**({"case": "A1", "article": 157, "amount_minor": 3600} | fields))
