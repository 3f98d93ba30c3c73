"""Whatever is given as a document, the checks answer with problems and never with an exception."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.checks import check
from rules.checks.listed import CODES
from rules.document import Document, load
from rules.document.schema import schema_of
from rules.matching import try_rules
from rules.operators import operators
from tests.rules.checks.declared import catalog
from tests.rules.matchers import random_rules

KEYS = sorted(
    {key for part in schema_of(operators.as_declared())["$defs"].values() for key in part.get("properties", {})}
    | {
        "all",
        "any",
        "not",
        "fact",
        "value",
        "param",
        "money",
        "percent",
        "of",
        "rules",
        "set",
        "params",
        "mute",
        "0",
        "~/",
    }
)
leaves = st.sampled_from(
    [None, True, 0, -1, 1.5, 2**70, "", "x", "a.b", "house", "customer:1", "3d", "eq", "in", "{{ x }}", "*"]
)
anything: st.SearchStrategy[Any] = st.recursive(
    leaves | random_rules.conditions | random_rules.operands,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
steps = st.fixed_dictionaries(
    {"do": st.sampled_from(["notify.email", "invoice.close", "x"])},
    optional={
        "with": st.dictionaries(st.sampled_from(["template", "reason"]), random_rules.operands, max_size=2),
        "if": random_rules.conditions,
        "unless": random_rules.conditions,
        "target": st.sampled_from(["customer", "order"]),
        "after": st.sampled_from(["1d", "1mo", "-1d", {"param": "t"}, {"fact": "a"}]),
    },
)
good = st.fixed_dictionaries(
    {"key": st.sampled_from(["a", "b", "c"]), "when": st.sampled_from(random_rules.WHENS)},
    optional={"if": random_rules.conditions, "then": st.lists(steps, max_size=1)},
)
parts = dict.fromkeys(("if", "then", "once", "from", "when", "priority", "limit"), anything)
bad = st.fixed_dictionaries({"key": st.just("d")}, optional=parts)
documents = (
    st.fixed_dictionaries({"rules": st.lists(good, max_size=2)})
    | st.fixed_dictionaries({"rules": st.lists(good | bad | anything, max_size=3)}, optional={"params": anything})
    | anything
)
QUIET = settings(max_examples=300)


@QUIET
@given(documents, st.booleans())
def test_any_document_gets_problems_not_exceptions(data: Any, strict: bool) -> None:
    document = Document(data)
    for problem in check([document], catalog(), strict):
        assert problem.message
        assert problem.severity in ("error", "warning", "note")
        assert problem.code in CODES
    try_rules(document)


@QUIET
@given(
    st.text(max_size=60) | st.text(alphabet='{}[]":,-&*!|>#?%@ \nab1~', max_size=60),
    st.sampled_from(["", "a.json", "a.yaml"]),
)
def test_any_text_gets_problems_not_exceptions(text: str, name: str) -> None:
    loaded = load(text, name=name)
    assert loaded.ok or all(problem.message for problem in loaded.problems)
