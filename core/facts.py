"""Freezing: what a row says of itself and of its related rows at the moment of an event, as plain data."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django.db import models

from core import clock
from core.catalog import Fact, Kind
from core.errors import NotWired

Getter = Callable[[Any], Any]


def _money(minor: str) -> Getter:
    read_minor, read_currency = attrgetter(minor), attrgetter("currency")

    def read(row: Any) -> dict[str, Any] | None:
        amount = read_minor(row)
        return None if amount is None else {"minor": amount, "currency": read_currency(row)}

    return read


def _converted(column: str, convert: Callable[[Any], Any]) -> Getter:
    read_raw = attrgetter(column)

    def read(row: Any) -> Any:
        value = read_raw(row)
        return None if value is None or value == "" else convert(value)

    return read


def columns(fact: Fact) -> tuple[str, ...]:
    """Names of the model fields that a fact is read from; none where it is computed."""
    if fact.read or fact.name == "ref":
        return ()
    if fact.kind is Kind.MONEY:
        return (fact.column or f"{fact.name}_minor", "currency")
    return (fact.column or fact.name,)


def getter(fact: Fact, model: type[models.Model], noun_of: Callable[[type[models.Model]], str]) -> Getter:
    """The function that reads `fact` from a row of `model`. `noun_of` names the machine of a related model."""
    if fact.read:
        return fact.read
    column = columns(fact)[0]
    if fact.kind is Kind.MONEY:
        return _money(column)
    if fact.kind is Kind.MOMENT:
        return _converted(column, clock.iso)
    if fact.kind is Kind.DATE:
        return _converted(column, lambda day: day.isoformat())
    if fact.kind is Kind.REF:
        field = model._meta.get_field(column)
        if not isinstance(field, models.ForeignKey):
            raise NotWired(what=f"fact {fact.name} of {model.__name__}", reason=f"{column} is no foreign key")
        noun = noun_of(field.related_model)
        return _converted(field.attname, lambda key: f"{noun}:{key}")
    if fact.kind is Kind.NUMBER:
        return _converted(column, float)
    if fact.kind is Kind.LIST:
        return _converted(column, list)
    return attrgetter(column)


def freeze(row: Any, getters: list[tuple[str, Getter]]) -> dict[str, Any]:
    """The facts of one row by name; what has no value is left out."""
    return {name: value for name, read in getters if (value := read(row)) is not None and value != ""}
