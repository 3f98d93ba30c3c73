"""Doors to services that are asked for something and answer in JSON: the registrar, the payment gateway, analytics, surveys."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from actions.gateways import http
from actions.gateways.accounts import account_of
from actions.gateways.doors import Door
from actions.outcome import Done, Failed, Outcome


@dataclass(frozen=True)
class Question:
    """What is asked: a path below the account's address, a body, and the idempotency key, the same at every attempt."""

    path: str
    body: dict[str, Any]
    key: str


class AskingGateway(Protocol):
    def ask(self, question: Question) -> Outcome:
        """Done with the service's object as `answer`, or why not."""


class HttpAsking:
    """Asks by one POST of JSON, with the account's secret as bearer token and the key as Idempotency-Key."""

    def __init__(self, door: str) -> None:
        self._door = door

    def ask(self, question: Question) -> Outcome:
        account = account_of(self._door)
        if isinstance(account, Failed):
            return account
        url = f"{account.address.rstrip('/')}{question.path}"
        headers = {"Idempotency-Key": question.key, "Authorization": f"Bearer {account.secret}"}
        body = {**account.options, **question.body}
        reply = http.send("POST", url, service=self._door, json=body, headers=headers)
        if isinstance(reply, Failed):
            return reply
        if refused := http.refusal(reply, self._door, request=body):
            return refused
        try:
            answer = json.loads(reply.body)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            said = f"{self._door} answered with something that is no JSON object; look at what it did before you retry"
            return Failed(said, retryable=False, request=body, answer=reply.as_answer())
        return Done(f"{self._door} answered", request=body, answer=answer)


@dataclass
class AskingDouble:
    """Records instead of asking; `answers` are given first, in order, then `usual`."""

    asked: list[Question] = field(default_factory=list)
    answers: list[Outcome] = field(default_factory=list)
    usual: dict[str, Any] = field(default_factory=lambda: {"id": "double", "status": "succeeded"})

    def ask(self, question: Question) -> Outcome:
        self.asked.append(question)
        return self.answers.pop(0) if self.answers else Done("recorded", answer=dict(self.usual))


REGISTRAR: Door[AskingGateway] = Door(
    "registrar", _("Registrar"), real=lambda: HttpAsking("registrar"), double=AskingDouble
)
CHARGES: Door[AskingGateway] = Door(
    "charges", _("Charging of cards"), real=lambda: HttpAsking("charges"), double=AskingDouble
)
ANALYTICS: Door[AskingGateway] = Door(
    "analytics", _("Analytics"), real=lambda: HttpAsking("analytics"), double=AskingDouble
)
SURVEYS: Door[AskingGateway] = Door("surveys", _("Surveys"), real=lambda: HttpAsking("surveys"), double=AskingDouble)
