"""The figures of a structured invoice or credit note: exact, and checked before anything is sent. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from core.money import round_half_even

TOLERANCE_MINOR = 100  # EN 16931 BR-CO-17 and BR-S-9: less than one unit of the currency per tax rate


@dataclass(frozen=True)
class Line:
    """`unit_minor` is never negative (EN 16931 BR-27): what is taken off has a negative quantity."""

    description: str
    quantity: int
    unit_minor: int
    tax_minor: int
    percent: Decimal
    category: str

    @property
    def net_minor(self) -> int:
        return self.quantity * self.unit_minor


@dataclass(frozen=True)
class Subtotal:
    """What is taxed alike."""

    category: str
    percent: Decimal
    net_minor: int
    tax_minor: int


@dataclass(frozen=True)
class Original:
    """The invoice that a credit note is about."""

    number: str
    issued_on: date


@dataclass(frozen=True)
class Figures:
    """One document. Amounts in minor units of `currency`; `original` makes it a credit note."""

    number: str
    issued_on: date
    due_on: date | None
    currency: str
    lines: tuple[Line, ...]
    net_minor: int
    tax_minor: int
    total_minor: int
    original: Original | None = None
    subtotals: tuple[Subtotal, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "subtotals", tuple(_subtotals(self.lines)))


def taken_off(quantity: int, unit_minor: int) -> tuple[int, int]:
    """Quantity and unit price with the sign at the quantity."""
    return (-quantity, -unit_minor) if unit_minor < 0 else (quantity, unit_minor)


def problems(figures: Figures) -> list[str]:
    """What does not add up, in sentences; none where it may be sent."""
    found = []
    if not figures.lines:
        found.append(f"{figures.number} has no lines")
    checks = (
        ("the lines", sum(line.net_minor for line in figures.lines), "its net amount", figures.net_minor),
        ("the taxes of the lines", sum(line.tax_minor for line in figures.lines), "its tax", figures.tax_minor),
        ("the bases of tax", sum(part.net_minor for part in figures.subtotals), "its net amount", figures.net_minor),
        ("the taxes by rate", sum(part.tax_minor for part in figures.subtotals), "its tax", figures.tax_minor),
        ("net and tax", figures.net_minor + figures.tax_minor, "its total", figures.total_minor),
    )
    for what, added, against, stated in checks:
        if added != stated:
            found.append(f"{what} of {figures.number} add up to {added}, and {against} is {stated} minor units")
    for part in figures.subtotals:
        exact = round_half_even(Fraction(part.percent) * part.net_minor / 100)
        if abs(part.tax_minor - exact) >= TOLERANCE_MINOR:
            off = f"{part.percent} % of {part.net_minor} is {exact}, and the lines have {part.tax_minor}"
            found.append(f"the tax of {figures.number} is off by too much: {off} minor units")
    found += [f"a line of {figures.number} has a negative price" for line in figures.lines if line.unit_minor < 0]
    return found


def share(parts: Sequence[int], before: int, amount: int) -> list[int]:
    """How `amount` falls on `parts` after `before` of their sum fell on them: whatever is taken in steps, each part is
    used up exactly when the sum is. Raises ValueError where it is more than there is."""
    whole = sum(parts)
    if amount < 0 or before < 0 or before + amount > whole:
        raise ValueError(f"{before} and {amount} are more than {whole}")
    early, late = (_cumulated(parts, whole, taken) for taken in (before, before + amount))
    return [second - first for first, second in zip(early, late, strict=True)]


def _cumulated(parts: Sequence[int], whole: int, taken: int) -> list[int]:
    """What of each part is used up when `taken` of the whole is, so that they add up to `taken`."""
    edges, reached = [0], 0
    for part in parts:
        reached += part
        edges.append(round_half_even(Fraction(taken * reached, whole)) if whole else 0)
    return [edges[place + 1] - edges[place] for place in range(len(parts))]


def _subtotals(lines: Iterable[Line]) -> list[Subtotal]:
    sums: dict[tuple[str, Decimal], list[int]] = {}
    for line in lines:
        found = sums.setdefault((line.category, line.percent), [0, 0])
        found[0] += line.net_minor
        found[1] += line.tax_minor
    return [Subtotal(category, percent, *amounts) for (category, percent), amounts in sorted(sums.items())]
