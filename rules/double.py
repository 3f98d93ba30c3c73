"""The double decision: two matchers decide every event, and where they differ the reference does."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from zlib import crc32

from rules.in_force import Compiled, Live
from rules.incidents import Disagreement
from rules.matchers.contract import Matcher
from rules.overlays import HOUSE_LAYER

SAMPLE = 16  # of so many events, one is decided twice by the rules of an overlay
DISAGREED: set[str] = set()  # content hashes in quarantine, as far as this process knows before it is stored
log = logging.getLogger(__name__)


def true_keys(
    event: Mapping[str, Any], live: Live, compiled: Compiled, params: Mapping[str, Any], layer: int
) -> tuple[list[str], Disagreement | None]:
    """Keys of the rules of a version that are true of an event, and the disagreement if there was one.

    The generated code decides together with the engine, or with the reference where the engine cannot be had; rules of an
    overlay are decided twice for a sample of events. A version in quarantine is decided by the reference alone.
    """
    reference = compiled.reference
    if live.quarantined or live.content_hash in DISAGREED:
        return reference.match(event, params), None
    others: list[tuple[str, Matcher]] = [("compiled", compiled.code)]
    if layer == HOUSE_LAYER and compiled.durable is not None:
        others.append(("durable", compiled.durable))
    elif layer == HOUSE_LAYER or crc32(str(event.get("id")).encode()) % SAMPLE == 0:
        others.append(("reference", reference))
    answers: list[list[str]] = []
    for name, matcher in others:
        try:
            answers.append(matcher.match(event, params))
        except Exception as error:
            log.exception("a matcher failed; the reference decides alone from now on", extra=_said(event, live, name))
            return _arbitrate(event, live, reference.match(event, params), name, [], f"{type(error).__name__}: {error}")
    if all(answer == answers[0] for answer in answers):
        return answers[0], None
    keys = reference.match(event, params)
    name, answer = next((one[0], said) for one, said in zip(others, answers, strict=True) if said != keys)
    extra = {**_said(event, live, name), "reference": keys, "other": answer}
    log.error("matchers disagree; the reference decides from now on", extra=extra)
    return _arbitrate(event, live, keys, name, answer, "")


def _arbitrate(
    event: Mapping[str, Any], live: Live, keys: list[str], matcher: str, other: list[str], error: str
) -> tuple[list[str], Disagreement]:
    DISAGREED.add(live.content_hash)
    return keys, Disagreement(live.content_hash, matcher, str(event.get("id", "")), tuple(keys), tuple(other), error)


def _said(event: Mapping[str, Any], live: Live, matcher: str) -> dict[str, Any]:
    return {"version": live.content_hash, "event": event.get("id"), "matcher": matcher}
