"""What a customer's own people see of a machine, and what they may do with it: declared beside the machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OWNER, BILLING, TECH, VIEWER = "owner", "billing", "tech", "viewer"
CUSTOMER_ROLES = (OWNER, BILLING, TECH, VIEWER)
PAYERS, TECHS, WRITERS = (OWNER, BILLING), (OWNER, TECH), (OWNER, BILLING, TECH)


@dataclass(frozen=True)
class CustomerRights:
    """Of the rows that are a customer's own. Transitions name their `customer_roles` themselves.

    `see`: all of them, none, or those with these values. `create` and `edit` name the roles that may, giving `fields`
    only; `given` is set by the server for what they create. `hidden` are facts and fields, `hidden_events` event types,
    that stay with staff.
    """

    see: bool | Mapping[str, Any] = True
    create: tuple[str, ...] = ()
    edit: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    hidden_events: tuple[str, ...] = ()

    def show(self, row: Any) -> bool:
        """Whether a row of theirs is for them."""
        if isinstance(self.see, bool):
            return self.see
        return all(getattr(row, name) == value for name, value in self.see.items())


STAFF_ONLY = CustomerRights(see=False)
