"""Whole histories: the log of fines and its rules from the compressed file, by columns and line by line; stored sizes too."""

from __future__ import annotations

import gzip
import json
import random
import resource
import statistics
import tempfile
import time
from pathlib import Path

from rules.backtest_file import backtest_file
from rules.document.files import load_file
from rules.document.model import Document
from rules.matching import compile_rules
from rules.trying import try_event
from tests.bench.matching import events, rules
from tests.bench.measure import interleaved, table

HISTORY = Path(__file__).parents[3] / "shared" / "data" / "history"
MADE, RULES = 200_000, 50


def run() -> None:
    _fines()
    _made()
    _single()


def _fines() -> None:
    if not HISTORY.exists():
        print("\nHistories: the log of fines is not here, so it is not measured")
        return
    loaded = load_file(HISTORY / "fines.rules.json")
    expected = json.loads((HISTORY / "fines.expected.json").read_text(encoding="utf-8"))["rules"]
    rows, rates = [], {}
    for matcher in ("columnar", "compiled", "reference"):
        seconds, worked = [], []
        for _round in range(5 if matcher == "columnar" else 3):
            started, computing = time.perf_counter(), time.process_time()
            count, found = backtest_file(loaded.documents, HISTORY / "fines.jsonl.gz", matcher)
            seconds.append(time.perf_counter() - started)
            worked.append(time.process_time() - computing)
        if found != expected:
            raise AssertionError(f"{matcher} does not find what an outside engine found")
        median = statistics.median(seconds)
        rates[matcher] = count / median
        rows.append((matcher, count, round(median, 3), round(statistics.median(worked), 3), rates[matcher]))
    rows = [(*row, round(row[4] / rates["reference"], 1)) for row in rows]
    table(
        "The log of fines by its 13 rules, parsing included",
        ("matcher", "events", "seconds", "of a processor", "events/s", "× reference"),
        rows,
    )


def _made() -> None:
    """Made-up events in a file, in a process whose memory is measured."""
    written, made = rules(RULES, 3), events(5)
    random_ = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.jsonl.gz"
        with gzip.open(path, "wt", compresslevel=1) as file:
            for number in range(MADE):
                file.write(json.dumps(random_.choice(made) | {"id": str(number)}) + "\n")
        started = time.perf_counter()
        count, _found = backtest_file([Document({"rules": written})], path)
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [(count, RULES, round(seconds, 2), count / seconds, peak)]
    table("Made-up events by columns", ("events", "rules", "seconds", "events/s", "peak MB of the process"), rows)


def _single() -> None:
    """What one event costs: both live matchers, and its explanation."""
    written, happened = rules(1_000, 1_000), events(7)[:500]
    compiled, durable = compile_rules(written, "compiled"), compile_rules(written, "durable")
    house = Document({"rules": written})
    all_fit = Document({"rules": [one | {"when": written[1]["when"]} for one in written]})
    fitting = [one | {"type": written[1]["when"]} for one in happened[:10]]
    acts = {
        "double decision, 1,000 rules": lambda: [(compiled.match(one), durable.match(one)) for one in happened],
        "explaining 10 events, 1,000 rules": lambda: [try_event(one, house) for one in happened[:10]],
        "explaining 10 events, all 1,000 rules for their type": lambda: [try_event(one, all_fit) for one in fitting],
    }
    found = interleaved(acts, rounds=3, repeat=1)
    large = rules(10_000, 10_000)
    built = compile_rules(large, "compiled")
    started = time.perf_counter()
    built.prepare()  # type: ignore[attr-defined]
    generated = time.perf_counter() - started
    rows = [
        ("double decision, 1,000 rules, µs per event", round(found["double decision, 1,000 rules"] / 500 * 1e6, 1), 60),
        ("explaining one event, 1,000 rules, ms", round(found["explaining 10 events, 1,000 rules"] / 10 * 1e3, 1), 50),
        (
            "the same where all 1,000 are for events of its type, ms",
            round(found["explaining 10 events, all 1,000 rules for their type"] / 10 * 1e3, 1),
            50,
        ),
        ("generating code for 10,000 rules, s", round(generated, 2), 1),
    ]
    durable.close()
    table("One event", ("what", "measured", "bar"), rows)
