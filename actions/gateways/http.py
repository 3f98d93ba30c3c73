"""Speaking HTTP to services outside: to public addresses only, checked after resolution; no redirects, bounded answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from django.conf import settings
from requests_hardened import Config, Manager
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import NewConnectionError

from actions.outcome import Failed
from core import clock

TIMEOUT_SECONDS = (3.05, 15.0)  # to connect, to answer
MOST_BYTES = 1024 * 1024
LONGEST_WAIT_SECONDS = 3600.0
_SHOWN = 2000
_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Reply:
    """What the service answered, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def as_answer(self) -> dict[str, Any]:
        """For the attempt's side row: the status, and the beginning of the body as text."""
        return {"status": self.status, "body": self.body[:_SHOWN].decode("utf-8", "replace").replace("\x00", "")}


def send(method: str, url: str, *, service: str, **parts: Any) -> Reply | Failed:
    """Send one request; `parts` are those of requests (json, data, headers). A reply of any status is a Reply.

    `service` is what the sentences of a failure call it. An address that is not allowed is a permanent failure; silence
    is a transient one.
    """
    if not url.startswith(("https://", "http://")):
        return Failed(f"the address of {service} must begin with https://; correct it", retryable=False)
    try:
        with _hardened().send_request(method, url, stream=True, **parts) as response:
            body = response.raw.read(MOST_BYTES + 1, decode_content=True)
            if len(body) > MOST_BYTES:
                return Failed(f"{service} answered more than {MOST_BYTES} bytes", retryable=False, maybe=True)
            return Reply(response.status_code, dict(response.headers), body)
    except InvalidIPAddress:
        said = f"the address of {service} leads into a private network, which is refused; give a public one"
        return Failed(said, retryable=False)
    except ValueError:  # the library's errors about addresses are ValueErrors too
        return Failed(f"the address of {service} is none; correct it", retryable=False)
    except requests.exceptions.ConnectTimeout:
        return Failed(f"{service} did not answer in time", retryable=True)
    except requests.exceptions.Timeout:
        return Failed(f"{service} did not answer in time", retryable=True, maybe=True)
    except (requests.RequestException, OSError) as error:
        said = f"{service} could not be reached: {type(error).__name__}"
        return Failed(said, retryable=True, maybe=not _never_connected(error))


def refusal(reply: Reply, service: str, *, request: Any = None) -> Failed | None:
    """None for an answer of success; else whether to try again: 408, 425, 429 and 5xx (RFC 9110 §15), and when."""
    if 200 <= reply.status < 300:
        return None
    answer = reply.as_answer()
    if reply.status in _LATER or reply.status >= 500:
        said, maybe = f"{service} answered {reply.status}", reply.status >= 500
        wait = _retry_after(reply)
        return Failed(said, retryable=True, request=request, answer=answer, retry_after=wait, maybe=maybe)
    if 300 <= reply.status < 400:
        said = f"{service} answered {reply.status}: it has moved, and redirects are not followed; correct its address"
        return Failed(said, retryable=False, request=request, answer=answer)
    return Failed(f"{service} refused it with {reply.status}", retryable=False, request=request, answer=answer)


def _never_connected(error: Exception) -> bool:
    """Whether nothing was sent, because there was no connection to send it by."""
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(cause, NewConnectionError)


def _hardened() -> Manager:
    return Manager(
        Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=settings.CONFIG.loopback_gateways,
            never_redirect=True,
            default_timeout=TIMEOUT_SECONDS,
            user_agent_override="Pravila",
        )
    )


def _retry_after(reply: Reply) -> float | None:
    """RFC 9110 §10.2.3: seconds, or a date; at most an hour."""
    given = {name.lower(): value for name, value in reply.headers.items()}.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        return min(float(given[:9]), LONGEST_WAIT_SECONDS)
    try:
        moment = parsedate_to_datetime(given)
    except (TypeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - clock.now()).total_seconds()), LONGEST_WAIT_SECONDS)
