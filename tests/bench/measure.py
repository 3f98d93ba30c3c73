"""Measuring: interleaved rounds, medians, tables."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def interleaved(acts: Mapping[str, Callable[[], object]], *, rounds: int, repeat: int) -> dict[str, float]:
    """Seconds per call of each act: the median over `rounds`, in each of which every act runs `repeat` times in turn."""
    times: dict[str, list[float]] = {name: [] for name in acts}
    for act in acts.values():
        act()
    for _round in range(rounds):
        for name, act in acts.items():
            start = time.perf_counter()
            for _repeat in range(repeat):
                act()
            times[name].append((time.perf_counter() - start) / repeat)
    return {name: statistics.median(found) for name, found in times.items()}


def table(title: str, head: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    """Print a table whose columns are as wide as what stands in them."""
    cells = [head, *[tuple(_text(cell) for cell in row) for row in rows]]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    print(f"\n{title}")
    for row in cells:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _text(cell: object) -> str:
    return (
        f"{cell:,.3g}"
        if isinstance(cell, float) and abs(cell) < 100
        else f"{cell:,.0f}"
        if isinstance(cell, float)
        else str(cell)
    )
