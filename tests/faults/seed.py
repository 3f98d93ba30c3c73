"""`python -m tests.faults.seed START COUNT [timed]`: put rules in force once, then create fines; in a server's own
database. `timed` has what pays them hang on a moment that is due at once."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
django.setup()

from rules.rule_sets import RuleSet  # noqa: E402 - models exist only after the setup
from tests.kit import a_fine, in_force  # noqa: E402

PAY = {"key": "pay-it", "when": "fine.created", "then": [{"do": "fine.payment", "with": {"paid_minor": 3600}}]}
PAY_IN_TIME = PAY | {"when": {"state": "fine.created", "for": "0m"}}
SETTLE = {
    "key": "settle",
    "when": "fine.payment",
    "then": [{"do": "fine.settle"}, {"do": "fine.write_letter", "with": {"kind": "dossier"}}],
}

if __name__ == "__main__":
    if not RuleSet.objects.exists():
        in_force(PAY_IN_TIME if "timed" in sys.argv else PAY, SETTLE)
    start, count = int(sys.argv[1]), int(sys.argv[2])
    for number in range(start, start + count):
        a_fine(case=f"case-{number}")
