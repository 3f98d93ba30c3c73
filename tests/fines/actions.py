"""Actions of the user's own app; found by themselves."""

from __future__ import annotations

from actions.declare import Call, action
from actions.outcome import Done, Failed, Outcome
from core.machine import record
from tests.fines.models import Letter

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


@action(
    "fine.write_letter",
    title="Write a letter",
    sentence="Write a {kind} letter",
    parameters={"kind": {"type": "string", "enum": ["penalty", "refund", "dossier"]}},
    required=("kind",),
    queue="low",
    targets=("fine",),
)
def write_letter(call: Call, kind: str) -> Outcome:
    fine = call.row()
    Letter.objects.create(case=fine.case, kind=kind, key=call.key)
    return Done(f"{kind} letter for {fine.case}")
