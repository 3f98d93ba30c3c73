"""Which rules are held against each other."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rules.checks import pairs as module
from rules.checks.pairs import Pairs, named_by
from rules.checks.worlds import Worlds
from rules.rule import build_rule
from tests.rules.cases import rule
from tests.rules.checks.shop import shop


def asks(country: str | list[str] | None) -> Any:
    if country is None:
        return None
    return {"fact": "order.country", "op": "eq" if isinstance(country, str) else "in", "value": country}


def met(wanted: list[Any], mine: bool = True) -> set[tuple[int, int]]:
    pairs: Pairs[int] = Pairs(Worlds(shop(), {}))
    for number, country in enumerate(wanted):
        pairs.add(build_rule(rule(f"r{number}", "order.*", if_=asks(country))), number + 1000, "x", mine=mine)
    return {tuple(sorted((one.item - 1000, other.item - 1000))) for one, other in pairs}  # type: ignore[misc]


@given(
    st.lists(
        st.none() | st.sampled_from(["RO", "MD"]) | st.lists(st.sampled_from(["RO", "MD", "DE"]), min_size=1),
        max_size=14,
    )
)
def test_every_pair_meets_once_but_those_that_ask_for_different_texts(wanted: list[Any]) -> None:
    def texts(country: Any) -> set[str]:
        return {"RO", "MD", "DE", ""} if country is None else {country} if isinstance(country, str) else set(country)

    every = {(one, other) for other in range(len(wanted)) for one in range(other)}
    assert met(wanted) == {(one, other) for one, other in every if texts(wanted[one]) & texts(wanted[other])}
    assert met(wanted, mine=False) == set()


def test_too_many_pairs_are_left_out_and_told(monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "MAX_PAIRS", 3)
    pairs: Pairs[str] = Pairs(Worlds(shop(), {}))
    for number in range(4):
        pairs.add(build_rule(rule(f"r{number}", "order.paid")), f"{number} made", "x", mine=True)
    assert len(list(pairs)) == 3
    [(about, finding)] = pairs.left_out()
    assert (about, finding.severity) == (None, "note")
    assert finding.message.startswith("3 pairs")


def test_only_what_is_demanded_in_any_case_names_a_fact() -> None:
    either = build_rule(rule("a", "order.paid", if_={"any": [asks("RO"), asks("MD")]}))
    both = build_rule(rule("a", "order.paid", if_={"all": [asks(["RO", "MD"]), asks(["MD", "DE"])]}))
    assert named_by(either.condition) == {}
    assert named_by(both.condition) == {"order.country": {"MD"}}
