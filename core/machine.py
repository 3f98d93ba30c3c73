"""The only way to change what is recorded: under a lock, with its event, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from core import event_log, holds, links, permission, refs, schemas
from core.acting import Actor, acting, present
from core.catalog import MachineSpec, Transition
from core.declare import Declaration
from core.errors import BadArguments, Blocked, Moved, NotAllowed, NotDeclared, ObjectMissing
from core.events import Event
from core.locking import Along, fetch_along
from core.machine_rows import MachineQuerySet
from core.shape import OWN_FACTS, Shape

M = TypeVar("M", bound="Machine")


class Machine(models.Model):
    """A model whose state changes only through transitions. `sequence` is that of its newest event."""

    id = models.BigAutoField(primary_key=True)
    sequence = models.PositiveIntegerField(_("sequence"), default=0, editable=False)

    machine: ClassVar[Declaration]
    spec: ClassVar[MachineSpec]
    shape: ClassVar[Shape]
    state: Any

    objects = MachineQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        return f"{self.machine.noun}:{self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Create the row with its first event, or save what is not recorded; the database refuses the rest."""
        if not self._state.adding:
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            super().save(*args, **kwargs)
            _write(self, f"{self.machine.noun}.created", was={})

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Record that the row is deleted, then delete it."""
        with transaction.atomic():
            row = lock(type(self), self.pk)
            event = _append(row, f"{row.machine.noun}.deleted", was={}, sequence=row.sequence + 1)
            for attribute, relation in row.machine.links.items():
                if (parent := getattr(row, attribute)) is not None:
                    links.end(parent.ref, relation, row.ref, until=event.id)
                    if parent.spec.relations[relation].tells:
                        record(parent.ref, f"{parent.machine.noun}.{row.machine.noun}_unlinked", {"linked": row.ref})
            return models.Model.delete(row, *args, **kwargs)


def lock(model: type[M], key: int, along: Along | None = None) -> M:
    """The row, read anew and locked, with the rows that its facts need; `along` names others. Raises ObjectMissing."""
    found: Any = fetch_along(model, key, along) if along else model.shape.locked_query().fetch(key)
    if found is None:
        raise ObjectMissing(ref=f"{model.machine.noun}:{key}")
    return found


def find(subject: Machine | str) -> tuple[type[Machine], int]:
    """Model and key of a row or a reference. Raises BadReference or NotDeclared."""
    if isinstance(subject, Machine):
        return type(subject), subject.pk
    noun, key = refs.parse_row(subject)
    return refs.model_of(noun), key


def perform(
    subject: Machine | str,
    name: str,
    *,
    actor: Actor | None = None,
    arguments: Mapping[str, Any] | None = None,
    expected: str | None = None,
) -> Event:
    """Perform transition `name`: lock, permission, guards, change, event and row in one transaction.

    `expected` is the state that the caller believes in. A row given as `subject` is brought up to date in memory.
    Raises ObjectMissing, NotDeclared, NotPermitted, BadArguments, Moved, NotAllowed or Blocked; then nothing changed.
    """
    model, key = find(subject)
    spec = transition_of(model, name)
    given = schemas.whole(spec.arguments, arguments or {})
    if problem := model.shape.arguments[name].problem(given):
        raise BadArguments(what=f"{model.machine.noun}.{name}", problem=problem)
    with acting(actor), transaction.atomic():
        row = lock(model, key, spec.along)
        permission.demand(present().actor, row, spec)
        if expected is not None and row.state != expected:
            raise Moved(ref=row.ref, state=row.state, expected=expected)
        if row.state not in spec.sources:
            raise NotAllowed(ref=row.ref, state=row.state, transition=name, sources=" or ".join(spec.sources))
        if reason := refusal(row, spec, given):
            raise Blocked(ref=row.ref, transition=name, reason=reason)
        before = row.shape.snapshot(row)
        getattr(row, name)(**given)
        event = _store(row, spec.event, before, source=before["state"], transition_name=name, arguments=given)
    if isinstance(subject, Machine):
        _refresh(subject, row)
    return event


def transition_of(model: type[Machine], name: str) -> Transition:
    """The declared transition. Raises NotDeclared with the nearest names."""
    try:
        return model.spec.transitions[name]
    except KeyError:
        known = sorted(model.spec.transitions)
        raise NotDeclared(sort=f"transition of {model.machine.noun}", name=name, known=known) from None


def refusal(row: Machine, spec: Transition, arguments: Mapping[str, Any]) -> str | None:
    """The reason of the first guard that forbids the transition, or None."""
    for guard in spec.guards:
        if reason := guard.check(row, **arguments):
            return reason
    return None


def change(
    subject: M | str,
    *,
    actor: Actor | None = None,
    event: str | None = None,
    facts: Mapping[str, Any] | None = None,
    **fields: Any,
) -> M:
    """Change recorded fields that are no state, with an event (those of the declaration unless named). The changed row.

    `facts` are further facts of the event. Where nothing changes there is no event.
    """
    model, key = find(subject)
    unknown = sorted(set(fields) - {field.name for field in model._meta.concrete_fields} - {"state", "sequence", "id"})
    if unknown or {"state", "sequence", "id"} & set(fields):
        problem = f"no such field: {', '.join(unknown or fields)}"
        raise BadArguments(what=f"a change of {model.machine.noun}", problem=problem)
    with acting(actor), transaction.atomic():
        row = lock(model, key)
        for type_, names in ({event: [*fields]} if event else row.machine.events_of(fields)).items():
            before = row.shape.snapshot(row)
            for name in names:
                setattr(row, name, fields[name])
            row.clean_fields(exclude={field.name for field in row._meta.concrete_fields if field.name not in names})
            if before != row.shape.snapshot(row):
                _store(row, type_, before, source=row.state, extra=facts)
    if isinstance(subject, Machine):
        _refresh(subject, row)
    return row  # type: ignore[return-value]


def record(
    subject: Machine | str,
    type: str,  # noqa: A002
    facts: Mapping[str, Any] | None = None,
    *,
    actor: Actor | None = None,
) -> Event:
    """Emit an event that is no transition, with further `facts`, under the row's lock. Raises BadFacts."""
    model, key = find(subject)
    with acting(actor), transaction.atomic():
        row = lock(model, key)
        return _store(row, type, row.shape.snapshot(row), source=row.state, extra=facts)


def _store(
    row: Machine,
    type: str,  # noqa: A002
    before: dict[str, Any],
    *,
    source: str,
    transition_name: str = "",
    arguments: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Event:
    """Write the event and the changed columns of a locked row, in two raw statements."""
    after = row.shape.snapshot(row)
    event = _append(
        row,
        type,
        own=after[OWN_FACTS],
        was=row.shape.was(before, after),
        sequence=row.sequence + 1,
        source=source,
        transition_name=transition_name,
        arguments=arguments,
        extra=extra,
    )
    columns = row.shape.changed(before, after) | {"sequence": row.sequence + 1}
    assignments = ", ".join(f'"{name}" = %s' for name in columns)
    asked = [*columns.values(), row.pk, row.sequence, *([row.ref, transition_name] if transition_name else [])]
    free = f" AND {holds.FREE}" if transition_name else ""
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{row._meta.db_table}" SET {assignments} WHERE id = %s AND sequence = %s{free}', asked)
        if cursor.rowcount == 0 and transition_name:
            raise holds.refuse(row, transition_name)
    row.sequence += 1
    _tell(row, row.shape.relink(before, row, event))
    return event


def _tell(row: Machine, told: list[tuple[str, str]]) -> None:
    for parent, what in told:
        noun = parent.partition(":")[0]
        own, extra = f"{row.machine.noun}.{noun}_{what}", {"linked": parent}
        _store(row, own, row.shape.snapshot(row), source=row.state, extra=extra)
        record(parent, f"{noun}.{row.machine.noun}_{what}", {"linked": row.ref})


def _append(
    row: Machine,
    type: str,  # noqa: A002
    *,
    own: dict[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    **parts: Any,
) -> Event:
    facts = row.shape.facts(row, type, own, extra)
    return event_log.append(
        type=type, subject=row.ref, facts=facts, target=row.state, customer=row.shape.customer(row), **parts
    )


def _write(row: Machine, type: str, was: dict[str, Any]) -> None:  # noqa: A002
    event = _append(row, type, was=was, sequence=0)
    _tell(row, row.shape.relink({}, row, event))


def _refresh(stale: Machine, fresh: Machine) -> None:
    for field in fresh._meta.concrete_fields:
        setattr(stale, field.attname, getattr(fresh, field.attname))
