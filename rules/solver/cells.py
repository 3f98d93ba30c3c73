"""Values that stand for all others: at every constant, between each two, and beyond them. Two values between the same
constants compare with each of these alike, so a comparison that no such value satisfies, no value satisfies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

_ABOVE = ("a", "0", " ", "!", "\0")  # what makes a text a little greater
FURTHEST = 0x10FFFF


def numbers(constants: Iterable[Any], *, whole: bool, each: int = 1) -> list[Any]:
    """The constants, and in every gap `each` numbers; where some are `whole`, each of these with others around it."""
    known = sorted({_told(number) for number in constants})
    if not known:
        known = [0]
    found: list[Any] = [number for number in known if not whole or number == floor(number)]
    ends = [None, *known, None]
    for low, high in pairwise(ends):
        found += _between(low, high, whole=whole, each=each)
    return list(dict.fromkeys(found))


def _told(number: Any) -> Any:
    return int(number) if number == floor(number) else number


def _between(low: Any, high: Any, *, whole: bool, each: int) -> list[Any]:
    if low is None:
        start = floor(high) - each if high != floor(high) else high - each
        ints = list(range(start, start + each))
    else:
        ints = [floor(low) + step for step in range(1, each + 1)]
    ints = [one for one in ints if (high is None or one < high) and (low is None or one > low)]
    if whole:
        return ints
    if each == 1 and ints:
        return ints
    fences = [low if low is not None else ints[0] - 1, *ints, high if high is not None else ints[-1] + 1]
    inside = [_part(one, other, step, each) for one, other in pairwise(fences) for step in range(1, each + 1)]
    return [*ints, *inside]


def _part(low: Any, high: Any, step: int, parts: int) -> Any:
    """The number that lies `step` of so many parts above `low`: a float where one is strictly between, else exact."""
    exact = Fraction(low) + (Fraction(high) - Fraction(low)) * step / (parts + 1)
    try:
        near = float(exact)
    except OverflowError:
        return exact
    return near if low < near < high and (parts == 1 or near == exact) else exact


def texts(constants: Iterable[str], prefixes: Iterable[str] = (), *, each: int = 1) -> tuple[list[str], bool]:
    """Texts for every place among `constants`, and for what begins and does not begin with each of `prefixes`; and
    whether these are enough."""
    marks = {*constants, *prefixes, *(after for prefix in prefixes if (after := behind(prefix)) is not None)}
    known: list[str] = sorted(marks)
    found = [*known]
    enough = True
    if not known or known[0]:
        found.append("")
        known = ["", *known]
    for place, low in enumerate(known):
        high = known[place + 1] if place + 1 < len(known) else None
        inside = _just_above(low, high, each)
        found += inside
        enough = enough and (len(inside) == each or each == 1)
    return list(dict.fromkeys(found)), enough


def _just_above(low: str, high: str | None, count: int) -> list[str]:
    """Up to so many texts above `low` and below `high`."""
    for sign in _ABOVE:
        found = [low + sign * times for times in range(1, count + 1)]
        if high is None or all(text < high for text in found):
            return found
    return [text for times in range(1, count + 1) if (text := low + "\0" * times) < (high or text + "a")]


def behind(prefix: str) -> str | None:
    """The first text behind all that begin with `prefix`; None where there is none."""
    while prefix:
        code = ord(prefix[-1]) + 1
        if code <= FURTHEST:
            return prefix[:-1] + chr(0xE000 if 0xD800 <= code <= 0xDFFF else code)
        prefix = prefix[:-1]
    return None


def subsets(members: Sequence[Any], most: int = 6) -> tuple[list[list[Any]], bool]:
    """Lists that hold each choice of `members`; of many, only the small and the whole one, and then that is not enough."""
    if len(members) > most:
        pairs = [[one, other] for place, one in enumerate(members) for other in members[place + 1 : place + 12]]
        return [*([one] for one in members), *pairs[:60], list(members), []], False
    chosen = [[one for bit, one in enumerate(members) if picked >> bit & 1] for picked in range(1 << len(members))]
    return sorted(chosen, key=lambda one: (not one, len(one))), True
