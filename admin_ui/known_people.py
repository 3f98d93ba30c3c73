"""Names of the people that references such as user:3 stand for, asked for at most once in a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.contrib.auth.models import User

MOST = 500
_KNOWN: ContextVar[dict[str, str] | None] = ContextVar("known_people", default=None)


@contextmanager
def known_people() -> Iterator[None]:
    """What is asked for inside is kept until the end."""
    token = _KNOWN.set({})
    try:
        yield
    finally:
        _KNOWN.reset(token)


def name_of(ref: str) -> str:
    """What a member of the staff is called; of everybody else, and outside a request, the reference itself."""
    known = _KNOWN.get()
    if known is None or not ref.startswith("user:"):
        return ref
    if not known:
        staff = User.objects.filter(is_staff=True).order_by("pk")[:MOST]
        known.update((f"user:{user.pk}", user.get_full_name() or user.get_username()) for user in staff)
        known[""] = ""
    return known.get(ref, ref)
