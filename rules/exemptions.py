"""Exemptions: one rule, or one group of rules, that does not act for one customer or one object for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import audit, bells, clock, refs
from core.acting import present
from core.errors import NotPermitted, ObjectMissing, PravilaError
from core.permission import ADMINISTRATOR, APPROVER, AUTHOR, OPERATOR
from core.said import said
from rules.due_moments import DueMoment
from rules.eligibility import Cause
from rules.kinds import as_moment
from rules.wording import say

GROUP = "group:"
LONGEST_DAYS = 366
ROLES = (AUTHOR, APPROVER, OPERATOR)


class BadExemption(PravilaError):
    """This exemption cannot be given: {problem}. Correct it and try again."""

    status = 422
    code = "bad-exemption"


class Exemption(models.Model):
    """`scope` is the key of a rule, or group:<name>; `per` a customer's or an object's reference. It counts for events whose
    time lies from `since` to `until`, unless it was ended before."""

    scope = models.CharField(_("rule or group"), max_length=120)
    per = models.CharField(_("for"), max_length=100)
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=500)
    actor = models.CharField(_("by"), max_length=100)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")
        indexes = [models.Index(fields=["per"], name="exemption_per", condition=models.Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.scope}: {self.per}"


@dataclass(frozen=True)
class Exempt:
    """An exemption as decisions ask it."""

    scope: str
    per: str
    since: datetime
    until: datetime
    reason: str

    def covers(self, rule: str, group: str | None, at: datetime) -> bool:
        named = self.scope == rule or (group is not None and self.scope == f"{GROUP}{group}")
        return named and self.since <= at < self.until

    @property
    def says(self) -> str:
        return say("exempted until {day}: {reason}", day=clock.day_of(self.until), reason=self.reason)


told_of_an_end: list[Callable[[Exemption], object]] = []  # by rooms above: what they kept waiting goes on
Exemptions = Mapping[str, list[Exempt]]  # by the reference that they are for


def of(whom: Iterable[str]) -> dict[str, list[Exempt]]:
    """The exemptions of these customers and objects that are not ended."""
    found: dict[str, list[Exempt]] = {}
    wanted = sorted(set(whom) - {""})
    for row in Exemption.objects.filter(per__in=wanted, ended_at=None).order_by("id"):
        found.setdefault(row.per, []).append(Exempt(row.scope, row.per, row.since, row.until, row.reason))
    return found


def causes(exemptions: Exemptions, event: Mapping[str, Any], rule: str, group: str | None) -> Iterator[Cause]:
    """Why the rule does not act for the customer or the subject of an event, at the event's time."""
    at = as_moment(event.get("at"))
    if not isinstance(at, datetime) or at.tzinfo is None:
        return
    for whom in (event.get("customer"), event.get("subject")):
        mine = exemptions.get(whom, ()) if isinstance(whom, str) else ()
        yield from (Cause("exemption", one.says) for one in mine if one.covers(rule, group, at))


def end_of(rule: str, group: str | None, exemptions: Exemptions, whom: Iterable[str], at: datetime) -> datetime | None:
    """Until when the rule is kept from acting for any of these from `at` on, whatever follows at once included; else None."""
    given = [one for name in whom for one in exemptions.get(name, ())]
    until = None
    while covering := [one.until for one in given if one.covers(rule, group, until or at)]:
        until = max(covering)
    return until


@transaction.atomic
def give(scope: str, per: str, until: datetime, reason: str, *, since: datetime | None = None) -> Exemption:
    """Exempt one customer or object at once, in every version, without publishing. Raises NotPermitted, BadExemption, or
    ObjectMissing."""
    _demand_right("give an exemption")
    since = since or clock.now()
    if len(reason.strip()) < 5:
        raise BadExemption(problem="it needs a reason of at least five letters, for those who find it later")
    if not scope.removeprefix(GROUP).strip() or len(scope) > 120:
        raise BadExemption(problem="it needs the key of a rule, or group: and the name of a group")
    if until <= max(since, clock.now()):
        raise BadExemption(problem="it would be over before it begins")
    if (until - since).days > LONGEST_DAYS:
        raise BadExemption(
            problem=said("it may last {days} days at most; change the customer's rules instead", days=LONGEST_DAYS)
        )
    refs.resolve(per)
    made = Exemption.objects.create(
        scope=scope, per=per, since=since, until=until, reason=reason.strip()[:500], actor=present().actor.ref
    )
    audit.note("exemption.given", per, text=f"{scope} until {until.isoformat()}: {reason.strip()[:500]}")
    return made


@transaction.atomic
def end(key: int) -> Exemption:
    """Let the rule act again from the next event on. Raises NotPermitted or ObjectMissing."""
    _demand_right("end an exemption")
    row = Exemption.objects.select_for_update().filter(pk=key, ended_at=None).first()
    if row is None:
        raise ObjectMissing(ref=f"exemption:{key}")
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    audit.note("exemption.ended", row.per, text=row.scope)
    kept = DueMoment.objects.filter(Q(subject=row.per) | Q(customer=row.per), pending=True, kept_until=row.until)
    kept.update(due=row.ended_at)
    for tell in told_of_an_end:
        tell(row)
    transaction.on_commit(bells.ring_moments)
    return row


def _demand_right(what: str) -> None:
    actor = present().actor
    if not (actor.unlimited or actor.roles & {*ROLES, ADMINISTRATOR}):
        raise NotPermitted(actor=actor.ref, what=what)
