"""Arguments and texts that hang on a fact that need not be set."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.cases import rule
from tests.rules.checks.shop import told

CODE: dict[str, Any] = {"fact": "order.code"}
SET = {"fact": "order.code", "op": "exists", "value": True}


def writes(text: Any, **parts: Any) -> dict[str, Any]:
    own = {"if": parts.pop("own")} if "own" in parts else {}
    return rule("a", "order.created", then=[{"do": "note.write", "with": {"text": text}, **own}], **parts)


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        "Code {{ order.code }}",
        "{{ order.lines }} {{ order.code | upcase }}",
        "{% if order.lines %}{{ order.code }}{% endif %}",
    ],
)
def test_a_fact_that_need_not_be_set(text: Any) -> None:
    [problem] = told("may-be-missing", writes(text))
    assert (problem.severity, problem.pointer) == ("warning", "/rules/0/then/0/with/text")
    assert "order.code is not set" in problem.message
    assert problem.witness is not None
    assert "code" not in problem.witness["event"]["facts"].get("order", {})


@pytest.mark.parametrize(
    "given",
    [
        writes(CODE | {"default": "none"}),
        writes("Code {{ order.code | default: 'none' }}"),
        writes("{% if order.code %}Code {{ order.code }}{% endif %}"),
        writes(CODE, if_=SET),
        writes("Code {{ order.code }}", own={"fact": "order.code", "op": "starts_with", "value": "A"}),
        writes({"fact": "order.lines"}),
        writes("order.code"),
    ],
)
def test_what_is_provided_for(given: dict[str, Any]) -> None:
    assert told("may-be-missing", given) == []
