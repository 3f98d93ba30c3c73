"""From the text of a set to its one document, with everything that is wrong with it, also against the live house."""

from __future__ import annotations

from rules.checks import check
from rules.document.load import Loaded, load
from rules.document.model import Document
from rules.document.problem import Problem
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion


def read(text: str, key: str) -> tuple[Document | None, list[Problem]]:
    """The one document of set `key` in `text`, and everything that is wrong with it; warnings included."""
    loaded: Loaded = load(text, name="rules.yaml")
    problems = list(loaded.problems)
    if not loaded.ok:
        return None, problems
    if len(loaded.documents) != 1:
        wrong = f"there are {len(loaded.documents)} documents in this text; write one, without a line of ---"
        return None, [*problems, Problem("error", "", "", wrong, 1)]
    document = loaded.documents[0]
    if document.set != key:
        wrong = f'this text is for set "{document.set}", but it is saved under "{key}"; write "set: {key}"'
        problems.append(Problem("error", "", "/set", wrong, document.line_of("/set")))
    house = live_document(HOUSE) if key != HOUSE else None
    if house is None:
        return document, problems + check([document])
    not_mine = check([house])
    return document, problems + [found for found in check([house, document]) if found not in not_mine]


def live_version(key: str) -> RuleSetVersion | None:
    """The version of set `key` that decides now."""
    return RuleSetVersion.objects.filter(rule_set__key=key, state="live").select_related("rule_set").first()


def live_document(key: str) -> Document | None:
    """The document of that version."""
    version = live_version(key)
    return document_of(version) if version else None


def house_for(customer: str) -> Document | None:
    """The house rules by which a customer is decided now: the newest, or those on which an overlay in conflict stays."""
    stuck = RuleSet.objects.filter(key=customer).exclude(stays_on=None).select_related("stays_on__rule_set").first()
    if stuck is not None and stuck.stays_on is not None:
        return document_of(stuck.stays_on)
    return live_document(HOUSE)


def document_of(version: RuleSetVersion | None, key: str = HOUSE) -> Document:
    """The document of a version; of none, that of an empty set."""
    return Document(version.document, name=str(version)) if version else Document({"set": key, "rules": []})
