"""Static checks of rules against what is declared."""

from rules.checks.check import check

__all__ = ["check"]
