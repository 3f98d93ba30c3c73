"""The shapes of requests and answers of the rules' API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Schema

from core.api import Closed
from rules.change_requests import ChangeRequest
from rules.document.source import MAX_YAML
from rules.editing import approvals

Text = Annotated[str, Field(min_length=1, max_length=MAX_YAML)]
Title = Annotated[str, Field(min_length=1, max_length=200)]
Choices = Annotated[dict[str, str], Field(max_length=20, description="what becomes of what waits, by reach")]


class ToBegin(Closed):
    """A new change request; without `text` it begins with that of the live version."""

    title: Title
    text: Text | None = None


class ToEdit(Closed):
    """`seen` is `changed_at` of the request as the editor read it; with another one the edit is refused."""

    title: Title | None = None
    text: Text | None = None
    seen: Annotated[str, Field(max_length=40)] = ""
    settled: Annotated[bool, Field(description="its conflicts are settled: the text stands as it is")] = False


class ToPublish(Closed):
    """`emergency` is the written reason of an approver who publishes without the approvals that are demanded."""

    emergency: Annotated[str, Field(max_length=2000)] = ""
    choices: Choices = {}


class ToSchedule(Closed):
    """`at` with its offset; null takes the schedule back."""

    at: datetime | None
    choices: Choices = {}


class Finding(Schema):
    """`severity` is error, warning or note; `code` names the check (docs/checks.md); `witness` is an event that shows it,
    with the parameters and counts beside it: {event, params, counted}."""

    severity: str
    rule: str
    pointer: str
    message: str
    line: int | None
    code: str = ""
    witness: dict[str, Any] | None = None


class RequestListed(Schema):
    """`needed` are the approvals demanded, `approvals` who gave one that holds; `published` the number of the version."""

    id: int
    set: str
    title: str
    state: str
    base: int | None
    author: str
    changed_at: str
    weight: str
    needed: int
    approvals: list[str]
    conflicts: list[str]
    scheduled_for: str | None
    problem: str
    published: int | None


class RequestInFull(RequestListed):
    text: str
    findings: list[Finding]


class ReachStated(Schema):
    name: str
    title: str
    choices: list[str]
    count: int
    listed: list[str]


class OverlayEffect(Schema):
    set: str
    conflicts: list[str]
    keeps: list[str]


class Shifted(Schema):
    rule: str
    newly: int
    no_longer: int


class Previewed(Schema):
    """Of the newest `events`, on how many a rule would be true that was not, and would not be that was."""

    events: int
    shifts: list[Shifted]


class Reviewed(Schema):
    """What there is to know before it goes live. `differences` are sentences; `overlays` those with a conflict or
    something that they keep."""

    differences: list[str]
    findings: list[Finding]
    weight: str
    needed: int
    moves_money: list[str]
    overlays: list[OverlayEffect]
    preview: Previewed | None
    reach: list[ReachStated]


class ScenarioShape(Closed):
    """An event as in the history files, and the actions that are expected of it."""

    event: dict[str, Any]
    expected: Annotated[list[dict[str, Any]], Field(max_length=500)]


class FromEvent(Closed):
    """`event` is the name or the position of a real event; what the live rules ask for on it now is expected."""

    event: Annotated[str, Field(max_length=200)]


def listed(row: ChangeRequest) -> dict[str, Any]:
    """A change request as lists have it."""
    given = ("id", "title", "state", "author", "weight", "needed", "conflicts", "problem")
    return {
        **{name: getattr(row, name) for name in given},
        "set": row.rule_set.key,
        "base": row.base.number if row.base else None,
        "changed_at": row.changed_at.isoformat(),
        "approvals": list(approvals(row).values_list("actor", flat=True)),
        "scheduled_for": row.scheduled_for.isoformat() if row.scheduled_for else None,
        "published": row.published.number if row.published else None,
    }


def in_full(row: ChangeRequest) -> dict[str, Any]:
    return {**listed(row), "text": row.text, "findings": row.findings}
