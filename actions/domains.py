"""Registering and renewing domains: the operation is written down before the registrar is asked, and done once."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from actions.declare import EXTERNAL, Call, action
from actions.gateways.asking import REGISTRAR, Question
from actions.outcome import Done, Failed, Outcome, Skipped
from core.machine import lock, perform
from state_machines.domain_operations import DomainOperation
from state_machines.domains import Domain
from state_machines.order_items import OrderItem
from state_machines.orders import Order
from state_machines.tlds import Tld

_YEARS = {"years": {"type": "integer", "minimum": 1, "maximum": 10}}


@action(
    "domain.register",
    title=_("Register the domain"),
    sentence=_("Register the domain of the order item"),
    parameters=_YEARS,
    kind=EXTERNAL,
    targets=("order_item",),
    emits=(
        "domain.registered",
        "domain.activated",
        "domain_operation.created",
        "domain_operation.submitted",
        "domain_operation.completed",
        "domain_operation.failed",
    ),
)
def register(call: Call, years: int = 1) -> Outcome:
    """Skipped where the item has no domain name; a name that another customer has is not taken."""
    domain = _domain_of(call)
    if not isinstance(domain, Domain):
        return domain
    if domain.state != "pending":
        return Skipped(f"{domain.ref} is {domain.state} already")
    return _carry_out(call, domain, "register", f"register:{domain.pk}", years)


@action(
    "domain.renew",
    title=_("Renew the domain"),
    sentence=_("Renew the domain for {years} year(s)"),
    parameters=_YEARS,
    kind=EXTERNAL,
    targets=("domain",),
    moves_money=True,
    emits=(
        "domain.renewed",
        "domain_operation.created",
        "domain_operation.submitted",
        "domain_operation.completed",
        "domain_operation.failed",
    ),
)
def renew(call: Call, years: int = 1) -> Outcome:
    """From its last day on, so that one last day is renewed once, whoever asks and however often."""
    domain = Domain.objects.get(pk=call.row().pk)
    if domain.state not in ("active", "expired") or domain.expires_at is None:
        return Skipped(f"{domain.ref} is {domain.state}, or has no last day, so there is nothing to renew")
    return _carry_out(call, domain, "renew", f"renew:{domain.pk}:{domain.expires_at:%Y-%m-%d}", years)


@transaction.atomic
def _domain_of(call: Call) -> Domain | Outcome:
    item = lock(OrderItem, call.row().pk)
    order, name = lock(Order, item.order_id), item.domain_name
    if not name:
        return Skipped(f"{item.ref} has no domain name")
    known = Domain.objects.filter(name=name).first()
    if known is not None:
        taken = Failed("the domain is another customer's; ask the customer for another one", retryable=False)
        return known if known.customer_id == order.customer_id else taken
    ending = name.partition(".")[2]
    tld = Tld.objects.filter(ending=ending, state="active").select_related("registrar").first()
    if tld is None:
        return Failed(f"nothing is registered under .{ending}; add the top-level domain, then retry", retryable=False)
    domain = Domain(customer=order.customer, name=name, tld=tld, registrar=tld.registrar)
    try:
        domain.clean_fields()
    except ValidationError as problem:
        return Failed(f"this is no domain name: {' '.join(problem.messages)}", retryable=False)
    domain.save()
    return domain


def _carry_out(call: Call, domain: Domain, kind: str, key: str, years: int) -> Outcome:
    refused = DomainOperation.objects.filter(domain=domain, kind=kind, state="failed").count()
    key = f"{key}:{refused}"  # what was refused stays so; who tries again asks anew
    operation, _made = DomainOperation.objects.get_or_create(
        key=key, defaults={"domain": domain, "kind": kind, "years": years}
    )
    if operation.state not in ("pending", "submitted"):
        return Skipped(f"{operation.ref} is {operation.state} already")
    body = {"name": domain.name, "years": operation.years, "registrar": domain.registrar.code}
    answer = REGISTRAR.through(lambda gateway: gateway.ask(Question(f"/domains/{kind}", body, key)))
    if isinstance(answer, Failed) and not answer.retryable:
        perform(operation, "mark_failed", arguments={"code": "refused"})
    if not isinstance(answer, Done):
        return answer
    perform(operation, "mark_completed")
    return Done(f"{operation.ref} is completed", request=answer.request, answer=answer.answer)
