"""Dead letters by cause: those of one action that ended with the same words, whatever numbers stand in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from actions.runs import ActionRun, RunState

LOOKED_AT = 2_000  # the newest dead letters
_NUMBER = re.compile(r"\d+")
_LONGEST = 200


@dataclass
class Cause:
    """Dead letters that have a cause in common; `runs` are their ids, newest first."""

    action: str
    said: str
    example: str = ""
    runs: list[int] = field(default_factory=list)
    rules: set[str] = field(default_factory=set)

    @property
    def count(self) -> int:
        return len(self.runs)


def alike(said: str) -> str:
    """An outcome without its numbers: invoice:… is void."""
    return _NUMBER.sub("…", said)[:_LONGEST]


def causes() -> list[Cause]:
    """The causes of the newest dead letters, the most frequent first."""
    rows = ActionRun.objects.filter(state=RunState.DEAD).order_by("-id")
    return group(rows.values_list("pk", "action", "said", "rule")[:LOOKED_AT])


def group(rows: Iterable[tuple[int, str, str, str]]) -> list[Cause]:
    """Rows of (id, action, outcome, rule) by cause."""
    found: dict[tuple[str, str], Cause] = {}
    for key, action, said, rule in rows:
        cause = found.setdefault((action, alike(said)), Cause(action, alike(said), said))
        cause.runs.append(key)
        cause.rules.add(rule)
    return sorted(found.values(), key=lambda cause: (-cause.count, cause.action, cause.said))
