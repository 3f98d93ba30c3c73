"""Two changes of the same rules brought together, by rule key and part: clean, or a conflict that names both sides. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.said import Said, said
from rules.describing import called, shown
from rules.parts import GONE, Part, Parts, parts_of, patch, patched, same
from rules.wording import kept, say


@dataclass(frozen=True)
class Conflict:
    """A place that both sides changed, and differently. `says` is a sentence that names both."""

    part: Part
    says: Said


@dataclass(frozen=True)
class Merged:
    """`data` has both changes; where `conflicts` name a place, what is there is mine. `theirs` is what was taken over."""

    data: dict[str, Any]
    conflicts: tuple[Conflict, ...]
    theirs: Parts


def merge(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any], *, their_name: str = "the live version"
) -> Merged:
    """What becomes of `mine` when its `base` becomes `theirs`. Where one side alone changed a part, that side has it."""
    my_patch, their_patch = patch(base, mine), patch(base, theirs)
    clash = _clashes(my_patch, their_patch)
    taken = {
        part: value
        for part, value in their_patch.items()
        if part not in clash and part[:2] not in clash and part not in my_patch
    }
    before, my_parts, their_parts = parts_of(base), parts_of(mine), parts_of(theirs)
    found = tuple(Conflict(part, _says(part, before, my_parts, their_parts, their_name)) for part in sorted(clash))
    return Merged(patched(mine, taken), found, taken)


def _clashes(mine: Parts, theirs: Parts) -> set[Part]:
    """Parts that both sides changed to something else, and rules and parameters that one changed and the other took
    away, or that both added in different ways."""
    both = {part for part in mine.keys() & theirs.keys() if not same(mine[part], theirs[part])}
    whole: set[Part] = set()
    for one, other in ((mine, theirs), (theirs, mine)):
        for part, value in one.items():
            if len(part) != 2 or part[0] == "mute" or any(part[:2] == found for found in whole):
                continue
            inside = _inside(other, part)
            if (value is GONE and inside and other.get(part) is not GONE) or (
                value is True and other.get(part) is True and not _alike(one, other, part)
            ):
                whole.add(part)
    return whole | {part for part in both if part[:2] not in whole}


def _inside(changes: Parts, owner: Part) -> list[Part]:
    return [part for part in changes if len(part) == 3 and part[:2] == owner]


def _alike(one: Parts, other: Parts, owner: Part) -> bool:
    inside = set(_inside(one, owner)) | set(_inside(other, owner))
    return all(part in one and part in other and same(one[part], other[part]) for part in inside)


@kept()
def _says(part: Part, base: Parts, mine: Parts, theirs: Parts, their_name: str) -> Said:
    place = called(part, say)
    if len(part) == 2 and (part in base) and (part in mine) != (part in theirs):
        if part in mine:
            return said("{place}: this change edits it, and {other} takes it away", place=place, other=their_name)
        return said("{place}: this change takes it away, and {other} edits it", place=place, other=their_name)
    if len(part) == 2 and part not in base and mine.get(part) is True:
        return said("{place}: this change and {other} both add it, and differently", place=place, other=their_name)
    was = said(", and was {value}", value=shown(base[part])) if part in base else ""
    here, there = shown(mine.get(part)), shown(theirs.get(part))
    return said(
        "{place}: it is {here} in this change and {there} in {other}{was}",
        place=place,
        here=here,
        there=there,
        other=their_name,
        was=was,
    )
