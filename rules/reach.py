"""The reach of publishing: what waits already because of rules that change, and what becomes of it. Stated before, performed
with it. Rooms above declare what of theirs is reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.acting import present
from core.errors import BadArguments, NotPermitted
from core.registry import Registry
from core.said import said
from rules.document.model import Document
from rules.parts import difference, parts_of

UNIMPORTANT = ("title", "owner", "note", "tags")


@dataclass(frozen=True)
class Change:
    """A set that is about to have other rules. `changed` and `stopped` are keys of rules; for an overlay they are those
    that are otherwise for its customer. `new` is the set as it will be, `house` what an overlay stands over."""

    set: str
    changed: frozenset[str]
    stopped: frozenset[str]
    new: Document | None = None
    house: Document | None = None

    @property
    def customer(self) -> str | None:
        """The only customer whom it reaches; None where it reaches more."""
        return self.set if self.set.startswith("customer:") else None

    @property
    def segment(self) -> str | None:
        """The only segment whose customers it reaches, by its key."""
        return self.set.removeprefix("segment:") if self.set.startswith("segment:") else None

    @property
    def rules(self) -> frozenset[str]:
        return self.changed | self.stopped


@dataclass(frozen=True)
class Reach:
    """Something that waits because of rules. `choices` maps what may become of it to a title; the first is the default.
    `count` says how many a change reaches, `listed` some of them as sentences; `carry_out` does what was chosen, inside the
    publishing transaction, with the new rules live, and says for how many. A choice that stands in `roles` is for people
    with one of those roles only."""

    name: str
    title: Any
    choices: Mapping[str, Any]
    count: Callable[[Change], int]
    listed: Callable[[Change, int], list[str]]
    carry_out: Callable[[Change, str, str], int]
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Stated:
    """One reach of one change, before it is published."""

    reach: Reach
    count: int
    listed: list[str]


reaches: Registry[Reach] = Registry("reach of publishing")


def change_of(old: Document, new: Document, house: Document | None = None) -> Change:
    """Which rules are otherwise in `new`. A rule that uses a parameter of another value is changed too; `house` are the
    rules over which an overlay stands."""
    before, after = parts_of(old.data), parts_of(new.data)
    changes = difference(before, after)
    touched = {part[1] for part in changes if part[0] == "rules" and (len(part) == 2 or part[2] not in UNIMPORTANT)}
    gone = {key for key in touched if ("rules", key) in before and ("rules", key) not in after}
    touched |= {part[1] for part in changes if part[0] == "change"}
    muted = {part[1] for part in changes if part[0] == "mute"}
    stopped = gone | {key for key in muted if ("mute", key) in after and ("mute", key) not in before}
    names = {part[1] for part in changes if part[0] == "params" and part[2:] != ("title",)}
    rules = [*new.rules, *(house.rules if house else ())]
    touched |= {str(rule["key"]) for rule in rules if names and uses(rule, names)}
    return Change(new.set, frozenset((touched | muted) - stopped), frozenset(stopped), new, house)


def stated(change: Change, *, listed: int = 20) -> list[Stated]:
    """What a change reaches, each with its number and some of it."""
    return (
        [Stated(reach, reach.count(change), reach.listed(change, listed)) for reach in reaches] if change.rules else []
    )


def demand_choices(choices: Mapping[str, str]) -> None:
    """Raise BadArguments for a choice that nobody offers, NotPermitted for one that the present actor may not make."""
    who = present().actor
    for name, choice in choices.items():
        reach = reaches.find(name)
        known = ", ".join(reach.choices) if reach else ", ".join(reaches.names())
        if reach is None or choice not in reach.choices:
            what = (
                said('"{choice}" is no choice for {name}', choice=choice, name=name)
                if reach
                else said('nothing called "{name}" is reached', name=name)
            )
            raise BadArguments(
                what=said("Publishing"), problem=said("{what}; possible: {known}", what=what, known=known)
            )
        if not who.unlimited and (roles := reach.roles.get(choice)) and not who.roles & set(roles):
            raise NotPermitted(actor=who.ref, what=f"{name}: {choice}")


def carry_out(change: Change, choices: Mapping[str, str], version: str) -> dict[str, Any]:
    """Do what was chosen; the default where nothing was. {reach: {"choice", "count"}} of those that reach something."""
    done = {}
    for reach in reaches if change.rules else ():
        choice = choices.get(reach.name) or next(iter(reach.choices))
        if (count := reach.carry_out(change, choice, version)) or reach.name in choices:
            done[reach.name] = {"choice": choice, "count": count}
    return done


def uses(value: Any, names: set[str]) -> bool:
    """Whether a rule, or a part of it, uses one of these parameters; a template may, where it has the name."""
    if isinstance(value, Mapping):
        return value.get("param") in names or any(uses(item, names) for item in value.values())
    if isinstance(value, list):
        return any(uses(item, names) for item in value)
    return isinstance(value, str) and any(f"params.{name}" in value for name in names)
