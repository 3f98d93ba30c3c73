"""Money: integer minor units and an ISO 4217 currency; never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

# ISO 4217 minor units: https://www.iso.org/iso-4217-currency-codes.html; two digits unless listed here.
MINOR_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"), 0),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
MAX_MINOR = 10**15
_TEXT = re.compile(r"(-?[0-9]{1,15})(?:\.([0-9]{1,3}))? ([A-Z]{3})")


def digits(currency: str) -> int:
    return MINOR_DIGITS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `minor` units (bani, cents) of `currency`."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read "500.00 RON". Raises ValueError for anything else, with a sentence."""
        found = _TEXT.fullmatch(text)
        places = len(found[2] or "") if found else 0
        if not found or places > digits(found[3]):
            raise ValueError(f'"{text}" is no amount of money; write it as in "500.00 RON"')
        minor = int(Decimal(f"{found[1]}.{found[2] or 0}").scaleb(digits(found[3])))
        if abs(minor) > MAX_MINOR:
            raise ValueError(f'"{text}" is more than money may be here')
        return cls(minor, found[3])

    @classmethod
    def from_fact(cls, fact: dict[str, Any]) -> Money:
        return cls(fact["minor"], fact["currency"])

    def as_fact(self) -> dict[str, Any]:
        """The shape in which facts carry money: {"minor": 50000, "currency": "RON"}."""
        return {"minor": self.minor, "currency": self.currency}

    def __str__(self) -> str:
        places = digits(self.currency)
        return f"{Decimal(self.minor).scaleb(-places):.{places}f} {self.currency}"


def round_half_even(exact: Fraction | Decimal) -> int:
    """The nearest whole number; a tie goes to the even neighbour (as banks round)."""
    if isinstance(exact, Decimal):
        return int(exact.to_integral_value(rounding=ROUND_HALF_EVEN))
    return round(exact)


def percent_of(percent: Fraction, amount: Money) -> Money:
    """`percent` per cent of `amount`, half-even to the minor unit."""
    return Money(round_half_even(percent * amount.minor / 100), amount.currency)
