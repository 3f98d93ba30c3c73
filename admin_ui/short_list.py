"""Short lists in the forms of rows: typed with commas, and stored as a list."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.text import capfirst
from unfold.widgets import UnfoldAdminTextInputWidget

_WHOLE = re.compile(r"[0-9]{1,9}")


class ShortListField(forms.CharField):
    """Texts, or whole numbers with `numbers`, with commas between them."""

    def __init__(self, *, numbers: bool = False, **options: Any) -> None:
        super().__init__(widget=UnfoldAdminTextInputWidget(), max_length=5_000, **options)
        self._numbers = numbers

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(one) for one in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """The list; what is no number stays a text, for the model to refuse."""
        if isinstance(value, list):
            return value
        parts = (part.strip() for part in str(value or "").split(","))
        return [self._item(part) for part in parts if part]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(initial) != self.to_python(data))

    def _item(self, part: str) -> str | int:
        return int(part) if self._numbers and _WHOLE.fullmatch(part) else part


def list_field(db_field: Any) -> ShortListField | None:
    """The field in which a list of a model is typed; None where it holds something else than a list by default."""
    default = db_field.get_default()
    if not isinstance(default, list):
        return None
    return ShortListField(
        numbers=any(type(one) is int for one in default),
        required=not db_field.blank,
        initial=default,
        label=capfirst(db_field.verbose_name),
        help_text=db_field.help_text,
    )
