"""How operators are called in sentences, and which of them fit what stands on their left."""

from __future__ import annotations

from django.utils.translation import gettext

from admin_ui.editor.model import Choice
from core.catalog import Fact, Kind
from rules.intervals import COMPARABLE
from rules.operators import EXISTS, ORDERED, Operator, operators

NOT_SET = "exists:false"
_IN_TIME = frozenset({"text", "moment"})


def fitting(kind: str | None, fact: Fact | None, *, aggregate: bool = False, member: bool = False) -> list[Choice]:
    """The operators that can be true of something of this kind; of members of a list without those about the fact."""
    found = []
    for operator in operators.as_declared():
        wrong = kind is not None and kind not in operator.kinds
        wrong = wrong or (aggregate and operator.name not in COMPARABLE)
        wrong = wrong or (member and not operator.of_members)
        wrong = wrong or (fact is not None and not _sensible(operator, fact))
        if not wrong:
            found.append(Choice(operator.name, gettext(operator.title)))
            if operator.name == EXISTS:
                found.append(Choice(NOT_SET, gettext("is not set")))
    return found


def _sensible(operator: Operator, fact: Fact) -> bool:
    """Text of which it is known what it means is not compared letter by letter, and plain text by nothing else."""
    kinds = operator.kinds
    as_written, of_size, in_time = "text" in kinds and kinds <= {"text", "list"}, kinds == ORDERED, kinds == _IN_TIME
    if fact.kind in (Kind.MOMENT, Kind.DATE):
        return not as_written and operator.takes != "list" and (not of_size or operator.takes == "pair")
    if fact.choices or fact.kind is Kind.REF:
        return not (as_written or in_time or of_size)
    if fact.kind is Kind.TEXT:
        return not (in_time or of_size)
    return True
