"""What the rules are, and what they decided, for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from core import event_names
from core.acting import Actor
from core.api import PROBLEMS, Problem
from core.errors import NotPermitted, ObjectMissing
from core.events import Event
from rules.decisions import Decision
from rules.rule_sets import RuleSet, RuleSetVersion

decisions = Router()
rule_sets = Router()


class DecisionInFull(Schema):
    """The newest decision about an event. `house` and `overlay` are the content hashes of the versions that decided."""

    event: str
    attempt: int
    at: str
    outcome: str
    house: str
    overlay: str
    rules: list[str]
    plan: list[dict[str, Any]]
    held_back: dict[str, str]
    observed: dict[str, Any]
    problem: str


class VersionListed(Schema):
    number: int
    state: str
    content_hash: str


class RuleSetInFull(Schema):
    """A rule set with its live document, and its versions, newest first."""

    key: str
    live: int | None
    document: dict[str, Any] | None
    versions: list[VersionListed]


class RuleSetListed(Schema):
    key: str
    live: int | None


def demand_staff(request: HttpRequest) -> None:
    """Rules and decisions are the house's own: raise NotPermitted for anybody who is not staff."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    if actor.customer or not (actor.roles or actor.unlimited):
        raise NotPermitted(actor=actor.ref, what="read rules and decisions")


@decisions.get("/{id}/decision", response={200: DecisionInFull, PROBLEMS: Problem}, summary="Read an event's decision")
def read_decision(request: HttpRequest, id: str) -> Any:  # noqa: A002
    """What the rules decided; 404 while the event waits for its decision."""
    demand_staff(request)
    event = event_names.find(Event.objects.all(), id)
    decision = Decision.objects.filter(event_id=event.pk).order_by("-attempt").first()
    if decision is None:
        raise ObjectMissing(ref=f"decision of {event.name}")
    names = ("attempt", "outcome", "house", "overlay", "rules", "plan", "held_back", "observed", "problem")
    return {"event": event.name, "at": decision.at.isoformat(), **{name: getattr(decision, name) for name in names}}


@rule_sets.get("", response={200: list[RuleSetListed], PROBLEMS: Problem}, summary="List the rule sets")
def list_rule_sets(request: HttpRequest) -> Any:
    demand_staff(request)
    return [_listed(rule_set) for rule_set in RuleSet.objects.select_related("live").order_by("key")[:1000]]


@rule_sets.get("/{key}", response={200: RuleSetInFull, PROBLEMS: Problem}, summary="Read a rule set")
def read_rule_set(request: HttpRequest, key: str) -> Any:
    """The set of the house is called house, that of a customer customer:17."""
    demand_staff(request)
    rule_set = RuleSet.objects.select_related("live").filter(key=key).first() if "\x00" not in key else None
    if rule_set is None:
        raise ObjectMissing(ref=f"rule set {key[:100]}")
    versions = RuleSetVersion.objects.filter(rule_set=rule_set).order_by("-number")[:100]
    return {
        **_listed(rule_set),
        "document": rule_set.live.document if rule_set.live else None,
        "versions": [
            {"number": version.number, "state": version.state, "content_hash": version.content_hash}
            for version in versions
        ],
    }


def _listed(rule_set: RuleSet) -> dict[str, Any]:
    return {"key": rule_set.key, "live": rule_set.live.number if rule_set.live else None}
