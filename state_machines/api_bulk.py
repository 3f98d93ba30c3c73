"""One transition of many objects: each succeeds or is refused for itself."""

from __future__ import annotations

from typing import Annotated, Any

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Field, Router

from core import permission, refs
from core.acting import Actor
from core.api import PROBLEMS, Closed, Problem
from core.errors import BadArguments, ObjectMissing, PravilaError
from core.http import sentence
from core.machine import perform, transition_of
from core.paging import Id
from state_machines.api_asking import Key, actor_of, once
from state_machines.api_shapes import ManyHappened, happened

router = Router()
MOST = 1_000


class One(Closed):
    id: Id
    arguments: dict[str, Any] = {}
    expected: Annotated[str | None, Field(max_length=40, description="refuse unless this is the state now")] = None


class Many(Closed):
    name: Annotated[str, Field(max_length=60)]
    items: Annotated[list[One], Field(min_length=1, max_length=MOST)]


@router.post("/{noun}/transitions", response={200: ManyHappened, PROBLEMS: Problem}, summary="Perform for many")
def perform_many(request: HttpRequest, response: HttpResponse, noun: str, given: Many, key: Key = None) -> Any:
    """Up to 1,000 objects. Each is its own transaction; with an Idempotency-Key, all that succeed are one."""
    actor = actor_of(request)
    model = refs.model_of(noun)
    transition_of(model, given.name)
    ids = [one.id for one in given.items]
    if twice := sorted({one for one in ids if ids.count(one) > 1} if len(set(ids)) < len(ids) else ()):
        problem = gettext("each object stands in it once; %s does not") % f"{noun}:{twice[0]}"
        raise BadArguments(what=f"{noun}.{given.name}", problem=problem)

    def act() -> dict[str, Any]:
        seen = set(permission.visible(actor, model).filter(pk__in=ids).values_list("pk", flat=True))
        in_order = sorted(given.items, key=lambda one: one.id)  # so that two requests cannot lock each other out
        became = {one.id: _one(f"{noun}:{one.id}", given.name, one, actor, there=one.id in seen) for one in in_order}
        items = [became[one] for one in ids]
        done = sum("event" in item for item in items)
        return {"done": done, "refused": len(items) - done, "items": items}

    return once(request, response, key, act)


def _one(ref: str, name: str, given: One, actor: Actor, *, there: bool) -> dict[str, Any]:
    try:
        if not there:
            raise ObjectMissing(ref=ref)
        return happened(perform(ref, name, actor=actor, arguments=given.arguments, expected=given.expected))
    except PravilaError as error:
        return {"ref": ref, "status": error.status, "code": error.code, "reason": sentence(error)}
    except OperationalError:
        if connection.in_atomic_block:
            raise  # then nothing of the request stays, and all of it may be sent again
        reason = gettext("The database is busy. Nothing was changed; try again in a moment.")
        return {"ref": ref, "status": 503, "code": "busy", "reason": reason}
