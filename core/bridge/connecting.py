"""Connecting bindings to their signals, and making sure that they stay connected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.dispatch import Signal
from django.utils.module_loading import import_string

from core import catalog
from core.bridge.binding import BadBridge, Binding
from core.bridge.receiving import receive

_connected: dict[str, tuple[Signal, Any, Callable[..., None]]] = {}  # uid -> signal, sender, receiver


def connect(bindings: Iterable[Binding]) -> None:
    """Declare the events of the bindings and connect them. Raises BadBridge where a signal, model or field is not there."""
    for binding in bindings:
        catalog.event_types.add(binding.event.name, binding.event)
        for part, (signal, sender, receiver) in _receivers(binding).items():
            uid = f"{binding.uid}/{part}"
            signal.connect(receiver, sender=sender, weak=False, dispatch_uid=uid)
            _connected[uid] = signal, sender, receiver


def disconnect(bindings: Iterable[Binding]) -> None:
    """Take bindings back; for tests that connect some of their own."""
    for binding in bindings:
        catalog.event_types.remove(binding.event.name)
        for uid in [uid for uid in _connected if uid.startswith(f"{binding.uid}/")]:
            signal, sender, _receiver = _connected.pop(uid)
            signal.disconnect(sender=sender, dispatch_uid=uid)


def disconnected() -> list[str]:
    """What was connected and is no longer, in words: somebody took it off, and its events would silently be missing."""
    return [
        f"the bridge to {uid.split('/')[1]} is no longer connected; start again"
        for uid, (signal, _sender, _receiver) in _connected.items()
        if not any(uid in key for key, *_rest in signal.receivers)
    ]


def _receivers(binding: Binding) -> dict[str, tuple[Signal, Any, Callable[..., None]]]:
    if binding.on == "signal":
        return {"sent": (_signal(binding), None, lambda **sent: _tell(binding, sent))}
    model = _model(binding)
    if binding.on == "deleted":
        return {"deleted": (post_delete, model, lambda **sent: _tell(binding, sent))}
    if binding.on == "created":
        return {"created": (post_save, model, lambda **sent: _tell(binding, sent) if sent["created"] else None)}
    if binding.on == "saved":
        return _saved(binding, model)
    through = getattr(model, binding.link).through
    action = "post_add" if binding.on == "linked" else "post_remove"
    return {"changed": (m2m_changed, through, lambda **sent: _linked(binding, model, action, sent))}


def _saved(binding: Binding, model: type[models.Model]) -> dict[str, tuple[Signal, Any, Callable[..., None]]]:
    fields = binding.changed
    attribute = f"_bridge_{abs(hash(binding.uid))}"

    def before(**sent: Any) -> None:
        row = sent["instance"]
        if row._state.adding or not fields:
            return
        stored = model._base_manager.filter(pk=row.pk).values(*fields).first()
        setattr(row, attribute, stored or {})

    def after(**sent: Any) -> None:
        row, written = sent["instance"], sent.get("update_fields")
        if sent["created"]:
            return
        old = row.__dict__.pop(attribute, {})
        looked_at = [name for name in fields if written is None or name in written]
        if fields and all(old.get(name) == _stored(model, row, name) for name in looked_at):
            return
        _tell(binding, {**sent, "was": old})

    return {"before": (pre_save, model, before), "after": (post_save, model, after)}


def _stored(model: type[models.Model], row: models.Model, name: str) -> Any:
    field: Any = model._meta.get_field(name)
    return field.to_python(getattr(row, field.attname))


def _linked(binding: Binding, model: type[models.Model], action: str, sent: dict[str, Any]) -> None:
    if sent["action"] != action:
        return
    others = sent["model"]._base_manager.filter(pk__in=sent["pk_set"] or ()).order_by("pk")
    for other in others:
        instance, linked = (other, sent["instance"]) if sent["reverse"] else (sent["instance"], other)
        _tell(binding, {"instance": instance, "linked": linked})


def _tell(binding: Binding, sent: dict[str, Any]) -> None:
    receive(binding, {name: value for name, value in sent.items() if name != "signal"})


def _signal(binding: Binding) -> Signal:
    try:
        found = import_string(binding.source)
    except ImportError as error:
        raise BadBridge(file="bridge", problem=f"there is no signal {binding.source}: {error}") from error
    if not isinstance(found, Signal):
        raise BadBridge(file="bridge", problem=f"{binding.source} is no signal of Django")
    return found


def _model(binding: Binding) -> type[models.Model]:
    try:
        model = apps.get_model(binding.source)
        for name in (*binding.changed, *([binding.link] if binding.link else [])):
            model._meta.get_field(name)
    except (LookupError, FieldDoesNotExist, ValueError) as error:
        raise BadBridge(file="bridge", problem=f"{binding.source}: {error}") from error
    return model
