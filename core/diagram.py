"""A machine as a picture: SVG by plain arithmetic, so that a page, a document and a program can show it.

Colours are attributes, not styles, so that the strictest content policy lets them through; they read on light and dark.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from core.catalog import MachineSpec

BOX_W, BOX_H, COLUMN, ROW, MARGIN = 150, 38, 290, 92, 24
BESIDE = 150  # for the edges and labels right of the last column
LINE, BOX, INK, LIT, LIT_INK = "#74859a", "#e6edf4", "#17293a", "#1f6391", "#ffffff"
FONT = 'font-family="system-ui, sans-serif"'
LABEL = 46  # characters of an edge's label; the whole is in its <title>


def draw(
    spec: MachineSpec,
    *,
    states: Mapping[str, str] | None = None,
    title: str | None = None,
    current: str | None = None,
) -> str:
    """The machine as an SVG document. `states` gives titles, by name unless given; `current` is drawn lit."""
    titles = states or {name: name for name in spec.states}
    places = _places(spec)
    edges = _edges(spec)
    width = MARGIN * 2 + BOX_W + COLUMN * max(column for column, _row in places.values()) + BESIDE * 3 // 2
    lowest = MARGIN * 2 + BOX_H + ROW * max(row for _column, row in places.values())
    deepest = max((_depth(places, source, target) for source, target in edges), default=0)
    body = [_edge(places, pair, names, lowest, at) for at, (pair, names) in enumerate(edges.items())] + [
        _box(name, titles[name], places[name], lit=name == current, last=name in spec.terminal) for name in spec.states
    ]
    said = escape(title or str(spec.title))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {lowest + deepest}" role="img" '
        f'width="{width}" height="{lowest + deepest}" {FONT}>\n<title>{said}</title>\n'
        f'<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="{LINE}"/></marker></defs>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _edges(spec: MachineSpec) -> dict[tuple[str, str], list[str]]:
    """The transitions between each two states, in the order of their names."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, transition in sorted(spec.transitions.items()):
        for source in transition.sources:
            found.setdefault((source, transition.target), []).append(name)
    return found


def _places(spec: MachineSpec) -> dict[str, tuple[int, int]]:
    """Column and row of each state: as many columns to the right as it takes steps to get there."""
    columns, level = {spec.initial: 0}, [spec.initial]
    while level:
        reached = {edge[1] for edge in _edges(spec) if edge[0] in level} - set(columns)
        level = [state for state in spec.states if state in reached]
        columns |= dict.fromkeys(level, max(columns.values()) + 1)
    last = max(columns.values()) + 1
    rows: dict[int, int] = {}
    places = {}
    for state in spec.states:
        column = columns.get(state, last)
        places[state] = (column, rows.get(column, 0))
        rows[column] = rows.get(column, 0) + 1
    return places


def _depth(places: Mapping[str, tuple[int, int]], source: str, target: str) -> int:
    """How far an edge to the left or to itself reaches below the boxes."""
    back = places[source][0] - places[target][0]
    return 0 if back < 0 or (back == 0 and source != target) else 34 + 22 * back


def _corner(place: tuple[int, int]) -> tuple[int, int]:
    return MARGIN + BESIDE // 2 + place[0] * COLUMN, MARGIN + place[1] * ROW


def _edge(places: Mapping[str, tuple[int, int]], pair: tuple[str, str], names: list[str], lowest: int, at: int) -> str:
    source, target = pair
    (x1, y1), (x2, y2) = _corner(places[source]), _corner(places[target])
    if depth := _depth(places, source, target):
        start, end, below = (x1 + BOX_W // 3, y1 + BOX_H), (x2 + BOX_W * 2 // 3, y2 + BOX_H), lowest + depth
        curve = (start, (start[0], below), (end[0], below), end)
    elif x1 == x2:
        side, out = (BOX_W, 1) if y2 > y1 else (0, -1)  # down on the right, up on the left
        away = out * (40 + 24 * abs(y2 - y1) // ROW)
        start, end = (x1 + side, y1 + BOX_H // 2 + 6 * out), (x2 + side, y2 + BOX_H // 2 - 6 * out)
        curve = (start, (start[0] + away, start[1]), (end[0] + away, end[1]), end)
    else:
        start, end = (x1 + BOX_W, y1 + BOX_H // 2), (x2, y2 + BOX_H // 2)
        away = ROW // 2 if x2 - x1 > COLUMN and y1 == y2 else 0
        curve = (start, (start[0] + 70, start[1] + away), (end[0] - 70, end[1] + away), end)
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve
    part = (0.42, 0.5, 0.58)[at % 3]
    weights = ((1 - part) ** 3, 3 * part * (1 - part) ** 2, 3 * part**2 * (1 - part), part**3)
    x = round(sum(weight * point[0] for weight, point in zip(weights, curve, strict=True)))
    y = round(sum(weight * point[1] for weight, point in zip(weights, curve, strict=True))) - 5
    said = " / ".join(names)
    short = said if len(said) <= LABEL else f"{said[: LABEL - 1]}…"
    return (
        f"<g data-edge={quoteattr(f'{source} {target}')}><title>{escape(said)}</title>"
        f'<path d="M{ax} {ay} C{bx} {by} {cx} {cy} {dx} {dy}" fill="none" stroke="{LINE}" stroke-width="1.4" '
        f'marker-end="url(#tip)"/><text x="{x}" y="{y}" font-size="11" text-anchor="middle" fill="{LINE}">'
        f"{escape(short)}</text></g>"
    )


def _box(name: str, title: str, place: tuple[int, int], *, lit: bool, last: bool) -> str:
    x, y = _corner(place)
    fill, ink = (LIT, LIT_INK) if lit else (BOX, INK)
    lit_mark = ' data-current="yes"' if lit else ""
    return (
        f'<g data-state={quoteattr(name)}{lit_mark}><rect x="{x}" y="{y}" width="{BOX_W}" height="{BOX_H}" rx="8" '
        f'fill="{fill}" stroke="{LINE}" stroke-width="{3 if last else 1}"/>'
        f'<text x="{x + BOX_W // 2}" y="{y + BOX_H // 2 + 5}" font-size="13" text-anchor="middle" fill="{ink}">'
        f"{escape(title)}</text></g>"
    )
