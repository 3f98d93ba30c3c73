"""An index of the room's models."""

from rules.change_requests import ChangeRequest
from rules.decisions import Decision
from rules.once import Use
from rules.rule_sets import RuleSet, RuleSetVersion
from rules.switches import Switch

__all__ = ["ChangeRequest", "Decision", "RuleSet", "RuleSetVersion", "Switch", "Use"]
