"""Reading values out of what a signal was sent with: by attributes and keys, never by calling anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from core import clock
from core.bridge.binding import Binding, Reading, named, places
from core.catalog import Kind
from core.money import digits

MAX_TEXT = 500


class Unreadable(ValueError):
    """What was sent does not have what the binding says; the message is a sentence's end."""


def find(sent: Mapping[str, Any], paths: str) -> Any:
    """What stands at a dotted path, or at the first that is set of several: a.b|c. None where a part of each is missing."""
    value = None
    for path in paths.split("|"):
        value = _at(sent, path)
        if value is not None and value != "":
            break
    return value


def _at(sent: Mapping[str, Any], path: str) -> Any:
    value: Any = sent
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
        if value is None or callable(value):
            return None
    return value


def name_of(naming: str, sent: Mapping[str, Any]) -> str:
    """A subject, a customer or a key. Raises Unreadable where one of its paths leads nowhere."""
    values = {path: find(sent, path) for path in places(naming)}
    for path, value in values.items():
        if value is None or value == "":
            raise Unreadable(f"{path} is not set")
    found = named(naming, values)
    if len(found) > 100 or any(sign.isspace() or not sign.isprintable() for sign in found):
        raise Unreadable(f"{naming} gives no name that a subject can have")
    return found


def facts(binding: Binding, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of the event, nested by their paths; what is not set is left out. Raises Unreadable."""
    found: dict[str, Any] = {}
    for name, reading in binding.readings.items():
        raw = find(sent, reading.path)
        if raw is not None:
            noun, _dot, last = name.partition(".")
            found.setdefault(noun, {})[last] = _value(reading, raw, sent)
    return found


def _value(reading: Reading, raw: Any, sent: Mapping[str, Any]) -> Any:
    try:
        return _KINDS[reading.kind](reading, raw, sent)
    except Unreadable:
        raise
    except (ValueError, TypeError, ArithmeticError):
        raise Unreadable(f"{reading.path} is no {reading.kind}") from None


def _money(reading: Reading, raw: Any, sent: Mapping[str, Any]) -> dict[str, Any]:
    currency = name_of(reading.currency, sent).upper()
    exact = Decimal(str(raw))
    if not exact.is_finite():
        raise InvalidOperation
    minor = exact if reading.minor else exact.scaleb(digits(currency))
    if minor != int(minor):
        raise Unreadable(f"{reading.path} has more decimals than {currency}")
    return {"minor": int(minor), "currency": currency}


def _boolean(_reading: Reading, raw: Any, _sent: Mapping[str, Any]) -> bool:
    if not isinstance(raw, bool):
        raise TypeError
    return raw


def _moment(_reading: Reading, raw: Any, _sent: Mapping[str, Any]) -> str:
    moment = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw))
    return clock.iso(moment if moment.tzinfo else timezone.make_aware(moment, UTC))


def _date(_reading: Reading, raw: Any, _sent: Mapping[str, Any]) -> str:
    return (raw if type(raw) is date else date.fromisoformat(str(raw)[:10])).isoformat()


_KINDS: dict[Kind, Any] = {
    Kind.TEXT: lambda _reading, raw, _sent: str(raw).replace("\x00", "")[:MAX_TEXT],
    Kind.REF: lambda _reading, raw, _sent: str(raw)[:100],
    Kind.INTEGER: lambda _reading, raw, _sent: int(str(raw)),
    Kind.NUMBER: lambda _reading, raw, _sent: float(str(raw)),
    Kind.BOOLEAN: _boolean,
    Kind.MONEY: _money,
    Kind.MOMENT: _moment,
    Kind.DATE: _date,
}
