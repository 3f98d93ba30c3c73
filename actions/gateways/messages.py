"""The doors to short messages: SMS, Slack, Telegram. One protocol; each service has its own form of request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from actions.gateways import http
from actions.gateways.accounts import GatewayAccount, account_of
from actions.gateways.doors import Door
from actions.outcome import Done, Failed, Outcome
from core.api import strict_json

# errors of Slack's Web API that pass by themselves: https://docs.slack.dev/reference/methods/chat.postMessage#errors
_LATER = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)


@dataclass(frozen=True)
class Message:
    """One short message. `to` is a telephone number, a channel or a chat; `key` the idempotency key."""

    to: str
    text: str
    key: str


class MessageGateway(Protocol):
    def send(self, message: Message) -> Outcome:
        """Send, or say why not."""


@dataclass(frozen=True)
class Request:
    """Where a message goes and as what. What identifies the account stands in `url` and `headers` only."""

    url: str
    json: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


class HttpMessages:
    """Sends by one POST of JSON, with the idempotency key as a header, to the account that the operator entered."""

    def __init__(self, door: str, request: Callable[[GatewayAccount, Message], Request]) -> None:
        self._door, self._request = door, request

    def send(self, message: Message) -> Outcome:
        account = account_of(self._door)
        if isinstance(account, Failed):
            return account
        request = self._request(account, message)
        headers = {"Idempotency-Key": message.key, **request.headers}
        reply = http.send("POST", request.url, service=self._door, json=request.json, headers=headers)
        if isinstance(reply, Failed):
            return reply
        refused = http.refusal(reply, self._door, request=request.json) or _said_no(reply, self._door, request.json)
        return refused or Done(f"sent by {self._door}", request=request.json, answer=reply.as_answer())


def _said_no(reply: http.Reply, door: str, sent: Any) -> Failed | None:
    """Slack and Telegram say {"ok": false} and why, Slack with the status of success."""
    try:
        told = strict_json(reply.body)
    except ValueError:
        return None
    if not isinstance(told, dict) or told.get("ok") is not False:
        return None
    code = str(told.get("error") or told.get("description") or "no reason")[:100]
    return Failed(f"{door} refused it: {code}", retryable=code in _LATER, request=sent, answer=reply.as_answer())


@dataclass
class MessagesDouble:
    """Records instead of sending; `answers` are given first, in order."""

    sent: list[Message] = field(default_factory=list)
    answers: list[Outcome] = field(default_factory=list)

    def send(self, message: Message) -> Outcome:
        self.sent.append(message)
        return self.answers.pop(0) if self.answers else Done("recorded")


def _sms(account: GatewayAccount, message: Message) -> Request:
    body = {"to": message.to, "text": message.text, "reference": message.key, **account.options}
    return Request(account.address, body, {"Authorization": f"Bearer {account.secret}"})


def _slack(account: GatewayAccount, message: Message) -> Request:
    """chat.postMessage of Slack's Web API."""
    url = f"{account.address or 'https://slack.com'}/api/chat.postMessage"
    return Request(url, {"channel": message.to, "text": message.text}, {"Authorization": f"Bearer {account.secret}"})


def _telegram(account: GatewayAccount, message: Message) -> Request:
    """sendMessage of Telegram's Bot API; the bot's token is a part of the address."""
    url = f"{account.address or 'https://api.telegram.org'}/bot{account.secret}/sendMessage"
    return Request(url, {"chat_id": message.to, "text": message.text})


def _door(name: str, title: Any, request: Callable[[GatewayAccount, Message], Request]) -> Door[MessageGateway]:
    return Door(name, title, real=lambda: HttpMessages(name, request), double=MessagesDouble)


SMS = _door("sms", _("SMS"), _sms)
SLACK = _door("slack", _("Slack"), _slack)
TELEGRAM = _door("telegram", _("Telegram"), _telegram)
