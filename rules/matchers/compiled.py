"""The matcher that is Python code, generated from checked rules: faster than the if/elif that it replaces.

One function per `when`, made when the first event comes that it fits. Rules that demand a certain text of the fact most asked
so stand behind a look-up of that text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rules.conditions import All, Comparison, Condition
from rules.facts import FactPath
from rules.matchers.code import Code
from rules.matchers.polarity import expression
from rules.patterns import fits, is_pattern
from rules.rule import Rule
from rules.values import FactValue, Literal

Match = Callable[[Mapping[str, Any], Mapping[str, Any] | None], list[Any]]
Row = tuple[int, Rule, Condition | None]  # number, rule, and what of its condition is still to be asked
MAX_KINDS = 4096  # event types whose functions are remembered
CHUNK = 200  # rules of one function; Python compiles long ones slowly
INLINE = 12  # texts that are asked one after the other; more are looked up
DEEP = 20  # conditions nested deeper are asked as the reference asks them


class CompiledMatcher:
    """Rules as functions. Says what the reference says; parameters are operands, so customers share it."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.order))
        self._numbers: dict[str, list[int]] = {}
        for number, rule in enumerate(self.rules):
            for when in dict.fromkeys(rule.when):
                self._numbers.setdefault(when, []).append(number)
        self._patterns = [when for when in self._numbers if is_pattern(when)]
        self._keys = [rule.key for rule in self.rules]
        self._places = {key: place for place, key in enumerate(self._keys)}
        self._groups: dict[str, Match] = {}
        self._kinds: dict[Any, Match] = {}

    def match(self, event: Mapping[str, Any], params: Mapping[str, Any] | None = None) -> list[str]:
        try:
            function = self._kinds[event["type"]]
        except (KeyError, TypeError):
            function = self._learn(event.get("type"))
        return function(event, params)

    def prepare(self) -> None:
        """Generate every function now, and not when the first event of its type comes."""
        for when in self._numbers:
            self._group(when)

    def close(self) -> None:
        """Nothing is held."""

    def _learn(self, kind: Any) -> Match:
        if type(kind) is not str:
            return _nothing
        named = [kind] if kind in self._numbers and not is_pattern(kind) else []
        whens = named + [when for when in self._patterns if fits(when, kind)]
        groups = [self._group(when) for when in whens]
        function = groups[0] if len(groups) == 1 else _many(groups, self._places) if groups else _nothing
        if len(self._kinds) < MAX_KINDS:
            self._kinds[kind] = function
        return function

    def _group(self, when: str) -> Match:
        if when not in self._groups:
            rules = [(number, self.rules[number]) for number in self._numbers[when]]
            self._groups[when] = generate(rules, self._keys)
        return self._groups[when]


def generate(rules: Sequence[tuple[int, Rule]], keys: Sequence[str] | None = None) -> Match:
    """One function: the numbers of the rules that are true of an event, ascending, or what `keys` has for each. `rules` all
    fit its type."""
    code = Code()
    demanded = _most_demanded(rules)
    buckets: dict[str, list[Row]] = {}
    others: list[Row] = []
    for number, rule in rules:
        text = _demand(rule.condition, demanded) if demanded else None
        if text is None:
            others.append((number, rule, rule.condition))
        else:
            buckets.setdefault(text, []).append((number, rule, _without(rule.condition, demanded)))
    functions: list[str] = []
    body = _inline(others, code) if len(others) <= CHUNK else _calls(others, code, functions)
    if demanded is not None and buckets:
        variable = str(code.value(demanded))
        few = len(buckets) <= INLINE and sum(map(len, buckets.values())) <= CHUNK
        body += _branches(variable, buckets, code) if few else _look_up(variable, buckets, code, functions)
    return _built(code, functions, body, keys, ordered=not (buckets and others))


def _built(code: Code, functions: list[str], body: list[str], keys: Sequence[str] | None, *, ordered: bool) -> Match:
    arguments = ", ".join(["add", "event", "params", *code.variables])
    text = [line.replace("<arguments>", arguments) for line in functions]
    text += ["def match(event, params):", *(f"    {line}" for line in code.reading()), "    found = []"]
    text += ["    add = found.append", *(f"    {line.replace('<arguments>', arguments)}" for line in body)]
    text += [] if ordered else ["    found.sort()"]
    text += [
        "    return found" if keys is None else "    return [keys[number] for number in found] if found else found"
    ]
    scope = {**code.constants, "keys": keys}
    exec(compile("\n".join(text), "<rules>", "exec", optimize=2), scope)  # noqa: S102 - no word of it is anybody's but ours
    table = scope.get("table")
    if table is not None:
        table.update({text: scope[name] for text, name in table.items()})
    return scope["match"]


def _branches(variable: str, buckets: Mapping[str, list[Row]], code: Code) -> list[str]:
    """For few texts, one branch each."""
    lines = []
    for place, (text, rows) in enumerate(buckets.items()):
        lines.append(f"{'elif' if place else 'if'} {variable} == {code.constant(text)}:")
        lines += [f"    {line}" for line in _inline(rows, code)]
    return lines


def _look_up(variable: str, buckets: Mapping[str, list[Row]], code: Code, functions: list[str]) -> list[str]:
    """For many texts, a table of functions."""
    code.constants["table"] = {text: _function(rows, code, functions) for text, rows in buckets.items()}
    return [
        f"if type({variable}) is str:",
        f"    chosen = table.get({variable})",
        "    if chosen is not None:",
        "        chosen(<arguments>)",
    ]


def _calls(rows: Sequence[Row], code: Code, functions: list[str]) -> list[str]:
    names = [_function(rows[start : start + CHUNK], code, functions) for start in range(0, len(rows), CHUNK)]
    return [f"{name}(<arguments>)" for name in names]


def _function(rows: Sequence[Row], code: Code, functions: list[str]) -> str:
    """A function of its own for these rules; its name."""
    name = f"part{sum(line.startswith('def ') for line in functions)}"
    lines = _inline(rows, code)
    functions += [f"def {name}(<arguments>):", *(f"    {line}" for line in lines)]
    return name


def _inline(rows: Sequence[Row], code: Code) -> list[str]:
    lines = []
    for number, rule, condition in rows:
        asked = [] if condition is None else [_asked(condition, code)]
        if rule.since is not None or rule.until is not None:
            asked.append(f"{code.constant(rule.in_force)}(event)")
        add = f"add({number})"
        lines += [f"if {' and '.join(asked)}: {add}" if asked else add]
    return lines or ["pass"]


def _asked(condition: Condition, code: Code) -> str:
    if _depth(condition) <= DEEP:
        return expression(condition, code)
    code.needs_view = True
    return f"{code.constant(condition.evaluate)}(view) is True"


def _depth(condition: Condition) -> int:
    items = getattr(condition, "items", None) or ([condition.item] if hasattr(condition, "item") else [])
    return 1 + max((_depth(item) for item in items), default=0)


def _most_demanded(rules: Sequence[tuple[int, Rule]]) -> FactPath | None:
    """The fact of which most rules demand that it is a certain text; None where looking up would not pay."""
    asked = Counter(leaf.seen.path for _number, rule in rules for leaf in _texts(rule.condition))
    if not asked:
        return None
    path, count = asked.most_common(1)[0]
    return path if count >= 4 else None


def _texts(condition: Condition | None) -> list[Any]:
    """The comparisons with a text that must hold for the whole to hold."""
    if isinstance(condition, All):
        return [leaf for item in condition.items for leaf in _texts(item)]
    if not isinstance(condition, Comparison) or condition.operator.name != "eq":
        return []
    seen, wanted = condition.seen, condition.wanted
    if not isinstance(seen, FactValue) or seen.default is not None or seen.path.suffix:
        return []
    in_envelope = seen.path.parts[0] == "event" and len(seen.path.parts) == 2
    is_text = isinstance(wanted, Literal) and type(wanted.value) is str
    return [condition] if is_text and not in_envelope else []


def _demand(condition: Condition | None, path: FactPath | None) -> str | None:
    return next((leaf.wanted.value for leaf in _texts(condition) if leaf.seen.path == path), None)


def _without(condition: Condition | None, path: FactPath | None) -> Condition | None:
    """The condition without its first demand on `path`, which the look-up answers; None where nothing is left."""
    first = next(leaf for leaf in _texts(condition) if leaf.seen.path == path)

    def rest(part: Condition | None) -> Condition | None:
        if part is first:
            return None
        if not isinstance(part, All):
            return part
        kept = tuple(item for item in map(rest, part.items) if item is not None)
        return All(kept, part.pointer) if kept else None

    return rest(condition)


def _nothing(event: Mapping[str, Any], params: Mapping[str, Any] | None) -> list[Any]:
    return []


def _many(groups: Sequence[Match], places: Mapping[str, int]) -> Match:
    def match(event: Mapping[str, Any], params: Mapping[str, Any] | None) -> list[Any]:
        found = {key for group in groups for key in group(event, params)}
        return sorted(found, key=places.__getitem__)

    return match
