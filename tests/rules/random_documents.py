"""Random small documents that share keys, so that changes of them meet."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

keys = st.sampled_from(["a", "b", "c"])
values: st.SearchStrategy[Any] = st.one_of(
    st.integers(0, 2), st.booleans(), st.sampled_from(["x", "off", "18:30", "2026-01-01", ""]),
    st.just({"money": "5.00 RON"}), st.just([1, 2]),
)  # fmt: skip
conditions = st.fixed_dictionaries({"fact": st.sampled_from(["o.x", "o.y"]), "op": st.just("eq"), "value": values})


@st.composite
def rules(draw: Any) -> dict[str, Any]:
    more = draw(
        st.fixed_dictionaries(
            {},
            optional={"if": conditions, "priority": st.integers(1, 3), "title": st.sampled_from(["x", "off", "18:30"])},
        )
    )
    return {"when": draw(st.sampled_from(["o.made", "o.sent"])), "then": [{"do": "x.y"}], **more}


@st.composite
def houses(draw: Any) -> dict[str, Any]:
    """A document of the house."""
    found = draw(st.dictionaries(keys, rules(), max_size=3))
    declared = st.fixed_dictionaries(
        {"type": st.just("integer"), "default": st.integers(0, 2)}, optional={"max": values}
    )
    return {
        "set": "house",
        "params": draw(st.dictionaries(keys, declared, max_size=2)),
        "rules": [{"key": key, **rule} for key, rule in found.items()],
    }


@st.composite
def overlays(draw: Any) -> dict[str, Any]:
    """A document of one customer."""
    changes = st.dictionaries(st.sampled_from(["/if", "/then/x.y/with", "/title"]), values, min_size=1, max_size=2)
    return {
        "set": "customer:1",
        "params": draw(st.dictionaries(keys, values, max_size=2)),
        "mute": draw(st.dictionaries(keys, st.sampled_from(["asked", "agreed"]), max_size=2)),
        "change": draw(st.dictionaries(keys, changes, max_size=2)),
        "rules": [{"key": key, **rule} for key, rule in draw(st.dictionaries(keys, rules(), max_size=2)).items()],
    }


documents = st.one_of(st.tuples(*[houses()] * 3), st.tuples(*[overlays()] * 3))
