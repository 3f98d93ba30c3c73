"""The gate before a version goes live: its rules are compiled, and compared with the reference, in a process of their own.
A crash or a hang there is a finding, and no outage."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from core.events import Event
from core.said import Said, said
from rules.document.model import Document
from rules.document.problem import Problem

log = logging.getLogger(__name__)
CHILD = "rules.activation_child"
RECENT_EVENTS = 200


def try_out(house: Document, overlay: Document | None = None) -> list[Problem]:
    """What keeps these rules from going live, as findings; none where every matcher compiles them and agrees with the
    reference about made-up events and the newest real ones."""
    seconds = settings.CONFIG.gate_seconds
    if not seconds:
        return []
    given = {"house": house.data, "overlay": overlay.data if overlay else None, "events": _recent()}
    try:
        done = subprocess.run(  # noqa: S603 - our own module, and data on its standard input
            [sys.executable, "-m", CHILD], input=json.dumps(given), capture_output=True, text=True, check=False,
            timeout=seconds, cwd=settings.BASE_DIR,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return [
            _finding(
                said(
                    "these rules were not compiled and compared within {seconds} s; make them simpler",
                    seconds=f"{seconds:g}",
                )
            )
        ]
    except OSError as error:
        return [_finding(said("the process that compiles the rules did not start: {why}; check them again", why=error))]
    if done.returncode != 0:
        log.error("the activation gate failed", extra={"code": done.returncode, "said": done.stderr[-2000:]})
        why = (
            said("it ended with signal {number}", number=-done.returncode)
            if done.returncode < 0
            else said("it ended with {code}", code=done.returncode)
        )
        return [
            _finding(said("the process that compiles these rules crashed: {why}; a matcher cannot carry them", why=why))
        ]
    return [_finding(says) for says in _answer(done.stdout)]


def _answer(text: str) -> Sequence[Said]:
    try:
        answer: Any = json.loads(text)
        return [said(str(says)) for says in answer["problems"]]
    except (ValueError, KeyError, TypeError):
        return [said("the process that compiles these rules gave no answer; check them again")]


def _recent() -> list[Mapping[str, Any]]:
    return [event.as_document() for event in Event.objects.order_by("-pk")[:RECENT_EVENTS]]


def _finding(says: Said) -> Problem:
    return Problem("error", "", "", says)
