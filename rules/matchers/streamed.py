"""Rules asked of one batch of events after the other, by columns of one database: of some rules is told where they are true,
of the others only how often."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rules.matchers.columnar import told_of
from rules.matchers.columns import Columns, json_path, quoted
from rules.matchers.compiled import CompiledMatcher
from rules.matchers.database import connected
from rules.matchers.marks import ODD, Asked, Marks, in_parts, when
from rules.rule import Rule

Path = tuple[str, ...]
Documents = Callable[[Sequence[int]], Iterable[Mapping[str, Any]]]  # the events at some places, in that order
FIELD = "\x1f"  # between the parts of a row; no JSON text has it


@dataclass
class Answer:
    """The places, in order, of the events of which each rule is true, and of how many each counted rule is."""

    places: dict[str, list[int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def number(self, key: str) -> int:
        """Of how many events a rule is true."""
        return self.counts.get(key, 0) + len(self.places.get(key, ()))


class StreamedMatcher:
    """What SQL cannot tell exactly is asked of generated code, event by event. `counted` are keys of rules of which only
    the number is wanted."""

    def __init__(
        self, rules: Sequence[Rule], params: Mapping[str, Any] | None = None, counted: Collection[str] = ()
    ) -> None:
        self._params, self._counted = params, frozenset(counted)
        self._columns = Columns(params)
        self._told = {rule.key: told_of(rule, self._columns) for rule in rules}
        self._rules = {rule.key: rule for rule in rules}
        self._code = CompiledMatcher(rules)

    @property
    def paths(self) -> list[Path]:
        """What is asked of an event: ("facts", …) or ("event", NAME)."""
        return list(self._columns.paths)

    def ask(self, lines: Sequence[str]) -> Answer:
        """Each line is an event as JSON text; its place is that among the lines."""
        paths = ", ".join(quoted(path) for path in ["$.type", *map(json_path, self._columns.paths)])
        source = (
            f"SELECT place, line, json_extract(line, [{paths}]) AS found FROM "
            "(SELECT unnest(range($count)) AS place, unnest($lines) AS line)"
        )
        raw = [f"CAST(found[{number}] AS VARCHAR)" for number in range(1, len(self._columns.paths) + 2)]
        values = {"count": len(lines), "lines": list(lines)}
        return self._ask(source, raw, values, lambda places: (json.loads(lines[place]) for place in places))

    def ask_rows(self, rows: str, paths: Sequence[Path], documents: Documents) -> Answer:
        """Each line of `rows` is an event: its place, its type and what it has at each of `paths`, as JSON texts between
        FIELDs, empty where there is nothing."""
        source = (
            "SELECT CAST(found[1] AS BIGINT) AS place, line, found FROM "
            f"(SELECT line, string_split(line, {quoted(FIELD)}) AS found FROM (SELECT unnest(string_split($rows, chr(10))) AS line))"
        )
        numbers = [2, *(paths.index(path) + 3 for path in self._columns.paths)]
        return self._ask(source, [f"nullif(found[{number}], '')" for number in numbers], {"rows": rows}, documents)

    def _ask(self, source: str, raw: Sequence[str], values: Mapping[str, Any], documents: Documents) -> Answer:
        answer, alone = Answer(), dict[int, set[str] | None]()
        with connected() as database:
            database.execute(f"CREATE TEMP TABLE events AS {self._kept(source, raw)}", dict(values))
            for marks in self._marks:
                self._add(answer, alone, marks, database.execute(_told_by(marks)).fetchall())
        for place, event in zip(alone, documents(list(alone)), strict=True):
            true, open_ = set(self._code.match(event, self._params)), alone[place]
            for key in true if open_ is None else true & open_:
                if key in self._counted:
                    answer.counts[key] = answer.counts.get(key, 0) + 1
                else:
                    answer.places.setdefault(key, []).append(place)
        for places in answer.places.values():
            places.sort()
        return answer

    @cached_property
    def _marks(self) -> list[Marks]:
        """Every rule where SQL is sure of it, and once more where it is not."""
        asked = [Asked(rule, self._told[key].sure, key in self._counted) for key, rule in self._rules.items()]
        asked += [Asked(rule, told.open) for key, rule in self._rules.items() if (told := self._told[key]).open]
        return list(in_parts(asked))

    def _add(
        self,
        answer: Answer,
        alone: dict[int, set[str] | None],
        marks: Marks,
        found: Iterable[tuple[int, int, list[int] | None]],
    ) -> None:
        """What one statement tells; `alone` has the places of which generated code is asked, for all rules or some."""
        for mark, count, places in found:
            if mark >= ODD:
                alone |= dict.fromkeys(places or ())
                continue
            for one in marks.of(mark):
                key = one.rule.key
                if one.where == self._told[key].open:
                    for place in places or ():
                        if (keys := alone.setdefault(place, set())) is not None:
                            keys.add(key)
                elif one.counted:
                    answer.counts[key] = answer.counts.get(key, 0) + count
                else:
                    answer.places.setdefault(key, []).extend(places or ())

    def _kept(self, source: str, raw: Sequence[str]) -> str:
        """What is asked of each event, as columns: its place, its type, whether it is odd, and what rules look at."""
        names = ["type", *self._columns.paths.values()]
        texts = ", ".join(f"nullif({made}, 'null') AS raw_{name}" for made, name in zip(raw, names, strict=True))
        kept = [*(f"raw_{name} AS {name}" for name in names[1:]), *self._columns.derived]
        odd = f"(contains(line, '\\') OR {self._columns.odd})"  # an escape: the text is another
        return (
            f"SELECT place, raw_type[2:-2] AS type, {''.join(f'{one}, ' for one in kept)}{odd} AS odd FROM "
            f"(SELECT place, line, {texts} FROM ({source}))"
        )


def _told_by(marks: Marks) -> str:
    listed = f"list(place) FILTER (mark >= {ODD} OR {marks.listed})"
    mark = f"{when('odd', ODD, 0)} | {marks.sql()}"
    return f"SELECT mark, count(*), {listed} FROM (SELECT place, {mark} AS mark FROM events) GROUP BY mark"
