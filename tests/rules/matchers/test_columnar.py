"""Columns say what the reference says, whatever rules, parameters and events."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.history_file import BadHistory
from rules.backtest_file import backtest_file
from rules.document.model import Document
from rules.matchers import lines, one_pass
from rules.matchers.columnar import ColumnarMatcher, Unreadable
from rules.matching import compile_rules
from tests.rules.cases import event, rule
from tests.rules.matchers import random_rules
from tests.rules.matchers.test_compiled import SEEN, WANTED


@settings(max_examples=120)
@given(random_rules.rule_lists, st.lists(random_rules.events, min_size=1, max_size=12), random_rules.params)
def test_it_agrees_with_the_reference(
    rules: list[dict[str, Any]], happened: list[dict[str, Any]], params: dict[str, Any]
) -> None:
    columnar, reference = compile_rules(rules, "columnar"), compile_rules(rules, "reference")
    assert isinstance(columnar, ColumnarMatcher)
    assert columnar.match_many(happened, params) == [reference.match(one, params) for one in happened]


@pytest.mark.parametrize("negated", [False, True])
def test_every_kind_against_every_kind(negated: bool) -> None:
    leaves = [
        {"fact": "x.y", "op": op, "value": wanted}
        for op in ("eq", "ne", "lt", "lte", "gt", "gte")
        for wanted in [*WANTED, 2**60, "a'b", "%_\\", "é"]
    ]
    leaves += [{"fact": "x.y", "op": "between", "value": [low, high]} for low in WANTED[:7] for high in WANTED[:7]]
    leaves += [
        {"fact": "x.y", "op": word, "value": found} for word in ("in", "not_in") for found in ([], ["a"], ["a", 5])
    ]
    leaves += [
        {"fact": "x.y", "op": word, "value": part}
        for word in ("starts_with", "ends_with", "contains")
        for part in ("a", 'a"', '"a', '"')
    ]
    leaves += [{"fact": "x.y", "op": "exists", "value": flag} for flag in (True, False)]
    rules = [rule(f"r{number:03}", if_={"not": leaf} if negated else leaf) for number, leaf in enumerate(leaves)]
    columnar, reference = ColumnarMatcher(compile_rules(rules).rules), compile_rules(rules)  # type: ignore[attr-defined]
    happened = [event({"x": {"y": seen}}) for seen in [*SEEN, "a!", 'a"', "a\\", "é", "a'b", -0.0, 1e15, 10**16]]
    happened += [event({"x": odd}) for odd in (None, 5, "text", [], [{"y": 5}])] + [event({})]
    found = columnar.match_many(happened)
    for one, keys in zip(happened, found, strict=True):
        assert keys == reference.match(one), one["facts"]


@pytest.mark.parametrize("when", ["*", "order.*", "*.paid", "order_paid", "o*r*d", ["x", "*d"], "audit.*", "rule.*"])
def test_types_and_patterns(when: Any) -> None:
    happened = [
        event({}, type=kind)
        for kind in ("order.paid", "order_paid", "orderxpaid", "x", "audit.note", "rule.stopped", "order\\z")
    ]
    columnar, reference = compile_rules([rule(when=when)], "columnar"), compile_rules([rule(when=when)])
    assert isinstance(columnar, ColumnarMatcher)
    assert columnar.match_many(happened) == [reference.match(one) for one in happened]


def said(path: Path, rules: list[dict[str, Any]], matcher: str) -> str:
    """What is told of a file, or the sentence that refuses it."""
    try:
        return str(backtest_file([Document({"rules": rules})], path, matcher))
    except BadHistory as refused:
        return str(refused)


@pytest.fixture(params=[True, False], ids=["compiled", "not compiled"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param and not one_pass.COMPILED:
        pytest.skip("lines.c is not compiled; `make` compiles it")
    monkeypatch.setattr(one_pass, "COMPILED", request.param)


@pytest.mark.usefixtures("_both_ways")
class TestFile:
    RULES = [
        rule("large", if_={"fact": "total", "op": "gte", "value": {"money": "5.00 RON"}}),
        rule("named", if_={"fact": "name", "op": "matches", "value": "^a"}),
        rule("late", **{"from": "2026-03-02"}),
        rule("never", when="other"),
    ]

    def written(self, folder: Path, events: list[dict[str, Any]], name: str = "h.jsonl.gz") -> Path:
        path = folder / name
        text = "\n".join(json.dumps(one, ensure_ascii=False) for one in events) + "\n"
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        return path

    def agrees(self, path: Path, rules: list[dict[str, Any]], happened: list[dict[str, Any]]) -> None:
        documents = [Document({"rules": rules})]
        told = backtest_file(documents, path)
        assert told == backtest_file(documents, path, "reference")
        assert told[0] == len(happened)

    @pytest.mark.parametrize("name", ["h.jsonl", "h.jsonl.gz", "it's.jsonl", "h[1]*?.jsonl"])
    def test_a_file_is_counted_and_hashed(self, tmp_path: Path, name: str) -> None:
        happened = [
            event({"total": {"minor": 100 * number, "currency": "RON"}, "name": "ab" if number % 2 else "ba"}, id=f"é{number}",
                  at=f"2026-03-0{1 + number % 2}T10:00:00+02:00")
            for number in range(10)
        ]  # fmt: skip
        self.agrees(self.written(tmp_path, happened, name), self.RULES, happened)
        self.agrees(self.written(tmp_path, happened, name), [self.RULES[0], self.RULES[3]], happened)

    def test_a_fact_that_is_asked_whole_and_by_its_part(self, tmp_path: Path) -> None:
        rules = [
            rule("whole", if_={"fact": "total", "op": "gte", "value": {"money": "5.00 RON"}}),
            rule("part", if_={"fact": "total.minor", "op": "gte", "value": 500}),
            rule("there", if_={"fact": "total", "op": "exists", "value": True}),
        ]
        seen = [
            {"minor": 500, "currency": "RON"},
            {"minor": 499, "currency": "RON"},
            {"minor": 500},
            None,
            5,
            "a\\b",
            2**60,
        ]
        happened = [event({"total": total}, id=str(n)) for n, total in enumerate(seen)]
        self.agrees(self.written(tmp_path, happened), rules, happened)

    @pytest.mark.parametrize("odd", [2**60, -(2**53), "a\\b", 'q"', 1e16])
    def test_a_file_with_something_odd_in_it_is_told_exactly_too(self, tmp_path: Path, odd: Any) -> None:
        rules = [
            rule("number", if_={"fact": "x.y", "op": "gt", "value": 5}),
            rule("text", if_={"fact": "x.y", "op": "ne", "value": "a"}),
        ]
        happened = [event({"x": {"y": value}}, id=str(n)) for n, value in enumerate([odd, 5, 6, "a", "b", None])]
        self.agrees(self.written(tmp_path, happened), rules, happened)

    @pytest.mark.parametrize(
        "line",
        [
            "{", "[]", "5", '{"id": "1"}', "\x00", '{"id": 5}',
            json.dumps(event({}) | {"id": ""}), json.dumps(event({}) | {"type": 5}), json.dumps(event({}) | {"facts": []}),
            json.dumps(event({}) | {"at": "soon"}), json.dumps(event({}) | {"at": "2026-02-30T10:00:00Z"}),
            json.dumps(event({}) | {"sequence": "1"}), json.dumps(event({}) | {"sequence": True}),
            json.dumps(event({}) | {"customer": 5}), json.dumps(event({}) | {"was": []}),
            json.dumps(event({}) | {"sequence": 1e5}), json.dumps(event({}) | {"customer": ""}), json.dumps(event({}) | {"id": None}),
            json.dumps(event({}) | {"at": 20260203}),
        ],
    )  # fmt: skip
    def test_what_is_no_event_is_refused_with_the_sentence(self, tmp_path: Path, line: str) -> None:
        path = tmp_path / "h.jsonl"
        path.write_text(json.dumps(event({})) + "\n" + line + "\n")
        with pytest.raises(BadHistory, match="Line 2 of "):
            backtest_file([Document({"rules": [rule()]})], path)

    @pytest.mark.parametrize("op", ["eq", "matches"])
    @pytest.mark.parametrize(
        "fact",
        ["NaN", "-Infinity", "1e999", "1" + "0" * 400 + ".5", "3, \"a\": \"x\"", '{"minor": 1, "minor": 2}', '"x" \x0b', '"\\ud800"', '"x" ' + " " * 1_000_000],
    )  # fmt: skip
    def test_what_databases_take_is_told_as_python_reads_it(self, tmp_path: Path, fact: str, op: str) -> None:
        path = tmp_path / "h.jsonl"
        path.write_text(json.dumps(event({"a": 0})).replace('"a": 0', f'"a": {fact}') + "\n")
        rules = [rule(if_={"fact": "a", "op": op, "value": "x"})]
        assert said(path, rules, "columnar") == said(path, rules, "reference")

    def test_a_line_is_as_long_as_its_newline_says(self, tmp_path: Path) -> None:
        fitting = json.dumps(event({"a": ""}))
        for length, refused in ((999_999, False), (1_000_000, True)):
            path = tmp_path / "h.jsonl"
            path.write_text(fitting.replace('"a": ""', f'"a": "{"x" * (length - len(fitting))}"') + "\n")
            for matcher in ("columnar", "reference"):
                assert ("it is longer than" in said(path, [rule()], matcher)) == refused, matcher

    @pytest.mark.parametrize("op", ["eq", "matches"])
    def test_a_pipe_is_read_once(self, op: str) -> None:
        here, there = os.pipe()
        os.write(there, b"".join(json.dumps(event({"a": "x"}, id=str(n))).encode() + b"\n" for n in range(3)))
        os.close(there)
        try:
            count, found = backtest_file(
                [Document({"rules": [rule(if_={"fact": "a", "op": op, "value": "x"})]})], Path(f"/dev/fd/{here}")
            )
        finally:
            os.close(here)
        assert (count, found["r"]["matches"]) == (3, 3)

    @pytest.mark.parametrize("wish", [KeyboardInterrupt, SystemExit])
    def test_who_wants_to_end_it_ends_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wish: type[BaseException]
    ) -> None:
        def ended(_path: Path) -> Iterator[bytes]:
            yield json.dumps(event({})).encode()
            raise wish

        monkeypatch.setattr(lines, "blocks", ended)
        path = self.written(tmp_path, [event({})])
        if one_pass.COMPILED:
            with pytest.raises(wish):
                backtest_file([Document({"rules": [rule()]})], path)

    @pytest.mark.parametrize(
        "at",
        [
            *(
                "2026-03-01T10:00:00 UTC",
                "2026-03-01T10:00:00 Europe/Rome",
                "2026-03-01T10:00:00Z ",
                "2026-03-01T10:00:00.",
            ),
            *("2026-03-01T10:00:00+25:00", "2026-03-01T24:00:00Z", "0000-03-01T10:00:00Z", "2026-03-01T 1:00:00Z"),
            *(
                "2026-02-29T10:00:00+01:00",
                "2026-13-01T10:00:00+01:00",
                "2026-03-01T10:60:00+01:00",
                "٢026-03-01T10:00:00Z",
            ),
        ],
    )
    def test_a_time_that_only_the_database_takes_is_refused_with_the_sentence(self, tmp_path: Path, at: str) -> None:
        path = self.written(tmp_path, [event({}, id="1"), event({}, id="2", at=at)])
        with pytest.raises(BadHistory, match="Line 2 of "):
            backtest_file([Document({"rules": [rule()]})], path)

    @pytest.mark.parametrize("tail", ["+02:00", "-11:30", "Z", "", ".5Z", ".123456+00:00"])
    @pytest.mark.parametrize("start", ["2026-03-01T10:00:00", "2024-02-29T23:59:59"])
    def test_times_are_told_without_reading_line_by_line(self, tmp_path: Path, start: str, tail: str) -> None:
        path = self.written(tmp_path, [event({}, at=start + tail)])
        self.agrees(path, [rule()], [event({})])

    def test_an_id_may_have_any_sign(self, tmp_path: Path) -> None:
        ids = ['a"', "a", "a\\b", "a b", "é", "a!", "\u2028", "😀"]
        path = self.written(tmp_path, [event({}, id=one) for one in ids])
        count, found = backtest_file([Document({"rules": [rule()]})], path)
        expected = hashlib.sha256(b"\n".join(sorted(map(str.encode, ids)))).hexdigest()
        assert (count, found) == (len(ids), {"r": {"matches": len(ids), "sha256": expected}})

    def test_the_time_of_an_event_may_be_asked_as_text(self, tmp_path: Path) -> None:
        happened = [event({}, id=str(n), at=f"2026-03-0{n}T10:00:00Z") for n in range(1, 6)]
        rules = [rule(if_={"fact": "event.at", "op": "gte", "value": "2026-03-03"})]
        self.agrees(self.written(tmp_path, happened), rules, happened)

    @pytest.mark.parametrize("damage", ["cut", "checksum", "length", "no gzip"])
    @pytest.mark.parametrize("op", ["gte", "matches"])
    def test_a_damaged_file_is_refused(self, tmp_path: Path, damage: str, op: str) -> None:
        path = self.written(tmp_path, [event({"a": "x"}, id=str(number)) for number in range(2000)])
        whole = path.read_bytes()
        damaged = {
            "cut": whole[:-20],
            "checksum": whole[:-8] + bytes(4) + whole[-4:],
            "length": whole[:-4] + bytes(4),
            "no gzip": b"x" * 500,
        }
        path.write_bytes(damaged[damage])
        with pytest.raises(BadHistory, match=r"h\.jsonl\.gz is no event"):
            backtest_file([Document({"rules": [rule(if_={"fact": "a", "op": op, "value": "x"})]})], path)

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(Unreadable):
            ColumnarMatcher([]).match_file(tmp_path / "none.jsonl")


def test_rules_without_end_of_time_and_params_of_no_kind() -> None:
    rules = [rule(if_={"fact": "x", "op": "gte", "value": {"param": "n"}})]
    columnar = compile_rules(rules, "columnar")
    assert isinstance(columnar, ColumnarMatcher)
    for params, keys in (({"n": 5}, ["r"]), ({"n": None}, []), ({}, []), ({"n": "5"}, [])):
        assert columnar.match_many([event({"x": 5})], params) == [columnar.match(event({"x": 5}), params)] == [keys]
