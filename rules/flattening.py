"""A house with the overlay of a segment in it, as one document: what the set of a customer in that segment stands over. Pure."""

from __future__ import annotations

from rules.document.model import Document
from rules.overlays import effective


def flattened(house: Document, overlay: Document | None) -> Document:
    """`house` as everybody under `overlay` has it; muted rules are in it still, for sets that change or mute them too."""
    if overlay is None:
        return house
    found = effective(house, overlay)
    rules = sorted((*found.rules, *found.silenced.values()), key=lambda rule: rule.order)
    params = {name: {**declared, "default": found.params[name]} for name, declared in house.params.items()}
    made = {**house.data, "params": params, "rules": [rule.document for rule in rules], "texts": found.texts}
    return Document(made, name=house.name)
