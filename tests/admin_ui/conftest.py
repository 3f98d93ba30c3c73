"""What the tests of staff pages share: people with roles, signed in, and a fine to look at."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from rules.publish import publish_text
from rules.rule_sets import RuleSetVersion
from tests.fines.models import Fine

SignIn = Callable[..., Client]

RULES = """set: house
params:
  large: {type: money, default: {money: "100.00 EUR"}}
rules:
- key: collect-large
  title: Large fines go to a collector
  when: fine.add_penalty
  if: {fact: fine.amount, op: gte, value: {param: large}}
  then: [{do: fine.send_for_credit_collection}]
- key: settle-at-once
  title: Settles whatever is created
  when: fine.created
  then: [{do: fine.settle}]
- key: old
  title: Was for another year
  when: fine.add_penalty
  until: "2020-12-31"
  then: [{do: fine.settle}]
"""


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """sign_in("operator"): a client of somebody with these roles; no role at all where none is named."""

    def signed_in(*roles: str) -> Client:
        user = User.objects.create_user(f"user-{'-'.join(roles)}-{User.objects.count()}", is_staff=True)
        user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def fine(db: None) -> Fine:
    return Fine.objects.create(case="A1", article=157, amount_minor=5000)


@pytest.fixture
def house(db: None) -> RuleSetVersion:
    return publish_text("house", RULES, title="The first rules")
