"""What people call a state of a machine; the plain name where the machine or the state is not known."""

from __future__ import annotations

from typing import Any

from core import refs


def title_of(subject: str, state: str) -> str:
    """The title of `state` for the machine of a noun or a reference: "awaiting payment" for ("order:7", "pending")."""
    model: Any = refs.MODELS.get(subject.partition(":")[0])
    titles = dict(model._meta.get_field("state").flatchoices) if model is not None else {}
    return str(titles.get(state, state))
