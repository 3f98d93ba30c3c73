"""One statement over a whole file says what the reference says of each event, for any mixture of types and patterns."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.matchers import one_pass
from rules.matchers.columnar import told_of
from rules.matchers.columns import Columns
from rules.matchers.database import connected
from rules.matchers.marks import BITS
from rules.matching import compile_rules
from tests.rules.cases import event, rule

pytestmark = pytest.mark.skipif(not one_pass.COMPILED, reason="lines.c is not compiled; `make` compiles it")
TYPES = ("order.paid", "order.created", "invoice.paid", "audit.note", "x")
WHENS: tuple[Any, ...] = (
    *TYPES,
    "*",
    "order.*",
    "*.paid",
    ["order.paid", "invoice.*"],
    ["x", "invoice.paid"],
    "audit.*",
)
LEAVES: list[dict[str, Any]] = [
    {"fact": "a", "op": op, "value": wanted} for op in ("eq", "ne", "gte", "lt") for wanted in (5, "a", 0.5)
]
LEAVES += [
    {"fact": "m.total", "op": "gte", "value": {"money": "5.00 RON"}},
    {"fact": "m.due", "op": "exists", "value": True},
]
LEAVES += [{"fact": "event.subject", "op": "starts_with", "value": "order:1"}]
MONEY = [{"minor": 500, "currency": "RON"}, {"minor": 499, "currency": "RON"}, {"minor": 500, "currency": "EUR"}]

leaves = st.sampled_from(LEAVES)
conditions = st.one_of(
    leaves,
    leaves.map(lambda one: {"not": one}),
    st.lists(leaves, min_size=1, max_size=3).map(lambda some: {"all": some}),
    st.lists(leaves, min_size=1, max_size=3).map(lambda some: {"any": some}),
)
facts = st.fixed_dictionaries(
    {},
    optional={
        "a": st.sampled_from([5, 5.0, 0.5, -1, "a", "5", "é", "", None, True, [], {"b": 5}]),
        "m": st.fixed_dictionaries(
            {}, optional={"total": st.sampled_from([*MONEY, 500]), "due": st.just("2026-03-01")}
        ),
    },
)
events = st.builds(
    lambda kind, seen, number: event(seen, type=kind, subject=f"order:{number}"),
    st.sampled_from(TYPES),
    facts,
    st.integers(0, 30),
)


def _asked(path: Path, rules: list[dict[str, Any]]) -> Any:
    columns = Columns()
    told = [(one, told_of(one, columns)) for one in compile_rules(rules).rules]  # type: ignore[attr-defined]
    with connected() as database:
        return one_pass.ask(database, path, told, columns)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(WHENS), conditions | st.none()), max_size=8),
    st.lists(events, min_size=1, max_size=20),
)
def test_it_agrees_with_the_reference(
    tmp_path: Path, asked: list[tuple[Any, dict[str, Any] | None]], happened: list[dict[str, Any]]
) -> None:
    rules = [rule(f"r{number}", when, if_=condition) for number, (when, condition) in enumerate(asked)]
    happened = [one | {"id": f"i,{number}"} for number, one in enumerate(happened)]
    path = tmp_path / "h.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in happened), encoding="utf-8")
    found, reference = _asked(path, rules), compile_rules(rules)
    assert found is not None
    expected = []
    for built in reference.rules:  # type: ignore[attr-defined]
        ids = sorted(one["id"] for one in happened if built.key in reference.match(one))
        expected.append((len(ids), hashlib.sha256("\n".join(ids).encode()).hexdigest()))
    assert found == (len(happened), expected)


def test_as_many_rules_for_one_type_as_a_mark_has_bits(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text("".join(json.dumps(event({"a": n}, id=str(n), type="x")) + "\n" for n in range(BITS + 2)))
    rules = [rule(f"r{number:02}", "x", if_={"fact": "a", "op": "gte", "value": number}) for number in range(BITS)]
    count, found = _asked(path, rules)
    assert (count, [matches for matches, _digest in found]) == (BITS + 2, [BITS + 2 - number for number in range(BITS)])
    assert _asked(path, [*rules, rule("one-more", "*")]) is None


def test_each_connection_has_tables_of_its_own() -> None:
    with connected() as one, connected() as other:
        one.execute("CREATE TEMP TABLE events AS SELECT 1 AS place")
        other.execute("CREATE TEMP TABLE events AS SELECT 2 AS place")
        assert one.execute("SELECT place FROM events").fetchall() == [(1,)]


class TestEscapes:
    """The same text can be written with and without them."""

    @pytest.mark.parametrize(
        ("op", "wanted", "written", "matches"),
        [
            ("eq", "ab", "\\u0061b", 1),
            ("ne", "ab", "\\u0061b", 0),
            ("eq", "é/", "\\u00e9\\/", 1),
            ("starts_with", "a", "\\u0061\\n", 1),
            ("starts_with", "ab", "a\\u0062\\\\", 1),
            ("eq", "an", "a\\n", 0),
            ("ne", "an", "a\\n", 1),
            ("starts_with", "an", "a\\n", 0),
            ("ends_with", "n", "a\\n", 0),
            ("lt", "a]", "a\\n", 1),
            ("eq", 'a"', "a\\u0022", 1),
            ("starts_with", "a\\", "a\\\\b", 1),
            ("ne", "\x1f", "\\u001f", 0),
        ],
    )
    def test_they_make_no_other_text(self, tmp_path: Path, op: str, wanted: str, written: str, matches: int) -> None:
        path = tmp_path / "h.jsonl"
        path.write_text(json.dumps(event({"a": 0}, id="i")).replace('"a": 0', f'"a": "{written}"') + "\n")
        assert _asked(path, [rule(if_={"fact": "a", "op": op, "value": wanted})])[1][0][0] == matches


def test_a_sequence_is_a_whole_number(tmp_path: Path) -> None:
    path, rules = tmp_path / "h.jsonl", [rule()]
    for written, told in {"0": 1, "7": 1, "36": 1, "100": 1, "-5": 1, "1.0": 0, "1e2": 0, '"5"': 0, "true": 0}.items():
        path.write_text(json.dumps(event({}, sequence=0)).replace('"sequence": 0', f'"sequence": {written}') + "\n")
        if told:
            assert _asked(path, rules)[0] == 1, written
        else:
            with pytest.raises(ValueError, match="whole number"):
                _asked(path, rules)


def test_patterns_take_bits_beside_those_of_each_type(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text("".join(json.dumps(event({"a": 5}, id=kind, type=kind)) + "\n" for kind in ("x", "y", "audit.z")))
    asked = [rule(f"r{number:02}", when) for number, when in enumerate(["x", "y", ["x", "y"]] * 15)]
    patterns = [rule("s-all", "*"), rule("t-audited", "audit.*"), rule("u-twice", ["x", "x*"])]
    _count, found = _asked(path, [*asked, *patterns])
    assert [matches for matches, _digest in found] == [1, 1, 2] * 15 + [2, 1, 1]
