"""The demo company: customers, orders and the house rules, for a first look."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction

from actions.dispatch import dispatch_all
from actions.gateways.doors import replaced
from actions.gateways.mail import MailDouble
from actions.runner import run_due
from core import accounts, clock, permission, tallies
from core.acting import SYSTEM
from core.bells import QUEUES
from core.machine import perform
from rules.publish import publish_text
from rules.receivers import HOUSE_FILE
from rules.rule_sets import HOUSE
from state_machines.customers import Customer
from state_machines.order_items import OrderItem
from state_machines.orders import Order
from state_machines.payments import Payment

USER = "admin"
CUSTOMERS = (
    ("Atelier Brancusi SRL", "atelier@example.com", "company"),
    ("Ioana Marin", "ioana@example.com", "individual"),
    ("Moara Veche PFA", "moara@example.com", "pfa"),
)
PRODUCTS = (("hosting-standard", "hosting", 24_900), ("vps-large", "vps", 349_900), ("domain-ro", "domain", 4_900))


@dataclass(frozen=True)
class SignIn:
    """How to get in. The password and the token are stored as hashes; `kept_in` is the only place that has them."""

    user: str
    password: str
    token: str
    kept_in: Path


def kept_in() -> Path:
    """The file of the sign-in, which is made with the demo company."""
    return settings.CONFIG.var_dir / "sign-in.txt"


def load() -> SignIn | None:
    """Load the demo company into an empty server. None where there are users already."""
    if get_user_model().objects.exists():
        return None
    with transaction.atomic():
        publish_text(HOUSE, HOUSE_FILE.read_text(encoding="utf-8"), title="The first rules of the house", actor=SYSTEM)
        password = secrets.token_urlsafe(12)
        user = get_user_model().objects.create_superuser(USER, password=password)
        for role in permission.ROLES:
            Group.objects.get_or_create(name=role)
        token = accounts.issue_token(user, "demo", days=365)
    path = kept_in()
    path.touch(mode=0o600)
    path.write_text(f"user {USER}\npassword {password}\ntoken {token}\n")
    with replaced(mail=MailDouble()):
        _company()
    while tallies.count(timedelta(0)):
        pass
    return SignIn(USER, password, token, path)


def _company() -> None:
    """Two months of a small company: customers, orders that were paid and set up, a failed payment, orders that wait."""
    now = clock.now()
    for place, (name, email, kind) in enumerate(CUSTOMERS):
        tax_id = "" if kind == "individual" else f"RO1439984{place}"
        with clock.turned_to(now - timedelta(days=60 - place)):
            customer = Customer.objects.create(name=name, email=email, kind=kind, tax_id=tax_id)
        for product, days_ago in zip((0, place, 2), (55 - place, 30 - 3 * place, 9 + place), strict=True):
            order = _ordered(customer, *PRODUCTS[product], at=now - timedelta(days=days_ago))
            with clock.turned_to(now - timedelta(days=days_ago - 1, hours=3)):
                perform(order, "pay", arguments={"reference": f"OP {order.pk}"})
                _work()
        for product_row in PRODUCTS[: place + 1]:
            _ordered(customer, *product_row, at=now - timedelta(hours=20 - place))
    with clock.turned_to(now - timedelta(days=4)):
        payment = Payment.objects.create(customer=customer, amount_minor=24_900, currency="RON")
        perform(payment, "fail_payment", arguments={"code": "card_expired"})
        _work()


def _ordered(customer: Customer, product: str, product_type: str, price: int, *, at: datetime) -> Order:
    with clock.turned_to(at):
        order = Order.objects.create(customer=customer, payment_method="bank_transfer")
        OrderItem.objects.create(order=order, product=product, product_type=product_type, unit_price_minor=price)
        if product_type == "vps":
            OrderItem.objects.create(
                order=order, product="hosting-standard", product_type="hosting", quantity=12, unit_price_minor=24_900
            )
        perform(order, "submit")
        _work()
    return order


def _work() -> None:
    """Decide and carry out what is due at the moment to which the clock is turned."""
    while dispatch_all() + sum(run_due(queue) for queue in QUEUES):
        pass
