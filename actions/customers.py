"""What rules do to customers and to what is agreed with them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import Call, action
from actions.outcome import Done, Failed, Outcome, Skipped
from core.machine import change, lock
from core.refs import resolve
from state_machines import columns
from state_machines.customers import Customer
from state_machines.profiles import BillingProfile, TaxProfile

_TAG = {"tag": {"type": "string", "pattern": columns.CODE_PATTERN, "maxLength": 40}}


def customer_of(call: Call) -> Customer | Failed:
    """The locked customer of the event."""
    found = resolve(call.customer) if call.customer else None
    if not isinstance(found, Customer):
        return Failed(f"{call.target} belongs to no customer", retryable=False)
    return lock(Customer, found.pk)


@action(
    "customer.create_profiles",
    title=_("Make the customer's profiles"),
    sentence=_("Make the tax and billing profile, {terms_days} days to pay"),
    parameters={"vat_payer": {"type": "boolean"}, "terms_days": {"type": "integer", "minimum": 0, "maximum": 365}},
    emits=("tax_profile.created", "billing_profile.created"),
)
def create_profiles(call: Call, terms_days: int | None = None, *, vat_payer: bool = False) -> Outcome:
    """Each where there is none; one that exists is left as it is."""
    customer = customer_of(call)
    if isinstance(customer, Failed):
        return customer
    _tax, tax_made = TaxProfile.objects.get_or_create(customer=customer, defaults={"is_vat_payer": vat_payer})
    given = {"terms_days": terms_days, "currency": customer.currency}
    _billing, billing_made = BillingProfile.objects.get_or_create(customer=customer, defaults=given)
    if not tax_made and not billing_made:
        return Skipped(f"{customer.ref} has both profiles already")
    return Done(f"the profiles of {customer.ref} are made")


@action(
    "customer.stop_auto_payment",
    title=_("Stop automatic payment"),
    sentence=_("Take no payments from the customer by itself any more"),
    emits=("billing_profile.updated",),
)
def stop_auto_payment(call: Call) -> Outcome:
    """In the billing profile; staff may turn it on again there."""
    customer = customer_of(call)
    if isinstance(customer, Failed):
        return customer
    profile = BillingProfile.objects.filter(customer=customer, auto_payment=True).first()
    if profile is None:
        return Skipped(f"{customer.ref} does not pay by itself")
    change(profile, auto_payment=False)
    return Done(f"{customer.ref} pays by itself no more")


@action(
    "customer.add_tag",
    title=_("Tag the customer"),
    sentence=_("Tag the customer {tag}"),
    parameters=_TAG,
    required=("tag",),
    inverse="customer.remove_tag",
    emits=("customer.updated",),
)
def add_tag(call: Call, tag: str) -> Outcome:
    return _retag(call, tag, wanted=True)


@action(
    "customer.remove_tag",
    title=_("Take a tag off the customer"),
    sentence=_("Take the tag {tag} off the customer"),
    parameters=_TAG,
    required=("tag",),
    inverse="customer.add_tag",
    emits=("customer.updated",),
)
def remove_tag(call: Call, tag: str) -> Outcome:
    return _retag(call, tag, wanted=False)


def _retag(call: Call, tag: str, *, wanted: bool) -> Outcome:
    customer = customer_of(call)
    if isinstance(customer, Failed):
        return customer
    if (tag in customer.tags) == wanted:
        return Skipped(f"{customer.ref} {'has' if wanted else 'does not have'} the tag {tag}")
    tags = [*customer.tags, tag] if wanted else [known for known in customer.tags if known != tag]
    change(customer, tags=tags)
    return Done(f"the tags of {customer.ref}: {', '.join(tags) or 'none'}")
