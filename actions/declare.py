"""How an action is declared: a name, a sentence, a schema of its parameters, and the function that performs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from actions.outcome import Outcome
from core import catalog
from core.catalog import ActionSpec
from core.machine import Machine
from core.refs import resolve
from core.registry import Registry
from core.schemas import Check, of_arguments

INTERNAL, EXTERNAL = "internal", "external"


@dataclass(frozen=True)
class Call:
    """What an action is called with. `key` is the idempotency key, the same at every attempt; `event_id` the cause."""

    target: str
    key: str
    rule: str
    event_id: int
    customer: str

    def row(self) -> Machine:
        """The row that the action stands on. Raises ObjectMissing."""
        return resolve(self.target)


Perform = Callable[..., Outcome]
performers: Registry[Perform] = Registry("action")
_checks: dict[str, Check] = {}


def action(
    name: str,
    *,
    title: Any,
    sentence: Any,
    parameters: Mapping[str, Any] | None = None,
    required: tuple[str, ...] = (),
    kind: str = INTERNAL,
    queue: str = "default",
    targets: tuple[str, ...] = (),
    moves_money: bool = False,
    timeout_seconds: int = 60,
    max_attempts: int = 8,
    inverse: str | None = None,
    emits: tuple[str, ...] = (),
) -> Callable[[Perform], Perform]:
    """Declare an action; the function takes a Call and the parameters by name, and returns an Outcome.

    An internal action writes this database only: its effect and its `done` commit together, so it happens exactly once.
    An external one speaks to the world: at least once, with the call's key sent along. `emits` are the types of the
    events that it may write, in which checks look for rules that lead back to it.
    """

    def declare(perform: Perform) -> Perform:
        add(
            ActionSpec(
                name=name,
                title=title,
                sentence=sentence,
                parameters=of_arguments(parameters or {}, required),
                kind=kind,
                queue=queue,
                targets=targets,
                moves_money=moves_money,
                timeout_seconds=timeout_seconds,
                max_attempts=max_attempts,
                inverse=inverse,
                emits=emits,
            ),
            perform,
        )
        return perform

    return declare


def add(spec: ActionSpec, perform: Perform) -> None:
    """Enter an action into the catalog. Raises AlreadyDeclared."""
    catalog.actions.add(spec.name, spec)
    performers.add(spec.name, perform)


def problem_with(name: str, arguments: Mapping[str, Any]) -> str | None:
    """None, or what is wrong with the arguments of an action."""
    if name not in _checks:
        _checks[name] = Check(catalog.actions.get(name).parameters)
    return _checks[name].problem(dict(arguments))
