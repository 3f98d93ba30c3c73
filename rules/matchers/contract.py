"""What every matcher does: events in, keys of the rules whose conditions are true out. Pure; all agree with reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Matcher(Protocol):
    """A compiled list of rules."""

    def match(self, event: Mapping[str, Any], params: Mapping[str, Any] | None = None) -> list[str]:
        """Keys of the rules that fit `event` and are true, in running order. `params` are the effective parameters."""

    def close(self) -> None:
        """Give back what the matcher holds outside Python; it may be called twice."""
