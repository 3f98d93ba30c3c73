"""Holds by rules: any rule becomes a veto that speaks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import Call, action
from actions.outcome import Done, Outcome, Skipped
from core import holding

_CAUSE = {"type": "string", "minLength": 3, "maxLength": 200}


@action(
    "hold.place",
    title=_("Hold"),
    sentence=_("Hold {transitions} of {target}: {cause}"),
    parameters={
        "transitions": {"type": "array", "items": {"type": "string", "maxLength": 100}, "minItems": 1, "maxItems": 50},
        "cause": _CAUSE,
    },
    required=("transitions", "cause"),
    queue="high",
    inverse="hold.release",
    emits=("hold.placed",),
)
def place(call: Call, transitions: list[str], cause: str) -> Outcome:
    """Block transitions of the target until the hold of this cause is released."""
    placed = holding.place(call.target, transitions, cause)
    if not placed:
        return Skipped(f"{call.target} is held for this cause already")
    return Done(f"{call.target} is held: {', '.join(placed)}")


@action(
    "hold.release",
    title=_("Release a hold"),
    sentence=_("Release what {target} is held for: {cause}"),
    parameters={"cause": _CAUSE},
    required=("cause",),
    queue="high",
    inverse="hold.place",
    emits=("hold.released",),
)
def release(call: Call, cause: str) -> Outcome:
    """Let the target's transitions be performed again, as far as no other cause holds them."""
    released = holding.release(call.target, cause)
    return Done(f"released {', '.join(released)}") if released else Skipped(f"{call.target} is not held for this cause")
