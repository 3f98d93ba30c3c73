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
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from core import audit, clock, permission, refs
from core.acting import Actor
from core.errors import BadArguments

if TYPE_CHECKING:
    from django.contrib.auth.models import User

READ, PERFORM, EVENTS, RULES, RUNS = "read", "perform", "events", "rules", "runs"
SCOPES = (READ, PERFORM, EVENTS, RULES, RUNS)
MAX_DAYS = 3650
USE_NOTED_EVERY = timedelta(minutes=5)  # a write per request would cost more than it tells


def every_scope() -> list[str]:
    return list(SCOPES)


class ApiToken(models.Model):
    """A token of a user. `customer` bounds it to one customer's objects; empty bounds it no more than its user is.

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


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue_token(user: Any, name: str, *, days: int = 90, customer: str = "", scopes: Collection[str] = SCOPES) -> str:
    """A new token of 256 random bits; it is shown here once and stored as SHA-256 only.

    Raises BadArguments for a scope that there is not or a life of other than 1 to 3650 days, and what `refs.resolve` raises
    for a customer.
    """
    if unknown := sorted(set(scopes) - set(SCOPES)):
        problem = f"the scopes are {', '.join(SCOPES)}, and not {', '.join(unknown)}"
        raise BadArguments(what=f"token {name}", problem=problem)
    if not 1 <= days <= MAX_DAYS:
        raise BadArguments(what=f"token {name}", problem=f"it lives for 1 to {MAX_DAYS} days")
    if customer and refs.resolve(customer).machine.noun != "customer":
        raise BadArguments(what=f"token {name}", problem=f"{customer} is no customer")
    token = f"prv_{secrets.token_urlsafe(32)}"
    expires_at = clock.now() + timedelta(days=days)
    made = ApiToken.objects.create(
        user=user,
        name=name,
        digest=digest_of(token),
        customer=customer,
        scopes=[scope for scope in SCOPES if scope in scopes],
        expires_at=expires_at,
    )
    audit.note("api_token.issued", f"api_token:{made.pk}")
    return token


def revoke_token(token: ApiToken) -> None:
    """It opens nothing from the next request on."""
    audit.note("api_token.revoked", f"api_token:{token.pk}")
    token.delete()


def actor_of_token(token: str) -> Actor | None:
    """Who a token speaks for, or None for one that is unknown, expired, or of an inactive user."""
    found = ApiToken.objects.select_related("user").filter(digest=digest_of(token), expires_at__gt=clock.now()).first()
    if found is None or not found.user.is_active:
        return None
    if found.last_used_at is None or found.last_used_at < clock.now() - USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=clock.now())
    return replace(actor_of_user(found.user, customer=found.customer), scopes=frozenset(found.scopes))


def actor_of_user(user: User, *, customer: str = "") -> Actor:
    """The user as an actor; a superuser is an administrator, other roles are the names of the user's groups.

    Who has no role is bound to the customers that the user belongs to; `customer` bounds to one of them, and staff to it.
    """
    roles = set(user.groups.values_list("name", flat=True)) & set(permission.ROLES)
    if user.is_superuser:
        roles.add(permission.ADMINISTRATOR)
    theirs = {customer: ""} if roles else import_string(settings.CUSTOMERS_OF_USER)(user)
    bound = {ref: role for ref, role in theirs.items() if customer in {"", ref}}
    unbound = roles and not customer
    return Actor(ref=f"user:{user.pk}", roles=frozenset(roles), customers=None if unbound else bound)
