"""Who asks, for which row, and whether it was asked before: what every address about objects begins with."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Header

from core import idempotency, permission, refs
from core.acting import Actor
from core.errors import BadReference, ObjectMissing
from core.idempotency import fingerprint
from core.machine import Machine

Key = Annotated[str | None, Header(alias="Idempotency-Key", description="The same key and body get the same answer.")]


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = request.auth  # type: ignore[attr-defined]
    permission.demand_reader(actor)
    return actor


def row_for(actor: Actor, noun: str, key: str) -> Machine:
    """The row, if it exists for the actor. Raises NotDeclared or ObjectMissing."""
    model = refs.model_of(noun)
    try:
        _noun, number = refs.parse_row(f"{noun}:{key}")
    except BadReference:
        raise ObjectMissing(ref=f"{noun}:{key[:40]}") from None
    row = permission.visible(actor, model).filter(pk=number).first()
    if row is None:
        raise ObjectMissing(ref=f"{noun}:{number}")
    return row


def once(request: HttpRequest, response: HttpResponse, key: str | None, act: Any) -> Any:
    same = fingerprint(str(request.method), request.get_full_path(), request.body)
    done = idempotency.once(actor_of(request), key, same, act)
    if done.again:
        response["Idempotency-Replayed"] = "true"
    return done.answer
