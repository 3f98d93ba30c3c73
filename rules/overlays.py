"""What one customer gets: the rules of the house with the changes of the customer's segment and of the customer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from rules.changing import rebuilt
from rules.document.model import Document
from rules.document.problem import Problem, join
from rules.facts import View
from rules.inheriting import CUSTOMER_LAYER, HOUSE_LAYER, SEGMENT_LAYER, Inherited, layer_of
from rules.inheriting import conflicts as _conflicts
from rules.matching import try_rules
from rules.rule import Rule
from rules.segments import Segment, try_segments
from rules.tables import is_table, merged
from rules.texts import Texts
from rules.texts import merged as merged_texts

__all__ = ["CUSTOMER_LAYER", "HOUSE_LAYER", "SEGMENT_LAYER", "Effective", "conflicts", "effective", "over"]


@dataclass(frozen=True)
class Effective:
    """`rules` in running order, without the muted ones, changed ones as they are now; `params` by name, as documents
    write values; `muted` has the reason by key; `origins` the set by key of rule; `changed` the changed rules of the
    house by key, `silenced` the muted ones. Where `problems` is not empty, what they name was left out; `left_out` has the
    reason by set and key of an added rule (customer:17/late); `own` are the sets that add rules; `texts` are those that
    messages are written from; `segments` the list of the house."""

    rules: tuple[Rule, ...]
    params: dict[str, Any]
    muted: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    changed: dict[str, Rule] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    texts: Texts = field(default_factory=dict)
    silenced: dict[str, Rule] = field(default_factory=dict)
    segments: tuple[Segment, ...] = ()

    @cached_property
    def timed(self) -> dict[str, tuple[Rule, ...]]:
        """The rules that hang on time, by the noun of the objects that they are about; under "" those about none."""
        found: dict[str, tuple[Rule, ...]] = {}
        for rule in self.rules:
            if rule.timing is not None:
                found[rule.timing.noun] = (*found.get(rule.timing.noun, ()), rule)
        return found

    def instead(self, true: Iterable[Rule], event: Mapping[str, Any]) -> list[Rule]:
        """The inherited rules that are true of `event` for this customer: of `true`, which are those of everybody
        else, the unchanged ones, and the changed ones that are true as they are now."""
        if not self.changed:
            return list(true)
        view = View(event, self.params)
        fit = (rule for rule in self.changed.values() if rule.fits(event.get("type")) and rule.in_force(event))
        return [rule for rule in true if rule.key not in self.changed] + [rule for rule in fit if rule.evaluate(view)]


def effective(house: Document, *overlays: Document | None) -> Effective:
    """The effective rules of a customer with these overlays, the nearest last, or of everybody else. Pure."""
    rules, problems = try_rules(house, HOUSE_LAYER)
    params = {name: declared["default"] for name, declared in house.params.items()}
    ordered = tuple(sorted(rules, key=lambda rule: rule.order))
    segments, wrong = try_segments(house) if house.segments and not problems else ((), [])
    found = Effective(
        ordered, params, {}, {rule.key: house.set for rule in rules}, (*problems, *wrong), texts=house.texts,
        segments=segments,
    )  # fmt: skip
    for overlay in overlays:
        if overlay is not None:
            found = over(found, house, overlay)
    return found


def conflicts(house: Document, overlay: Document) -> Iterator[Problem]:
    """What in `overlay` does not fit `house`: unknown parameters and rules, values out of bounds, keys in use, locked
    rules that it mutes, changes or outruns, changes that make no rule."""
    rules, _problems = try_rules(house, HOUSE_LAYER)
    return _conflicts(Inherited(house.params, {rule.key: rule for rule in rules}), overlay)


def over(below: Effective, house: Document, overlay: Document) -> Effective:
    """What `below` becomes under one more overlay. An overlay that is not well-formed changes nothing; one that has
    parameters only shares the rules of `below`."""
    added, problems = try_rules(overlay, layer_of(overlay))
    if problems:
        return replace(below, problems=(*below.problems, *problems))
    inherited = {rule.key: rule for rule in below.rules} | below.silenced
    wrong = list(_conflicts(Inherited(house.params, inherited), overlay))
    out = {problem.pointer: problem.message for problem in wrong}
    params = dict(below.params)
    for name, value in overlay.params.items():
        if join("/params", name) not in out:
            params[name] = merged(params[name], value) if is_table(house.params[name]) else value
    if not (overlay.mute or overlay.change or overlay.rules or overlay.texts):
        return replace(below, params=params, problems=(*below.problems, *wrong))
    muted = {key: reason for key, reason in overlay.mute.items() if join("/mute", key) not in out}
    places = {int(pointer.split("/")[2]): message for pointer, message in out.items() if pointer.startswith("/rules/")}
    left_out = {overlay.rules[place]["key"]: message for place, message in places.items()}
    changed, origins = {}, dict(below.origins)
    for key, changes in overlay.change.items():
        if not any(pointer == join("/change", key) or pointer.startswith(join("/change", key, "")) for pointer in out):
            changed[key] = rebuilt(inherited[key], changes)[0]
            origins[key] = f"{origins[key]}, changed by {overlay.set} at {', '.join(sorted(changes))}"
    new = [rule for rule in added if rule.key not in left_out]
    silenced = {key: changed.get(key, inherited[key]) for key in {*below.silenced, *muted}}
    kept = [changed.get(key, rule) for key, rule in inherited.items() if key not in silenced]
    return Effective(
        rules=tuple(sorted((*kept, *new), key=lambda rule: rule.order)),
        params=params,
        muted=below.muted | muted,
        origins=origins | {rule.key: overlay.set for rule in new},
        problems=(*below.problems, *wrong),
        changed=below.changed | changed,
        left_out=below.left_out | {f"{overlay.set}/{key}": message for key, message in left_out.items()},
        own=(*below.own, overlay.set) if added else below.own,
        texts=merged_texts(below.texts, overlay.texts) if overlay.texts else below.texts,
        silenced=silenced,
        segments=below.segments,
    )
