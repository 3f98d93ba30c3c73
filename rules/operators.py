"""Every operator, declared once: what it asks, what it takes, how people read it. Unknown is None, never an error.

A new one is a test and a row of the table below; documents, matchers, checks, proofs and the editor take it from here. Matchers
and the solver have faster or sharper ways for some, by name; any other is asked by its test, and the solver leaves it open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from core.registry import Registry
from rules.calendars import find
from rules.kinds import as_moment, order, order_in_time, same
from rules.regex import found_in

ORDERED = frozenset({"text", "number", "money", "moment"})
ANY_KIND = frozenset({"text", "number", "boolean", "money", "list", "moment"})
Takes = Literal["value", "number", "text", "pattern", "moment", "calendar", "flag", "nothing", "pair", "list", "item"]
_KIND_TAKEN = {"number": "number", "text": "text", "pattern": "text", "moment": "moment", "flag": "boolean"}


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator. `says` is what it says of a fact, in English and as a text to be translated. `test(seen, wanted)` is
    asked only where both are set, or, of one that is `always_known`, in any case. `takes` names the shape of what stands
    on the right: a `value` is one of the fact's own kind. `kinds` are the kinds of facts of which it can be true;
    `opposite` is known exactly where this one is, and says the contrary; `called` is its name where one is chosen, if that is
    not what it says."""

    name: str
    says: str
    test: Callable[[Any, Any], bool | None]
    takes: Takes = "value"
    kinds: frozenset[str] = ANY_KIND
    opposite: str = ""
    called: str = ""
    always_known: bool = False

    @property
    def title(self) -> str:
        """What it is called where one is chosen; to be translated."""
        return self.called or self.says.replace("{wanted}", "…").removesuffix("…").rstrip(" :")

    @property
    def of_members(self) -> bool:
        """Whether it can be asked of the members of a list."""
        return self.takes not in ("flag", "nothing", "calendar", "item")

    def kind_taken(self, kind: str | None) -> str | None:
        """The kind of what stands on the right, where a fact of `kind` stands on the left; None where that is open."""
        return _KIND_TAKEN.get(self.takes, kind)


operators: Registry[Operator] = Registry("operator")
EXISTS, CHANGED = "exists", "changed"  # what they ask is more than the value of a fact


def any_of(verdicts: Iterable[bool | None]) -> bool | None:
    """Kleene's or: true where one is true, false where all are false, else unknown."""
    unknown = False
    for verdict in verdicts:
        if verdict:
            return True
        unknown = unknown or verdict is None
    return None if unknown else False


def all_of(verdicts: Iterable[bool | None]) -> bool | None:
    """Kleene's and: false where one is false, true where all are true, else unknown."""
    unknown = False
    for verdict in verdicts:
        if verdict is False:
            return False
        unknown = unknown or verdict is None
    return None if unknown else True


def negated(verdict: bool | None) -> bool | None:
    return None if verdict is None else not verdict


def _ordered(accept: Callable[[int], bool]) -> Callable[[Any, Any], bool | None]:
    def test(seen: Any, wanted: Any) -> bool | None:
        found = order(seen, wanted)
        return None if found is None else accept(found)

    return test


def _in_time(accept: Callable[[int], bool]) -> Callable[[Any, Any], bool | None]:
    def test(seen: Any, wanted: Any) -> bool | None:
        found = order_in_time(seen, wanted)
        return None if found is None else accept(found)

    return test


def _texts(accept: Callable[[str, str], bool | None]) -> Callable[[Any, Any], bool | None]:
    def test(seen: Any, wanted: Any) -> bool | None:
        return accept(seen, wanted) if type(seen) is str and type(wanted) is str else None

    return test


_at_least, _at_most = _ordered(lambda found: found >= 0), _ordered(lambda found: found <= 0)


def _between(seen: Any, wanted: Any) -> bool | None:
    if type(wanted) is not list or len(wanted) != 2:
        return None
    return all_of((_at_least(seen, wanted[0]), _at_most(seen, wanted[1])))


def _in(seen: Any, wanted: Any) -> bool | None:
    return any_of(same(seen, item) for item in wanted) if type(wanted) is list else None


def _contains(seen: Any, wanted: Any) -> bool | None:
    if type(seen) is list:
        return any_of(same(item, wanted) for item in seen)
    return wanted in seen if type(seen) is str and type(wanted) is str else None


def _items(join: Callable[[Iterable[bool | None]], bool | None]) -> Callable[[Any, Any], bool | None]:
    def test(seen: Any, wanted: Any) -> bool | None:
        inner, value = wanted
        if type(seen) is not list:
            return None
        return join(None if item is None or value is None else inner.test(item, value) for item in seen)

    return test


def _during(seen: Any, wanted: Any) -> bool | None:
    calendar, moment = find(wanted), as_moment(seen)
    if calendar is None or not isinstance(moment, datetime) or moment.tzinfo is None:
        return None
    try:
        return calendar.is_open(moment)
    except OverflowError:
        return None


_TEXT, _LIST = frozenset({"text"}), frozenset({"list"})

for _operator in (
    Operator("eq", "is {wanted}", same, opposite="ne"),
    Operator("ne", "is anything but {wanted}", lambda a, b: negated(same(a, b)), opposite="eq"),
    Operator("lt", "is less than {wanted}", _ordered(lambda c: c < 0), kinds=ORDERED, opposite="gte"),
    Operator("lte", "is at most {wanted}", _at_most, kinds=ORDERED, opposite="gt"),
    Operator("gt", "is more than {wanted}", _ordered(lambda c: c > 0), kinds=ORDERED, opposite="lte"),
    Operator("gte", "is at least {wanted}", _at_least, kinds=ORDERED, opposite="lt"),
    Operator("between", "is between {wanted}", _between, "pair", ORDERED),
    Operator("in", "is one of {wanted}", _in, "list", opposite="not_in"),
    Operator("not_in", "is none of {wanted}", lambda a, b: negated(_in(a, b)), "list", opposite="in"),
    Operator("contains", "contains {wanted}", _contains, kinds=_TEXT | _LIST),
    Operator("starts_with", "starts with {wanted}", _texts(str.startswith), "text", _TEXT),
    Operator("ends_with", "ends with {wanted}", _texts(str.endswith), "text", _TEXT),
    Operator("matches", "matches {wanted}", _texts(found_in), "pattern", _TEXT, called="matches the pattern"),
    Operator(EXISTS, "is set: {wanted}", lambda seen, wanted: (seen is not None) == wanted, "flag", always_known=True),
    Operator(CHANGED, "changed", lambda seen, _: bool(seen), "nothing", always_known=True),
    Operator("before", "is before {wanted}", _in_time(lambda c: c < 0), "moment", frozenset({"text", "moment"})),
    Operator("after", "is after {wanted}", _in_time(lambda c: c > 0), "moment", frozenset({"text", "moment"})),
    Operator("during", "falls into {wanted}", _during, "calendar", frozenset({"text", "moment"})),
    Operator("any_item", "has a member that {wanted}", _items(any_of), "item", _LIST),
    Operator("all_items", "has only members that {wanted}", _items(all_of), "item", _LIST),
):
    operators.add(_operator.name, _operator)
