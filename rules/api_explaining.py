"""Why something happened, or did not, over REST; and what rules would make of an event. Nothing is written."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from core import event_names
from core.api import PROBLEMS, Closed, Problem, demand_known
from core.events import Event
from rules.api import demand_staff
from rules.explaining import as_text, explain
from rules.since_when import since_when
from rules.try_asked import TryAsked, try_asked
from rules.trying import Tried, TriedRule

events = Router()
tries = Router()
RuleKey = Annotated[str, Field(max_length=100)]


class SeenOut(Schema):
    """One comparison: where it stands in the rule, what it saw, what it wanted, and what it said."""

    pointer: str
    path: str
    operator: str
    seen: Any
    wanted: Any
    verdict: Literal["true", "false", "unknown"]
    sentence: str


class RuleOut(Schema):
    """One rule and the event. `why` is the nearest miss or why the rule is not eligible, `missed` the pointers of the
    fewest comparisons that would have had to come out otherwise; `actions` are planned, rows expanded, arguments filled."""

    key: str
    title: str
    set: str
    outcome: Literal["acted", "not_acted", "not_eligible"]
    why: str
    missed: list[str]
    conditions: list[SeenOut]
    actions: list[dict[str, Any]]


class LinkOut(Schema):
    event: str
    position: int
    type: str
    at: str
    cause: int | None
    depth: int
    rules: list[str]


class ExplainedOut(Schema):
    """`agrees` is false where the proof differs from the stored decision; `problem` says why there is no proof; `chain`
    is the whole correlation, causes first; `cut` where it is longer."""

    event: str
    outcome: str | None
    agrees: bool
    problem: str
    rules: list[RuleOut]
    chain: list[LinkOut]
    cut: bool


class StretchOut(Schema):
    """Versions of a set that say the same about a rule and an event."""

    set: str
    first: int
    last: int
    outcome: str
    why: str


class TriedOut(Schema):
    """`problems` name what of the rules could not be used and was left out."""

    rules: list[RuleOut]
    problems: list[str]


class ToTry(Closed):
    """`event`: its name or position, or an event as in the history files; `source`: live, or the id of a change request."""

    event: (
        Annotated[
            dict[str, Any], Field(json_schema_extra={"required": ["type"], "properties": {"type": {"type": "string"}}})
        ]
        | Annotated[str, Field(max_length=200)]
    )
    source: Annotated[str, Field(pattern="^(live|[1-9][0-9]{0,17})$")] = "live"


class TextQuery(Closed):
    language: Annotated[str, Field(max_length=10)] = ""
    rule: RuleKey = ""


class SinceQuery(Closed):
    rule: RuleKey


@events.get(
    "/{id}/explanation", response={200: ExplainedOut, PROBLEMS: Problem}, summary="Why did this happen, or not?"
)
def read_explanation(request: HttpRequest, id: str) -> Any:  # noqa: A002
    """Every rule: acted, did not act with the nearest miss, or not eligible; and the chain that the event stands in."""
    demand_staff(request)
    found = explain(event_names.find(Event.objects.all(), id))
    chain = [
        {
            "event": link.event.name, "position": link.event.pk, "type": link.event.type, "at": link.event.at.isoformat(),
            "cause": link.event.cause, "depth": link.event.depth, "rules": found.acted.get(link.event.pk, []),
        }
        for link in found.chain.links
    ]  # fmt: skip
    return {
        "event": found.event.name,
        "outcome": found.decision.outcome if found.decision else None,
        "agrees": found.proven.agrees,
        "problem": found.proven.problem,
        "rules": _rules(found.proven.tried),
        "chain": chain,
        "cut": found.chain.cut,
    }


@events.get("/{id}/explanation/text", summary="The same as text, for a ticket", response={200: str, PROBLEMS: Problem})
def read_text(request: HttpRequest, id: str, query: Query[TextQuery]) -> Any:  # noqa: A002
    """In `language`, en or ro; about one rule where `rule` is given."""
    demand_staff(request)
    demand_known(request, query)
    language = query.language if query.language in dict(settings.LANGUAGES) else None
    text = as_text(explain(event_names.find(Event.objects.all(), id)), language, query.rule)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@events.get("/{id}/explanation/since", response={200: list[StretchOut], PROBLEMS: Problem}, summary="Since when?")
def read_since(request: HttpRequest, id: str, query: Query[SinceQuery]) -> Any:  # noqa: A002
    """What the published versions make of `rule` on this event, the newest first."""
    demand_staff(request)
    demand_known(request, query)
    return since_when(event_names.find(Event.objects.all(), id), query.rule)


@tries.post("", response={200: TriedOut, PROBLEMS: Problem}, summary="Try an event")
def try_one(request: HttpRequest, given: ToTry) -> Any:
    """One real or made-up event through the live rules of its customer, or through a change request. Nothing is written."""
    demand_staff(request)
    tried = try_asked(TryAsked(given.event, given.source)).tried
    return {"rules": _rules(tried), "problems": [problem.message for problem in tried.problems]}


def _rules(tried: Tried) -> list[dict[str, Any]]:
    return [rule_out(rule) for rule in tried.rules]


def rule_out(rule: TriedRule) -> dict[str, Any]:
    """One rule as RuleOut has it."""
    names = ("key", "title", "set", "outcome", "why", "missed", "conditions")
    return {name: getattr(rule, name) for name in names} | {"actions": [_planned(one) for one in rule.actions]}


def _planned(action: Any) -> dict[str, Any]:
    return {name: getattr(action, name) for name in action.__slots__ if getattr(action, name) not in (None, {})}
