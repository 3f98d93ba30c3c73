"""Random conditions over declared facts and parameters, with events and overrides that lie at their constants and beside."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from core.catalog import Fact, Kind
from rules.facts import FactPath
from rules.solver.solve import World

FACTS = {
    "i.total": Fact("total", Kind.MONEY),
    "i.left": Fact("left", Kind.MONEY, optional=True),
    "i.state": Fact("state", Kind.TEXT, choices=("draft", "issued", "paid")),
    "i.lines": Fact("lines", Kind.INTEGER),
    "i.pages": Fact("pages", Kind.INTEGER, optional=True),
    "i.load": Fact("load", Kind.NUMBER),
    "i.sent": Fact("sent", Kind.BOOLEAN),
    "i.due": Fact("due", Kind.DATE, optional=True),
    "i.made": Fact("made", Kind.MOMENT),
    "i.tags": Fact("tags", Kind.LIST, of=Kind.TEXT),
    "i.code": Fact("code", Kind.TEXT, optional=True),
    "i.name": Fact("name", Kind.TEXT),
}
PARAMS: dict[str, dict[str, Any]] = {
    "few": {"type": "integer", "default": 2, "min": 1, "max": 4},
    "many": {"type": "integer", "default": 6, "min": 5},
    "share": {"type": "percent", "default": 0.5, "min": 0, "max": 2},
    "big": {"type": "money", "default": {"money": "3.00 RON"}, "min": {"money": "2.00 RON"}},
    "sum": {"type": "money", "default": {"money": "3.00 EUR"}},
    "mode": {"type": {"one_of": ["draft", "issued"]}, "default": "draft"},
    "word": {"type": "text", "default": "vip"},
    "on": {"type": "boolean", "default": True},
    "tab": {"type": {"by": "i.state", "of": "integer"}, "default": {"draft": 1, "else": 3}, "min": 1, "max": 4},
    "list": {"type": [{"one_of": ["draft", "paid"]}], "default": ["draft"]},
    "wait": {"type": "duration", "default": "3d", "min": "1d"},
}
INTEGERS = st.integers(-1, 7)
NUMBERS = st.sampled_from([0, 0.5, 1, 1.5, 2, 2.25, 3, 5, 5.5, 6])
TEXTS = st.sampled_from(["", "a", "ab", "aba", "abb", "b", "vip", "vi", "ip", "draft", "paid", "ab\0", "vipp"])
DAYS = st.sampled_from(["2026-02-28", "2026-03-01", "2026-03-02", "2026-03-04"])
TIMES = st.sampled_from(
    ["2026-03-01T10:00:00+00:00", "2026-03-01T12:00:00+02:00", "2026-03-01T10:00:01+00:00", "2026-03-02T23:30:00-05:00"]
)
MINORS = st.sampled_from([0, 100, 199, 200, 201, 300, 301, 1_000])
CURRENCY = st.sampled_from(["RON", "RON", "EUR", "JPY"])
MONEY = st.builds(lambda minor, currency: {"minor": minor, "currency": currency}, MINORS, CURRENCY)
AMOUNTS = st.sampled_from(["1.00 RON", "2.00 RON", "2.01 RON", "3.00 RON", "3.00 EUR", "0.00 EUR"]).map(
    lambda text: {"money": text}
)
ORDER = ["eq", "ne", "lt", "lte", "gt", "gte"]


def _fact(path: str) -> dict[str, Any]:
    return {"fact": path}


def _param(name: str) -> dict[str, Any]:
    return {"param": name}


TABLE = {"param": "tab", "at": _fact("i.state")}


def _compared(path: str, values: st.SearchStrategy[Any], *others: Any) -> st.SearchStrategy[dict[str, Any]]:
    right = values if not others else values | values | st.sampled_from(others)
    single = st.builds(lambda op, value: {"fact": path, "op": op, "value": value}, st.sampled_from(ORDER), right)
    pair = st.builds(lambda two: {"fact": path, "op": "between", "value": two}, st.lists(right, min_size=2, max_size=2))
    listed = st.builds(
        lambda op, some: {"fact": path, "op": op, "value": some},
        st.sampled_from(["in", "not_in"]),
        st.lists(right, min_size=1, max_size=3),
    )
    exists = st.booleans().map(lambda flag: {"fact": path, "op": "exists", "value": flag})
    return single | single | single | pair | listed | exists | st.just({"fact": path, "op": "changed"})


def _text(path: str) -> st.SearchStrategy[dict[str, Any]]:
    ops = st.sampled_from(["starts_with", "starts_with", "ends_with", "contains"])
    found = st.builds(lambda op, value: {"fact": path, "op": op, "value": value}, ops, TEXTS)
    pattern = st.sampled_from(["^a", "b$", "^vip$", "i", "^a+b"]).map(
        lambda value: {"fact": path, "op": "matches", "value": value}
    )
    return (
        found
        | found
        | pattern
        | _compared(path, TEXTS, _param("word"), _fact("i.name"), {"fact": "i.code", "default": "a"})
    )


ITEMS = st.builds(
    lambda op, value: {"op": op, "value": value}, st.sampled_from([*ORDER, "starts_with", "ends_with"]), TEXTS
)
comparisons = st.one_of(
    _compared(
        "i.total", AMOUNTS, _param("big"), _param("sum"), _fact("i.left"), {"percent": 50, "of": _fact("i.left")}
    ),
    _compared("i.left", AMOUNTS, _param("big"), {"percent": 50, "of": {"money": "4.00 RON"}}),
    _compared("i.lines", INTEGERS, _param("few"), _param("many"), _fact("i.pages"), TABLE),
    _compared("i.pages", INTEGERS, _param("few"), _fact("i.load"), {"fact": "i.lines", "default": 3}),
    _compared(
        "i.load", NUMBERS, _param("share"), _fact("i.lines"), {"percent": _param("share"), "of": _fact("i.lines")}
    ),
    _compared("i.state", st.sampled_from(["draft", "issued", "paid"]), _param("mode"), _fact("i.code")),
    st.builds(
        lambda op, value: {"fact": "i.sent", "op": op, "value": value},
        st.sampled_from(["eq", "ne"]),
        st.booleans() | st.just(_param("on")),
    ),
    st.builds(
        lambda path, op, value: {"fact": path, "op": op, "value": value},
        st.sampled_from(["i.due", "i.made", "event.at"]),
        st.sampled_from(["before", "after"]),
        DAYS | TIMES | st.sampled_from([{"date": "i.due", "offset": "-1d"}]),
    ),
    _compared("i.due", DAYS),
    st.builds(lambda op, value: {"fact": "i.tags", "op": op, "value": value}, st.just("contains"), TEXTS),
    st.builds(
        lambda op, value: {"fact": "i.tags", "op": op, "value": value},
        st.sampled_from(["any_item", "all_items"]),
        ITEMS,
    ),
    st.builds(
        lambda op, value: {"fact": "i.tags", "op": op, "value": value},
        st.sampled_from(["eq", "ne"]),
        st.lists(TEXTS, max_size=2),
    ),
    _text("i.code"),
    _text("i.name"),
    _compared("i.lines.change", INTEGERS),
    _compared("i.lines.was", INTEGERS),
    _compared("i.total.change", AMOUNTS),
    st.builds(lambda op, value: {**_param("mode"), "op": op, "value": value}, st.sampled_from(["eq", "ne"]), TEXTS),
    st.builds(lambda op, value: {**_param("few"), "op": op, "value": value}, st.sampled_from(ORDER), INTEGERS),
    st.builds(lambda op, value: {**TABLE, "op": op, "value": value}, st.sampled_from(ORDER), INTEGERS),
    st.builds(lambda op: {"fact": "i.state", "op": op, "value": _param("list")}, st.sampled_from(["in", "not_in"])),
    st.builds(
        lambda op, value: {"count": "customer.invoices", "op": op, "value": value}, st.sampled_from(ORDER), INTEGERS
    ),
    st.just({"fact": "i.due", "op": "after", "value": {"date": "i.made", "offset": _param("wait")}}),
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(lambda items: {"all": items}),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: {"any": items}),
        inner.map(lambda item: {"not": item}),
    ),
    max_leaves=8,
)

_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "i.total": MONEY,
    "i.left": MONEY,
    "i.state": st.sampled_from(["draft", "issued", "paid"]),
    "i.lines": INTEGERS,
    "i.pages": INTEGERS,
    "i.load": NUMBERS,
    "i.sent": st.booleans(),
    "i.due": DAYS,
    "i.made": TIMES,
    "i.tags": st.lists(TEXTS, max_size=3),
    "i.code": TEXTS,
    "i.name": TEXTS,
}


def _event(values: dict[str, Any], was: dict[str, Any], at: str, counted: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"i": {path.partition(".")[2]: value for path, value in values.items()}}
    envelope = {"id": "1", "type": "made.up", "subject": "made:1", "customer": "customer:1", "at": at}
    return {**envelope, "facts": facts, "was": was, "counted": counted}


events = st.builds(
    _event,
    st.fixed_dictionaries({}, optional=_VALUES),
    st.fixed_dictionaries({}, optional={"i.lines": INTEGERS, "i.total": MONEY}),
    TIMES,
    st.none() | st.tuples(st.integers(0, 5), st.integers(0, 2)).map(lambda two: (two[0], two[0] + two[1])),
)
overrides = st.fixed_dictionaries(
    {},
    optional={
        "few": st.integers(1, 4),
        "many": st.integers(5, 8),
        "share": st.sampled_from([0, 0.5, 1, 1.5, 2]),
        "big": st.sampled_from(["2.00 RON", "2.01 RON", "3.00 RON", "9.00 RON"]).map(lambda text: {"money": text}),
        "sum": AMOUNTS,
        "mode": st.sampled_from(["draft", "issued"]),
        "word": TEXTS,
        "on": st.booleans(),
        "tab": st.dictionaries(st.sampled_from(["draft", "paid", "else"]), st.integers(1, 4), min_size=1),
        "list": st.lists(st.sampled_from(["draft", "paid"]), max_size=2),
        "wait": st.sampled_from(["1d", "2d", "4d"]),
    },
)


def find(path: FactPath) -> Fact | None:
    return FACTS.get(path.base)


world = World(fact=find, params=PARAMS)
