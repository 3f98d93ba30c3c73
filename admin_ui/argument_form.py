"""A small form made from the JSON schema of a transition's arguments."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

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


def form_of(
    spec: Transition, row: Any, data: Any = None, initial: Mapping[str, Any] | None = None
) -> ArgumentForm | None:
    """The form for the arguments of `spec` on `row`; None where it takes none. `initial` are arguments as it takes them."""
    if not spec.arguments:
        return None
    currency = str(getattr(row, "currency", "") or "")
    fields = {name: _field(name, schema, name in spec.required, currency) for name, schema in spec.arguments.items()}
    made = type("Arguments", (ArgumentForm,), {**fields, "currency": currency})
    return made(data, auto_id=f"{spec.name}-%s", initial=_shown(fields, initial or {}, currency))


@dataclass(frozen=True)
class _Empty:
    """What the fields of a form that nobody has filled in depend on."""

    schema: str
    currency: str
    language: str | None
    spec: Transition = field(compare=False)


def empty_fields(spec: Transition, row: Any) -> SafeString:
    """The fields of that form, with nothing in them, as they stand on a page; empty where it has none. Kept, for the page of
    an object has dozens of them."""
    schema = json.dumps([spec.name, spec.arguments, spec.required], default=str)
    return _rendered(_Empty(schema, str(getattr(row, "currency", "") or ""), get_language(), spec))


@lru_cache(maxsize=512)
def _rendered(empty: _Empty) -> SafeString:
    form = form_of(empty.spec, empty)
    return render_to_string("admin_ui/argument_fields.html", {"form": form}) if form else SafeString("")


def _shown(fields: Mapping[str, forms.Field], given: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Arguments as their fields show them."""
    found = dict(given)
    for name, one in fields.items():
        if name in found and isinstance(one, MinorField):
            found[name] = Decimal(found[name]).scaleb(-digits(currency))
        elif name in found and isinstance(one, LinesField):
            found[name] = "\n".join(found[name])
    return found


def label_of(name: str, schema: Mapping[str, Any]) -> str:
    """What people call an argument: Reason, Amount."""
    return str(schema.get("title") or name.removesuffix("_minor").replace("_", " ").capitalize())


def choice_of(value: str) -> str:
    """What people call one of the values that an argument may have: card expired."""
    return value.replace("_", " ")


def _field(name: str, schema: dict[str, Any], required: bool, currency: str) -> forms.Field:
    title, hint = gettext(label_of(name, schema)), str(schema.get("description", ""))
    base: dict[str, Any] = {"required": required, "label": title, "help_text": hint and gettext(hint)}
    if "enum" in schema:
        values = {str(value): value for value in schema["enum"]}
        choices = [*([] if required else [("", "–")]), *((text, gettext(choice_of(text))) for text in values)]
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
