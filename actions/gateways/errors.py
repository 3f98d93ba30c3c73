"""The door to a service that collects errors: Sentry, or what speaks as it does. One envelope for each report
(https://develop.sentry.dev/sdk/data-model/envelopes/); the same key makes the same event there, which is kept once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from actions.gateways import http
from actions.gateways.accounts import account_of
from actions.gateways.doors import Door
from actions.outcome import Done, Failed, Outcome
from core import clock

TYPE = "application/x-sentry-envelope"


@dataclass(frozen=True)
class ErrorReport:
    """One error, without anybody's name. `tags` are short and searched by; `key` the idempotency key."""

    message: str
    level: str
    tags: Mapping[str, str]
    key: str

    @property
    def id(self) -> str:
        return hashlib.sha256(self.key.encode()).hexdigest()[:32]


class ErrorsGateway(Protocol):
    def report(self, report: ErrorReport) -> Outcome:
        """Hand it over, or say why not."""


class HttpErrors:
    """The account has the address of the DSN without its key (https://o1.ingest.sentry.io/42), and the key as secret;
    its options, such as environment and release, go along."""

    def report(self, report: ErrorReport) -> Outcome:
        account = account_of("errors")
        if isinstance(account, Failed):
            return account
        host, _slash, project = account.address.rstrip("/").rpartition("/")
        if not project.isdigit() or "://" not in host:
            said = "the address of errors must end with the number of the project, as in https://host/42; correct it"
            return Failed(said, retryable=False)
        event = _event(report, account.options)
        lines = ({"event_id": report.id}, {"type": "event"}, event)
        body = b"\n".join(json.dumps(line, ensure_ascii=False).encode() for line in lines)
        auth = f"Sentry sentry_version=7, sentry_client=pravila/1, sentry_key={account.secret}"
        headers = {"X-Sentry-Auth": auth, "Content-Type": TYPE}
        reply = http.send("POST", f"{host}/api/{project}/envelope/", service="errors", data=body, headers=headers)
        if isinstance(reply, Failed):
            return reply
        refused = http.refusal(reply, "errors", request=event)
        return refused or Done("the error is reported", request=event, answer=reply.as_answer())


@dataclass
class ErrorsDouble:
    """Records instead of reporting; `answers` are given first, in order."""

    reported: list[ErrorReport] = field(default_factory=list)
    answers: list[Outcome] = field(default_factory=list)

    def report(self, report: ErrorReport) -> Outcome:
        self.reported.append(report)
        return self.answers.pop(0) if self.answers else Done("recorded")


def _event(report: ErrorReport, options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **options,
        "event_id": report.id,
        "timestamp": clock.iso(clock.now()),
        "platform": "other",
        "logger": "pravila",
        "level": report.level,
        "message": {"formatted": report.message},
        "tags": dict(report.tags),
    }


ERRORS: Door[ErrorsGateway] = Door("errors", _("Collection of errors"), real=HttpErrors, double=ErrorsDouble)
