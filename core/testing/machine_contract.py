"""A ready test class: what every machine promises, proved for yours.

    class TestParcel(MachineContract):
        model = Parcel

        def make(self):
            return Parcel.objects.create(customer=a_customer(), weight_grams=500)

Where a guard needs something first, or a transition arguments beyond the smallest ones, say so in `prepare`. The test of
concurrent moves runs on PostgreSQL and is skipped elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any, ClassVar

import pytest
from django.db import connection

from core.errors import BadArguments, Blocked, NotAllowed
from core.events import Event
from core.machine import Machine, perform
from core.testing.rebuilding import as_stored, events_of, rebuilt
from core.testing.ways import arguments_for, leaving, loose_states, ways

AT_ONCE = 2


class MachineContract:
    """Subclass it, name the `model`, and make a row in its initial state."""

    __test__ = False
    model: ClassVar[type[Machine]]

    def make(self) -> Machine:
        """A new row in its initial state."""
        raise NotImplementedError

    def prepare(self, row: Machine, name: str) -> dict[str, Any]:
        """Make true what the guards of transition `name` ask; the arguments beyond the smallest that its schema takes."""
        return {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.__test__ = True

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test per transition and source, and one per state."""
        spec = self.model.spec
        if {"source", "name"} <= set(metafunc.fixturenames):
            moves = [(source, name) for name, one in sorted(spec.transitions.items()) for source in one.sources]
            metafunc.parametrize(("source", "name"), moves, ids=[f"{name}-from-{source}" for source, name in moves])
        elif "state" in metafunc.fixturenames:
            metafunc.parametrize("state", spec.states)

    def test_every_state_is_reached_and_no_end_is_undeclared(self) -> None:
        faults = loose_states(self.model.spec)
        assert not faults, "; ".join(faults)

    @pytest.mark.django_db
    def test_a_transition_emits_its_event(self, source: str, name: str) -> None:
        row, spec = self.reach(source), self.model.spec.transitions[name]
        arguments = self._arguments(row, name)
        before = len(events_of(row))
        event = perform(row, name, arguments=arguments)
        assert (event.type, event.subject, event.transition) == (spec.event, row.ref, name)
        assert (event.source, event.target) == (source, spec.target)
        assert row.shape.check(event.type).problem(_own(event)) is None
        assert len(events_of(row)) > before
        assert rebuilt(row) == as_stored(row)

    @pytest.mark.django_db
    def test_an_illegal_move_is_refused_and_leaves_no_event(self, state: str) -> None:
        row = self.reach(state)
        events, stored = Event.objects.count(), as_stored(row)
        for name in sorted(set(self.model.spec.transitions) - set(leaving(self.model.spec, state))):
            with pytest.raises(NotAllowed):
                perform(row, name, arguments=self.arguments(name))
        for name in leaving(self.model.spec, state):
            with pytest.raises(BadArguments):
                perform(row, name, arguments={"no such argument": 1})
        assert (Event.objects.count(), as_stored(row)) == (events, stored)

    @pytest.mark.django_db(transaction=True)
    def test_of_concurrent_moves_one_wins(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has one writer")
        for name, spec in sorted(self.model.spec.transitions.items()):
            row = self.reach(spec.sources[0])
            arguments, before = self._arguments(row, name), len(events_of(row))
            results = _at_once(partial(perform, row.ref, name, arguments=arguments))
            won = [result for result in results if isinstance(result, Event)]
            lost = [result for result in results if not isinstance(result, Event)]
            assert won, results
            assert all(isinstance(result, NotAllowed | Blocked) for result in lost), results
            assert spec.target in spec.sources or len(won) == 1, results
            moves = [event for event in events_of(row)[before:] if event.transition == name]
            assert [event.pk for event in moves] == sorted(event.pk for event in won)
            assert rebuilt(row) == as_stored(row)

    def reach(self, state: str) -> Machine:
        """A row that went the shortest way to `state`."""
        row = self.make()
        for name in ways(self.model.spec)[state]:
            perform(row, name, arguments=self._arguments(row, name))
        assert row.state == state
        return row

    def arguments(self, name: str) -> dict[str, Any]:
        """The smallest arguments of a transition."""
        return arguments_for(self.model.spec.transitions[name])

    def _arguments(self, row: Machine, name: str) -> dict[str, Any]:
        arguments = self.arguments(name) | self.prepare(row, name)
        row.refresh_from_db()
        return arguments


def _own(event: Event) -> dict[str, Any]:
    return {name: value for name, value in event.facts.items() if name != "transition"}


def _at_once(act: Callable[[], Event]) -> list[Event | Exception]:
    start = Barrier(AT_ONCE, timeout=30)

    def run(_place: int) -> Event | Exception:
        start.wait()
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - the loser's refusal is what is looked at
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))
