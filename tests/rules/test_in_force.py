"""What a worker keeps of the rules in force: by content hash, bounded, closed when it goes, safe between threads."""

from __future__ import annotations

from typing import Any

import pytest

from rules.document.model import Document, content_hash
from rules.in_force import Cache, Live, live_versions
from rules.matchers.durable import DurableMatcher
from rules.rule_sets import RuleSet
from tests.kit import in_force
from tests.parallel import at_once

pytestmark = pytest.mark.django_db


def rule(key: str) -> dict[str, Any]:
    return {"key": key, "when": "fine.created", "if": {"fact": "fine.article", "op": "eq", "value": 7}, "then": []} | {
        "then": [{"do": "test.note"}]
    }


def lives(count: int) -> list[Live]:
    versions = [in_force(rule(f"r{number}"), key=f"customer:{number}") for number in range(count)]
    return [Live(version.pk, version.content_hash) for version in versions]


EVENT = {"id": "x", "type": "fine.created", "subject": "fine:1", "sequence": 0, "at": "2026-03-01T10:00:00Z",
         "facts": {"fine": {"article": 7}}}  # fmt: skip


class TestLiveVersions:
    def test_of_the_house_and_of_customers_that_have_a_set(self) -> None:
        house, mine = in_force(rule("a")), in_force(rule("b"), key="customer:1")
        in_force(rule("c"), key="customer:3")
        found = live_versions(["customer:1", "customer:2", ""])
        assert {key: live.version for key, live in found.items()} == {"house": house.pk, "customer:1": mine.pk}

    def test_a_set_that_was_never_published_is_not_live(self) -> None:
        RuleSet.objects.create(key="customer:1")
        assert live_versions(["customer:1"], share=True) == {}

    def test_the_newest_publication_counts(self) -> None:
        in_force(rule("a"))
        second = in_force(rule("b"))
        assert live_versions([])["house"] == Live(second.pk, second.content_hash)


class TestCache:
    def test_the_same_hash_is_compiled_once(self) -> None:
        cache, [live] = Cache(), lives(1)
        assert cache.compiled(live, 0) is cache.compiled(live, 0)

    def test_what_is_evicted_is_closed(self) -> None:
        cache, [one, two, three] = Cache(rules=4), lives(3)
        first, second = cache.compiled(one, 0), cache.compiled(two, 0)
        for found in (first, second):
            assert found.durable is not None
            assert found.durable.match(EVENT)
        cache.compiled(one, 0)  # the least recently used goes
        cache.compiled(three, 0)
        assert cache.compiled(one, 0) is first
        assert isinstance(second.durable, DurableMatcher)
        assert not second.durable._open
        assert not second.durable._groups, "its networks are given back"

    def test_a_closed_one_still_answers_without_its_networks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cache, [live] = Cache(), lives(1)
        durable = cache.compiled(live, 0).durable
        assert isinstance(durable, DurableMatcher)
        durable.close()
        monkeypatch.setattr(DurableMatcher, "_group", None)  # calling it would fail
        assert durable.match(EVENT) == ["r0"]

    def test_many_threads_share_it_while_it_evicts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each thread holds compiled rules that another thread evicts at that moment."""
        cache, found = Cache(rules=4), lives(6)
        for live in found:  # the documents are read here; the threads need no database
            document = Document({"rules": [rule(f"r{found.index(live)}")]})
            monkeypatch.setitem(DOCUMENTS, live.content_hash, document)
        monkeypatch.setattr(Cache, "_document", lambda _self, live: DOCUMENTS[live.content_hash])

        def use(start: int) -> int:
            right = 0
            for lap in range(300):
                number = (start + lap) % len(found)
                compiled = cache.compiled(found[number], 0)
                assert compiled.durable is not None
                right += compiled.durable.match(EVENT) == compiled.reference.match(EVENT) == [f"r{number}"]
            return right

        assert at_once(*(lambda start=start: use(start) for start in range(4))) == [300] * 4
        assert len(cache._compiled) == 2

    def test_effective_rules_follow_both_hashes(self) -> None:
        cache = Cache()
        house, mine = in_force(rule("a")), in_force(rule("b"), key="customer:1")
        house_live, live = Live(house.pk, house.content_hash), Live(mine.pk, mine.content_hash)
        assert [found.key for found in cache.effective(house_live).rules] == ["a"]
        assert [found.key for found in cache.effective(house_live, live).rules] == ["a", "b"]
        assert cache.effective(house_live, live) is cache.effective(house_live, live)

    def test_they_are_bounded_too(self) -> None:
        cache, found = Cache(customers=2), lives(4)
        for live in found[1:]:
            cache.effective(found[0], live)
        assert len(cache._effective) == 2

    def test_what_customers_have_of_a_house_goes_with_it(self) -> None:
        cache, [mine] = Cache(rules=4), [Live(v.pk, v.content_hash) for v in [in_force(rule("m"), key="customer:1")]]
        houses = [Live(v.pk, v.content_hash) for v in (in_force(rule(f"h{number}")) for number in range(5))]
        for house in houses:
            cache.effective(house, mine)
        assert (len(cache._bases), len(cache._effective)) == (2, 2)

    def test_customers_with_parameters_only_share_the_rules_of_the_house(self) -> None:
        declared = {"low": {"type": "integer", "default": 5}}
        house = in_force(rule("a"), params=declared)
        mine = in_force(key="customer:1", params={"low": 9})
        cache, live = Cache(), Live(house.pk, house.content_hash)
        hers = cache.effective(live, Live(mine.pk, mine.content_hash))
        assert hers.rules is cache.effective(live).rules
        assert hers.params == {"low": 9}


DOCUMENTS: dict[str, Document] = {}


def test_the_hash_is_of_the_meaning_not_of_the_writing() -> None:
    one = Document({"set": "house", "rules": [], "params": {}})
    other = Document({"rules": [], "params": {}, "set": "house"})
    assert content_hash(one) == content_hash(other) != content_hash(Document({"rules": []}))
