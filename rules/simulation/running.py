"""A backtest from its beginning to its end: the log a window at a time, then the moments of its objects. Reads the log as it
was at each event, and writes its own row."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cached_property

from django.db.models import Q

from core import as_of, catalog, log_lines
from core.events import Event
from core.log_lines import Line, Stretch
from core.read_ahead import read_ahead
from rules.decisions import Decision
from rules.observing import History, Looked, lookups_of, sources_of
from rules.simulation import backtests
from rules.simulation.asking import Asking
from rules.simulation.backtests import Backtest, digest_of, report
from rules.simulation.batches import Batch, Rows
from rules.simulation.comparing import Comparison
from rules.simulation.log_moments import Moments
from rules.simulation.tally import Tally
from rules.simulation.versions import Place, Versions
from rules.timing import MOMENT_DUE

FIRST, WINDOW = 500, 60_000  # positions of the log that are looked at in one go, at first and later
EVERY_SECONDS = 0.5  # between two reports
Lines = tuple[Asking, list[int], list[str]]  # positions and texts of the events of all who have the same rules


class Cancelled(Exception):
    """Somebody ended it."""


class Running:
    """One computation of a backtest; `stores` is false for one that only looks whether the same comes out."""

    def __init__(self, backtest: Backtest, *, stores: bool = True) -> None:
        self._mine, self._stores = backtest, stores
        self._versions = Versions(backtest)
        movers = frozenset(spec.name for spec in catalog.actions if spec.moves_money)
        self._comparison = Comparison(Tally(movers), _happened)
        self._started = time.monotonic()
        self._reported = float("-inf")
        self.first = 0.0  # seconds to the first partial result
        self._types = _types(self._versions)

    def run(self) -> str:
        """Compute it, and store it. The hash of its result. Raises Cancelled."""
        mine = self._mine
        with closing(read_ahead(self._read, windows(_first(), mine.end))) as pieces:
            for to, events, told in pieces:
                self._comparison.tally.events += events
                if isinstance(told, str):
                    self._compare_rows(told)
                else:
                    self._compare_lines(told)
                self._report(to)
        for _done in Moments(mine, self._versions).compare(self._comparison):
            self._report(mine.end)
        result = self._result()
        if self._stores and not report(mine, mine.end, result, self._seconds, done=True):
            raise Cancelled
        return digest_of(result)

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._started

    def _result(self) -> dict[str, object]:
        return {
            **self._comparison.tally.as_data(),
            "alike": min(sides.alike for sides in self._versions.every),
        }

    def _report(self, position: int) -> None:
        now = time.monotonic()
        if self._stores and now - self._reported >= EVERY_SECONDS:
            self._reported = now
            if not report(self._mine, position, self._result(), self._seconds):
                raise Cancelled
            self.first = self.first or self._seconds

    def _read(self, piece: tuple[int, int]) -> tuple[int, int, str | list[Line]]:
        """The last position of a piece of the log, how many events of the backtest stand in it, and what is asked of them."""
        after, to = piece
        mine, types = self._mine, self._types
        stretch = Stretch(mine.since, mine.until, mine.customer, types or ())
        events = log_lines.count(stretch, after, to)
        if types is not None and not types:
            return to, events, []
        if self._alone is not None:
            return to, events, log_lines.rows(stretch, after, to, self._alone.paths, without=MOMENT_DUE)
        return to, events, log_lines.lines(stretch, after, to)

    def _compare_rows(self, told: str) -> None:
        asking = self._alone
        if told and asking is not None:
            self._comparison.events(asking, Rows(told, asking.paths), {})

    def _compare_lines(self, told: list[Line]) -> None:
        batches: dict[str, Lines] = {}
        alike: dict[Place, Lines] = {}
        versions = self._versions
        for position, kind, whose, line in told:
            found = None if versions.by_segment else batches.get(whose)
            if found is None:
                place = versions.place(json.loads(line) if versions.by_segment else {"customer": whose})
                found = batches[whose] = alike.setdefault(place, (versions.asking(place), [], []))
            asking, positions, lines = found
            if kind != MOMENT_DUE and (asking.sides.types is None or kind in asking.sides.types):
                positions.append(position)
                lines.append(line)
        for asking, positions, lines in alike.values():
            if not lines:
                continue
            batch = Batch(positions, lines)
            self._comparison.events(asking, batch, self._history(asking, batch))

    @cached_property
    def _alone(self) -> Asking | None:
        """What is asked, where all events of the backtest are decided by the same rules and none looks back."""
        versions, customer = self._versions, self._mine.customer
        if versions.by_segment or not (customer or versions.alike) or not log_lines.tells_rows():
            return None
        asking = versions.asking(versions.place({"customer": customer}))
        return None if asking.sides.live.observing or asking.sides.draft.observing else asking

    def _history(self, asking: Asking, batch: Batch) -> dict[int, History]:
        """What is known of the past at each event that a rule looks back from, by a handful of statements."""
        rules = (*asking.sides.live.observing, *asking.sides.draft.observing)
        if not rules:
            return {}
        places = [place for place in range(len(batch.lines)) if sources_of(rules, batch.document(place))]
        asked = [one for place in places for one in lookups_of(rules, batch.document(place), batch.positions[place])]
        found = as_of.look_up(asked)
        history: dict[int, History] = {place: Looked(batch.positions[place], found) for place in places}
        self._comparison.tally.late += _late(asking, batch, history)
        return history


def windows(after: int, end: int) -> Iterator[tuple[int, int]]:
    """The positions in (`after`, `end`], in pieces; the first is small, so that there is something to see at once."""
    size = FIRST
    while after < end:
        yield after, min(after + size, end)
        after, size = after + size, min(size * 3, WINDOW)


def _first() -> int:
    first = Event.objects.order_by("pk").values_list("pk", flat=True).first()
    return first - 1 if first else 0


def _types(versions: Versions) -> tuple[str, ...] | None:
    """The event types that any rule compared is for; None where it may be any."""
    found: set[str] = set()
    for sides in versions.every:
        if sides.types is None:
            return None
        found |= sides.types
    return tuple(sorted(found))


def _happened(kind: str, whose: str, after: int, to: int) -> bool:
    about = Q(subject=whose) | Q(customer=whose)
    return Event.objects.filter(about, type=kind, id__gt=after, id__lte=to).exists()


def _late(asking: Asking, batch: Batch, history: Mapping[int, History]) -> int:
    """Of how many events the log says something else by now than their decisions have stored."""
    positions = {batch.positions[place]: place for place in history}
    late = 0
    for start in range(0, len(positions), 500):
        some = list(positions)[start : start + 500]
        decisions = Decision.objects.filter(event_id__in=some).exclude(observed={}).values_list("event_id", "observed")
        for position, stored in decisions:
            place = positions[position]
            side = asking.sides.live
            seen = history[place].observe(batch.document(place), side.observing, side.params).seen
            then = stored.get("seen", {})
            late += any(name in then and then[name] != told for name, told in seen.items())
    return late


def compute(key: int) -> None:
    """What the process of a backtest does. Nothing where it does not wait any more."""
    mine = backtests.claim(key)
    if mine is None:
        return
    try:
        Running(mine).run()
    except Cancelled:
        return
    except Exception as error:
        backtests.fail(key, f"{type(error).__name__}: {error}", mine.lease)
        raise


def again(key: int) -> bool:
    """Compute a backtest that is done once more, without storing it. Whether the same comes out."""
    mine = backtests.find(key)
    return Running(mine, stores=False).run() == mine.digest
