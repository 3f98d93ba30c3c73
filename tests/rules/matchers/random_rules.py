"""Random rules and events whose conditions share paths, with everything that facts can be: for the property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

PATHS = [
    "a",
    "b",
    "m.total",
    "m.due",
    "c.tags",
    "event.subject",
    "transition.to",
    "a.was",
    "a.change",
    "m.total.change",
]
NUMBERS = [0, 1, -1, 5, 2**53, 2**53 + 1, 2**62, -(2**63), 2**64, 10**30, 0.1, 0.5, 5.0, float(2**53), 1e300, -0.0]
TEXTS = ["", "a", "A", "ab", "vip", "é", "e\u0301", "\U0001f600", "\uffff", 'q"\\\n\x00', "5", "true", "z" * 70_000]
MONEY = ["0.00 RON", "5.00 RON", "5.01 RON", "5.00 EUR", "-3.00 EUR", "5 JPY"]
DATES = ["2026-03-01", "2026-03-01T10:00:00+00:00", "2026-03-01T12:00:00+02:00", "2026-03-01T10:00:00", "soon"]
TYPES = ["order.paid", "order.created", "invoice.paid", "audit.note", "x"]
WHENS: list[Any] = [*TYPES, "*", "order.*", "*.paid", ["order.paid", "invoice.*"], ["*", "order.paid"], "audit.*"]
MINOR = [-300, 0, 500, 501, 2**70]

scalars = st.sampled_from([*NUMBERS, *TEXTS[:-1], *DATES, True, False])
money = st.sampled_from(MONEY).map(lambda text: {"money": text})
literals = scalars | money
operands = (
    literals
    | st.sampled_from(PATHS).map(lambda path: {"fact": path})
    | st.builds(lambda path, default: {"fact": path, "default": default}, st.sampled_from(PATHS), literals)
    | st.sampled_from(["n", "t", "l", "nothing"]).map(lambda name: {"param": name})
    | st.builds(lambda path: {"param": "tab", "at": {"fact": path}}, st.sampled_from(PATHS))
    | st.builds(
        lambda share, path: {"percent": share, "of": {"fact": path}}, st.sampled_from([50, 0.1]), st.sampled_from(PATHS)
    )
    | st.sampled_from(["-1d", "1mo", "2h", "3wd"]).map(lambda offset: {"date": "m.due", "offset": offset})
)
paths = st.sampled_from(PATHS)
PLAIN = ["eq", "ne", "lt", "lte", "gt", "gte"]


def _comparison(path: str, op: str, value: Any) -> dict[str, Any]:
    return {"fact": path, "op": op, "value": value}


item_tests = st.builds(lambda op, value: {"op": op, "value": value}, st.sampled_from([*PLAIN, "starts_with"]), operands)
comparisons = st.one_of(
    st.builds(_comparison, paths, st.sampled_from(PLAIN), literals),
    st.builds(_comparison, paths, st.sampled_from([*PLAIN, "contains", "starts_with", "ends_with"]), operands),
    st.builds(_comparison, paths, st.just("between"), st.lists(literals, min_size=2, max_size=2)),
    st.builds(_comparison, paths, st.just("between"), st.lists(st.sampled_from(NUMBERS), min_size=2, max_size=2)),
    st.builds(_comparison, paths, st.sampled_from(["in", "not_in"]), st.lists(operands, max_size=4)),
    st.builds(_comparison, paths, st.just("matches"), st.sampled_from(["a", "^v.p$", r"\d", "(a+)+$", ""])),
    st.builds(_comparison, paths, st.just("exists"), st.booleans()),
    st.builds(lambda path: {"fact": path, "op": "changed"}, paths),
    st.builds(
        lambda left, op, value: {**left, "op": op, "value": value},
        st.sampled_from([{"param": "n"}, {"param": "t"}, {"param": "tab", "at": {"fact": "a"}}]),
        st.sampled_from(PLAIN),
        operands,
    ),
    st.builds(_comparison, paths, st.sampled_from(["before", "after"]), st.sampled_from(DATES[:-1])),
    st.builds(_comparison, paths | st.just("event.at"), st.just("during"), st.sampled_from(["office-hours", "none"])),
    st.builds(_comparison, paths, st.sampled_from(["any_item", "all_items"]), item_tests),
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(lambda items: {"all": items}),
        st.lists(inner, min_size=1, max_size=4).map(lambda items: {"any": items}),
        inner.map(lambda item: {"not": item}),
    ),
    max_leaves=10,
)
rule_lists = st.lists(
    st.tuples(st.sampled_from(WHENS), st.none() | conditions, st.integers(0, 2)), min_size=1, max_size=12
).map(
    lambda found: [
        {"key": f"r{number}", "when": when, "priority": priority, "then": []} | ({"if": condition} if condition else {})
        for number, (when, condition, priority) in enumerate(found)
    ]
)

money_facts = st.builds(
    lambda minor, currency: {"minor": minor, "currency": currency},
    st.sampled_from(MINOR),
    st.sampled_from(["RON", "EUR", "JPY"]),
)
odd = st.sampled_from([None, {}, [], {"minor": 1.5, "currency": "RON"}, float("nan"), float("inf"), {"minor": True}])
facts = st.one_of(scalars, money_facts, odd, st.sampled_from(TEXTS), st.lists(scalars | money_facts | odd, max_size=3))


def _event(kind: str, found: dict[str, Any], was: dict[str, Any], flat: bool) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for path, value in found.items():
        *above, last = path.split(".")
        place = nested.setdefault(above[0], {}) if above else nested
        if isinstance(place, dict):
            place[last] = value
    if flat:
        nested["m"] = 5
    envelope = {"id": "1", "type": kind, "subject": "order:1", "at": "2026-03-01T10:00:00+00:00"}
    return envelope | {"facts": nested, "was": was}


events = st.builds(
    _event,
    st.sampled_from([*TYPES, "other.thing"]),
    st.dictionaries(st.sampled_from(["a", "b", "m.total", "m.due", "c.tags", "transition.to"]), facts),
    st.dictionaries(st.sampled_from(["a", "m.total"]), facts, max_size=2),
    st.booleans(),
)
tables = st.dictionaries(
    st.sampled_from(["1", "5", "a", "vip", "true", "0.5", "else"]), literals, min_size=1, max_size=4
)
params = st.fixed_dictionaries(
    {}, optional={"n": st.sampled_from(NUMBERS), "t": st.sampled_from(TEXTS), "l": facts, "tab": tables | facts}
)
