"""What is kept never weighs more than it may, whatever is asked of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rules.keeping import Kept

steps = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 6)), max_size=60)


@given(steps, st.integers(1, 12))
def test_it_is_bounded_and_tells_what_goes(asked: list[tuple[str, int]], limit: int) -> None:
    gone: list[str] = []
    kept: Kept[str, int] = Kept(lambda: limit, lambda weight: weight, lambda key, _value: gone.append(key))
    there: set[str] = set()
    for key, weight in asked:
        if kept.get(key) is None:
            kept.put(key, weight)
            there.add(key)
        there -= set(gone)
        gone.clear()
        assert kept.get(key) is not None, "the newest stays"
        assert len(kept) == len(there)
        assert kept.total <= limit or len(kept) == 1


def test_the_least_recently_used_goes_first() -> None:
    kept: Kept[str, int] = Kept(lambda: 2, lambda _value: 1)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, 3)
    kept.drop_where(lambda key: key == "a")
    assert (len(kept), kept.total) == (1, 1)
