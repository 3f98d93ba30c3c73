"""What a decision was made by: the documents of the versions that it names, which later publications do not change."""

from __future__ import annotations

from functools import lru_cache

from rules.decisions import Decision
from rules.document.model import Document
from rules.overlays import Effective, effective
from rules.rule_sets import RuleSetVersion


def effective_rules(decision: Decision) -> Effective | None:
    """The effective rules by which `decision` was made; None where it failed before there were any, or where one of its
    versions is not on this server."""
    if not decision.versions:
        return None
    try:
        return _effective(*decision.versions)
    except LookupError:
        return None


def documents(hashes: tuple[str, ...]) -> tuple[Document, ...]:
    """The documents of these versions. Raises LookupError where one is not on this server."""
    return tuple(_document(content_hash) for content_hash in hashes)


@lru_cache(maxsize=256)
def _effective(*hashes: str) -> Effective:
    return effective(*documents(hashes))


def _document(content_hash: str) -> Document:
    version = RuleSetVersion.objects.filter(content_hash=content_hash).first()
    if version is None:
        raise LookupError(content_hash)
    return Document(version.document)
