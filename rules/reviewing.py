"""What there is to know of a change request before it goes live: its differences, its problems, its weight."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from core import catalog
from rules.change_requests import ChangeRequest
from rules.describing import differences
from rules.document.model import Document, content_hash
from rules.document.problem import Problem
from rules.parts import owners, parts_of, patch
from rules.reach import Change
from rules.reading import below_of, document_of, live_version, read
from rules.rule_sets import HOUSE
from rules.weights import Weight, approvals_needed, money_rules, weigh


@dataclass(frozen=True)
class Review:
    """A change request as it is now. `document` is None where its text cannot be read; `said` are its differences from
    its base as sentences, `money` the changed rules that move money; `fingerprint` stands for its own rules with
    their findings, `digest` for all of its rules; `house` is the version of the house against which it was held. `tested`
    stands for the rules that the gate has let through, `change` for what publishing it now would make otherwise."""

    document: Document | None
    problems: tuple[Problem, ...]
    said: tuple[str, ...] = ()
    weight: Weight = "rules"
    needed: int = 1
    money: tuple[str, ...] = ()
    fingerprint: str = ""
    digest: str = ""
    house: int | None = None
    tested: str = ""
    change: Change | None = None

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]


def review(request: ChangeRequest) -> Review:
    """Look at a change request; changes nothing."""
    document, problems = read(request.text, request.rule_set.key)
    if document is None:
        return Review(None, tuple(problems))
    key = request.rule_set.key
    house = live_version(HOUSE) if key != HOUSE else None
    inherited = below_of(key)
    below = content_hash(inherited) if inherited else ""
    declared = (len(catalog.machines), len(catalog.event_types), len(catalog.actions))
    texts = (request.text, key, request.base_id or 0, below, settings.CONFIG.approvals, declared, get_language())
    old = document_of(request.base, key).data
    found = _review(_Compared(texts, old, document, inherited.data if inherited else None, tuple(problems)))
    return replace(found, house=house.pk if house else None)


@dataclass(frozen=True)
class _Compared:
    """What a review depends on: the texts and the immutable versions stand for what was read of them."""

    texts: tuple[object, ...]
    old: dict[str, Any] = field(compare=False)
    new: Document = field(compare=False)
    below: dict[str, Any] | None = field(compare=False)
    problems: tuple[Problem, ...] = field(compare=False)


@lru_cache(maxsize=8)
def _review(asked: _Compared) -> Review:
    old, new, below = asked.old, asked.new.data, asked.below
    return Review(
        asked.new,
        asked.problems,
        tuple(differences(old, new)),
        weigh(old, new),
        approvals_needed(old, new, below, usually=settings.CONFIG.approvals),
        tuple(money_rules(old, new, below)),
        fingerprint(old, asked.new, below, list(asked.problems)),
        content_hash(asked.new),
    )


def fingerprint(
    old: dict[str, Any], document: Document, inherited: dict[str, Any] | None, problems: list[Problem]
) -> str:
    """A hash of what an approval says yes to: the whole text of the rules and parameters that the change touches, the
    parameters and inherited rules that these use, and what was found about them."""
    new = document.data
    mine = owners(patch(old, new))
    parts = parts_of(new)
    touched = {"\n".join(part): value for part, value in parts.items() if part[:2] in mine}
    below = parts_of(inherited) if inherited else {}
    changed = {part[1] for part in mine if part[0] == "change"}
    touched |= {"\n".join(("below", *part)): value for part, value in below.items() if part[1:2] and part[1] in changed}
    named = set(_params(list(touched.values())))
    for name, given in (("given", parts), ("below", below)):
        used = {part: value for part, value in given.items() if part[0] == "params" and part[1] in named}
        touched |= {"\n".join((name, *part)): value for part, value in used.items()}
    keys = {part[1] for part in mine if len(part) > 1} | {""}
    found = sorted((found.severity, found.rule, found.message) for found in problems if found.rule in keys)
    text = json.dumps([sorted(map("\n".join, mine)), touched, found], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def as_data(problem: Problem) -> dict[str, Any]:
    """A finding as it is stored."""
    return {
        name: getattr(problem, name) for name in ("severity", "rule", "pointer", "message", "line", "code", "witness")
    }


def _params(value: Any) -> Iterator[str]:
    """Names of the parameters that stand anywhere in `value`; a template may name any, so its text is kept whole."""
    if isinstance(value, dict):
        if isinstance(value.get("param"), str):
            yield value["param"]
        for item in value.values():
            yield from _params(item)
    elif isinstance(value, list):
        for item in value:
            yield from _params(item)
