"""Sign-in for programs, and what a user's roles are. Tokens are stored as hashes only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock, permission
from core.acting import Actor
from core.errors import BadArguments

if TYPE_CHECKING:
    from django.contrib.auth.models import User

READ, PERFORM, EVENTS, RULES, RUNS = "read", "perform", "events", "rules", "runs"
SCOPES = (READ, PERFORM, EVENTS, RULES, RUNS)
USE_NOTED_EVERY = timedelta(minutes=5)  # a write per request would cost more than it tells


def every_scope() -> list[str]:
    return list(SCOPES)


class ApiToken(models.Model):
    """A token of a user. `customer` bounds it to one customer's objects; empty is staff.

    `scopes` bound what it does: `read` whatever its user sees; create and change objects (`perform`), post `events`,
    change `rules`, steer action `runs`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    customer = models.CharField(_("customer"), max_length=100, blank=True, default="")
    scopes = models.JSONField(_("scopes"), default=every_scope)
    expires_at = models.DateTimeField(_("expires at"))
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue_token(user: Any, name: str, *, days: int = 90, customer: str = "", scopes: Collection[str] = SCOPES) -> str:
    """A new token of 256 random bits; it is shown here once and stored as SHA-256 only.

    Raises BadArguments for a scope that there is not.
    """
    if unknown := sorted(set(scopes) - set(SCOPES)):
        problem = f"the scopes are {', '.join(SCOPES)}, and not {', '.join(unknown)}"
        raise BadArguments(what=f"token {name}", problem=problem)
    token = f"prv_{secrets.token_urlsafe(32)}"
    expires_at = clock.now() + timedelta(days=days)
    ApiToken.objects.create(
        user=user,
        name=name,
        digest=_digest(token),
        customer=customer,
        scopes=[scope for scope in SCOPES if scope in scopes],
        expires_at=expires_at,
    )
    return token


def actor_of_token(token: str) -> Actor | None:
    """Who a token speaks for, or None for one that is unknown, expired, or of an inactive user."""
    found = ApiToken.objects.select_related("user").filter(digest=_digest(token), expires_at__gt=clock.now()).first()
    if found is None or not found.user.is_active:
        return None
    if found.last_used_at is None or found.last_used_at < clock.now() - USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=clock.now())
    actor = actor_of_user(found.user, customer=found.customer or None)
    return replace(actor, scopes=frozenset(found.scopes))


def actor_of_user(user: User, *, customer: str | None = None) -> Actor:
    """The user as an actor; a superuser is an administrator, other roles are the names of the user's groups."""
    roles = set(user.groups.values_list("name", flat=True)) & set(permission.ROLES)
    if user.is_superuser:
        roles.add(permission.ADMINISTRATOR)
    return Actor(ref=f"user:{user.pk}", roles=frozenset(roles), customer=customer)
