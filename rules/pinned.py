"""What a decision was made by: the documents of the versions that it names, which later publications do not change."""

from __future__ import annotations

from functools import lru_cache

from rules.decisions import Decision
from rules.document.model import Document
from rules.overlays import Effective, effective
from rules.rule_sets import RuleSetVersion


def effective_rules(decision: Decision) -> Effective | None:
    """The effective rules by which `decision` was made; None where one of its versions is not on this server."""
    try:
        return _effective(decision.house, decision.overlay)
    except LookupError:
        return None


@lru_cache(maxsize=256)
def _effective(*hashes: str) -> Effective:
    documents = [_document(content_hash) for content_hash in hashes if content_hash]
    return effective(*documents)


def _document(content_hash: str) -> Document:
    version = RuleSetVersion.objects.filter(content_hash=content_hash).first()
    if version is None:
        raise LookupError(content_hash)
    return Document(version.document)
