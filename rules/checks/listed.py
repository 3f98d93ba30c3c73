"""Every check there is, once: by its code, how bad what it finds is, and what it looks for. The documentation shows this."""

from __future__ import annotations

from dataclasses import dataclass

from rules.document.problem import Severity


@dataclass(frozen=True, slots=True)
class Check:
    code: str
    severities: tuple[Severity, ...]
    says: str


_BOTH: tuple[Severity, ...] = ("error", "warning")
CHECKS = (
    Check("shape", ("error",), "The document is well-formed, has no key twice, and its patterns, dates, amounts and templates can be read."),
    Check("event", _BOTH, "Every event type under `when` is declared."),
    Check("time", _BOTH, "What a rule hangs on in time is there: the object, its date or its states, a parameter that holds durations."),
    Check("condition", _BOTH, "Facts are declared, operators are for their kind, values are of it; states and choices are such of that machine."),
    Check("doubtful", ("warning",), "`ne`, `not_in` or `not` over a fact that need not be set: unknown, where people expect true."),
    Check("aggregate", _BOTH, "Relations are those of the machine, and `take` is a fact of a row of the right kind."),
    Check("step", _BOTH, "Actions and transitions are declared, their machine fits the target, their arguments fit; `needs` names an earlier step."),
    Check("limit", ("warning",), "One event with as many rows as there may be does not take a rule beyond its `limit`."),
    Check("parameter", _BOTH, "Parameters are declared, used, within their bounds; tables cover their fact or have `else`."),
    Check("text", _BOTH, "Texts that steps and parameters name are there, in every language, and can be written."),
    Check("overlay", ("error",), "An overlay fits the house: what it sets, mutes and changes is there, within bounds, and not locked."),
    Check("segment", _BOTH, "Segments look at declared facts of the customer, and a segment with rules of its own is in the list of the house."),
    Check("never-true", ("error",), "Some event makes the rule true, under some parameters that are allowed. The sentence names the parts that cannot be together."),
    Check("never-true-now", ("warning",), "Some event makes it true with the parameters as they are."),
    Check("step-never-acts", ("error",), "Some event on which the rule is true makes the `if` of each step true."),
    Check("dead-otherwise", ("error",), "Some event makes every `if` before an `otherwise` false."),
    Check("covered", ("warning",), "No earlier rule of a group is true of every event of which a later one is."),
    Check("same-twice", ("warning",), "No two rules do exactly the same on one event."),
    Check("contradiction", ("warning",), "No two steps ask for opposed things of one object on one event: transitions of which neither can come after the other, or that take each other back; an action and its inverse."),
    Check("may-be-missing", ("warning",), "Arguments and texts do not hang on facts that need not be set."),
    Check("loop", ("warning",), "No rule leads back to itself by way of an action, its event and further rules."),
    Check("dead", ("warning",), "Something in the last 90 days made the rule true: what was decided, or, where it is new or changed, the newest events of its types."),
    Check("undecided", ("note",), "What could not be decided is named: a pattern, a share of another fact, a calendar, or more than is worth the time."),
)  # fmt: skip
CODES = {check.code for check in CHECKS}


def rows() -> list[str]:
    """The checks as rows of a table in Markdown."""
    return [f"| `{check.code}` | {', '.join(check.severities)} | {check.says} |" for check in CHECKS]
