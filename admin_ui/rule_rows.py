"""All rules that are live, and those of open changes, as rows for a list: what each does, for whom, since when, and how it fares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

from rules.change_requests import OPEN, ChangeRequest
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion
from rules.switches import scope_of

WALKED = 20  # versions that are looked through for the last change of a rule
_KEY = re.compile(r"^\s*-\s*\{?\s*key:\s*[\"']?([\w.-]+)", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """One rule of one set. `since` is the number of the version that last changed it; `overrides` the sets that mute or
    change it, or have another number for one of its parameters; `drafts` the open change requests that change it."""

    key: str
    set: str
    rule: Mapping[str, Any]
    params: Mapping[str, Any]
    since: int = 0
    version: int = 0
    content_hash: str = ""
    overrides: tuple[str, ...] = ()
    drafts: tuple[ChangeRequest, ...] = field(default=(), compare=False)

    @property
    def scope(self) -> str:
        """How switches call it."""
        return scope_of(self.set, self.key)

    @property
    def live(self) -> bool:
        return self.version > 0

    @property
    def words(self) -> str:
        """What a search looks through."""
        rule = self.rule
        parts = [
            self.key,
            self.set,
            rule.get("title", ""),
            rule.get("owner", ""),
            *rule.get("tags", ()),
            str(rule.get("when")),
        ]
        return " ".join([*parts, *actions_of(rule)]).lower()


def rows() -> list[Row]:
    """Every rule, in the order of sets and of what is written; rules that only a draft has come last."""
    drafted = _drafted()
    live = {(row.set, row.key): row for row in _live(_newest())}
    found = [_with(row, drafted.pop((row.set, row.key), ())) for row in live.values()]
    new = (Row(key, name, {"key": key}, {}, drafts=tuple(by)) for (name, key), by in sorted(drafted.items()))
    return found + list(new)


def live_keys() -> list[str]:
    """The keys of the rules that are live, sorted."""
    return sorted({row.key for row in _live(_newest())})


def _newest() -> tuple[int, str] | None:
    return RuleSetVersion.objects.order_by("-pk").values_list("pk", "content_hash").first()


def actions_of(rule: Mapping[str, Any]) -> list[str]:
    """Names of the actions that a rule asks for."""
    steps = [one for step in rule.get("then", ()) for one in step.get("then", (step,))]
    return list(dict.fromkeys(str(step["do"]) for step in steps if "do" in step))


@lru_cache(maxsize=2)
def _live(_newest: tuple[int, str] | None) -> tuple[Row, ...]:
    """Of the versions that are live; kept until another one is published."""
    sets = list(RuleSet.objects.exclude(live=None).select_related("live").defer("live__text").order_by("key"))
    sets.sort(key=lambda one: (one.key != HOUSE, one.key.startswith("customer:"), one.key))
    declared: Mapping[str, Any] = next(
        (one.live.document.get("params", {}) for one in sets if one.key == HOUSE and one.live), {}
    )
    params = {name: spec["default"] for name, spec in declared.items()}
    differ = _differ([(one.key, one.live.document) for one in sets if one.key != HOUSE and one.live])
    found = []
    for one in sets:
        version = one.live
        if version is None or not version.document.get("rules"):
            continue
        since = changed_in(version)
        for rule in version.document["rules"]:
            others = set(differ.get(rule["key"], ()))
            for name in _params_of(rule):
                others |= differ.get(f"={name}", set())
            over = tuple(sorted(others)) if one.key == HOUSE else ()
            numbers = params if one.key == HOUSE else params | version.document.get("params", {})
            found.append(
                Row(rule["key"], one.key, rule, numbers, since[rule["key"]], version.number, version.content_hash, over)
            )
    return tuple(found)


def changed_in(version: RuleSetVersion) -> dict[str, int]:
    """Key of a rule of `version` -> the number of the version in which it became what it is, as far as was looked back."""
    rules = {rule["key"]: rule for rule in version.document["rules"]}
    since = dict.fromkeys(rules, version.number)
    open_keys = set(rules)
    former = RuleSetVersion.objects.filter(rule_set=version.rule_set_id, number__lt=version.number)
    for number, document in former.order_by("-number").values_list("number", "document")[:WALKED]:
        before = {rule["key"]: rule for rule in document.get("rules", ())}
        open_keys = {key for key in open_keys if before.get(key) == rules[key]}
        since |= dict.fromkeys(open_keys, number)
        if not open_keys:
            break
    return since


def _differ(overlays: list[tuple[str, Mapping[str, Any]]]) -> dict[str, set[str]]:
    """Key of a rule, or = and the name of a parameter -> the sets that differ there."""
    found: dict[str, set[str]] = {}
    for name, document in overlays:
        for key in (*document.get("mute", {}), *document.get("change", {})):
            found.setdefault(key, set()).add(name)
        for param in document.get("params", {}):
            found.setdefault(f"={param}", set()).add(name)
    return found


def _params_of(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("param"), str):
            yield value["param"]
        for item in value.values():
            yield from _params_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from _params_of(item)


def _with(row: Row, drafts: tuple[ChangeRequest, ...] | list[ChangeRequest]) -> Row:
    return Row(**{**row.__dict__, "drafts": tuple(drafts)}) if drafts else row


def _drafted() -> dict[tuple[str, str], list[ChangeRequest]]:
    """(set, key) -> the open change requests in whose text the rule is another one than in their base."""
    found: dict[tuple[str, str], list[ChangeRequest]] = {}
    for one in ChangeRequest.objects.filter(state__in=OPEN).select_related("rule_set", "base").defer("base__document"):
        before, now = _blocks(one.base.text if one.base else ""), _blocks(one.text)
        for key in before.keys() | now.keys():
            if before.get(key) != now.get(key):
                found.setdefault((one.rule_set.key, key), []).append(one)
    return found


def others_on(draft: ChangeRequest) -> list[tuple[ChangeRequest, list[str]]]:
    """The other open change requests of the same set, with the keys of the rules that both change; those that share
    rules come first."""
    mine: set[str] = set()
    theirs: dict[int, list[str]] = {}
    for (name, key), by in _drafted().items():
        if name != draft.rule_set.key:
            continue
        if any(one.pk == draft.pk for one in by):
            mine.add(key)
        for one in by:
            theirs.setdefault(one.pk, []).append(key)
    others = ChangeRequest.objects.filter(rule_set=draft.rule_set_id, state__in=OPEN).exclude(pk=draft.pk).defer("text")
    found = [(one, sorted(mine & set(theirs.get(one.pk, ())))) for one in others.order_by("-pk")[:50]]
    return sorted(found, key=lambda pair: not pair[1])


@lru_cache(maxsize=64)
def _blocks(text: str) -> dict[str, str]:
    """Key of a rule -> its lines, as they are written."""
    starts = list(_KEY.finditer(text))
    bounds = pairwise([*(match.start() for match in starts), len(text)])
    return {match[1]: text[begin:end].strip() for match, (begin, end) in zip(starts, bounds, strict=True)}
