"""VAT numbers, asked of the register, and what its answer means for the customer's taxes."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from stdnum.eu import vat
from stdnum.exceptions import InvalidChecksum, ValidationError

from actions.declare import EXTERNAL, Call, action
from actions.gateways.vies import VIES
from actions.outcome import Done, Outcome, Skipped
from core import clock
from core.machine import change, lock, perform
from state_machines.customers import Customer
from state_machines.profiles import TaxProfile
from state_machines.vat_validations import VatValidation

HOME = "RO"
_SPELLED = {"GR": "EL"}  # VIES spells Greece as the language does


@action(
    "tax_profile.validate_vat",
    title=_("Ask VIES about the VAT number"),
    sentence=_("Ask VIES about the customer's VAT number; the answer counts for {days} days"),
    parameters={"days": {"type": "integer", "minimum": 1, "maximum": 3650}},
    kind=EXTERNAL,
    queue="low",
    targets=("tax_profile",),
)
def validate(call: Call, days: int = 90) -> Outcome:
    """Once per number while the answer counts. What has no form of a number there is refuted without asking; a wrong
    check digit is not: the register decides."""
    begun = _begin(call, days)
    if not isinstance(begun, VatValidation):
        return begun
    country, number = _SPELLED.get(begun.number[:2], begun.number[:2]), begun.number[2:]
    if not has_form(country + number):
        perform(begun, "refute")
        return Done(f"{begun.ref} is refuted: a number of {country} has another form")
    answer = VIES.through(lambda gateway: gateway.ask(country, number))
    if not isinstance(answer, Done):
        return answer
    perform(begun, "confirm" if answer.answer["valid"] else "refute")
    return Done(f"{begun.ref} is {begun.state}", request=answer.request, answer=answer.answer)


def has_form(number: str) -> bool:
    """Whether length and signs are those of the country; check digits are not asked."""
    try:
        vat.validate(number)
    except InvalidChecksum:
        return True
    except ValidationError:
        return False
    return True


@transaction.atomic
def _begin(call: Call, days: int) -> VatValidation | Outcome:
    profile = lock(TaxProfile, call.row().pk)
    number = profile.vat_number
    if not number:
        return Skipped(f"{profile.ref} has no VAT number")
    if number[:2].lower() not in {*vat.MEMBER_STATES, "el"}:
        return Skipped(f"VIES knows no numbers of {number[:2]}")
    same = VatValidation.objects.filter(customer=profile.customer_id, number=number)
    counting = same.filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()))
    known = counting.filter(state__in=["valid", "invalid"]).first()
    if known is not None:
        return Skipped(f"{known.ref} has the answer already")
    pending = same.filter(state="pending").first()
    expires = clock.now() + timedelta(days=days)
    return pending or VatValidation.objects.create(customer=profile.customer, number=number, expires_at=expires)


@action(
    "vat_validation.apply",
    title=_("Take over what the register said"),
    sentence=_("Take over into the tax profile what the register said"),
    targets=("vat_validation",),
)
@transaction.atomic
def apply(call: Call) -> Outcome:
    """A confirmed number makes a VAT payer, and with one abroad that is no private person tax is reversed; a refuted one
    neither."""
    validation = VatValidation.objects.select_related("customer").get(pk=call.row().pk)
    found = TaxProfile.objects.filter(customer=validation.customer_id, vat_number=validation.number).first()
    if found is None:
        return Skipped("the customer has another VAT number now")
    if validation.state not in ("valid", "invalid"):
        return Skipped(f"{validation.ref} is {validation.state}")
    confirmed = validation.state == "valid"
    customer: Customer = validation.customer
    abroad = confirmed and customer.kind != "individual" and validation.number[:2] != HOME
    change(found, is_vat_payer=confirmed, reverse_charge_eligible=abroad)
    return Done(f"{found.ref} says what {validation.ref} found")
