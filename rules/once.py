"""`once`: a rule acts once per subject or customer in a stretch of event time."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.events import Event
from rules.deriving import due_in
from rules.durations import Duration


class Use(models.Model):
    """The last time a rule's `once` was used up for `per`, by event `event_id` of time `at`; a moment's is when it was due."""

    rule_set = models.CharField(max_length=100)
    rule = models.CharField(max_length=100)
    per = models.CharField(max_length=100)
    at = models.DateTimeField()
    event_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("use of a rule")
        verbose_name_plural = _("uses of rules")
        constraints = [models.UniqueConstraint(fields=["rule_set", "rule", "per"], name="use_once")]


def use_up(
    rule_set: str, rule: str, per: str, event: Event, *, every: Duration | None, again_after: str | None
) -> str | None:
    """Use `once` up for this event, inside the open transaction. None, or why it is used up already."""
    at = due_in(event.type, event.facts) or event.at
    use, made = Use.objects.select_for_update().get_or_create(
        rule_set=rule_set, rule=rule, per=per, defaults={"at": at, "event_id": event.pk}
    )
    if made or use.event_id == event.pk:
        return None
    reason = _why_not_again(use, at, event.pk, every, again_after)
    if reason is None:
        use.at, use.event_id = at, event.pk
        use.save(update_fields=["at", "event_id"])
    return reason


def why_used(
    rule_set: str, rule: str, per: str, at: datetime, position: int, *, every: Duration | None, again_after: str | None
) -> str | None:
    """Why `once` is used up already for an event of `at` at a position of the log. Uses nothing up."""
    use = Use.objects.filter(rule_set=rule_set, rule=rule, per=per).first()
    if use is None or use.event_id == position:
        return None
    return _why_not_again(use, at, position, every, again_after)


def hold(rule: str, event_id: int) -> None:
    """Lock what this decision used up, until the open transaction ends."""
    list(Use.objects.select_for_update().filter(rule=rule, event_id=event_id).values_list("pk"))


def give_back(rule: str, event_id: int) -> None:
    """Nothing came of the decision that used it up: the rule may act for the next event."""
    Use.objects.filter(rule=rule, event_id=event_id).delete()


def _why_not_again(
    use: Use, at: datetime, position: int, every: Duration | None, again_after: str | None
) -> str | None:
    if every is not None and _is_over(every, use.at, at):
        return None
    if again_after is not None and _happened_since(again_after, use, position):
        return None
    return f"it acted for {use.per} on {clock.day_of(use.at)} already, and may act once {_again(every, again_after)}"


def _is_over(every: Duration, start: datetime, now: datetime) -> bool:
    end = every.after(start)
    return isinstance(end, datetime) and now >= end


def _happened_since(event_type: str, use: Use, position: int) -> bool:
    about = models.Q(subject=use.per) | models.Q(customer=use.per)
    return Event.objects.filter(about, type=event_type, id__gt=use.event_id, id__lte=position).exists()


def _again(every: Duration | None, again_after: str | None) -> str:
    if every is None and again_after is None:
        return "only"
    return f"in {every.amount}{every.unit}" if every is not None else f"again after {again_after}"
