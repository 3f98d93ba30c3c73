"""What an aggregate or an `each` is over: the rows of a relation, or a stretch of the log. Both as of the event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from core.lookups import Happened, Linked, Lookup
from core.said import said
from rules.document.problem import Misplaced, join
from rules.durations import Duration
from rules.kinds import as_moment


@dataclass(frozen=True, slots=True)
class Relation:
    """The list `name` of related objects of the one that the event knows as `owner`."""

    owner: str
    name: str

    @property
    def text(self) -> str:
        return f"{self.owner}.{self.name}"

    @classmethod
    def parse(cls, text: str, pointer: str) -> Relation:
        """Raises Misplaced for anything but two names."""
        owner, _, name = text.partition(".")
        if not name or "." in name:
            raise Misplaced(pointer, said('"{text}" is no relation; write one as in customer.invoices', text=text))
        return cls(owner, name)

    def lookup(self, event: Mapping[str, Any], position: int) -> Lookup | None:
        """The question to the log; None where the event does not know the owner."""
        parent = ref_of(event, self.owner)
        return Linked(parent, self.name, position) if parent else None


@dataclass(frozen=True, slots=True)
class Window:
    """The events of `type` of what `of` names, within a time before the event, or since the last event of a type."""

    type: str
    of: str = "subject"
    within: Duration | None = None
    since: str = ""
    bare: bool = False

    @property
    def text(self) -> str:
        return self.type

    def lookup(self, event: Mapping[str, Any], position: int) -> Lookup | None:
        """The question to the log; None where the event does not know what `of` names, or has no time of its own."""
        ref, until = ref_of(event, self.of), instant(event.get("at"))
        if not ref or until is None:
            return None
        after = None
        if self.within is not None:
            start = Duration(-self.within.amount, self.within.unit).after(until)
            if not isinstance(start, datetime):
                return None
            after = start
        customer = _text(event.get("customer")) or ""
        return Happened(self.type, self._of(event), ref, customer, position, until, after, self.since, self.bare)

    def _of(self, event: Mapping[str, Any]) -> str:
        """How the log knows what `of` names: as the subject of the events that are looked for, or by its name in them."""
        noun = _noun(event) if self.of == "subject" else self.of
        return "subject" if noun == self.type.partition(".")[0] else noun


Source = Relation | Window


def build_source(data: Mapping[str, Any], kind: str, pointer: str) -> Source:
    """What the aggregate `data` is over. Raises Misplaced, with a pointer within the rule."""
    text = data[kind]
    for key in (kind, "since"):
        if "*" in data.get(key, ""):
            raise Misplaced(join(pointer, key), said('"{data}" is a pattern; name one event type here', data=data[key]))
    if "within" not in data and "since" not in data:
        if "of" in data:
            says = said("`of` goes with events, and needs within or since; a relation names its owner itself")
            raise Misplaced(join(pointer, "of"), says)
        return Relation.parse(text, join(pointer, kind))
    if "within" in data and "since" in data:
        raise Misplaced(join(pointer, "since"), said("within and since cannot both stand here; take one of them out"))
    within = Duration.parse(data["within"]) if "within" in data else None
    if within is not None and within.amount <= 0:
        raise Misplaced(join(pointer, "within"), said("a stretch of time must be longer than nothing, such as 7d"))
    return Window(text, data.get("of", "subject"), within, data.get("since", ""), not {"if", "take"} & set(data))


def ref_of(event: Mapping[str, Any], name: str) -> str | None:
    """The reference of what an event knows as `name`: its subject, its customer, or a related object."""
    if name in ("subject", _noun(event)):
        return _text(event.get("subject"))
    if name == "customer":
        return _text(event.get("customer"))
    facts = event.get("facts")
    related = facts.get(name) if isinstance(facts, Mapping) else None
    return _text(related.get("ref")) if isinstance(related, Mapping) else None


def _noun(event: Mapping[str, Any]) -> str:
    return str(event.get("subject") or "").partition(":")[0]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value and value.isprintable() else None


def instant(value: Any) -> datetime | None:
    """A time; one without an offset is UTC, as it is in the log."""
    moment: date | datetime | None = as_moment(value)
    if not isinstance(moment, datetime):
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None
