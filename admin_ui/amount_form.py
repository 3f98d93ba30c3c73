"""Amounts in the forms of rows: typed as people write them, and stored in minor units."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from unfold.widgets import UnfoldAdminTextInputWidget

from core.formats import typed_figure
from core.money import digits

LONGEST = 24
_NUMBER = re.compile(r"-?[0-9]{1,16}(\.[0-9]+)?")


class AmountField(forms.CharField):
    """An amount in whole units, as people write it. Its form reads it, which knows the currency."""

    def __init__(self, **options: Any) -> None:
        widget = UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"})
        super().__init__(max_length=LONGEST, empty_value=None, widget=widget, **options)


class AmountForm(forms.ModelForm):
    """The form of a row, whose amounts (`*_minor`) are shown in whole units and cleaned to minor units."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency = _currency_of(self.instance) if self.instance.pk else ""
        for name in self._amounts():
            if isinstance(self.initial.get(name), int):
                self.initial[name] = _whole(self.initial[name], currency)
            if currency:
                self.fields[name].label = f"{self.fields[name].label} ({currency})"

    def clean(self) -> dict[str, Any]:
        """Every amount in minor units of the row's currency; an error where it has more decimals than the currency."""
        super().clean()
        given: dict[str, Any] = self.cleaned_data
        currency = str(given.get("currency") or "") or _currency_of(self.instance, given)
        for name in self._amounts():
            if given.get(name) is None:
                continue
            typed = typed_figure(given[name], get_language() or "en", digits(currency))
            if not _NUMBER.fullmatch(typed):
                self.add_error(name, forms.DecimalField.default_error_messages["invalid"])
                continue
            minor = Decimal(typed).scaleb(digits(currency))
            if minor == minor.to_integral_value():
                given[name] = int(minor)
            else:
                self.add_error(name, gettext("%(currency)s has no such small amounts.") % {"currency": currency})
        return given

    def _amounts(self) -> list[str]:
        return [name for name, field in self.fields.items() if isinstance(field, AmountField)]


def _whole(minor: int, currency: str) -> str:
    places = digits(currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}"


def _currency_of(row: models.Model, given: dict[str, Any] | None = None) -> str:
    """The currency of the row, or of the row that it belongs to, which may be chosen in `given` only; else empty."""
    if own := getattr(row, "currency", ""):
        return str(own)
    for field in row._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            owner = (given or {}).get(field.name) or (getattr(row, field.name) if getattr(row, field.attname) else None)
            if theirs := getattr(owner, "currency", ""):
                return str(theirs)
    return ""


def amount_field(db_field: Any) -> AmountField:
    """The field in which an amount of a model is typed."""
    title = str(db_field.verbose_name).removesuffix(" minor")
    options: dict[str, Any] = {"required": not db_field.blank, "label": capfirst(title)}
    if db_field.has_default() and db_field.default is not None:
        options["initial"] = _whole(db_field.get_default(), "")
    return AmountField(**options)
