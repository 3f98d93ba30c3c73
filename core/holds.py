"""Holds: a cause that blocks named transitions of one object, until somebody releases it. Any rule can be a veto by one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.acting import present
from core.catalog import EventType, Fact, Kind
from core.declare import event_type
from core.errors import Blocked

if TYPE_CHECKING:
    from core.machine import Machine

EVERY = "*"  # every transition of the object
FREE = (
    "NOT EXISTS (SELECT 1 FROM core_hold WHERE core_hold.ref = %s AND core_hold.transition IN (%s, '*') "
    "AND core_hold.released_at IS NULL)"
)  # asked by the statement that changes the row, under its lock: it sees every hold that was committed before

_FACTS = (
    Fact("held", Kind.LIST, title=_("held transitions"), of=Kind.TEXT),
    Fact("cause", Kind.TEXT, title=_("cause"), free_of_persons=True),
)
PLACED: EventType = event_type("hold.placed", _("A hold was placed"), facts=_FACTS)
RELEASED: EventType = event_type("hold.released", _("A hold was released"), facts=_FACTS)


class Hold(models.Model):
    """One transition of one object that is blocked. `cause` is what people read; `actor` who placed it, such as rule:dispute."""

    ref = models.CharField(_("object"), max_length=100)
    transition = models.CharField(_("transition"), max_length=100)
    cause = models.CharField(_("cause"), max_length=200)
    actor = models.CharField(_("by"), max_length=110)
    since = models.DateTimeField(_("since"))
    released_at = models.DateTimeField(_("released at"), null=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.UniqueConstraint(
                fields=["ref", "transition", "cause"], condition=models.Q(released_at=None), name="hold_active"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.transition}: {self.cause}"

    @property
    def reason(self) -> str:
        """Why the transition is blocked, as the end of a sentence."""
        return gettext("it is held: %(cause)s (by %(actor)s)") % {"cause": self.cause, "actor": self.actor}


def active(ref: str) -> models.QuerySet[Hold]:
    """The holds of an object, oldest first."""
    return Hold.objects.filter(ref=ref, released_at=None).order_by("id")


def why_held(ref: str, transition: str) -> str | None:
    """None, or why the transition is blocked."""
    found = active(ref).filter(transition__in=(transition, EVERY)).first()
    return found.reason if found else None


def refuse(row: Machine, transition: str) -> Blocked:
    """The refusal of a transition that a hold blocked."""
    reason = why_held(row.ref, transition) or gettext("it was held, and the hold is gone now; try again")
    return Blocked(ref=row.ref, transition=transition, reason=reason)


def write(ref: str, transitions: Iterable[str], cause: str) -> list[str]:
    """Place holds on an object whose row the caller has locked. The transitions that were not held for this cause yet."""
    held = set(active(ref).filter(cause=cause).values_list("transition", flat=True))
    fresh = [name for name in dict.fromkeys(transitions) if name not in held]
    now, actor = clock.now(), present().actor.ref[:110]
    Hold.objects.bulk_create([Hold(ref=ref, transition=name, cause=cause, actor=actor, since=now) for name in fresh])
    return fresh


def lift(ref: str, cause: str) -> list[str]:
    """Release what is held for a cause, on an object whose row the caller has locked. The transitions that were held."""
    found = active(ref).filter(cause=cause)
    names = list(found.values_list("transition", flat=True))
    found.update(released_at=clock.now())
    return names
