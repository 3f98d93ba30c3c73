"""The contract holds a machine of a user's own, and finds what is wrong with one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from core import event_log
from core.catalog import Transition
from core.machine import Machine
from core.testing.machine_contract import MachineContract
from core.testing.rebuilding import as_stored, rebuilt
from core.testing.ways import arguments_for, leaving, loose_states, ways
from tests.fines.models import Fine
from tests.kit import a_fine


class TestFine(MachineContract):
    model = Fine

    def make(self) -> Machine:
        return a_fine(case=uuid4().hex)

    def prepare(self, row: Machine, name: str) -> dict[str, Any]:
        assert isinstance(row, Fine)
        return {"paid_minor": row.outstanding_minor} if name == "payment" else {}


def move(source: str, target: str, **parts: Any) -> Transition:
    return Transition(name="x", sources=(source,), target=target, event="fine.x", title="x", **parts)


class TestLooseStates:
    def spec(self, *moves: Transition, terminal: tuple[str, ...] = ()) -> Any:
        transitions = {f"move_{place}": one for place, one in enumerate(moves)}
        return replace(Fine.spec, states=("a", "b", "c"), initial="a", transitions=transitions, terminal=terminal)

    def test_none(self) -> None:
        assert loose_states(self.spec(move("a", "b"), move("b", "c"), terminal=("c",))) == []

    def test_out_of_reach(self) -> None:
        spec = self.spec(move("a", "b"), move("c", "a"), move("b", "a"))
        assert loose_states(spec) == ['nothing leads to state "c"']

    def test_dead_end(self) -> None:
        spec = self.spec(move("a", "b"), move("b", "c"))
        assert loose_states(spec) == ['nothing leads out of state "c", and it is not declared terminal']

    def test_shortest_way(self) -> None:
        spec = self.spec(move("a", "b"), move("b", "c"), move("a", "c"))
        assert ways(spec) == {"a": (), "b": ("move_0",), "c": ("move_2",)}
        assert leaving(spec, "a") == ["move_0", "move_2"]


def test_smallest_arguments() -> None:
    schemas = {
        "amount": {"type": "integer", "minimum": 1},
        "why": {"type": "string", "enum": ["abuse", "other"]},
        "note": {"type": "string", "minLength": 3},
        "sure": {"type": "boolean"},
        "optional": {"type": "string"},
    }
    given = arguments_for(move("a", "b", arguments=schemas, required=("amount", "why", "note", "sure")))
    assert given == {"amount": 1, "why": "abuse", "note": "xxx", "sure": True}


@pytest.mark.django_db
class TestRebuilding:
    def append(self, fine: Fine, sequence: int, source: str = "", **facts: Any) -> None:
        own = as_stored(fine)["facts"] | facts
        event_log.append(
            type="fine.updated", subject=fine.ref, sequence=sequence, facts={"fine": own}, was={}, source=source,
            target=fine.state, customer="",
        )  # fmt: skip

    def test_finds_a_change_that_its_event_does_not_tell(self) -> None:
        fine = a_fine()
        assert rebuilt(fine) == as_stored(fine)
        self.append(fine, 1, article=158)
        with pytest.raises(AssertionError, match="does not say what changed"):
            rebuilt(fine)

    def test_finds_a_gap(self) -> None:
        fine = a_fine()
        self.append(fine, 2)
        with pytest.raises(AssertionError, match="has a gap"):
            rebuilt(fine)

    def test_finds_an_event_that_begins_elsewhere(self) -> None:
        fine = a_fine()
        self.append(fine, 1, source="notified")
        with pytest.raises(AssertionError, match="does not begin in created"):
            rebuilt(fine)
