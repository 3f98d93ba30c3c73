"""Columns and facts that several machines have alike: money, codes, moments."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.catalog import Fact, Kind
from core.declare import StateField

CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$"
CODE = RegexValidator(CODE_PATTERN, _("Use letters, digits and . _ : - only."))
CURRENCY = RegexValidator(r"^[A-Z]{3}$", _("Write the three letters of ISO 4217, as in RON."))
COUNTRY = RegexValidator(r"^[A-Z]{2}$", _("Write the two letters of ISO 3166, as in RO."))
KEPT = "kept"
MAX_MINOR = 10**13  # 100 000 000 000.00: far above any invoice, far below what adds up past 64 bits
POSITIVE_MINOR = {"type": "integer", "minimum": 1, "maximum": MAX_MINOR}


def minor(title: Any, **options: Any) -> models.BigIntegerField[int, int]:
    """An amount in minor units of the row's `currency`; 0 unless given."""
    given: dict[str, Any] = {"default": 0} | options
    return models.BigIntegerField(title, **given)


def positive(minor: Any) -> None:
    """Raise ValidationError unless `minor` is a whole number from 1 to MAX_MINOR."""
    if not isinstance(minor, int) or isinstance(minor, bool) or not 1 <= minor <= MAX_MINOR:
        raise ValidationError(_("An amount is a whole number of minor units above zero."))


def currency() -> models.CharField[str, str]:
    return models.CharField(_("currency"), max_length=3, default="RON", validators=[CURRENCY])


def code(title: Any, **options: Any) -> models.CharField[str, str]:
    """A short name that a program or a price list gives; never a person's. Empty unless given, or `blank=False`."""
    given: dict[str, Any] = {"max_length": 60, "blank": True, "validators": [CODE]} | options
    if given["blank"]:
        given.setdefault("default", "")
    return models.CharField(title, **given)


def plain() -> StateField:
    """The state of an object that has no life of its own: it is kept, and changes by recorded changes only."""
    return StateField({KEPT: _("kept")}, verbose_name=_("state"), editable=False)


def born() -> models.DateTimeField[Any, Any]:
    return models.DateTimeField(_("created at"), default=clock.now, editable=False)


def moment(title: Any, **options: Any) -> models.DateTimeField[Any, Any]:
    """A moment that may not have come yet."""
    return models.DateTimeField(title, null=True, blank=True, **options)


def code_fact(name: str, title: Any, *, optional: bool = False, column: str | None = None) -> Fact:
    return Fact(name, Kind.TEXT, title=title, optional=optional, column=column, free_of_persons=True)


def moment_fact(name: str, title: Any) -> Fact:
    return Fact(name, Kind.MOMENT, title=title, optional=True)


CURRENCY_FACT = code_fact("currency", _("currency"))
