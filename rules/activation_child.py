"""Runs in a process of its own, before a version goes live: compile its rules by every matcher and compare them with the
reference. What crashes or hangs here takes nothing with it. Reads JSON from the standard input, writes JSON.

In: {"house": document, "overlay": document or null, "events": […]}. Out: {"problems": [sentence, …]}.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rules.document.model import Document
from rules.matchers.durable import EngineMissing
from rules.matchers.reference import ReferenceMatcher
from rules.matching import MATCHERS
from rules.overlays import effective
from rules.rule import Rule
from rules.samples import samples

MAX_SAID = 10


def main() -> None:
    given = json.loads(sys.stdin.read())
    house, overlay = Document(given["house"]), Document(given["overlay"]) if given["overlay"] else None
    found = effective(house, overlay)
    events = [*given["events"], *samples(found.rules, found.params)]
    problems = [
        said for name in MATCHERS if name != "reference" for said in compare(name, found.rules, events, found.params)
    ]
    sys.stdout.write(json.dumps({"problems": problems[:MAX_SAID]}))


def compare(
    name: str, rules: Sequence[Rule], events: Sequence[Mapping[str, Any]], params: Mapping[str, Any]
) -> Iterator[str]:
    """Where the matcher `name` does not compile these rules, fails, or finds others true than the reference."""
    try:
        matcher = MATCHERS[name](rules)
    except EngineMissing:
        return
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we came to find
        yield f"the matcher {name} cannot compile these rules: {type(error).__name__}: {error}"
        return
    reference = ReferenceMatcher(rules)
    try:
        for event in events:
            wanted, got = reference.match(event, params), matcher.match(event, params)
            if wanted != got:
                differing = ", ".join(sorted(set(wanted) ^ set(got))) or "their order"
                yield f"the matcher {name} and the reference differ about {differing} on an event {event['type']}"
    except Exception as error:  # noqa: BLE001 - as above
        yield f"the matcher {name} failed on an event: {type(error).__name__}: {error}"
    finally:
        matcher.close()


if __name__ == "__main__":
    main()
