"""Conditions as expressions of Python in two polarities: what is true exactly where a condition is true, or is false.

A rule acts only on true, so `not` is pushed to the leaves (De Morgan holds for Kleene's three values) and unknown needs no
value at run time: it is what neither expression is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from rules.conditions import All, AnyOf, Comparison, Condition, Not
from rules.kinds import kind_of
from rules.matchers.code import Code
from rules.operators import CHANGED, EXISTS, Operator
from rules.values import FactValue, Literal, ParamValue, Value

_SIGNS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_CONTRARY = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def expression(condition: Condition, code: Code, *, true: bool = True) -> str:
    """What is true where `condition` is `true` (or, with true=False, false), as an expression over the code's variables."""
    if isinstance(condition, Not):
        return expression(condition.item, code, true=not true)
    if isinstance(condition, All | AnyOf):
        between = " and " if isinstance(condition, All) is true else " or "
        return f"({between.join(expression(item, code, true=true) for item in condition.items)})"
    return _leaf(condition, code, true=true)


def _leaf(leaf: Comparison, code: Code, *, true: bool) -> str:
    if leaf.operator.name == CHANGED and isinstance(leaf.seen, FactValue):
        code.needs_was = True
        return f"({code.constant(leaf.seen.path.base)} {'in' if true else 'not in'} was)"
    seen = code.value(leaf.seen.path) if isinstance(leaf.seen, FactValue) and leaf.seen.default is None else None
    if seen is None:
        return _asked(leaf, code, true=true)
    if isinstance(leaf.wanted, Literal):
        found = _with_literal(leaf.operator, seen, leaf.wanted.value, code, true=true)
        if found is not None:
            return found
    wanted = _operand(leaf.wanted, code)
    if wanted is None or leaf.operator.always_known or leaf.operator.takes in ("nothing", "item"):
        return _asked(leaf, code, true=true)
    return f"({code.constant(_known(leaf.operator))}({seen}, {wanted}) is {true})"


def _with_literal(operator: Operator, seen: str, literal: Any, code: Code, *, true: bool) -> str | None:
    """A comparison with a constant in plain Python, where its kind has one that is exact; else None."""
    if operator.name == EXISTS:
        return f"({seen} is {'not ' if literal is true else ''}None)" if type(literal) is bool else None
    kind = kind_of(literal)
    if operator.name in ("eq", "ne"):
        return _equal(seen, literal, kind, code, true=true is (operator.name == "eq"))
    if operator.name in _SIGNS:
        return _ordered(_SIGNS[operator.name], seen, literal, kind, code, true=true)
    if operator.name == "between":
        return _between(seen, literal, code, true=true)
    if operator.name in ("in", "not_in"):
        return _among(seen, literal, code, true=true is (operator.name == "in"))
    if operator.name in ("starts_with", "ends_with") and kind == "text":
        method = operator.name.replace("_", "")
        return f"(type({seen}) is str and {'' if true else 'not '}{seen}.{method}({code.constant(literal)}))"
    return None


def _equal(seen: str, literal: Any, kind: str | None, code: Code, *, true: bool) -> str | None:
    if kind == "boolean":
        return f"({seen} is {literal is true})"
    if kind == "text":
        constant = code.constant(literal)
        return f"({seen} == {constant})" if true else f"(type({seen}) is str and {seen} != {constant})"
    measured = _measured(seen, literal, kind, code)
    if measured is None:
        return None
    name, constant = measured
    return f"({name} == {constant})" if true else f"({name} < {constant} or {name} > {constant})"


def _ordered(sign: str, seen: str, literal: Any, kind: str | None, code: Code, *, true: bool) -> str | None:
    sign = sign if true else _CONTRARY[sign]
    if kind == "text":
        return f"(type({seen}) is str and {seen} {sign} {code.constant(literal)})"
    measured = _measured(seen, literal, kind, code)
    return f"({measured[0]} {sign} {measured[1]})" if measured else None


def _between(seen: str, pair: Any, code: Code, *, true: bool) -> str | None:
    if type(pair) is not list or len(pair) != 2:
        return None
    low = _ordered(">=", seen, pair[0], kind_of(pair[0]), code, true=true)
    high = _ordered("<=", seen, pair[1], kind_of(pair[1]), code, true=true)
    if low is None or high is None:
        return None
    return f"({low} and {high})" if true else f"({low} or {high})"


def _among(seen: str, members: Any, code: Code, *, true: bool) -> str | None:
    """Membership in a list of texts; other lists are asked member by member."""
    if type(members) is not list or not members or any(kind_of(member) != "text" for member in members):
        return None
    return f"(type({seen}) is str and {seen} {'in' if true else 'not in'} {code.constant(frozenset(members))})"


def _measured(seen: str, literal: Any, kind: str | None, code: Code) -> tuple[str, str] | None:
    """The variable and the constant as plain numbers; None for other kinds."""
    if kind == "number":
        return code.number(seen), code.constant(literal)
    if kind == "money":
        return code.amount(seen, literal["currency"]), code.constant(literal["minor"])
    return None


def _operand(wanted: Value | Any, code: Code) -> str | None:
    """The right side as an expression; None where only a View can resolve it."""
    if isinstance(wanted, Literal):
        return code.constant(wanted.value)
    if isinstance(wanted, FactValue) and wanted.default is None:
        return code.value(wanted.path)
    if isinstance(wanted, ParamValue) and wanted.at is None:
        code.needs_view = True
        return f"{code.constant(wanted.resolve)}(view)"
    return None


def _asked(leaf: Comparison, code: Code, *, true: bool) -> str:
    """The leaf asked as the reference asks it."""
    code.needs_view = True
    return f"({code.constant(leaf.evaluate)}(view) is {true})"


@lru_cache(maxsize=256)
def _known(operator: Operator) -> Callable[[Any, Any], bool | None]:
    """The operator's test, unknown where a side is not set. One function for each operator, so that it is one constant."""
    test = operator.test
    return lambda seen, wanted: None if seen is None or wanted is None else test(seen, wanted)
