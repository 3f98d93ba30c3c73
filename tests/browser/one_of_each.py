"""A row of everything that has pages of its own, whoever declared it: found by looking, so that a new model cannot be forgotten."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models.fields import NOT_PROVIDED

from core import clock
from core.events import Event
from core.machine import Machine, perform
from state_machines.customers import Customer
from state_machines.payments import Payment
from state_machines.refunds import Refund

Words = Callable[[models.Field], str]
OURS = ("core", "rules", "state_machines", "actions", "fines")
EXAMPLES = {
    "name": "Moara Veche SRL", "email": "moara@example.com", "country": "RO", "currency": "RON", "county": "Cluj",
    "city": "Cluj-Napoca", "street": "Str. Memorandumului 21", "subject": "The site answers slowly", "language": "ro",
    "body": "Since this morning every page takes ten seconds.", "label": "moara-veche.ro", "product": "hosting-standard",
    "phone": "+40712345678", "cui": "14399840", "tax_id": "RO14399840", "iban": "RO49AAAA1B31007593840000",
    "address": "https://hooks.example.com/pravila", "domain_name": "moara-veche.ro", "number": "RO14399840",
    "kind": "moara", "source": "plati", "reason": "the signature does not fit", "ending": "ro",
    "said": "the other side answered 500", "vat_number": "RO14399840", "code": "standard", "problem": "The price list knows no hosting-xl.",
    "error": "the other side did not answer in 10 s",
}  # fmt: skip


ONLY = {
    "movement": "none",
    "currency": "RON",
    "country": "RO",
}  # what the program itself writes, or reads as more than words


def plain(field: models.Field) -> str:
    """What a reasonable person would have typed."""
    return EXAMPLES.get(field.name, f"{field.name}-1")


def our_models() -> list[type[models.Model]]:
    """The models of the project that have pages."""
    return [model for model in admin.site._registry if model._meta.app_label in OURS]


def one_of_each(words: Words = plain) -> None:
    """Make a row of every model that has pages and no row; free texts are what `words` says."""
    for model in our_models():
        first_of(model, words)


def first_of(model: type[models.Model], words: Words = plain) -> models.Model:
    """The oldest row, or one that is made for it."""
    return model._base_manager.order_by("pk").first() or made(model, words)


def made(model: type[models.Model], words: Words = plain) -> models.Model:
    """A new row, with a value in every field that may have one of these words or needs one."""
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        value = _value(model, field, words)
        if field.is_relation and any(
            value == values[other.attname] for other in _beside(field) if other.attname in values
        ):
            value = made(field.related_model, words).pk  # one row is not related to itself
        if value is not NOT_PROVIDED:
            values[field.attname] = value
    if model is Refund:  # only money that came can go back
        values["payment_id"] = (Payment.objects.filter(state="pending").first() or made(Payment, words)).pk
        perform(f"payment:{values['payment_id']}", "succeed")
    return model._base_manager.create(**values)


def _beside(field: Any) -> list[Any]:
    return [one for one in field.model._meta.concrete_fields if one.related_model is field.related_model]


def _value(model: type[models.Model], field: Any, words: Words) -> Any:
    """A value for the field, or NOT_PROVIDED where it does without."""
    if isinstance(field, models.AutoField) or (field.name in ("state", "sequence") and issubclass(model, Machine)):
        return NOT_PROVIDED
    if field.is_relation:
        return NOT_PROVIDED if field.null else first_of(field.related_model, words).pk
    if field.name in ("event_id", "event") and not issubclass(model, Machine):
        event = Event.objects.order_by("pk").first()
        assert event is not None
        return event.pk if field.name == "event_id" else event.name
    if field.name == "customer":
        return first_of(Customer, words).ref
    if field.name == "digest":
        return secrets.token_hex(32)
    if field.choices:
        return NOT_PROVIDED if field.has_default() else field.choices[0][0]
    if isinstance(field, models.CharField | models.TextField):
        return ONLY.get(field.name, words(field))[: field.max_length]
    if field.has_default() or field.null:
        return NOT_PROVIDED
    return _filler(field)


def _filler(field: models.Field) -> Any:
    if isinstance(field, models.DateTimeField):
        return clock.now() + timedelta(days=2)
    if isinstance(field, models.DateField):
        return clock.today()
    if isinstance(field, models.DecimalField):
        return Decimal("21")
    if isinstance(field, models.BinaryField):
        return b"{}"
    if isinstance(field, models.JSONField):
        return {}
    return 1
