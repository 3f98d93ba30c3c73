"""Products and their dated prices."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from core import clock
from core.catalog import EventType, Fact, Kind, Relation
from core.declare import Declaration, StateField
from core.declare import transition as move
from core.machine import Machine, lock, record
from core.money import Money
from state_machines import columns
from state_machines.order_items import PRODUCT_TYPES
from state_machines.plans import OFFERS


class Product(Machine):
    """Something to order, by its code."""

    state = StateField(OFFERS, verbose_name=_("state"))
    code = columns.code(_("code"), blank=False, unique=True)
    product_type = models.CharField(
        _("product type"), max_length=20, choices=list(PRODUCT_TYPES.items()), default="other"
    )
    created_at = columns.born()

    machine = Declaration(
        noun="product",
        title=_("product"),
        facts=(
            columns.code_fact("code", _("code")),
            Fact("product_type", Kind.TEXT, title=_("product type"), choices=tuple(PRODUCT_TYPES)),
        ),
        relations=(Relation("prices", "product_price"),),
        events=(
            EventType(
                "product.price_changed",
                _("price of the product changed"),
                facts=(
                    Fact("price", Kind.MONEY, title=_("new price")),
                    Fact("former_price", Kind.MONEY, title=_("former price")),
                    Fact("change_percent", Kind.NUMBER, title=_("change in per cent"), optional=True),
                ),
            ),
        ),
        rank=6,
    )

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return self.code

    @move(source=("draft", "withdrawn"), target="offered", event="product.offered", title=_("offer"))
    def offer(self) -> None:
        """It can be ordered."""

    @move(source="offered", target="withdrawn", event="product.withdrawn", title=_("withdraw"))
    def withdraw(self) -> None:
        """It can be ordered no more."""


class ProductPrice(Machine):
    """What a product costs from a day on. A new price is a new row; the former one stays for what was sold by it."""

    state = columns.plain()
    product = models.ForeignKey(Product, models.PROTECT, related_name="prices", verbose_name=_("product"))
    price_minor = columns.minor(_("price"), validators=[MinValueValidator(0), MaxValueValidator(columns.MAX_MINOR)])
    currency = columns.currency()
    valid_from = models.DateField(_("valid from"))

    machine = Declaration(
        noun="product_price",
        title=_("product price"),
        facts=(
            Fact("price", Kind.MONEY, title=_("price")),
            columns.CURRENCY_FACT,
            Fact("valid_from", Kind.DATE, title=_("valid from")),
        ),
        related={"product": "product"},
        links={"product": "prices"},
        recorded=("product",),
        terminal=(columns.KEPT,),
        rank=7,
    )

    class Meta:
        verbose_name = _("product price")
        verbose_name_plural = _("product prices")
        constraints = [
            models.UniqueConstraint(fields=["product", "currency", "valid_from"], name="product_price_once_a_day")
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new price that differs from the one before it is an event of the product too."""
        if not self._state.adding:
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            product = lock(Product, self.product_id)
            former = price_on(product, self.currency, self.valid_from)
            super().save(*args, **kwargs)
            if former is not None and former.minor != self.price_minor:
                _tell(product, former, Money(self.price_minor, self.currency))


def price_on(product: Product, currency: str, day: date | None = None) -> Money | None:
    """The price of the product on `day` (today unless given), or None where it has none in this currency."""
    dated = ProductPrice.objects.filter(product=product, currency=currency, valid_from__lte=day or clock.today())
    found = dated.order_by("-valid_from").first()
    return Money(found.price_minor, currency) if found is not None else None


def _tell(product: Product, former: Money, price: Money) -> None:
    facts: dict[str, Any] = {"price": price.as_fact(), "former_price": former.as_fact()}
    if former.minor:
        facts["change_percent"] = round(100 * (price.minor - former.minor) / former.minor, 2)
    record(product, "product.price_changed", facts)
