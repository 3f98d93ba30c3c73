"""Where outside services post their notices. Who they are is said by the signature, not by a token."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema

from core import clock
from core.api import PROBLEMS, Problem, strict_json
from core.errors import PravilaError
from state_machines.sources.declare import Post, Unreadable
from state_machines.webhook_intake import take
from state_machines.webhook_sources import source_known

router = Router()
MAX_BYTES = 256 * 1024


class TooLarge(PravilaError):
    """The webhook has more than {most} bytes. Nothing was done; send what is necessary only."""

    status = 413
    code = "too-large"


class WebhookTaken(Schema):
    """`duplicate`: it had come before, and is not done twice."""

    webhook: str
    state: str
    duplicate: bool


def posted(request: HttpRequest, source: str) -> HttpResponse:
    """Store what was posted to the address of a source. Raises SourceMissing, TooLarge, Unreadable or Refused."""
    account = source_known(source)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES or len(request.body) > MAX_BYTES:
        raise TooLarge(most=MAX_BYTES)
    try:
        data = strict_json(request.body, parse_float=Decimal)
    except ValueError:
        raise Unreadable(reason="its body is no JSON") from None
    if not isinstance(data, dict):
        raise Unreadable(reason="its body is no JSON object")
    taken = take(account, Post(request.headers, request.body, data, clock.now()))
    return JsonResponse({"webhook": taken.webhook.ref, "state": taken.webhook.state, "duplicate": not taken.fresh})


@router.post("/{source}", auth=None, response={200: WebhookTaken, PROBLEMS: Problem}, summary="Post a webhook")
def post_webhook(request: HttpRequest, source: str) -> Any:
    """Signed as the source signs. It is stored before the answer, and processed after it."""
    return posted(request, source)
