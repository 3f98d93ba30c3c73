"""Whether conditions can come out as asked, for some event and some parameters that are allowed: yes, with an event that
shows it; no; or undecided. Exact on comparisons of facts and parameters with values of their kinds, and with each other;
what it cannot decide it says so, and it never takes long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from core.catalog import Fact
from rules.conditions import Comparison, Condition, Resolved, leaves
from rules.facts import FactPath, View
from rules.observed import OBSERVED
from rules.operators import CHANGED
from rules.params import misfit
from rules.patterns import fits
from rules.solver.atoms import Atom, Term, atom_of
from rules.solver.candidates import Tried, tried
from rules.solver.domains import ANYTHING, Domain, of_fact, of_parameter
from rules.solver.search import Asked, Goal, Search, Values
from rules.solver.verdicts import ANY, FALSE, TRUE, UNKNOWN, set_of
from rules.solver.witness import Params, Witness, effective, witness_of
from rules.values import AggregateValue, ParamValue

STEPS = 3_000
WORK = 300_000  # comparisons of one value with another, before anything is looked for


@dataclass(frozen=True)
class World:
    """What is known of the events that are asked about: their `type`, the object that they are about, the declared facts
    by path and the declared parameters. `rows` finds the fact that an aggregate takes. With a `pattern` they may be of
    any other type too that it fits."""

    type: str = "made.up"
    subject: str = "made:0"
    fact: Callable[[FactPath], Fact | None] = lambda _path: None
    params: Params = field(default_factory=dict)
    rows: Callable[[AggregateValue], Fact | None] = lambda _aggregate: None
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """`yes` has a witness that was asked again, by the conditions themselves."""

    said: Literal["yes", "no", "undecided"]
    witness: Witness | None = None


NO, UNDECIDED = Answer("no"), Answer("undecided")


def can_hold(goals: Sequence[Goal], world: World, steps: int = STEPS) -> Answer:
    """Whether some event of this world, under parameters that are allowed, gives each condition one of its verdicts."""
    asking = _Asking(goals, world)
    if asking.work > WORK:
        return UNDECIDED
    asking.prepare()
    found = Search(asking.tried, asking.look, asking.accept, steps).run(goals)
    if found:
        return Answer("yes", asking.witness)
    return UNDECIDED if found is None else NO


class _Asking:
    """One question: its atoms, and the values that are tried for what they are about."""

    def __init__(self, goals: Sequence[Goal], world: World) -> None:
        self.goals, self.world = goals, world
        self.witness: Witness | None = None
        self.leaves = [leaf for condition, _verdicts in goals for leaf in leaves(condition)]
        self.atoms: dict[int, Atom] = {id(leaf): atom_of(leaf) for leaf in self.leaves}
        by_text = {atom.told: atom for atom in self.atoms.values()}
        self.terms = {term.key: term for atom in by_text.values() for term in atom.terms}
        self.by_text = by_text
        self.tried = dict(self._candidates(list(by_text.values())))
        self.asked: dict[str, Asked] = {}

    @property
    def work(self) -> int:
        """How many comparisons it takes to know what each atom says of each value that is tried."""
        return sum(
            len(self.tried[atom.terms[0].key].values) * (1 + len(atom.constants))
            for atom in self.by_text.values()
            if len(atom.terms) == 1
        )

    def prepare(self) -> None:
        """Ask each atom about each value."""
        self.asked = {told: self._asked(atom) for told, atom in self.by_text.items()}

    def look(self, leaf: Comparison) -> tuple[str, Asked, bool]:
        atom = self.atoms[id(leaf)]
        return atom.told, self.asked[atom.told], atom.contrary

    def accept(self, values: Values) -> bool:
        """Make an event of the values, and ask it the conditions themselves."""
        for term in self.terms.values():
            if isinstance(term.about, ParamValue) and term.about.at is not None and term.key in values:
                values.setdefault(term.about.at.path.text, None)
        terms = [term for term in self.terms.values() if term.key in values]
        made = witness_of(self.world.type, self.world.subject, terms, values, self.world.params)
        if made is None or (self.world.pattern and not fits(self.world.pattern, made.event["type"])):
            return False
        if any(
            misfit(self.world.params[name], value) for name, value in made.params.items() if name in self.world.params
        ):
            return False
        made = self._observed(made, values)
        view = View(made.event, effective(made, self.world.params))
        if not all(set_of(condition.evaluate(view)) & verdicts for condition, verdicts in self.goals):
            return False
        self.witness = made
        return True

    def _observed(self, made: Witness, values: Values) -> Witness:
        """The event as matchers see it, with a fact for each comparison with an aggregate that is known."""
        known: dict[str, bool] = {}
        for leaf in self.leaves:
            if isinstance(leaf, Resolved):
                atom = self.atoms[id(leaf)]
                found = atom.says(values) if all(term.key in values for term in atom.terms) else UNKNOWN
                if found != UNKNOWN:
                    known[leaf.name.rpartition(".")[2]] = (found == TRUE) is not atom.contrary
        facts = {**made.event["facts"], OBSERVED: known} if known else made.event["facts"]
        return replace(made, event={**made.event, "facts": facts})

    def _candidates(self, atoms: Sequence[Atom]) -> list[tuple[str, Tried]]:
        """What to try for each term. Terms that are compared with each other share their constants."""
        groups = _together(atoms)
        asked: dict[str, list[Atom]] = {key: [] for key in self.terms}
        constants: dict[str, list[Any]] = {group: [] for group in groups.values()}
        for atom in atoms:
            for term in atom.terms:
                asked[term.key].append(atom)
            if atom.terms:
                constants[groups[atom.terms[0].key]] += atom.constants
        domains = {key: self._domain(term, asked[key]) for key, term in self.terms.items()}
        sizes = Counter(groups.values())
        for key, group in groups.items():
            if sizes[group] > 1:
                constants[group] += domains[key].marks
        return [
            (key, tried(term, domains[key], asked[key], sizes[groups[key]], constants[groups[key]]))
            for key, term in self.terms.items()
        ]

    def _domain(self, term: Term, atoms: Sequence[Atom]) -> Domain:
        about = term.about
        if isinstance(about, ParamValue):
            return of_parameter(self.world.params.get(about.name))
        if isinstance(about, AggregateValue):
            return _of_aggregate(about, self.world.rows(about), atoms)
        if term.key.startswith(f"{CHANGED} "):
            return Domain(frozenset({"boolean"}), unset=False)
        return _ENVELOPE.get(about.text, self._typed(about))

    def _typed(self, path: FactPath) -> Domain:
        if path.text == "event.type":
            return Domain(frozenset({"text"}), unset=False, choices=() if self.world.pattern else (self.world.type,))
        if path.parts[0] == "event":
            return ANYTHING
        return of_fact(self.world.fact(path), path.suffix)

    def _asked(self, atom: Atom) -> Asked:
        names = tuple(term.key for term in atom.terms)
        asked = Asked(names, atom.says, atom.exact)
        if len(names) != 1:
            return asked
        one = self.tried[names[0]]
        found = dict.fromkeys((TRUE, FALSE, UNKNOWN), 0)
        for place, value in enumerate(one.values):
            found[atom.says({names[0]: value})] |= 1 << place
        everywhere = (1 << len(one.values)) - 1
        loose = sum(1 << place for place in one.loose) if atom.vague else 0
        sure = one.complete and atom.exact
        asked.actual = found
        asked.possible = {verdict: places | loose if sure else everywhere for verdict, places in found.items()}
        if isinstance(atom.terms[0].about, AggregateValue):
            asked.possible[UNKNOWN] = everywhere  # of an interval one comparison may be known and another not
        return asked


_ENVELOPE = {
    "event.at": Domain(frozenset({"text"}), dated="moment"),
    "event.subject": Domain(frozenset({"text"})),
    "event.customer": Domain(frozenset({"text"})),
    "event.actor": Domain(frozenset({"text"})),
}


def _of_aggregate(about: AggregateValue, taken: Fact | None, atoms: Sequence[Atom]) -> Domain:
    if about.kind == "count":
        return Domain(frozenset({"number"}), whole=True, low=0)
    found = of_fact(taken)
    currencies = {amount["currency"] for atom in atoms for amount in atom.constants if type(amount) is dict}
    kinds = found.kinds & {"number", "money", "text"}
    return replace(found, kinds=kinds, choices=(), certain=found.certain and len(currencies) < 2)


def _together(atoms: Sequence[Atom]) -> dict[str, str]:
    """For each term one of those with which it is compared, the same for all of them."""
    above: dict[str, str] = {}

    def first(key: str) -> str:
        while above.setdefault(key, key) != key:
            key = above[key]
        return key

    for atom in atoms:
        for term in atom.terms:
            above[first(term.key)] = first(atom.terms[0].key)
    return {key: first(key) for key in list(above)}


__all__ = ["ANY", "FALSE", "NO", "TRUE", "UNDECIDED", "Answer", "Condition", "World", "can_hold"]
