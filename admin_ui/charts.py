"""Charts as SVG, made on the server: each has a name, says its figures in words, and takes its colours from the theme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core.formats import figure

WIDTH, HEIGHT = 600, 120
SPARK = (120, 24)
SHOWN = 5  # labels under a chart
_GRID = format_html_join("", '<path class="pv-rule" d="M0 {}H{}"/>', ((y, WIDTH) for y in (0, HEIGHT // 2)))
_KEY = '<span class="pv-named pv-dim pv-small"><span class="pv-key pv-key-{}"></span>{}</span>'
_HIT = '<rect x="{}" y="0" width="{}" height="{}" fill="transparent"/>'
_RECT = '<rect class="pv-fill-{}" x="{}" y="{}" width="{}" height="{}"/>'


@dataclass(frozen=True)
class Series:
    """Values of one colour: `tone` is good, bad, main or plain."""

    title: str
    tone: str
    values: Sequence[int | float]


def bars(
    title: str, labels: Sequence[str], series: Sequence[Series], *, stacked: bool = True, under: Sequence[str] = ()
) -> SafeString:
    """Bars for each label, that stand on one another or side by side, beside a scale; a place says its figures when it is
    pointed at. `under` are the labels of which some stand under the bars, `labels` unless given."""
    places = list(zip(*(one.values for one in series), strict=True))
    highest = top_of(max((sum(values) if stacked else max(values) for values in places), default=0))
    step = WIDTH / max(len(labels), 1)
    width = step * 0.76 / (1 if stacked else len(series))
    drawn: list[SafeString] = [_GRID]
    for place, (label, values) in enumerate(zip(labels, places, strict=True)):
        parts, foot, left = [], float(HEIGHT), place * step + step * 0.12
        for one, value in zip(series, values, strict=True):
            height = max(value / highest * HEIGHT, 1.0 if value else 0.0)
            parts.append((one.tone, *(f"{size:.1f}" for size in (left, foot - height, width, height))))
            foot, left = (foot - height, left) if stacked else (foot, left + width)
        said = ", ".join(f"{one.title} {_count(value)}" for one, value in zip(series, values, strict=True))
        hit = format_html(_HIT, f"{place * step:.1f}", f"{step:.1f}", HEIGHT)
        drawn.append(
            format_html("<g><title>{}: {}</title>{}{}</g>", label, said, hit, format_html_join("", _RECT, parts))
        )
    picture = _svg("pv-chart", WIDTH, HEIGHT, f"{title}. {_totals(series)}", drawn)
    key = format_html_join("", _KEY, ((one.tone, one.title) for one in series if stacked and len(series) > 1))
    return format_html("{}{}", key, _plot(picture, (highest, highest / 2, 0), some(under or labels)))


def top_of(highest: float) -> float:
    """Where the scale ends: the next of 2, 4, 10, 20, 40, 100 … that is not below the highest value."""
    top = 2.0
    while top < highest:
        top = next(size for size in (top * 2, top * 2.5) if str(int(size))[0] in "124")
    return top


def some(labels: Sequence[str]) -> list[str]:
    """A few of the labels, from the first to the last, as far from one another as can be."""
    if len(labels) <= SHOWN:
        return list(labels)
    return [labels[round(place * (len(labels) - 1) / (SHOWN - 1))] for place in range(SHOWN)]


def spark(title: str, good: Sequence[int], bad: Sequence[int]) -> SafeString:
    """A small chart for a row of a table: what went well, and over it what went wrong."""
    width, height = SPARK
    highest = max((one + other for one, other in zip(good, bad, strict=True)), default=0) or 1
    step = width / max(len(good), 1)
    parts: list[tuple[str, str, str, str, str]] = []
    for place, (one, other) in enumerate(zip(good, bad, strict=True)):
        tall, wrong = one / highest * (height - 1), other / highest * (height - 1)
        for tone, tall_one, foot in (("good", tall, height), ("bad", wrong, height - tall)):
            if tall_one:
                size = max(tall_one, 1.5)
                parts.append((tone, f"{place * step:.1f}", f"{foot - size:.1f}", f"{step * 0.8:.1f}", f"{size:.1f}"))
    rects = format_html_join("", _RECT, parts)
    return _svg("pv-spark", width, height, title, [rects])


def line(
    title: str, points: Sequence[tuple[float, float]], low: float, high: float, under: Sequence[str] = ()
) -> SafeString:
    """A line that keeps its value until the next point, beside a scale; points are (place from 0 to 1, value)."""
    span = (high - low) or 1
    path, last = "", 0.0
    for place, value in points:
        x, y = place * WIDTH, HEIGHT - (value - low) / span * HEIGHT
        path += f"M{x:.1f} {y:.1f}" if not path else f"L{x:.1f} {last:.1f}L{x:.1f} {y:.1f}"
        last = y
    path += f"L{WIDTH} {last:.1f}" if path else ""
    picture = _svg("pv-chart", WIDTH, HEIGHT, title, [_GRID, format_html('<path class="pv-line" d="{}"/>', path)])
    return _plot(picture, (high, (low + high) / 2, low), under)


def share(part: float, whole: float) -> SafeString:
    """A bar of a table that shows what part of the whole something is."""
    width = 0 if not whole else max(0.0, min(100.0, part / whole * 100))
    return format_html(
        '<span class="pv-share" aria-hidden="true"><span style="width:{}%"></span></span>', f"{width:.1f}"
    )


def _totals(series: Iterable[Series]) -> str:
    return ", ".join(f"{one.title}: {_count(sum(one.values))}" for one in series)


def _count(value: float) -> str:
    return figure(f"{value:g}" if value < 10 else f"{round(value)}", get_language() or "en")


def _plot(picture: SafeString, scale: Sequence[float], under: Sequence[str]) -> SafeString:
    """The picture with its scale at the left and labels under it; both are seen only, for the picture says its figures."""
    beside = format_html_join("", "<span>{}</span>", ((_count(value),) for value in scale))
    below = format_html_join("", "<span>{}</span>", ((label,) for label in under))
    return format_html(
        '<div class="pv-plot"><div class="pv-scale" aria-hidden="true">{}</div>{}<div class="pv-axis" aria-hidden="true">{}'
        "</div></div>",
        beside, picture, below,
    )  # fmt: skip


def _svg(kind: str, width: int, height: int, says: str, drawn: Iterable[SafeString]) -> SafeString:
    inside = format_html_join("", "{}", ((one,) for one in drawn))
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        kind, width, height, says, inside,
    )  # fmt: skip
