"""The real log of fines as live transitions, in the order of time, with the worker at work in between."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core import clock
from core.errors import Blocked, NotAllowed
from core.machine import perform
from tests.fines.models import Fine

CHUNK = 1000  # events between two turns of the worker


@dataclass
class Replayed:
    """What became of the events of a replay: performed by type, refused by reason."""

    performed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


def chosen(events: Iterable[Mapping[str, Any]], tenth: bool) -> list[Mapping[str, Any]]:
    """All events in the order of time, or those of a fixed tenth of the cases; ties stay in the order of the file."""
    kept = [event for event in events if not tenth or zlib.crc32(event["subject"].encode()) % 10 == 0]
    return sorted(kept, key=lambda event: datetime.fromisoformat(event["at"]))


def chunks(events: list[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    return (events[start : start + CHUNK] for start in range(0, len(events), CHUNK))


def replay(events: list[Mapping[str, Any]], work: Callable[[], object]) -> Replayed:
    """Perform each event of the file as a transition at its own time; `work` is called after each chunk."""
    found = Replayed()
    refs: dict[str, str] = {}
    for chunk in chunks(events):
        for event in chunk:
            with clock.turned_to(datetime.fromisoformat(event["at"])):
                _perform(event, refs, found)
        work()
    return found


def _perform(event: Mapping[str, Any], refs: dict[str, str], found: Replayed) -> None:
    name, facts = event["type"].removeprefix("fine."), event["facts"]
    if name == "create_fine":
        case = event["subject"].removeprefix("fine:")
        fine = Fine.objects.create(case=case, article=facts["article"], amount_minor=minor(facts["amount"]))
        refs[event["subject"]] = fine.ref
        found.performed[name] += 1
        return
    given = {"send_fine": "expense", "add_penalty": "amount", "payment": "paymentAmount"}.get(name)
    column = {"expense": "expense_minor", "amount": "amount_minor", "paymentAmount": "paid_minor"}
    arguments = {column[given]: minor(facts[given])} if given else {}
    try:
        perform(refs[event["subject"]], name, arguments=arguments)
        found.performed[name] += 1
    except (NotAllowed, Blocked) as refusal:
        found.refused[f"{name} while {refusal.params['state']}"] += 1


def minor(amount: float) -> int:
    """Euros of the file as cents."""
    return round(amount * 100)
