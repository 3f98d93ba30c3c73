"""English sentences that know how they were made, so that every reader can be told them in their own language. What is
stored, logged and answered to programs is the English text; a door that shows one to a person tells it anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Words = Callable[[str], str]


class Said(str):
    """The English text of `template`, its places filled from `parts`. Without parts the template is the text as it is;
    a decimal number, as 1234.50, has None."""

    template: str
    parts: Mapping[str, Any] | None

    def __new__(cls, text: str, template: str = "", parts: Mapping[str, Any] | None = None) -> Said:
        made = super().__new__(cls, text)
        made.template, made.parts = template or text, parts
        return made


def said(template: str, /, **parts: Any) -> Said:
    """A sentence; `parts` may be such sentences too. It is `template` that is translated."""
    return Said(template.format(**parts) if parts else template, template, parts)


def told(text: Any, translate: Words, write: Words) -> Any:
    """A sentence in another language: `translate` knows the templates, `write` the decimal numbers. What was not made by
    `said` is left as it is."""
    if not isinstance(text, Said):
        return text
    if text.parts is None:
        return write(text.template)
    parts = {name: told(part, translate, write) for name, part in text.parts.items()}
    return translate(text.template).format(**parts) if parts else translate(text.template)


def as_data(text: Any) -> Any:
    """A sentence as it is stored, from which `from_data` makes it again; what was not made by `said` is left as it is."""
    if not isinstance(text, Said):
        return text if isinstance(text, str | int | float | bool | None) else str(text)
    if text.parts is None:
        return {"figure": text.template, "text": str(text)}
    return {"template": text.template, "parts": {name: as_data(part) for name, part in text.parts.items()}}


def from_data(data: Any) -> Any:
    """The sentence that was stored; one that was stored as text is that text."""
    if not isinstance(data, dict):
        return data
    if "figure" in data:
        return Said(data["text"], data["figure"])
    return said(data["template"], **{name: from_data(part) for name, part in data["parts"].items()})


def listed(sentences: Iterable[str], between: str = ", ") -> Said:
    """Sentences or names one after the other."""
    found = {f"part{place}": one for place, one in enumerate(sentences)}
    return said(between.join(f"{{{name}}}" for name in found), **found)


def either(names: Iterable[str]) -> str:
    """The names with "or" between them."""
    return _joined(names, lambda one, other: said("{one} or {other}", one=one, other=other))


def both(names: Iterable[str]) -> str:
    """The names with "and" between them."""
    return _joined(names, lambda one, other: said("{one} and {other}", one=one, other=other))


def _joined(names: Iterable[str], join: Callable[[str, str], str]) -> str:
    made = ""
    for name in names:
        made = join(made, name) if made else name
    return made
