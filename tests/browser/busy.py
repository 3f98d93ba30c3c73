"""A company on a busy day, under rules of its own: every page of the staff has something to show."""

from __future__ import annotations

from datetime import timedelta

from core import clock
from core.machine import perform
from rules.publish import publish_text
from state_machines.customers import Customer
from state_machines.order_items import OrderItem
from state_machines.orders import Order
from tests.browser.beside import beside
from tests.browser.one_of_each import Words, first_of, plain
from tests.kit import work

HOUSE = """set: house
params:
  large: {type: money, default: {money: "100.00 RON"}, title: Large orders}
rules:
- key: look
  title: Look at large orders
  group: sales
  when: order.submitted
  if: {all: [{fact: order.total, op: gte, value: {param: large}}, {fact: customer.country, op: in, value: [RO]}]}
  then:
  - {do: ticket.open, with: {queue: sales, subject: "Look at {{ order.number }}"}}
  - {do: ticket.open, id: again, after: 2d, with: {queue: sales, subject: "Did anybody look at {{ order.number }}?"}}
- key: ask
  title: Ask before an order is cancelled
  when: order.submitted
  if: {fact: order.total, op: gte, value: {money: "400.00 RON"}}
  then: [{do: order.cancel, ask: {role: approver, within: 3d}}]
- key: tell
  title: Tell them that the order came
  when: order.submitted
  then: [{do: ticket.open, with: {subject: "Tell {{ order.nothing }}"}}]
"""


def busy(words: Words = plain) -> None:
    """Rules in force, orders under them, and one of everything that waits for a person or can be looked at."""
    with clock.turned_to(clock.now() - timedelta(days=3)):
        publish_text("house", HOUSE, title="The first rules")
        first_of(Customer, words)
        order = ordered(words, 50_000)
        ordered(words, 3_000)
        work()
    beside(order, HOUSE.replace("100.00 RON", "600.00 RON"), words)


def ordered(words: Words, minor: int) -> Order:
    """A submitted order."""
    order = Order.objects.create(customer=Customer.objects.earliest("pk"))
    item = OrderItem(order=order, unit_price_minor=minor)
    item.product = words(OrderItem._meta.get_field("product"))[:60]
    item.save()
    perform(order.ref, "submit")
    return order
