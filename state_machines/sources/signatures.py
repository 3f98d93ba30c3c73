"""Signatures of webhooks, made and compared."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from state_machines.sources.declare import Refused

TOLERANCE_SECONDS = 300
ALGORITHMS = ("sha256", "sha384", "sha512")


def demand_same(expected: Iterable[str], given: Iterable[str]) -> None:
    """Raise Refused unless one of the given signatures is one of those expected."""
    claimed = list(given)
    if not any(hmac.compare_digest(one.encode(), other.encode()) for one in expected for other in claimed):
        raise Refused(reason="its signature is not the one that its secret makes of this body")


def demand_fresh(timestamp: str, now: datetime, tolerance: int = TOLERANCE_SECONDS) -> None:
    """Raise Refused where a timestamp, in seconds since 1970, is none or is further from now than the tolerance."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise Refused(reason="it has no timestamp")
    if abs(now.timestamp() - int(timestamp)) > tolerance:
        raise Refused(reason=f"its timestamp is more than {tolerance} seconds away from now")


def of_body(secret: str, body: bytes, *, algorithm: str = "sha256", encoding: str = "hex") -> str:
    """The HMAC of the body, as hexadecimal digits or base64."""
    digest = hmac.new(secret.encode(), body, getattr(hashlib, algorithm)).digest()
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()


def standard(secret: str, message: str, timestamp: str, body: bytes) -> str:
    """The signature of Standard Webhooks (standardwebhooks.com), without its version. Raises Refused for a bad secret."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise Refused(
            reason="the secret that is entered for this source is no base64; an administrator corrects it"
        ) from None
    signed = f"{message}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
