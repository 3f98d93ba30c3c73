"""The door to durable_rules, kept to the narrow use that was found sound: conjunctions of comparisons of small whole
numbers that are always there, on one fact at a time, asserted and retracted under one permanent id."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rules.matchers.atoms import Atom
from rules.matchers.ranks import Ranks

try:
    import durable_rules_engine as engine
except ImportError:  # no build of it for this Python
    engine = None

AVAILABLE = engine is not None
MAX_CONJUNCTIONS = 32
MAX_COMPARISONS = 256
MAX_SLOTS = 64
_SIGNS = {"lt": "$lt", "lte": "$lte", "gt": "$gt", "gte": "$gte", "ne": "$neq"}
_MAY_BE_UNKNOWN = ("lt", "lte", "ne")  # unknown is -1, which these would accept

Conjunction = tuple[int, tuple[Atom, ...]]  # the rule's number, and what must hold


class EngineError(RuntimeError):
    """The engine answered something else than it may."""


class Network:
    """One compiled set of at most MAX_CONJUNCTIONS. Not safe between threads: the caller holds a lock."""

    def __init__(self, conjunctions: Sequence[Conjunction], ranks: Ranks) -> None:
        self._used = sorted({ranks.slots[atom.slot] for _, atoms in conjunctions for atom in atoms})
        names = {number: f"v{place}" for place, number in enumerate(self._used)}
        fields = "".join(f',"{names[number]}":%d' for number in self._used)
        self._message = '{"sid":"s","id":"e","z":1' + fields + "}"
        definition: dict[str, object] = {"prime": {"all": [{"m": {"z": 2}}]}}
        for place, (rule, atoms) in enumerate(conjunctions):
            # the sentinel comes first, so that facts of the engine's own never match
            parts: list[dict[str, object]] = [{"z": 1}]
            for atom in atoms:
                name, rank = names[ranks.slots[atom.slot]], ranks.of_constant(atom)
                if atom.operator in _MAY_BE_UNKNOWN:
                    parts.append({"$gte": {name: 0}})
                parts.append({_SIGNS[atom.operator]: {name: rank}} if atom.operator != "eq" else {name: rank})
            definition[f"{rule}.{place}"] = {"all": [{"m": {"$and": parts}}]}
        self._handle = engine.create_ruleset("pravila", json.dumps(definition))
        # a rule has to have acted once before the state may ever be deleted
        if self._drain('{"sid":"s","id":"e","z":2}') != ["prime"]:
            raise EngineError("the engine did not recognise its own test fact")

    def match(self, numbers: Sequence[int]) -> set[int]:
        """Numbers of the rules of which a conjunction holds. Raises EngineError and the engine's own exceptions."""
        message = self._message % tuple(numbers[number] for number in self._used)
        return {int(name.partition(".")[0]) for name in self._drain(message)}

    def close(self) -> None:
        """Give back the engine's memory; the network is of no use afterwards."""
        engine.delete_state(self._handle, "s")
        engine.delete_ruleset(self._handle)

    def _drain(self, message: str) -> list[str]:
        code, offset = engine.assert_fact(self._handle, message)
        if code not in (0, 1):
            raise EngineError(f"the engine answered {code} to a fact")
        names = []
        found = engine.start_action_for_state(self._handle, offset)
        match = found and found[1]
        while match:
            names.append(match[2 : match.index('"', 2)])
            match = engine.complete_and_start_action(self._handle, offset)
        engine.retract_fact(self._handle, message)
        return names
