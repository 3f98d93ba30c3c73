"""How a webhook source is declared: how a post is verified, and what it says, in the words of this project."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from core.errors import PravilaError
from core.money import Money
from core.registry import Registry


class Refused(PravilaError):
    """The webhook is refused: {reason}. Nothing was done; correct it and send it again."""

    status = 401
    code = "webhook-refused"


class Unreadable(PravilaError):
    """The webhook cannot be read: {reason}. Nothing was done; correct it and send it again."""

    status = 400
    code = "webhook-unreadable"


class Movement(StrEnum):
    """What a notice says of a payment. `refund` is of this amount; `refunded` is of this amount in all until now."""

    NONE = "none"
    SUCCEED = "succeed"
    FAIL = "fail"
    CANCEL = "cancel"
    REFUND = "refund"
    REFUNDED = "refunded"
    DISPUTE = "dispute"


@dataclass(frozen=True)
class Keys:
    """What the operator entered for a source: its secrets, the present one first, and settings that are no secret."""

    secrets: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)

    def demand(self) -> tuple[str, ...]:
        """The secrets. Raises Refused where there are none: an empty key would verify what anybody signs."""
        if not self.secrets:
            raise Refused(reason="no secret is entered for this source; an administrator enters it")
        return self.secrets


@dataclass(frozen=True)
class Post:
    """What came in, at the moment `at`. `headers` are looked up in any case; `data` is the body as JSON, decimals exact."""

    headers: Mapping[str, str]
    body: bytes
    data: Mapping[str, Any]
    at: datetime


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}")
_AMOUNT = re.compile(r"([0-9]{1,13})(?:\.([0-9]{0,3}?)0*)?")
_KIND = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,99}")


@dataclass(frozen=True)
class Notice:
    """What a post says. `external_id` is the same at each redelivery; `payment` is the gateway's id of the payment.

    `alias` is a second name by which later notices may call the payment; alone, the payment is found by it. `code` says
    why a payment failed.
    """

    external_id: str
    kind: str
    movement: Movement = Movement.NONE
    payment: str = ""
    alias: str = ""
    amount: Money | None = None
    code: str = ""

    def __post_init__(self) -> None:
        for what, text in (("event id", self.external_id), ("payment id", self.payment), ("reference", self.alias)):
            if not _NAME.fullmatch(text) and (text or what == "event id"):
                raise Unreadable(reason=f"its {what} is missing or is no plain name of at most 200 characters")
        if not _KIND.fullmatch(self.kind):
            raise Unreadable(reason="its kind is missing or is no plain name of at most 100 characters")


@dataclass(frozen=True)
class Source:
    """A declared sender. `verify` raises Refused; None where the sender signs nothing, so that anybody may have posted."""

    name: str
    title: Any
    read: Callable[[Keys, Post], Notice]
    verify: Callable[[Keys, Post], None] | None


sources: Registry[Source] = Registry("webhook source")


def source(found: Source) -> Source:
    """Declare a source. Raises AlreadyDeclared."""
    return sources.add(found.name, found)


def text(data: Mapping[str, Any], path: str) -> str:
    """The value at a path such as data.object.id as text; empty where nothing plain is there."""
    value: Any = data
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return str(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else ""


def money(amount: str, currency: str) -> Money:
    """An amount in major units such as 150000.00. Raises Unreadable."""
    found = _AMOUNT.fullmatch(amount)
    try:
        if found:
            return Money.parse(f"{found[1]}.{found[2]} {currency}" if found[2] else f"{found[1]} {currency}")
    except ValueError:
        pass
    raise Unreadable(reason="its amount or currency is none")
