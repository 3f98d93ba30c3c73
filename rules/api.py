"""What the rules are, and what they decided, for programs."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from core import event_names, refs
from core.acting import Actor
from core.api import PROBLEMS, Closed, Problem, demand_known
from core.errors import NotPermitted, ObjectMissing
from core.events import Event
from rules.decisions import Decision
from rules.describing import differences
from rules.editing import text_of
from rules.reading import segment_sets
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion
from rules.segments import SEGMENT

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
decisions = Router()
rule_sets = Router()


class DecisionInFull(Schema):
    """The newest decision about an event. `house` and `overlay` are the content hashes of the versions that decided;
    `segment` has the key of the customer's segment, and the hashes of the list and of its rules; `observed` is what
    aggregates and relations saw."""

    event: str
    attempt: int
    at: str
    outcome: str
    house: str
    overlay: str
    segment: dict[str, str]
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
    conflicts: list[str]
    document: dict[str, Any] | None
    versions: list[VersionListed]


class RuleSetListed(Schema):
    """`conflicts` say why an overlay stays on a former version of the house."""

    key: str
    live: int | None
    conflicts: list[str]


def demand_staff(request: HttpRequest) -> Actor:
    """Who asks. Rules and decisions are the house's own: raises NotPermitted for anybody who is not staff."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    if actor.customers is not None or not (actor.roles or actor.unlimited):
        raise NotPermitted(actor=actor.ref, what="read rules and decisions")
    return actor


def set_named(key: str, *, new: bool = False) -> str:
    """The key of a rule set. Raises ObjectMissing for one that is not there; `new` takes that of a customer, or of a segment of
    the live list, who has none."""
    if "\x00" not in key:
        if RuleSet.objects.filter(key=key).exists() or (new and key == HOUSE):
            return key
        if new and key.startswith("customer:") and refs.resolve(key).ref == key:
            return key
        if new and key.startswith(SEGMENT) and key in segment_sets():
            return key
    raise ObjectMissing(ref=f"rule set {key[:100]}")


@decisions.get("/{id}/decision", response={200: DecisionInFull, PROBLEMS: Problem}, summary="Read an event's decision")
def read_decision(request: HttpRequest, id: str) -> Any:  # noqa: A002
    """What the rules decided; 404 while the event waits for its decision."""
    demand_staff(request)
    event = event_names.find(Event.objects.all(), id)
    decision = Decision.objects.filter(event_id=event.pk).order_by("-attempt").first()
    if decision is None:
        raise ObjectMissing(ref=f"decision of {event.name}")
    names = ("attempt", "outcome", "house", "overlay", "segment", "rules", "plan", "held_back", "observed", "problem")
    return {"event": event.name, "at": decision.at.isoformat(), **{name: getattr(decision, name) for name in names}}


@rule_sets.get("", response={200: list[RuleSetListed], PROBLEMS: Problem}, summary="List the rule sets")
def list_rule_sets(request: HttpRequest) -> Any:
    demand_staff(request)
    return [_listed(rule_set) for rule_set in RuleSet.objects.select_related("live").order_by("key")[:1000]]


class VersionInFull(VersionListed):
    """A version as data, and its text as people wrote it."""

    document: dict[str, Any]
    text: str


class Compared(Schema):
    """What is otherwise in version `to` than in version `since`, as sentences."""

    since: int
    to: int
    differences: list[str]


class DiffQuery(Closed):
    since: Number
    to: Number


@rule_sets.get("/{key}/versions/{number}", response={200: VersionInFull, PROBLEMS: Problem}, summary="Read a version")
def read_version(request: HttpRequest, key: str, number: Number) -> Any:
    demand_staff(request)
    version = _version(key, number)
    names = ("number", "state", "content_hash", "document")
    return {**{name: getattr(version, name) for name in names}, "text": text_of(version, key)}


@rule_sets.get("/{key}/diff", response={200: Compared, PROBLEMS: Problem}, summary="Compare two versions")
def compare_versions(request: HttpRequest, key: str, query: Query[DiffQuery]) -> Any:
    demand_staff(request)
    demand_known(request, query)
    old, new = _version(key, query.since), _version(key, query.to)
    return {"since": old.number, "to": new.number, "differences": differences(old.document, new.document)}


def _version(key: str, number: int) -> RuleSetVersion:
    version = RuleSetVersion.objects.filter(rule_set__key=set_named(key), number=number).first()
    if version is None:
        raise ObjectMissing(ref=f"version {number} of {key}")
    return version


@rule_sets.get("/{key}", response={200: RuleSetInFull, PROBLEMS: Problem}, summary="Read a rule set")
def read_rule_set(request: HttpRequest, key: str) -> Any:
    """The set of the house is called house, that of a segment segment:vip, that of a customer customer:17."""
    demand_staff(request)
    rule_set = RuleSet.objects.select_related("live").get(key=set_named(key))
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
    return {
        "key": rule_set.key,
        "live": rule_set.live.number if rule_set.live else None,
        "conflicts": rule_set.conflicts,
    }
