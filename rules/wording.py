"""The words and figures of proofs, in the reader's language. The heart knows no translations: who does gives them at start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from core.formats import figure as in_figures
from core.said import Said, Words, said

_TRANSLATE: list[Words] = [str]
_WRITE: list[Words] = [str]
_AT_LENGTH: ContextVar[tuple[Words, Words] | None] = ContextVar("at_length", default=None)


def speak(translate: Words, write: Words) -> None:
    """From now on sentences go through `translate` and decimal numbers through `write`, which know the reader's language."""
    _TRANSLATE[0], _WRITE[0] = translate, write


@contextmanager
def at_length() -> Iterator[None]:
    """Many sentences for one reader: within it the language stays what it is, so that each template is looked up once."""
    before = _AT_LENGTH.set((cache(_TRANSLATE[0]), cache(_WRITE[0])))
    try:
        yield
    finally:
        _AT_LENGTH.reset(before)


@contextmanager
def kept() -> Iterator[None]:
    """Sentences for readers who are not known yet: within it they are made in English, and know how they were made."""
    before = _AT_LENGTH.set((_Template, _figure))
    try:
        yield
    finally:
        _AT_LENGTH.reset(before)


class _Template(str):
    def format(self, *_args: Any, **parts: Any) -> Said:
        return said(str(self), **parts)


def _figure(text: str) -> Said:
    return Said(in_figures(text, "en"), text)


def figure(text: str) -> str:
    """A decimal number, given as 1234.50, as the reader's language writes it."""
    at_hand = _AT_LENGTH.get()
    return (at_hand[1] if at_hand else _WRITE[0])(text)


def say(template: str, /, **parts: Any) -> str:
    """The sentence of `template` in the reader's language, its places filled; what stands in them is left as it is."""
    at_hand = _AT_LENGTH.get()
    return (at_hand[0] if at_hand else _TRANSLATE[0])(template).format(**parts)
