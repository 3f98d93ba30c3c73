"""Kill switches: one rule, one set, or every action, off at once in every version and every worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from core import audit, clock
from core.acting import present
from core.errors import NotPermitted, PravilaError
from core.permission import ADMINISTRATOR, APPROVER, OPERATOR
from rules.eligibility import Cause, first
from rules.wording import say

EVERYTHING = "*"
STOPPED_ITSELF = "it stopped itself"


class NeedsReason(PravilaError):
    """Switching {scope} off needs a reason of at least five letters. Say why, for those who find it off later."""

    status = 422
    code = "needs-reason"


class Switch(models.Model):
    """What is off now, and why. `scope` is "*", a set's key such as house, or a rule as house/dunning."""

    scope = models.CharField(_("what is off"), max_length=220, unique=True)
    reason = models.CharField(_("reason"), max_length=500)
    actor = models.CharField(_("by"), max_length=100)
    at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("switched off")
        verbose_name_plural = _("switched off")

    def __str__(self) -> str:
        return self.scope


def scope_of(rule_set: str, rule: str = "") -> str:
    """How a set, or one of its rules, is called by switches."""
    return f"{rule_set}/{rule}" if rule else rule_set


def off() -> dict[str, str]:
    """Scope -> reason of everything that is off now."""
    return dict(Switch.objects.values_list("scope", "reason"))


def causes(switched_off: Mapping[str, str], rule_set: str, rule: str) -> Iterator[Cause]:
    """Why the rule may not act: its own switch, or that of its set.

    The switch of everything holds no rule back: decisions are made and their runs wait, so that nothing is lost.
    """
    for scope in (scope_of(rule_set, rule), rule_set):
        if reason := switched_off.get(scope):
            name = "breaker" if reason.startswith(STOPPED_ITSELF) else "switch"
            yield Cause(name, say("switched off: {reason}", reason=reason))


def why_off(switched_off: Mapping[str, str], rule_set: str, rule: str) -> str | None:
    """None, or why the rule may not act."""
    return first(causes(switched_off, rule_set, rule))


@transaction.atomic
def switch_off(scope: str, reason: str) -> Switch:
    """Stop it now. What waits goes on waiting until it is switched on. Raises NotPermitted or NeedsReason."""
    _demand_right(f"switch {scope} off")
    if len(reason.strip()) < 5:
        raise NeedsReason(scope=scope)
    switch, made = Switch.objects.get_or_create(
        scope=scope, defaults={"reason": reason.strip()[:500], "actor": present().actor.ref, "at": clock.now()}
    )
    if made:
        audit.note("switch.off", scope, text=reason)
    return switch


@transaction.atomic
def switch_on(scope: str) -> bool:
    """Let it act again; what waited is carried out. False where it was on. Raises NotPermitted."""
    _demand_right(f"switch {scope} on")
    removed, _rows = Switch.objects.filter(scope=scope).delete()
    if removed:
        audit.note("switch.on", scope)
    return removed > 0


def _demand_right(what: str) -> None:
    actor = present().actor
    if not (actor.unlimited or actor.roles & {OPERATOR, APPROVER, ADMINISTRATOR}):
        raise NotPermitted(actor=actor.ref, what=what)
