"""References across rooms: `invoice:1042`. Foreign keys stay inside a room; everything else points by one of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import BadReference, NotDeclared, ObjectMissing

if TYPE_CHECKING:
    from core.machine import Machine

MODELS: dict[str, type[Machine]] = {}  # noun -> model, filled when the machines are registered


def parse(text: str) -> tuple[str, str]:
    """`invoice:1042` as ("invoice", "1042"). Raises BadReference."""
    noun, colon, key = text.partition(":")
    if not colon or not noun or not key or len(text) > 100:
        raise BadReference(text=text[:100])
    return noun, key


def parse_row(text: str) -> tuple[str, int]:
    """The same for a row of a machine, whose key is a positive number. Raises BadReference."""
    noun, key = parse(text)
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        raise BadReference(text=text)
    return noun, int(key)


def model_of(noun: str) -> type[Machine]:
    """The model of a registered machine. Raises NotDeclared."""
    try:
        return MODELS[noun]
    except KeyError:
        raise NotDeclared(sort="machine", name=noun, known=sorted(MODELS)) from None


def resolve(ref: str) -> Machine:
    """The row that a reference names. Raises BadReference, NotDeclared or ObjectMissing."""
    noun, key = parse_row(ref)
    row = model_of(noun)._default_manager.filter(pk=key).first()
    if row is None:
        raise ObjectMissing(ref=ref)
    return row
