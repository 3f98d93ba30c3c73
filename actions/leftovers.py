"""What an object leaves behind when it goes: things that hang on it and on nothing else. Each kind is declared once, by a
function that is given the reference of one object, so that nothing of another object, or of the whole customer, can go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from actions.declare import Call, action
from actions.finish import cancel
from actions.outcome import Done, Outcome, Skipped
from actions.runs import ActionRun, RunState
from core.events import Event
from core.registry import Registry


@dataclass(frozen=True)
class Leftover:
    """`forget` removes what an object (`order:7`) left behind, and says how many there were; safe to repeat."""

    name: str
    forget: Callable[[str], int]


leftovers: Registry[Leftover] = Registry("leftovers of objects")


def leaves_behind(name: str, forget: Callable[[str], int]) -> Leftover:
    """Declare files, cached values or whatever an app keeps of an object. Raises AlreadyDeclared."""
    return leftovers.add(name, Leftover(name, forget))


@action(
    "object.clean_up",
    title=_("Clean up after the object"),
    sentence=_("Remove what the object left behind: files, cached values, webhooks that wait"),
)
def clean_up(call: Call) -> Outcome:
    """Of this one object only."""
    gone = {one.name: number for one in leftovers if (number := one.forget(call.target))}
    if not gone:
        return Skipped(f"{call.target} left nothing behind")
    return Done(", ".join(f"{number} {name}" for name, number in gone.items()))


def _webhooks(ref: str) -> int:
    """Webhooks about the object that wait; those that tell of its end are none of them."""
    waiting = ActionRun.objects.filter(subject=ref, action="notify.webhook", state=RunState.READY)
    told = [run.pk for run in waiting if not _is_end(run)]
    return sum(cancel(key, f"{ref} is gone") for key in told)


def _is_end(run: ActionRun) -> bool:
    noun = run.subject.partition(":")[0]
    return Event.objects.filter(pk=run.event_id, type=f"{noun}.deleted").exists()


leaves_behind("waiting webhooks", _webhooks)
