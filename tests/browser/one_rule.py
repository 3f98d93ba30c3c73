"""The smallest house that there is something to say of."""

from __future__ import annotations

ONE_RULE = """set: house
rules:
- key: review
  title: Look at large orders
  when: order.paid
  if: {fact: order.total, op: gte, value: {money: "100.00 RON"}}
  then: [{do: order.flag_for_review}]
"""
