"""One hash for many ids, so that two ways of matching a history are compared by it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def digest(ids: Iterable[str]) -> str:
    """sha256 over the ids, sorted bytewise and joined by newlines, in hex. Texts have the order of their bytes."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()
