"""The rules of one event type or pattern, as networks. Built when the first such event comes."""

from __future__ import annotations

from collections.abc import Sequence

from rules.facts import View
from rules.matchers.atoms import Term, TooLarge, terms, whole
from rules.matchers.engine import MAX_COMPARISONS, MAX_CONJUNCTIONS, MAX_SLOTS, Conjunction, Network
from rules.matchers.ranks import Ranks
from rules.rule import Rule


class Group:
    """Numbered rules that fit the same events. `match` tells the numbers of those that are true."""

    def __init__(self, rules: Sequence[tuple[int, Rule]]) -> None:
        self.always = {number for number, rule in rules if rule.condition is None}
        conjunctions = [(number, term) for number, rule in rules for term in _terms(rule)]
        self.ranks = Ranks(atom for _, term in conjunctions for atom in term)
        self.networks: list[Network] = []
        try:
            for shard in shards(conjunctions):
                self.networks.append(Network(shard, self.ranks))
        except BaseException:
            self.close()
            raise

    def match(self, view: View) -> set[int]:
        numbers = self.ranks.of_event(view)
        return self.always.union(*(network.match(numbers) for network in self.networks))

    def close(self) -> None:
        while self.networks:
            self.networks.pop().close()


def _terms(rule: Rule) -> list[Term]:
    if rule.condition is None:
        return []
    try:
        return terms(rule.condition)
    except TooLarge:
        return whole(rule.condition, f"rule {rule.key}")


def shards(conjunctions: Sequence[Conjunction]) -> list[list[Conjunction]]:
    """Runs of conjunctions, each within what one network may hold."""
    found: list[list[Conjunction]] = []
    comparisons, slots = 0, set()
    for conjunction in conjunctions:
        atoms = conjunction[1]
        comparisons += 2 * len(atoms)
        slots |= {atom.slot for atom in atoms}
        full = comparisons > MAX_COMPARISONS or len(slots) > MAX_SLOTS
        if not found or full or len(found[-1]) == MAX_CONJUNCTIONS:
            found.append([])
            comparisons, slots = 2 * len(atoms), {atom.slot for atom in atoms}
        found[-1].append(conjunction)
    return found
