"""An index of the room's models."""

from rules.assignments import SegmentAssignment
from rules.change_requests import Approval, ChangeRequest
from rules.decisions import Decision
from rules.due_moments import DueMoment
from rules.exemptions import Exemption
from rules.incidents import Incident
from rules.moment_scans import MomentScan
from rules.once import Use
from rules.parity import Parity
from rules.rule_sets import RuleSet, RuleSetVersion
from rules.scenarios import Scenario
from rules.simulation.backtests import Backtest
from rules.switches import Switch

__all__ = [
    "Approval",
    "Backtest",
    "ChangeRequest",
    "Decision",
    "DueMoment",
    "Exemption",
    "Incident",
    "MomentScan",
    "Parity",
    "RuleSet",
    "RuleSetVersion",
    "Scenario",
    "SegmentAssignment",
    "Switch",
    "Use",
]
