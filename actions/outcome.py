"""How an action run ended, as a value. Expected failures are values too; exceptions are bugs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Done:
    """The effect happened. `said` is one sentence for people."""

    said: str = ""
    request: Any = None
    answer: Any = None


@dataclass(frozen=True)
class Skipped:
    """There was nothing to do, or a guard refused where the rule says that a refusal is a skip."""

    reason: str


@dataclass(frozen=True)
class Failed:
    """The effect did not happen. A retryable failure is tried again later; any other is a dead letter at once.

    `retry_after` is the wait in seconds that the service asked for; a failure that is not `counted` uses up no try.
    `maybe`: the request went out and no answer says what became of it, so the effect may have happened after all.
    """

    reason: str
    retryable: bool
    request: Any = field(default=None)
    answer: Any = field(default=None)
    retry_after: float | None = None
    counted: bool = True
    maybe: bool = False


Outcome = Done | Skipped | Failed
