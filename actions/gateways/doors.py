"""Which implementation stands behind each door now. Tests and rehearsals put doubles there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from actions.gateways.mail import DjangoMail, MailGateway
from actions.gateways.panel import LocalPanel, PanelGateway


@dataclass(frozen=True)
class Doors:
    """One implementation per outside service."""

    mail: MailGateway = field(default_factory=DjangoMail)
    panel: PanelGateway = field(default_factory=LocalPanel)


_doors: ContextVar[Doors | None] = ContextVar("doors", default=None)
_REAL = Doors()


def doors() -> Doors:
    return _doors.get() or _REAL


@contextmanager
def replaced(**implementations: Any) -> Iterator[Doors]:
    """Within this block, the named doors lead to the given implementations."""
    token = _doors.set(replace(doors(), **implementations))
    try:
        yield doors()
    finally:
        _doors.reset(token)
