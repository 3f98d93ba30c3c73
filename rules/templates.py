"""Liquid templates in the texts of a rule: bounded, without files, clock or attributes, and strict about what is not
set. Only what a rule's author wrote is rendered, never the text of a fact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from liquid import BoundTemplate, Environment, FalsyStrictUndefined, RenderContext, is_undefined
from liquid.exceptions import LiquidError
from liquid.filter import with_context

from core.clock import ZONE
from core.errors import nearest
from core.formats import amount, day
from core.money import Money
from core.said import said
from rules.facts import ENVELOPE, View
from rules.kinds import as_moment, kind_of

MAX_TEMPLATE = 10_000
MAX_OUTPUT = 64_000
_TAGS = ("#", "assign", "case", "comment", "cycle", "doc", "echo", "for", "if", "unless", "break", "continue")
_KEPT_TAGS = (*_TAGS, "capture", "content", "output", "illegal", "liquid")
_FILTERS = re.findall(
    r"\w+",
    "abs append at_least at_most capitalize ceil default divided_by downcase escape first floor last lstrip minus modulo "
    "plus prepend remove reverse round rstrip size slice sort split strip strip_newlines times truncate upcase uniq",
)
_LANGUAGE = "reader_language"
_DATE_FORMAT = re.compile(r"(%[YmdHMSBbAajyIpZz%]|[^%]){0,100}")


class _Bounded(Environment):
    output_stream_limit = MAX_OUTPUT
    local_namespace_limit = MAX_OUTPUT
    loop_iteration_limit = 2_000
    context_depth_limit = 10
    block_nesting_limit = 10


class NotRendered(ValueError):
    """A template that has no text; the message is a sentence's end."""


def is_template(text: str) -> bool:
    return "{{" in text or "{%" in text


def render(text: str, view: View, language: str = "en") -> str:
    """The text of a template for one event, amounts and days as readers of `language` write them where it asks for that.

    Raises NotRendered where a fact is missing or a bound is passed.
    """
    template = parsed(text)
    try:
        return template.render({**_context(view), _LANGUAGE: language})
    except LiquidError as error:
        raise NotRendered(str(error.message or error)) from None
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise NotRendered(str(error)[:200] or type(error).__name__) from None


@lru_cache(maxsize=1024)
def parsed(text: str) -> BoundTemplate:
    """The template, parsed once. Raises NotRendered with what is wrong with it."""
    if len(text) > MAX_TEMPLATE:
        raise NotRendered(
            said(
                "it has {number} characters, and {most} are allowed",
                number=len(text),
                most=MAX_TEMPLATE,
            )
        )
    try:
        template = _ENVIRONMENT.from_string(text)
        unknown = sorted(template.analyze().filters.keys() - _ENVIRONMENT.filters.keys())
    except (LiquidError, RecursionError) as error:
        raise NotRendered(str(getattr(error, "message", "") or error)[:200]) from None
    if unknown:
        raise NotRendered(
            said(
                "there is no filter {unknown}{near}",
                unknown=unknown[0][:60],
                near=nearest(unknown[0], list(_ENVIRONMENT.filters)),
            )
        )
    return template


def _environment() -> Environment:
    environment = _Bounded(undefined=FalsyStrictUndefined, autoescape=False)
    environment.tags = {name: tag for name, tag in environment.tags.items() if name in _KEPT_TAGS}
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    environment.filters |= {"date": _date, "join": _join, "replace": _replace, "money": _money, "day": _day}
    return environment


def _date(value: Any, layout: Any = "%Y-%m-%d") -> str:
    moment = as_moment(_set(value))
    if moment is None or not _DATE_FORMAT.fullmatch(str(layout)):
        raise NotRendered(
            said("date needs a date or time and a layout such as %d.%m.%Y, not {value}", value=str(value)[:40])
        )
    at_home = moment.astimezone(ZONE) if isinstance(moment, datetime) and moment.tzinfo else moment
    return at_home.strftime(str(layout))


@with_context
def _money(value: Any, *, context: RenderContext) -> str:
    try:
        return amount(Money.parse(str(_set(value))), context.resolve(_LANGUAGE))
    except ValueError:
        raise NotRendered(
            said("money needs an amount such as 500.00 RON, not {value}", value=str(value)[:40])
        ) from None


@with_context
def _day(value: Any, *, context: RenderContext) -> str:
    moment = as_moment(_set(value))
    if moment is None:
        raise NotRendered(said("day needs a date or time, not {value}", value=str(value)[:40]))
    return day(moment, context.resolve(_LANGUAGE))


def _join(value: Any, between: Any = " ") -> str:
    parts = [str(part) for part in _set(value)] if isinstance(_set(value), list) else [str(value)]
    return _short(len(str(between)) * len(parts) + sum(map(len, parts))) or str(between).join(parts)


def _replace(value: Any, old: Any, new: Any = "") -> str:
    text, sought, instead = str(_set(value)), str(old), str(new)
    return _short(len(text) + text.count(sought) * len(instead)) or text.replace(sought, instead)


def _short(length: int) -> str:
    if length > MAX_OUTPUT:
        raise NotRendered(said("a text in it grows beyond {most} characters", most=MAX_OUTPUT))
    return ""


def _set(value: Any) -> Any:
    if is_undefined(value):
        raise NotRendered(str(value.msg))
    return value


def _context(view: View) -> dict[str, Any]:
    envelope = {name: view.event.get(name) for name in ENVELOPE}
    return {**_shown(view.facts), "event": _shown(envelope), "params": _shown(view.params)}


def _shown(value: Any, depth: int = 0) -> Any:
    """Facts as templates see them: money as text, and what is null left out, so that it counts as not set."""
    if isinstance(value, Mapping) and depth < 20:
        if type(value) is dict and kind_of(value) == "money":
            return str(Money.from_fact(value))
        if value.keys() == {"money"}:
            return value["money"]
        return {key: _shown(item, depth + 1) for key, item in value.items() if item is not None}
    if isinstance(value, list) and depth < 20:
        return [_shown(item, depth + 1) for item in value]
    return value


_ENVIRONMENT = _environment()
