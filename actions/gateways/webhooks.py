"""The door to webhook endpoints: one POST, signed as Standard Webhooks has it. Any address of the public net."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from actions.gateways import http
from actions.gateways.doors import Door
from actions.gateways.http import Reply
from actions.outcome import Failed

SERVICE = "the webhook endpoint"


@dataclass(frozen=True)
class Signed:
    """What is posted; its headers carry the signatures."""

    address: str
    headers: Mapping[str, str]
    body: bytes


class WebhookGateway(Protocol):
    def post(self, signed: Signed) -> Reply | Failed:
        """Post it; a reply of any status is a Reply."""


class HttpWebhooks:
    """Posts to where the address leads now; a private network is refused after resolution."""

    def post(self, signed: Signed) -> Reply | Failed:
        headers = {"Content-Type": "application/json", **signed.headers}
        return http.send("POST", signed.address, service=SERVICE, data=signed.body, headers=headers)


@dataclass
class WebhooksDouble:
    """Records instead of posting; `answers` are given first, in order."""

    posted: list[Signed] = field(default_factory=list)
    answers: list[Reply | Failed] = field(default_factory=list)

    def post(self, signed: Signed) -> Reply | Failed:
        self.posted.append(signed)
        return self.answers.pop(0) if self.answers else Reply(200, {}, b"")


WEBHOOKS: Door[WebhookGateway] = Door("webhooks", _("Webhook endpoints"), real=HttpWebhooks, double=WebhooksDouble)
