"""Rules in, a matcher out. Pure: no clock, no database, no model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any

from core.errors import PravilaError, nearest
from rules.document.check import check_document, error
from rules.document.model import Document, content_hash
from rules.document.problem import BadRules, Misplaced, Problem, join
from rules.matchers.columnar import ColumnarMatcher
from rules.matchers.compiled import CompiledMatcher
from rules.matchers.contract import Matcher
from rules.matchers.durable import DurableMatcher
from rules.matchers.reference import ReferenceMatcher
from rules.rule import Rule, build_rule

KEPT = 8  # documents whose built rules are kept
_BUILT: dict[Any, tuple[list[Rule], list[Problem]]] = {}
_LOCK = Lock()


class UnknownMatcher(PravilaError):
    """There is no matcher named "{name}". Use one of: {known}.{hint}"""

    status = 422
    code = "unknown-matcher"


MATCHERS: dict[str, Callable[[Sequence[Rule]], Matcher]] = {
    "reference": ReferenceMatcher,
    "durable": DurableMatcher,
    "compiled": CompiledMatcher,
    "columnar": ColumnarMatcher,
}


def compile_rules(rules: Sequence[Mapping[str, Any] | Rule], matcher: str = "reference") -> Matcher:
    """Compile `rules`, documents as in a rules file or rules built already. Raises BadRules with every problem, and
    UnknownMatcher."""
    make = MATCHERS.get(matcher)
    if make is None:
        raise UnknownMatcher(name=matcher, known=", ".join(MATCHERS), hint=nearest(matcher, list(MATCHERS)))
    built = [rule for rule in rules if isinstance(rule, Rule)]
    written = [rule for rule in rules if not isinstance(rule, Rule)]
    return make([*built, *build_rules(Document({"rules": written}))])


def matching_rules(
    rules: Sequence[Mapping[str, Any] | Rule],
    event: Mapping[str, Any],
    matcher: str | Matcher = "reference",
    params: Mapping[str, Any] | None = None,
) -> list[str]:
    """Keys of the rules whose conditions are true of `event`, in running order. Compiles `rules` once for this, unless
    `matcher` is a compiled Matcher, which then answers by itself."""
    if not isinstance(matcher, str):
        return matcher.match(event, params)
    compiled = compile_rules(rules, matcher)
    try:
        return compiled.match(event, params)
    finally:
        compiled.close()


def build_rules(document: Document, layer: int = 0) -> list[Rule]:
    """Every rule of a document. Raises BadRules with every problem of shape or value."""
    rules, problems = try_rules(document, layer)
    if problems:
        raise BadRules(problems)
    return rules


def try_rules(document: Document, layer: int = 0) -> tuple[list[Rule], list[Problem]]:
    """The rules of a document that can be built, and what is wrong with the others. Those of the last few documents are
    kept, for whoever tries one event after the other."""
    try:
        key = content_hash(document), tuple(document.lines.items()), document.name, layer
    except (ValueError, TypeError, RecursionError):
        return _try_rules(document, layer)  # it is no JSON, which is told there
    with _LOCK:
        found = _BUILT.get(key)
    if found is None:
        found = _try_rules(document, layer)
        with _LOCK:
            _BUILT[key] = found
            while len(_BUILT) > KEPT:
                del _BUILT[next(iter(_BUILT))]
    return list(found[0]), list(found[1])


def _try_rules(document: Document, layer: int) -> tuple[list[Rule], list[Problem]]:
    problems = check_document(document)
    if problems:
        return [], problems
    rules = []
    for place, data in enumerate(document.rules):
        try:
            rules.append(build_rule(data, layer))
        except Misplaced as found:
            problems.append(error(document, join("/rules", place) + found.pointer, found.message))
    return rules, problems
