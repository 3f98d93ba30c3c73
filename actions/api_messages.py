"""The message log for programs: what was sent to whom, and what became of it. A customer's own people see theirs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from actions.message_log import CHANNELS, STATES, SentMessage
from actions.runs import ActionRun
from core import clock, permission
from core.acting import Actor
from core.api import PROBLEMS, Problem, demand_known
from core.paging import NewestFirst, page_of

router = Router()


class MessagesQuery(NewestFirst):
    customer: Annotated[str | None, Field(max_length=100, description="such as customer:17")] = None
    channel: Literal[tuple(CHANNELS)] | None = None  # type: ignore[valid-type]
    state: Literal[tuple(STATES)] | None = None  # type: ignore[valid-type]


class MessageListed(Schema):
    """`rule`, `run` and `said`, which is why it was not sent, are for staff; `run` is null once the run was cleared away."""

    id: int
    customer: str
    channel: str
    template: str
    state: str
    at: str
    told_at: str | None
    rule: str | None = None
    run: int | None = None
    said: str | None = None


class MessagesListed(Schema):
    items: list[MessageListed]
    next: int | None = None


@router.get("", response={200: MessagesListed, PROBLEMS: Problem}, summary="List messages that were sent")
def list_messages(request: HttpRequest, query: Query[MessagesQuery]) -> Any:
    """Newest first. Go on with `before` set to `next` until it is null."""
    demand_known(request, query)
    actor: Actor = request.auth  # type: ignore[attr-defined]
    permission.demand_reader(actor)
    asked = {name: value for name in ("customer", "channel", "state") if (value := getattr(query, name)) is not None}
    entries = SentMessage.objects.filter(pk__lt=query.before, **asked).order_by("-pk")
    if actor.customers is not None:
        entries = entries.filter(customer__in=[*actor.customers])
    page, last = page_of(entries, query)
    keys = [entry.key for entry in page] if actor.customers is None else []
    runs = dict(ActionRun.objects.filter(key__in=keys).values_list("key", "pk"))
    return {"items": [_shown(one, actor, runs) for one in page], "next": last and last.pk}


def _shown(entry: SentMessage, actor: Actor, runs: dict[str, int]) -> dict[str, Any]:
    names = ("id", "customer", "channel", "template", "state")
    shown = {name: getattr(entry, name) for name in names} | {
        "at": clock.iso(entry.at),
        "told_at": clock.iso(entry.told_at) if entry.told_at else None,
    }
    if actor.customers is not None:
        return shown
    return shown | {"rule": entry.rule, "run": runs.get(entry.key), "said": entry.said}
