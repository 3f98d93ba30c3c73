"""An index of the room's models."""

from rules.change_requests import Approval, ChangeRequest
from rules.decisions import Decision
from rules.exemptions import Exemption
from rules.incidents import Incident
from rules.once import Use
from rules.parity import Parity
from rules.rule_sets import RuleSet, RuleSetVersion
from rules.scenarios import Scenario
from rules.switches import Switch

__all__ = [
    "Approval",
    "ChangeRequest",
    "Decision",
    "Exemption",
    "Incident",
    "Parity",
    "RuleSet",
    "RuleSetVersion",
    "Scenario",
    "Switch",
    "Use",
]
