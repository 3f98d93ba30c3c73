"""Who looks at a staff page, and what the roles of that person allow. Asked once per request."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from core.accounts import actor_of_user
from core.acting import Actor
from core.permission import ADMINISTRATOR, APPROVER, AUTHOR, OPERATOR

WRITERS = (AUTHOR, APPROVER)
OPERATORS = (OPERATOR,)
_NOBODY = Actor("nobody")


def actor(request: HttpRequest) -> Actor:
    """The signed-in person as an actor."""
    found: Actor | None = getattr(request, "staff_actor", None)
    if found is None:
        user = request.user
        found = actor_of_user(user) if user.is_authenticated and user.is_staff else _NOBODY
        request.staff_actor = found  # type: ignore[attr-defined]
    return found


def may_see(request: HttpRequest) -> bool:
    """Whoever has any role may look at everything."""
    return bool(actor(request).roles)


def has_role(request: HttpRequest, roles: tuple[str, ...]) -> bool:
    """Whether the person has one of `roles`; an administrator has them all."""
    return bool(actor(request).roles & {ADMINISTRATOR, *roles})


def demand(request: HttpRequest, roles: tuple[str, ...]) -> None:
    """Raise PermissionDenied for a person who has none of `roles`."""
    if not has_role(request, roles):
        raise PermissionDenied
