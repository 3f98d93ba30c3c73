"""The door to VIES, the register of VAT numbers of the European Union (its REST service)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from actions.gateways import http
from actions.gateways.accounts import GatewayAccount
from actions.gateways.doors import Door
from actions.outcome import Done, Failed, Outcome
from core.api import strict_json

REGISTER = "https://ec.europa.eu/taxation_customs/vies/rest-api"
_REFUSED = frozenset({"INVALID_INPUT", "INVALID_REQUESTER_INFO", "VAT_BLOCKED", "IP_BLOCKED"})


class ViesGateway(Protocol):
    def ask(self, country: str, number: str) -> Outcome:
        """Done with `{"valid": bool}`; a country's register that is not there now is a transient failure."""


class HttpVies:
    """Needs no account; an address is entered only where another one is to be asked."""

    def ask(self, country: str, number: str) -> Outcome:
        account = GatewayAccount.objects.filter(door="vies", enabled=True).first()
        address = (account.address if account else "") or REGISTER
        body = {"countryCode": country, "vatNumber": number}
        reply = http.send("POST", f"{address.rstrip('/')}/check-vat-number", service="VIES", json=body)
        if isinstance(reply, Failed):
            return reply
        if refused := http.refusal(reply, "VIES", request={"country": country}):
            return refused
        try:
            told = strict_json(reply.body)
        except ValueError:
            told = None
        if isinstance(told, dict) and isinstance(told.get("valid"), bool) and not told.get("errorWrappers"):
            return Done("VIES answered", request={"country": country}, answer={"valid": told["valid"]})
        code = _error(told)
        said = f"VIES does not answer for {country}: {code}"
        return Failed(said, retryable=code not in _REFUSED, request={"country": country}, answer={"error": code})


@dataclass
class ViesDouble:
    """Knows the numbers it is told to be wrong; `answers` are given first, in order."""

    asked: list[str] = field(default_factory=list)
    answers: list[Outcome] = field(default_factory=list)
    wrong: set[str] = field(default_factory=set)

    def ask(self, country: str, number: str) -> Outcome:
        self.asked.append(country + number)
        if self.answers:
            return self.answers.pop(0)
        return Done("recorded", answer={"valid": country + number not in self.wrong})


def _error(told: object) -> str:
    try:
        code = told["errorWrappers"][0]["error"]  # type: ignore[index]
    except (TypeError, KeyError, IndexError):
        return "no answer that can be read"
    return code if isinstance(code, str) and code.replace("_", "").isalpha() and len(code) < 60 else "an error"


VIES: Door[ViesGateway] = Door("vies", _("VIES"), real=HttpVies, double=ViesDouble)
