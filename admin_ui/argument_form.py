"""A small form made from the JSON schema of a transition's arguments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext

from core import clock
from core.catalog import Transition
from core.money import digits

_LONG = 200


class ArgumentForm(forms.Form):
    """The arguments of one transition. Amounts are typed in whole units and handed on in minor units."""

    currency = ""

    def arguments(self) -> dict[str, Any]:
        """The cleaned values as the transition takes them; what was left empty is left out."""
        found = {name: self._plain(name, value) for name, value in self.cleaned_data.items()}
        return {name: value for name, value in found.items() if value is not None and value not in ("", [])}

    def sentence(self) -> str:
        """What is wrong with what was typed."""
        return " ".join(
            f"{self.fields[name].label}: {' '.join(str(error) for error in errors)}"
            for name, errors in self.errors.items()
        )

    def _plain(self, name: str, value: Any) -> Any:
        field = self.fields[name]
        if isinstance(field, MinorField):
            return None if value is None else int(value.scaleb(digits(self.currency)))
        if isinstance(field, forms.DateTimeField):
            return clock.iso(value) if value else None
        if isinstance(field, forms.DateField):
            return value.isoformat() if value else None
        if isinstance(field, LinesField):
            return [line.strip() for line in value.splitlines() if line.strip()]
        return value


class MinorField(forms.DecimalField):
    """An amount of money in whole units with decimals."""


class LinesField(forms.CharField):
    """A list of texts, one on each line."""


def form_of(spec: Transition, row: Any, data: Any = None) -> ArgumentForm | None:
    """The form for the arguments of `spec` on `row`; None where it takes none."""
    if not spec.arguments:
        return None
    currency = str(getattr(row, "currency", "") or "")
    fields = {name: _field(name, schema, name in spec.required, currency) for name, schema in spec.arguments.items()}
    made = type("Arguments", (ArgumentForm,), {**fields, "currency": currency})
    return made(data, auto_id=f"{spec.name}-%s")


def _field(name: str, schema: dict[str, Any], required: bool, currency: str) -> forms.Field:
    title = str(schema.get("title") or name.removesuffix("_minor").replace("_", " ").capitalize())
    base: dict[str, Any] = {"required": required, "label": title, "help_text": str(schema.get("description", ""))}
    if "enum" in schema:
        values = {str(value): value for value in schema["enum"]}
        choices = [*([] if required else [("", "–")]), *((text, text) for text in values)]
        return forms.TypedChoiceField(choices=choices, coerce=values.__getitem__, empty_value=None, **base)
    sort = schema.get("type")
    low, high = schema.get("minimum"), schema.get("maximum")
    if sort == "integer" and name.endswith("_minor") and currency:
        places = digits(currency)
        base["label"] = f"{title} ({currency})"
        bounds = [None if edge is None else Decimal(edge).scaleb(-places) for edge in (low, high)]
        return MinorField(min_value=bounds[0], max_value=bounds[1], decimal_places=places, **base)
    if sort == "integer":
        return forms.IntegerField(min_value=low, max_value=high, **base)
    if sort == "number":
        return forms.FloatField(min_value=low, max_value=high, **base)
    if sort == "boolean":
        return forms.BooleanField(**{**base, "required": False})
    if sort == "array" and schema.get("items", {}).get("type") == "string":
        base["help_text"] = base["help_text"] or gettext("One on each line.")
        return LinesField(widget=forms.Textarea(attrs={"rows": 3}), **base)
    return _text(schema, base) if sort == "string" else forms.JSONField(**base)


def _text(schema: dict[str, Any], base: dict[str, Any]) -> forms.Field:
    if schema.get("format") == "date":
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **base)
    if schema.get("format") == "date-time":
        return forms.DateTimeField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), **base)
    longest = schema.get("maxLength")
    area = forms.Textarea(attrs={"rows": 3}) if longest and longest > _LONG else None
    return forms.CharField(max_length=longest, min_length=schema.get("minLength"), widget=area, **base)
