"""Actions of the user's own app; found by themselves."""

from __future__ import annotations

from actions.declare import Call, action
from actions.outcome import Done, Failed, Outcome
from core.machine import record

NOTED: list[str] = []


@action("test.poke", title="Poke", sentence="Record that the fine was looked at")
def poke(call: Call) -> Outcome:
    record(call.target, "fine.updated")
    return Done("poked")


@action("test.note", title="Note", sentence="Note that the rule acted")
def note(call: Call) -> Outcome:
    NOTED.append(call.key)
    return Done("noted")


@action(
    "test.break",
    title="Break",
    sentence="Write half of it, then fail",
    parameters={"retryable": {"type": "boolean"}, "crash": {"type": "boolean"}},
    max_attempts=3,
)
def broken(call: Call, retryable: bool = False, crash: bool = False) -> Outcome:
    record(call.target, "fine.updated")
    if crash:
        raise ZeroDivisionError("a bug")
    return Failed("it does not work", retryable=retryable)
