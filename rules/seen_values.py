"""The values that facts had in what happened, with how often: what people choose from when they write conditions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.cache import cache

from core.events import Event

NEWEST = 1000
SECONDS = 60
MOST = 40  # values of one fact that are told
LONGEST = 80
Seen = Mapping[str, Sequence[tuple[str, int]]]


def seen_values(types: Sequence[str]) -> Seen:
    """Fact path -> its texts with their counts, the most frequent first, over the newest events of these types."""
    if not types:
        return {}
    key = f"seen-values:{hash(tuple(sorted(types)))}"
    found: Seen | None = cache.get(key)
    if found is None:
        found = _count(types)
        cache.set(key, found, SECONDS)
    return found


def _count(types: Sequence[str]) -> Seen:
    counted: dict[str, Counter[str]] = {}
    for name in types[:10]:
        rows = (
            Event.objects.filter(type=name).order_by("-pk").values_list("facts", flat=True)[: NEWEST // len(types[:10])]
        )
        for facts in rows:
            for path, text in _texts("", facts):
                counted.setdefault(path, Counter())[text] += 1
    return {path: found.most_common(MOST) for path, found in counted.items()}


def _texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and value and len(value) <= LONGEST:
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(f"{path}.{key}" if path else key, item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(path, item) if isinstance(item, str) else ()
