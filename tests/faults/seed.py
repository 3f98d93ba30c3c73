"""`python -m tests.faults.seed START COUNT`: put rules in force once, then create fines; in a server's own database."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
django.setup()

from rules.rule_sets import RuleSet  # noqa: E402 - models exist only after the setup
from tests.kit import a_fine, in_force  # noqa: E402

PAY = {"key": "pay-it", "when": "fine.created", "then": [{"do": "fine.payment", "with": {"paid_minor": 3600}}]}
SETTLE = {
    "key": "settle",
    "when": "fine.payment",
    "then": [{"do": "fine.settle"}, {"do": "fine.write_letter", "with": {"kind": "dossier"}}],
}

if __name__ == "__main__":
    if not RuleSet.objects.exists():
        in_force(PAY, SETTLE)
    start, count = int(sys.argv[1]), int(sys.argv[2])
    for number in range(start, start + count):
        a_fine(case=f"case-{number}")
