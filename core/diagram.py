"""A machine as a picture: SVG by plain arithmetic, so that a page, a document and a program can show it.

Colours are attributes, not styles, so that the strictest content policy lets them through; they read on light and dark.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from core.catalog import MachineSpec

BOX_W, BOX_H, COLUMN, ROW, MARGIN = 150, 38, 290, 92, 24
BESIDE = 150  # for the edges and labels right of the last column
LINE, BOX, INK, LIT, LIT_INK = "#74859a", "#e6edf4", "#17293a", "#1f6391", "#ffffff"
FONT = 'font-family="system-ui, sans-serif"'
LABELS, LINES = (24, 17, 12), 4  # letters in a line of an edge's label, and lines; the whole is in the <title>
PARTS = [0.5 + (step + 1) // 2 * (-1) ** step * 0.03 for step in range(31)]  # from the middle of an edge to its ends
LETTER, LINE_H, LANE = 5.8, 13, 30  # about the width of a letter; the height of a line; from one way back to the next
Point = tuple[int, int]
Curve = tuple[Point, Point, Point, Point]
Frame = tuple[int, int, int, int]  # left, top, right, bottom


def draw(
    spec: MachineSpec,
    *,
    states: Mapping[str, str] | None = None,
    title: str | None = None,
    transitions: Mapping[str, str] | None = None,
    current: str | None = None,
) -> str:
    """The machine as an SVG document. `states` and `transitions` give titles, by name unless given; `current` is drawn lit."""
    titles = states or {name: name for name in spec.states}
    places = _places(spec)
    edges = _edges(spec)
    lowest = MARGIN * 2 + BOX_H + ROW * max(row for _column, row in places.values())
    called = transitions or {}
    curves = _curves(places, list(edges), lowest)
    body, labels, taken = [], [], [_frame(places[name]) for name in spec.states]
    for pair, names in edges.items():
        said = " / ".join(called.get(name, name) for name in names)
        lines, spot = _spot(curves[pair], said, taken)
        taken.append(spot)
        body.append(_edge(pair, said, curves[pair]))
        labels.append(_label(pair, lines, spot))
    body += [
        _box(name, titles[name], places[name], lit=name == current, last=name in spec.terminal) for name in spec.states
    ]
    body += labels  # over the edges
    ways = [_on(curve, part / 20) for curve in curves.values() for part in range(21)]
    width = MARGIN + round(max([right for _left, _top, right, _bottom in taken] + [x for x, _y in ways]))
    height = MARGIN + round(max([bottom for _left, _top, _right, bottom in taken] + [y for _x, y in ways]))
    said = escape(title or str(spec.title))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'width="{width}" height="{height}" {FONT}>\n<title>{said}</title>\n'
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


def _corner(place: tuple[int, int]) -> tuple[int, int]:
    return MARGIN + BESIDE // 2 + place[0] * COLUMN, MARGIN + place[1] * ROW


def _frame(place: tuple[int, int]) -> Frame:
    x, y = _corner(place)
    return x, y, x + BOX_W, y + BOX_H


def _curves(
    places: Mapping[str, tuple[int, int]], pairs: list[tuple[str, str]], lowest: int
) -> dict[tuple[str, str], Curve]:
    """The way of each edge: to the right straight on, within a column around its side, to the left below everything,
    each there on a lane of its own."""
    found: dict[tuple[str, str], Curve] = {}
    backwards = [pair for pair in pairs if places[pair[0]][0] > places[pair[1]][0] or pair[0] == pair[1]]
    lanes = sorted(backwards, key=lambda pair: (places[pair[0]][0] - places[pair[1]][0], pair))
    for pair in pairs:
        (x1, y1), (x2, y2) = (_corner(places[one]) for one in pair)
        if pair in lanes:
            start, end = (x1 + BOX_W // 3, y1 + BOX_H), (x2 + BOX_W * 2 // 3, y2 + BOX_H)
            below = lowest + 20 + LANE * lanes.index(pair)
            found[pair] = (start, (start[0], below), (end[0], below), end)
        elif x1 == x2:
            side, out = (BOX_W, 1) if y2 > y1 else (0, -1)  # down on the right, up on the left
            away = out * (40 + 24 * abs(y2 - y1) // ROW)
            start, end = (x1 + side, y1 + BOX_H // 2 + 6 * out), (x2 + side, y2 + BOX_H // 2 - 6 * out)
            found[pair] = (start, (start[0] + away, start[1]), (end[0] + away, end[1]), end)
        else:
            start, end = (x1 + BOX_W, y1 + BOX_H // 2), (x2, y2 + BOX_H // 2)
            away = ROW // 2 if x2 - x1 > COLUMN and y1 == y2 else 0
            found[pair] = (start, (start[0] + 70, start[1] + away), (end[0] - 70, end[1] + away), end)
    return found


def _spot(curve: Curve, said: str, taken: list[Frame]) -> tuple[list[str], Frame]:
    """The lines of a label and where they stand: beside the edge, as near to its middle as there is room, on nothing that
    stands already; in narrower lines where that helps."""
    best: tuple[int, list[str], Frame] | None = None
    for letters in LABELS:
        lines = textwrap.wrap(said, letters)[:LINES] or [said]
        wide, tall = round(max(map(len, lines)) * LETTER) + 6, len(lines) * LINE_H + 2
        for part in PARTS:
            x, y = _on(curve, part)
            for below in (-tall // 2 - 2, tall // 2 + 2, 0, -tall - 6, tall + 6):
                left, top = max(2, round(x - wide / 2)), max(2, round(y + below - tall / 2))
                frame = (left, top, left + wide, top + tall)
                common = sum(_common(frame, other) for other in taken)
                if not common:
                    return lines, frame
                if best is None or common < best[0]:
                    best = (common, lines, frame)
    assert best is not None
    return best[1:]


def _on(curve: Curve, part: float) -> tuple[float, float]:
    weights = ((1 - part) ** 3, 3 * part * (1 - part) ** 2, 3 * part**2 * (1 - part), part**3)
    x, y = (sum(weight * point[axis] for weight, point in zip(weights, curve, strict=True)) for axis in (0, 1))
    return x, y


def _common(one: Frame, other: Frame) -> int:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(0, across) * max(0, down)


def _edge(pair: tuple[str, str], said: str, curve: Curve) -> str:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve
    return (
        f"<g data-edge={quoteattr(' '.join(pair))}><title>{escape(said)}</title>"
        f'<path d="M{ax} {ay} C{bx} {by} {cx} {cy} {dx} {dy}" fill="none" stroke="{LINE}" stroke-width="1.4" '
        f'marker-end="url(#tip)"/></g>'
    )


def _label(pair: tuple[str, str], lines: list[str], spot: Frame) -> str:
    x = (spot[0] + spot[2]) // 2
    spans = "".join(
        f'<tspan x="{x}" y="{spot[1] + LINE_H * (at + 1) - 2}">{escape(line)}</tspan>' for at, line in enumerate(lines)
    )
    return (
        f'<text data-label={quoteattr(" ".join(pair))} font-size="11" text-anchor="middle" fill="{LINE}">{spans}</text>'
    )


def _box(name: str, title: str, place: tuple[int, int], *, lit: bool, last: bool) -> str:
    x, y = _corner(place)
    fill, ink = (LIT, LIT_INK) if lit else (BOX, INK)
    lit_mark = ' data-current="yes"' if lit else ""
    size = 13 if len(title) <= 19 else 11
    short = title if len(title) <= 25 else f"{title[:24]}…"
    return (
        f'<g data-state={quoteattr(name)}{lit_mark}><rect x="{x}" y="{y}" width="{BOX_W}" height="{BOX_H}" rx="8" '
        f'fill="{fill}" stroke="{LINE}" stroke-width="{3 if last else 1}"/>'
        f'<text x="{x + BOX_W // 2}" y="{y + BOX_H // 2 + 5}" font-size="{size}" text-anchor="middle" fill="{ink}">'
        f"{escape(short)}</text><title>{escape(title)}</title></g>"
    )
