"""An index of the room's models."""

from actions.runs import ActionRun, Attempt, AttemptDetail

__all__ = ["ActionRun", "Attempt", "AttemptDetail"]
